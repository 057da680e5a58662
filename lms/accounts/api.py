"""JSON: tokens, oneself, people, memberships, grants, organisations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired

from lms.accounts import queries, services
from lms.accounts.errors import (
    AlreadyEnded,
    AlreadyGranted,
    EndsBeforeStart,
    MembershipOverlaps,
    NotYourself,
    WrongCredentials,
)
from lms.accounts.models import ApiToken, Membership, Organisation, Person, RoleGrant
from lms.accounts.schemas import (
    EndIn,
    GrantIn,
    GrantOut,
    MembershipIn,
    MembershipOfIn,
    MembershipOut,
    NewTokenOut,
    OrganisationOut,
    PersonChangeIn,
    PersonOut,
    TokenIn,
    TokenOut,
)
from lms.accounts.services.people import version_of
from lms.core import clock
from lms.core.errors import StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web import edge
from lms.core.web.api import Api
from lms.core.web.fields import Text
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

api = Api("accounts", __name__, description="People, organisations, memberships, roles and tokens")


class OrganisationQuery(PageQuery):
    q = Text(max=100, load_default="", metadata={"description": "Words of a name in either language, or of a code"})


class PeopleQuery(PageQuery):
    q = Text(max=100, load_default="", metadata={"description": "Words of a name, or of an e-mail address"})


MembershipPage = page_schema(MembershipOut)
OrganisationPage = page_schema(OrganisationOut)
PersonPage = page_schema(PersonOut)
TokenPage = page_schema(TokenOut)


@api.operation(
    "POST", "/tokens", needs=Permission.SIGN_IN, body=TokenIn, returns=(201, NewTokenOut), raises=(WrongCredentials,),
    remembers=False,
)  # fmt: skip
def create_token(
    actor: Actor, address: str, password: str, name: str, scopes: list[str] | None, until: datetime | None
) -> dict[str, Any]:
    """Exchange an address and a password for a personal token. The secret is shown this once."""
    person = services.check_credentials(address, password, edge.origin())
    owner = Actor(person=person.id, name=person.display_name, language=person.language)
    token, secret = services.create_token(owner, person, name, sorted(set(scopes)) if scopes else scopes, until)
    names = ("id", "name", "hint", "scopes", "created_at", "until", "last_used_at")
    return {each: getattr(token, each) for each in names} | {"secret": secret}


@api.operation("GET", "/tokens", needs=Permission.TOKEN_MANAGE, query=PageQuery, returns=(200, TokenPage))
def tokens(actor: Actor, cursor: str | None, size: int) -> Page[ApiToken]:
    """One's own tokens that still work; never their secrets."""
    actor.require(Permission.TOKEN_MANAGE, about=actor.person)
    return page_of(queries.tokens_of(_me(actor)), cursor, size, key=(ApiToken.id,), descending=True)


@api.operation("DELETE", "/tokens/<uuid:token_id>", needs=Permission.TOKEN_MANAGE, returns=(204, None))
def revoke_token(actor: Actor, token_id: UUID) -> None:
    """Revoke one's own token."""
    services.revoke_token(actor, token_id)


@api.operation("GET", "/me", needs=Permission.PROFILE_READ, returns=(200, PersonOut))
def me(actor: Actor) -> Any:
    """Oneself: names, addresses, memberships in force, roles. The ETag is needed for a change."""
    actor.require(Permission.PROFILE_READ, about=actor.person)
    return _person(queries.person(_me(actor)))


@api.operation("PATCH", "/me", needs=Permission.PROFILE_EDIT, body=PersonChangeIn, returns=(200, PersonOut))
def change_me(actor: Actor, **changes: str) -> Any:
    """Change one's names or language. `If-Match` with the ETag that was read is needed."""
    if not request.if_match:
        raise PreconditionRequired()
    version = next(iter(request.if_match.as_set()), "*")
    if version == "*":
        version = version_of(queries.person(_me(actor)))
    try:
        return _person(services.change_person(actor, _me(actor), version=version, **changes))
    except StaleEdit as stale:
        raise PreconditionFailed() from stale


@api.operation(
    "GET", "/me/memberships", needs=Permission.PROFILE_READ, query=PageQuery, returns=(200, MembershipPage)
)  # fmt: skip
def my_memberships(actor: Actor, cursor: str | None, size: int) -> Page[Membership]:
    """One's memberships, past ones too, newest first."""
    actor.require(Permission.PROFILE_READ, about=actor.person)
    found = queries.memberships_of(_me(actor))
    return page_of(found, cursor, size, key=(Membership.starts_on, Membership.id), descending=True)


@api.operation(
    "POST", "/me/memberships", needs=Permission.PROFILE_EDIT, body=MembershipIn, returns=(201, MembershipOut),
    raises=(MembershipOverlaps, EndsBeforeStart),
)  # fmt: skip
def join_body(actor: Actor, **given: Any) -> Membership:
    """Say where one belongs: paid or not, with a body or without."""
    return services.add_membership(actor, _me(actor), **given)


@api.operation(
    "PATCH", "/memberships/<uuid:membership_id>", needs=Permission.PROFILE_EDIT, body=EndIn,
    returns=(200, MembershipOut), raises=(AlreadyEnded, EndsBeforeStart),
)  # fmt: skip
def end_membership(actor: Actor, membership_id: UUID, ends_on: date) -> Membership:
    """Give a membership its last day: one's own, or of a person whom one may edit."""
    return services.end_membership(actor, membership_id, ends_on)


@api.operation("GET", "/people", needs=Permission.PERSON_READ, query=PeopleQuery, returns=(200, PersonPage))
def people(actor: Actor, cursor: str | None, size: int, q: str) -> Page[dict[str, Any]]:
    """People at the organisations where one may read people, by name."""
    found = queries.people(actor.reach(Permission.PERSON_READ), q)
    page = page_of(found, cursor, size, key=(Person.display_name, Person.id))
    today = clock.today()
    return Page([_shape(each, _live(each, today), []) for each in page.items], page.next)


@api.operation("GET", "/people/<uuid:person_id>", needs=Permission.PERSON_READ, returns=(200, PersonOut))
def person(actor: Actor, person_id: UUID) -> Any:
    """A person at one of the organisations where one may read people."""
    found = queries.person(person_id)
    actor.require_or_hide(Permission.PERSON_READ, about=person_id, at=queries.lineages_of(person_id))
    return _person(found)


@api.operation(
    "POST", "/people/<uuid:person_id>/memberships", needs=Permission.PERSON_EDIT, body=MembershipOfIn,
    returns=(201, MembershipOut), raises=(MembershipOverlaps, EndsBeforeStart),
)  # fmt: skip
def add_membership(actor: Actor, person_id: UUID, **given: Any) -> Membership:
    """Record where a person belongs, with a line manager if there is one."""
    queries.person(person_id)
    actor.require_or_hide(Permission.PERSON_READ, at=queries.lineages_of(person_id))
    return services.add_membership(actor, person_id, **given)


@api.operation(
    "POST", "/grants", needs=Permission.ROLE_GRANT, body=GrantIn, returns=(201, GrantOut),
    raises=(NotYourself, AlreadyGranted, EndsBeforeStart),
)  # fmt: skip
def grant(actor: Actor, person_id: UUID, **given: Any) -> RoleGrant:
    """Give a person a role at an organisation within one's own reach."""
    return services.grant_role(actor, person_id, given.pop("role"), given.pop("organisation_id"), **given)


@api.operation(
    "PATCH", "/grants/<uuid:grant_id>", needs=Permission.ROLE_GRANT, body=EndIn, returns=(200, GrantOut),
    raises=(AlreadyEnded, EndsBeforeStart),
)  # fmt: skip
def end_grant(actor: Actor, grant_id: UUID, ends_on: date) -> RoleGrant:
    """Give a role its last day."""
    return services.end_role(actor, grant_id, ends_on)


@api.operation(
    "GET", "/organisations", needs=Permission.PUBLIC_READ, query=OrganisationQuery, returns=(200, OrganisationPage)
)  # fmt: skip
def organisations(actor: Actor, cursor: str | None, size: int, q: str) -> Page[Organisation]:
    """Bodies of the tree, by code."""
    return page_of(queries.organisations(q), cursor, size, key=(Organisation.code,))


def _me(actor: Actor) -> UUID:
    """Whose token it is; only people carry tokens."""
    assert actor.person is not None
    return actor.person


def _person(found: Person) -> tuple[dict[str, Any], dict[str, str]]:
    today = clock.today()
    shape = _shape(found, queries.membership_on(found.id, today), queries.grants_of(found.id, today))
    return shape, {"ETag": f'"{version_of(found)}"'}


def _live(found: Person, today: date) -> list[Membership]:
    return [each for each in found.memberships if each.starts_on <= today and (each.ends_on or today) >= today]


def _shape(found: Person, memberships: list[Membership], grants: list[RoleGrant]) -> dict[str, Any]:
    names = ("id", "display_name", "legal_name", "language", "emails")
    return {name: getattr(found, name) for name in names} | {"memberships": memberships, "roles": grants}
