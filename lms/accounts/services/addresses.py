"""E-mail addresses: nobody holds one before having opened a mail sent to it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from lms.accounts import letters, queries
from lms.accounts.errors import AddressNeeded, AddressTaken, LinkSpent
from lms.accounts.models import EmailAddress, EmailConfirmation, Person
from lms.core import audit, clock, jobs, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.ids import new_id
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import digest, new_secret

LASTS = timedelta(days=2)


def add_email(actor: Actor, address: str) -> None:
    """Ask for another address of one's own. The answer is the same whoever else may have it. Raises TooMany."""
    actor.require(Permission.PROFILE_EDIT, about=actor.person)
    throttle.take(f"confirmations for {actor.person}", limit=10, per_seconds=3600)
    audit.record(actor, "email.asked", about=actor.person)
    jobs.enqueue(send_confirmation, person_id=str(actor.person), address=address.strip().lower())


@jobs.job("accounts.send_confirmation", queue="mail")
def send_confirmation(person_id: str, address: str) -> None:
    """Mail the link that shows the address to be theirs; or tell the one who already has it."""
    person = get_or_refuse(Person, UUID(person_id))
    holder = queries.person_at(address)
    if holder is not None:
        letters.write(
            address, holder.language, N_("You already have a Llwybr account"),
            N_("Somebody, we hope you, gave this e-mail address for a new account, or for another one."),
            N_("It already belongs to your account. You can sign in, or set a new password: %(link)s"),
            N_("If this was not you, do nothing: nothing was changed."),
            link=letters.link(holder.language, "/sign-in"),
        )  # fmt: skip
        return
    secret = new_secret()
    record(
        EmailConfirmation(
            person_id=person.id, address=address, digest=digest(secret), until=clock.now() + LASTS, used_at=None
        )
    )
    letters.write(
        address, person.language, N_("Confirm your e-mail address"),
        N_("Confirm that this address is yours, for the Llwybr account of %(name)s, by opening this page within two"
           " days: %(link)s"),
        N_("If you did not ask for this, do nothing."),
        name=person.display_name, link=letters.link(person.language, f"/confirm-address/{secret}"),
    )  # fmt: skip


def usable_confirmation(secret: str) -> EmailConfirmation:
    """What a link confirms, with its person. Raises LinkSpent."""
    found: EmailConfirmation | None = db.session.scalar(
        select(EmailConfirmation).options(joinedload(EmailConfirmation.person)).where(
            EmailConfirmation.digest == digest(secret),
            EmailConfirmation.used_at.is_(None),
            EmailConfirmation.until > clock.now(),
        )
    )  # fmt: skip
    if found is None:
        raise LinkSpent()
    return found


def confirm_address(secret: str) -> EmailAddress:
    """Take the address, if nobody took it meanwhile. Raises LinkSpent, AddressTaken."""
    asked = usable_confirmation(secret)
    person = get_or_refuse(Person, asked.person_id, lock=True)
    first = queries.primary_email(person.id) is None
    taken: EmailAddress | None = db.session.scalar(
        insert(EmailAddress)
        .values(
            id=new_id(), person_id=person.id, address=asked.address, verified_at=clock.now(), is_primary=first
        )
        .on_conflict_do_nothing(index_elements=["address"])
        .returning(EmailAddress)
    )  # fmt: skip
    if taken is None:
        raise AddressTaken()
    asked.used_at = clock.now()
    actor = Actor(person=person.id, name=person.display_name)
    audit.record(actor, "email.confirmed", about=person.id, thing=taken)
    return taken


def make_primary(actor: Actor, email_id: UUID) -> None:
    """Send mail there from now on; the address before is told."""
    chosen = _own(actor, email_id)
    before = queries.primary_email(chosen.person_id)
    if chosen.is_primary:
        return
    db.session.execute(update(EmailAddress).where(EmailAddress.person_id == chosen.person_id).values(is_primary=False))
    db.session.flush()  # at most one main address at any time
    chosen.is_primary = True
    audit.record(actor, "email.made_primary", about=actor.person, thing=chosen)
    if before:
        letters.write(
            before, actor.language, N_("Your main e-mail address was changed"),
            N_("Mail from Llwybr now goes to another address of yours."),
            N_("If this was not you, set a new password at once: %(link)s"),
            link=letters.link(actor.language, "/forgotten-password"),
        )  # fmt: skip


def remove_email(actor: Actor, email_id: UUID) -> None:
    """Raises AddressNeeded for the main one."""
    chosen = _own(actor, email_id)
    if chosen.is_primary:
        raise AddressNeeded()
    audit.record(actor, "email.removed", about=actor.person, thing=chosen)
    db.session.delete(chosen)


def _own(actor: Actor, email_id: UUID) -> EmailAddress:
    actor.require(Permission.PROFILE_EDIT, about=actor.person)
    found: EmailAddress | None = db.session.scalar(
        select(EmailAddress)
        .where(EmailAddress.id == email_id, EmailAddress.person_id == actor.person)
        .with_for_update()
    )
    if found is None:
        raise NotFound()
    return found
