"""A forgotten password: a mailed link sets a new one, once, within the hour."""

from datetime import timedelta

from sqlalchemy import select, update

from lms.accounts import letters, queries
from lms.accounts.errors import LinkSpent
from lms.accounts.models import ApiToken, PasswordReset, Person
from lms.accounts.services.people import set_password
from lms.core import audit, clock, jobs, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.language import N_
from lms.core.permissions import Actor
from lms.core.secrets_ import digest, new_secret

LASTS = timedelta(hours=1)


def ask_for_reset(address: str, *, network: str) -> None:
    """Ask for a link. Does the same for every address: what differs happens later, in a job. Raises TooMany."""
    address = address.strip().lower()
    throttle.take(f"reset from {network}", limit=60, per_seconds=3600)
    throttle.take(f"reset for {address}", limit=5, per_seconds=3600)
    jobs.enqueue(send_reset, address=address)


@jobs.job("accounts.send_reset", queue="mail")
def send_reset(address: str) -> None:
    """Mail the link, if somebody has that address. A link sent before stops working."""
    person = queries.person_at(address)
    if person is None:
        return
    now = clock.now()
    db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person.id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
    )
    secret = new_secret()
    sent = record(PasswordReset(person_id=person.id, digest=digest(secret), until=now + LASTS))
    audit.record(Actor.system(), "person.reset_sent", about=person.id, thing=sent)
    letters.write(
        address, person.language, N_("Set a new password"),
        N_("Somebody, we hope you, asked for a new password for your Llwybr account."),
        N_("To set it, open this page within one hour. It works once: %(link)s"),
        N_("If you did not ask for this, do nothing: your password stays as it is."),
        link=letters.link(person.language, f"/set-password/{secret}"),
    )  # fmt: skip


def usable_reset(secret: str, *, lock: bool = False) -> PasswordReset:
    """The reset behind a link. Raises LinkSpent."""
    live = select(PasswordReset).where(
        PasswordReset.digest == digest(secret), PasswordReset.used_at.is_(None), PasswordReset.until > clock.now()
    )
    found: PasswordReset | None = db.session.scalar(live.with_for_update() if lock else live)
    if found is None:
        raise LinkSpent()
    return found


def reset_password(secret: str, password: str) -> Person:
    """Set the password by the link, end every sign-in, and revoke every personal token: who lost a password may have
    lost more. Raises LinkSpent, WeakPassword."""
    reset = usable_reset(secret, lock=True)
    person = get_or_refuse(Person, reset.person_id, lock=True)
    actor = Actor(person=person.id, name=person.display_name, language=person.language)
    set_password(actor, person, password)
    reset.used_at = clock.now()
    db.session.execute(
        update(ApiToken)
        .where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    return person
