"""What holders are told about certificates that end, in their own language."""

from collections.abc import Sequence
from uuid import UUID

from flask import current_app

from certificates import wording
from certificates.models import Award
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import mail
from lms.core.language import Bilingual

SUBJECT = Bilingual("Your certificate ends soon", "Daw eich tystysgrif i ben cyn hir")
OPENING = Bilingual(
    "Hello %(name)s\n\nThese certificates end soon. If you renew one before its last day, the new one goes on from there, so "
    "you lose no time.\n",
    "Helo %(name)s\n\nDaw'r tystysgrifau hyn i ben cyn hir. Os adnewyddwch un cyn ei diwrnod olaf, bydd yr un newydd yn mynd "
    "ymlaen o'r fan honno, felly nid ydych yn colli dim amser.\n",
)
LINE = Bilingual(
    "%(course)s\nCertificate %(number)s, valid until %(until)s",
    "%(course)s\nTystysgrif %(number)s, yn ddilys tan %(until)s",
)
BEGUN = Bilingual(
    "You are enrolled again already. Begin here: %(link)s",
    "Rydych wedi'ch cofrestru eto yn barod. Dechreuwch yma: %(link)s",
)
INVITED = Bilingual("Enrol again here: %(link)s", "Cofrestrwch eto yma: %(link)s")
LICENCE = Bilingual(
    "To renew your licence, speak to whoever gives licences where you work.",
    "I adnewyddu eich trwydded, siaradwch â phwy bynnag sy'n rhoi trwyddedau lle rydych yn gweithio.",
)
CLOSING = Bilingual(
    "Your old certificate stays in My record, and its page goes on telling when it was valid.\n",
    "Mae eich hen dystysgrif yn aros yn Fy nghofnod, ac mae ei thudalen yn dal i ddweud pryd yr oedd yn ddilys.\n",
)


def ends_soon(person: Person, told: Sequence[tuple[Award, UUID | None]]) -> None:
    """One letter, however many end."""
    to = primary_email(person.id)
    if to is None:
        return
    language = person.language
    base = f"{current_app.config['PUBLIC_URL']}/{language}"
    parts = [OPENING.in_(language) % {"name": person.display_name}]
    for award, enrolment in told:
        assert award.valid_until is not None
        words = {
            "course": award.snapshot[language]["course"], "number": award.number,
            "until": wording.day(award.valid_until).in_(language),
        }  # fmt: skip
        next_step, link = INVITED, f"{base}/training/{award.course_code}"
        if enrolment is not None:
            next_step, link = BEGUN, f"{base}/learning/{enrolment}"
        elif award.licence_id is not None:
            next_step = LICENCE
        parts.append(LINE.in_(language) % words + "\n" + (next_step.in_(language) % {"link": link}) + "\n")
    parts.append(CLOSING.in_(language))
    mail.send(to, SUBJECT.in_(language), "\n".join(parts), language)
