"""People: their names, language and password."""

from typing import Any
from uuid import UUID

from lms.accounts import letters, passwords, queries
from lms.accounts.errors import AddressTaken, WeakPassword, WrongPassword
from lms.accounts.models import EmailAddress, Organisation, Person, RoleGrant
from lms.accounts.services.signing_in import PER_ADDRESS, WINDOW, end_sign_ins
from lms.core import audit, clock, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission, Role
from lms.core.secrets_ import digest


def version_of(person: Person) -> str:
    """Changes whenever what a person may edit changes: the ETag, and the form's hidden field."""
    return digest("\x1f".join((str(person.id), person.display_name, person.legal_name, person.language))).hex()[:16]


def change_person(actor: Actor, person_id: UUID, *, version: str, **changes: Any) -> Person:
    """Change names or language. Raises StaleEdit unless `version` is the present one."""
    actor.require(
        Permission.PROFILE_EDIT if actor.person == person_id else Permission.PERSON_EDIT,
        about=person_id,
        at=queries.lineages_of(person_id),
    )
    person = get_or_refuse(Person, person_id, lock=True)
    if version != version_of(person):
        raise StaleEdit()
    changed = {name: value for name, value in changes.items() if getattr(person, name) != value}
    for name, value in changed.items():
        setattr(person, name, value)
    if changed:
        audit.record(actor, "person.changed", about=person_id, thing=person, fields=sorted(changed))
    return person


def set_password(actor: Actor, person: Person, password: str, *, keeping: UUID | None = None) -> None:
    """Set a new password, end the person's other sign-ins (all but `keeping`), and tell them by mail.

    Raises WeakPassword.
    """
    actor.require(Permission.PROFILE_EDIT, about=person.id)
    about = [person.display_name, person.legal_name, *(each.address for each in queries.emails_of(person.id))]
    if fault := passwords.fault_in(password, about):
        raise WeakPassword(fault, fields={"new_password": fault})
    person.password_hash = passwords.hash_password(password)
    end_sign_ins(actor, person.id, but=keeping)
    audit.record(actor, "person.password_set", about=person.id, thing=person)
    if address := queries.primary_email(person.id):
        letters.write(
            address, person.language, N_("Your password was changed"),
            N_("The password of your Llwybr account was changed just now, and you were signed out everywhere else."),
            N_("If this was not you, set a new password at once: %(link)s"),
            link=letters.link(person.language, "/forgotten-password"),
        )  # fmt: skip


def change_password(actor: Actor, present: str, new: str, *, keeping: UUID | None) -> None:
    """One's own password, with the present one asked again. Raises WrongPassword, WeakPassword, TooMany."""
    assert actor.person is not None
    throttle.take(f"password of {actor.person}", limit=PER_ADDRESS, per_seconds=WINDOW)
    person = get_or_refuse(Person, actor.person, lock=True)
    if not passwords.verify(person.password_hash, present):
        raise WrongPassword(fields={"password": WrongPassword.title})
    set_password(actor, person, new, keeping=keeping)


def create_administrator(actor: Actor, name: str, address: str, password: str, place: Organisation) -> Person:
    """The first administrator of a place: for the command line. Raises AddressTaken, WeakPassword."""
    actor.require(Permission.ROLE_GRANT, at=place.lineage)
    if queries.person_at(address):
        raise AddressTaken()
    if fault := passwords.fault_in(password, (name, address)):
        raise WeakPassword(fault)
    person = record(
        Person(display_name=name, legal_name=name, language="en", password_hash=passwords.hash_password(password))
    )
    db.session.add(
        EmailAddress(person_id=person.id, address=address.strip().lower(), verified_at=clock.now(), is_primary=True)
    )
    granted = record(
        RoleGrant(person_id=person.id, role=Role.ADMINISTRATOR, organisation_id=place.id, starts_on=clock.today())
    )
    audit.record(actor, "role.granted", about=person.id, thing=granted, role=Role.ADMINISTRATOR, at=place.code)
    return person
