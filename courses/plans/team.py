"""A team beside what its work asks: people and domains, for those who may see names. Constant queries a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, literal, or_, select
from sqlalchemy.orm import load_only

from frameworks.assessment import measuring, queries
from frameworks.assessment.queries import Outline
from frameworks.assessment.rules import Reach, reach_of
from lms.accounts.models import Membership, Organisation, Person
from lms.accounts.queries import live
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Forbidden
from lms.core.permissions import Actor, Permission
from lms.core.reference import kept
from lms.core.web.paging import page_of

PAGE = 25
ORDER = (Person.display_name, Person.id)


@dataclass(frozen=True)
class Member:
    """Somebody in the team. `shared`: their ratings can be opened."""

    person_id: UUID
    name: str
    reaches: Mapping[str, Reach]
    shared: bool


@dataclass(frozen=True)
class Team:
    outline: Outline
    members: Sequence[Member]
    next: str | None


@kept
def _root() -> UUID | None:
    return db.session.scalar(select(Organisation.id).where(Organisation.parent_id.is_(None)))


def people(actor: Actor) -> Select[Person]:
    """Those who name the actor as their line manager, and those at the organisations whose team they lead.

    Whoever leads at the root leads everybody, those without a body too (`accounts.queries.people_within`). For everybody
    else the memberships are looked for first: the names of a nation, one by one, would take a second.
    """
    places = actor.reach(Permission.TEAM_READ).places
    found = select(Person).options(load_only(Person.display_name)).where(Person.id != actor.person)
    if _root() in places:
        return found
    mine = Membership.line_manager_id == actor.person
    if places:
        led = select(Organisation.id).where(Organisation.lineage.overlap(list(places)))
        mine = or_(mine, Membership.organisation_id.in_(led))
    return found.where(Person.id.in_(select(Membership.person_id).where(mine, live(clock.today()))))


def has_team(actor: Actor) -> bool:
    """One query, or none."""
    if actor.person is None or not actor.might(Permission.TEAM_READ):
        return False
    if actor.reach(Permission.TEAM_READ).places:
        return True
    named = exists(select(literal(1)).where(Membership.line_manager_id == actor.person, live(clock.today())))
    return bool(db.session.scalar(select(named)))


def team(actor: Actor, code: str, cursor: str | None = None) -> Team:
    """A page of the people and where they are, as far as they share it; that it was read is recorded.

    Raises Forbidden, NotFound. Five queries and the record.
    """
    if actor.person is None or not actor.might(Permission.TEAM_READ):
        raise Forbidden()
    it = queries.outline(code)
    page = page_of(people(actor), cursor, PAGE, key=ORDER)
    ids = [each.id for each in page.items]
    reaches = reaches_of(it, ids)
    if ids:
        audit.record(actor, "team.read", framework=code, people=len(ids))
    members = [Member(each.id, each.display_name, *reaches[each.id]) for each in page.items]
    return Team(it, members, page.next)


def reaches_of(it: Outline, ids: Sequence[UUID]) -> dict[UUID, tuple[Mapping[str, Reach], bool]]:
    """By person: where they are in each domain, as a manager may see it, and whether they share it. Three queries."""
    day = clock.today()
    places, shared = queries.places_of(ids, day), queries.sharing_of(ids, it.framework_id)
    marks, measure = measuring.marks_of(ids, it.framework_id), measuring.yardstick(it.code)
    found: dict[UUID, tuple[Mapping[str, Reach], bool]] = {}
    asked = queries.needed_of(it, [tuple(places.get(each, ())) for each in ids])
    for person, needed in zip(ids, asked, strict=True):
        shares = shared.get(person, queries.PRIVATE).to_manager
        met = measure.met(needed, marks.get(person, ()), day)
        reaches = dict.fromkeys(it.domain_codes, Reach.NOT_NEEDED)
        for domain, wanted in measure.wanted(needed).items():
            reaches[domain] = reach_of(met.get(domain, 0), wanted) if shares else Reach.NOT_SHARED
        found[person] = (reaches, shares)
    return found
