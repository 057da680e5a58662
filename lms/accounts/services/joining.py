"""Joining without an employer: a name, an address and a password are enough."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.accounts import passwords
from lms.accounts.errors import WeakPassword
from lms.accounts.models import EmailAddress, EmailConfirmation, JobRole, Membership, Person, Sector
from lms.accounts.services.addresses import LASTS, send_confirmation
from lms.core import audit, clock, jobs, throttle
from lms.core.db import db, record
from lms.core.permissions import Actor

OF_STAFF_GROUP = {
    "peer": Sector.LIVED_EXPERIENCE,
    "volunteer": Sector.LIVED_EXPERIENCE,
    "carers": Sector.UNPAID_CARERS,
}
"""The sector that a role itself tells."""
UNPAID = frozenset({Sector.LIVED_EXPERIENCE, Sector.UNPAID_CARERS, Sector.PUBLIC})


def join(
    *, display_name: str, address: str, password: str, language: str, sector: Sector | None, job_role: str | None,
    network: str,
) -> None:  # fmt: skip
    """Ask for an account; it can be used once the mailed link was opened. Says the same whoever has the address.

    Raises WeakPassword, TooMany.
    """
    address = address.strip().lower()
    throttle.take(f"join from {network}", limit=60, per_seconds=3600)
    throttle.take(f"join as {address}", limit=5, per_seconds=3600)
    if fault := passwords.fault_in(password, (display_name, address)):
        raise WeakPassword(fault, fields={"new_password": fault})
    person = record(
        Person(
            display_name=display_name, legal_name=display_name, language=language,
            password_hash=passwords.hash_password(password),
        )
    )  # fmt: skip
    if sector or job_role:
        role = db.session.get(JobRole, job_role) if job_role else None
        sector = sector or OF_STAFF_GROUP.get(role.staff_group if role else "", Sector.PUBLIC)
        paid = role.paid if role and role.paid is not None else sector not in UNPAID
        db.session.add(
            Membership(
                person_id=person.id, sector=sector, job_role_code=job_role, paid=paid, starts_on=clock.today()
            )
        )  # fmt: skip
    audit.record(Actor(person=person.id, name=display_name), "person.joined", about=person.id, thing=person)
    jobs.enqueue(send_confirmation, person_id=str(person.id), address=address)


@jobs.job("accounts.forget_unconfirmed", every="41 2 * * *")
def forget_unconfirmed() -> None:
    """Drop those who asked for an account and never opened the mail: nothing of theirs was ever used."""
    too_old = clock.now() - LASTS - timedelta(days=1)
    stale = select(Person.id).where(
        Person.recorded_at < too_old,
        Person.id.in_(select(EmailConfirmation.person_id)),
        Person.id.not_in(select(EmailAddress.person_id)),
        Person.id.not_in(select(EmailConfirmation.person_id).where(EmailConfirmation.until > clock.now())),
    )
    people = db.session.scalars(stale.limit(1000)).all()
    for kind in (EmailConfirmation, Membership):
        db.session.execute(delete(kind).where(kind.person_id.in_(people)))
    db.session.execute(delete(Person).where(Person.id.in_(people)))
