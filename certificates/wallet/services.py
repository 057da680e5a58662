"""Links that end, a copy of all, a letter to oneself."""

from datetime import timedelta
from uuid import UUID

from certificates import address, drawing, queries
from certificates.models import Award, AwardExport, AwardShare
from certificates.rules import State
from certificates.services import award_by_id
from certificates.wallet import exporting
from certificates.wallet.errors import NoCertificates, NoMailAddress
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import audit, clock, jobs, mail, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import digest, new_secret

DAYS = (7, 30, 90)
"""How long a link may last."""
LETTERS, LETTERS_PER = 20, 3600
SUBJECT = Bilingual("Your certificate %(number)s", "Eich tystysgrif %(number)s")
OPENING = Bilingual(
    "Hello %(name)s\n\n%(title)s: %(course)s\nCertificate number: %(number)s\n\n",
    "Helo %(name)s\n\n%(title)s: %(course)s\nRhif y dystysgrif: %(number)s\n\n",
)
WITH_FILE = Bilingual(
    "It is attached, in Welsh and in English.\n\nIn My record (you will be asked to sign in):\n%(record)s\n",
    "Mae ynghlwm, yn Gymraeg ac yn Saesneg.\n\nYn Fy nghofnod (gofynnir i chi fewngofnodi):\n%(record)s\n",
)
WITHOUT_FILE = Bilingual(
    "It cannot be handed out at the moment. My record says why (you will be asked to sign in):\n%(record)s\n",
    "Ni ellir ei rhoi allan ar hyn o bryd. Mae Fy nghofnod yn dweud pam (gofynnir i chi fewngofnodi):\n%(record)s\n",
)
CLOSING = Bilingual("\nAnyone can check it here:\n%(check)s\n", "\nGall unrhyw un ei gwirio yma:\n%(check)s\n")


def share(actor: Actor, award_id: UUID, days: int, told: str) -> tuple[AwardShare, str]:
    """A link that shows the whole name for that many days, and its address, which is shown once. Raises NotFound."""
    found = _own(actor, award_id)
    secret, now = new_secret(), clock.now()
    made = record(
        AwardShare(
            award_id=found.id,
            token_digest=digest(secret),
            made_at=now,
            expires_at=now + timedelta(days=days),
            told=told,
        )
    )
    audit.record(actor, "award.shared", about=found.learner_id, thing=found, days=days)
    return made, f"{address.of(found.code)}?share={secret}"


def end_share(actor: Actor, award_id: UUID, share_id: UUID) -> AwardShare:
    """The link shows no more than the public page from now on. Again changes nothing. Raises NotFound."""
    found = _own(actor, award_id)
    made = get_or_refuse(AwardShare, share_id, lock=True)
    if made.award_id != found.id:
        raise NotFound()
    if made.ended_at is None:
        made.ended_at = clock.now()
        audit.record(actor, "award.share-ended", about=found.learner_id, thing=found)
    return made


def mail_to_me(actor: Actor, award_id: UUID) -> None:
    """The certificate itself while it may be handed out, where it is, and how it is checked, to the holder's own address.

    Raises NotFound, NoMailAddress, TooMany.
    """
    found = _own(actor, award_id)
    to = primary_email(found.learner_id)
    if to is None:
        raise NoMailAddress()
    throttle.take(f"award-mail:{found.learner_id}", limit=LETTERS, per_seconds=LETTERS_PER)
    person = get_or_refuse(Person, found.learner_id)
    language = person.language
    printed = found.snapshot[language]
    public = address.of(found.code)
    words = {
        "name": person.display_name, "number": found.number, "title": printed["title"], "course": printed["course"],
        "check": public, "record": f"{public.rsplit('/v/', 1)[0]}/{language}/record/{found.number}",
    }  # fmt: skip
    attached = None
    if queries.standing_of(found, clock.today()).state in (State.ACTIVE, State.EXPIRED):
        kept = drawing.handed_out(found, "both")
        attached = (kept.file_id, f"{found.number}.pdf")
    opening = WITH_FILE if attached else WITHOUT_FILE
    body = "".join(each.in_(language) for each in (OPENING, opening, CLOSING))
    mail.send(to, SUBJECT.in_(language) % words, body % words, language, file=attached)
    audit.record(actor, "award.mailed", about=found.learner_id, thing=found)


def copy_all(actor: Actor, edition: str) -> AwardExport:
    """Ask for a zip of all one's certificates that can be downloaded. One that is on its way is not asked for twice.

    Raises NoCertificates.
    """
    assert actor.person is not None
    actor.require(Permission.AWARD_SHARE, about=actor.person)
    get_or_refuse(Person, actor.person, lock=True)  # two requests at once wait for each other here
    for each in exporting.exports_of(actor.person):
        if each.ended_at is None and each.edition == edition:
            return each
    today = clock.today()
    wanted = [
        each.id
        for each in queries.standing_awards_of(actor.person)
        if queries.standing_of(each, today).state in (State.ACTIVE, State.EXPIRED)
    ]
    return exported(actor, wanted, edition)


def exported(actor: Actor, award_ids: list[UUID], edition: str) -> AwardExport:
    """Ask for a zip of these, which the caller has chosen from what the actor may see. Raises NoCertificates."""
    if not award_ids:
        raise NoCertificates()
    made = record(AwardExport(asked_by=actor.person, asked_at=clock.now(), edition=edition, award_ids=award_ids))
    audit.record(actor, "award.exported", about=actor.person, thing=made, count=len(award_ids), edition=edition)
    jobs.enqueue(exporting.make, export_id=str(made.id))
    return made


def export(actor: Actor, export_id: UUID) -> AwardExport:
    """A copy that this actor asked for. Raises NotFound."""
    found = db.session.get(AwardExport, export_id)
    if found is None or found.asked_by != actor.person:
        raise NotFound()
    return found


def _own(actor: Actor, award_id: UUID) -> Award:
    found = award_by_id(actor, award_id)
    actor.require_or_hide(Permission.AWARD_SHARE, about=found.learner_id)
    return found
