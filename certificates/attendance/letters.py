"""What those who look after certificates are told when a corrected register contradicts one, in their own language."""

from flask import current_app

from certificates.attendance.models import AwardDoubt
from certificates.models import Award
from certificates.snapshots import attendance_line, printed_attendance
from lms.accounts.queries import nearest_holders
from lms.core import mail
from lms.core.language import Bilingual
from lms.core.permissions import Permission

SUBJECT = Bilingual(
    "A corrected register does not agree with certificate %(number)s",
    "Nid yw cofrestr a gywirwyd yn cyd-fynd â thystysgrif %(number)s",
)
BODY = Bilingual(
    "Hello %(name)s\n\nAn attendance register was corrected, and a certificate that was issued before says "
    "otherwise.\n\n%(holder)s, %(course)s\nCertificate %(number)s: %(printed)s\nThe register now: %(now)s\nWhy it was "
    "corrected: %(reason)s\n\n%(what)s Decide here:\n%(link)s\n",
    "Helo %(name)s\n\nCywirwyd cofrestr bresenoldeb, ac mae tystysgrif a gyhoeddwyd cyn hynny yn dweud yn "
    "wahanol.\n\n%(holder)s, %(course)s\nTystysgrif %(number)s: %(printed)s\nY gofrestr nawr: %(now)s\nPam y cywirwyd hi: "
    "%(reason)s\n\n%(what)s Penderfynwch yma:\n%(link)s\n",
)
ENOUGH = Bilingual(
    "Enough was still attended, so it can be issued again with the right days.",
    "Mynychwyd digon o hyd, felly gellir ei chyhoeddi eto gyda'r dyddiau cywir.",
)
NOT_ENOUGH = Bilingual(
    "Not enough was attended any more, so it should be revoked.",
    "Ni fynychwyd digon mwyach, felly dylid ei dirymu.",
)
NO_DAYS = Bilingual("It names no days.", "Nid yw'n enwi unrhyw ddyddiau.")
NOT_THERE = Bilingual("Not there on any day.", "Ddim yno ar unrhyw ddiwrnod.")


def doubted(it: AwardDoubt, about: Award) -> None:
    """To those nearest to where the holder was who may decide, never to the holder."""
    for officer in nearest_holders(Permission.AWARD_REVOKE, about.organisation_lineage, but=about.learner_id):
        to = next((each.address for each in officer.emails), None)
        if to is None:
            continue
        language = officer.language
        words = {
            "name": officer.display_name, "number": about.number, "holder": about.snapshot[language]["holder"],
            "course": about.snapshot[language]["course"], "printed": printed(about, language), "now": now(it, language),
            "reason": it.reason, "what": (ENOUGH if it.enough else NOT_ENOUGH).in_(language),
            "link": f"{current_app.config['PUBLIC_URL']}/{language}/manage/awards/registers/{it.id}",
        }  # fmt: skip
        mail.send(to, SUBJECT.in_(language) % words, BODY.in_(language) % words, language)


def printed(about: Award, language: str) -> str:
    """What the certificate says of attendance."""
    return printed_attendance(about.snapshot, language) or NO_DAYS.in_(language)


def now(it: AwardDoubt, language: str) -> str:
    """What the registers say."""
    return attendance_line(it.attended, language) if it.days else NOT_THERE.in_(language)
