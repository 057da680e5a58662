"""How supervision is arranged for a learner: the rule that counts, who finds a supervisor, and whom that could be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from courses.supervision import queries, rules
from courses.supervision.models import Policy, Scope, StandIn, StandInKind, SupervisorLicence
from lms.accounts.models import Membership, Organisation, Person, RoleGrant
from lms.accounts.queries import gives, lineages_of, live
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Permission


@dataclass(frozen=True)
class Arrangement:
    """What counts for a learner in a programme."""

    scope: Scope = Scope.ANYWHERE
    finder: Person | None = None
    escalate_after: int = rules.ESCALATE_AFTER
    sample_percent: int = rules.SAMPLE_PERCENT


def arrangement_of(learner_id: UUID, programme_code: str) -> Arrangement:
    """The nearest policy's word, field by field; the house's own where nobody has said anything."""
    depth = func.coalesce(func.array_length(Organisation.lineage, 1), 0)
    found = db.session.scalars(
        select(Policy)
        .outerjoin(Policy.organisation)
        .options(joinedload(Policy.finder))
        .where(
            Policy.programme_code == programme_code,
            Policy.organisation_id.is_(None) | Policy.organisation_id.in_(lineages_of(learner_id)),
        )
        .order_by(depth.desc(), Policy.id)
    ).all()
    said = {
        name: next((value for each in found if (value := getattr(each, name)) is not None), None)
        for name in Arrangement.__dataclass_fields__
    }
    return Arrangement(**{name: value for name, value in said.items() if value is not None})


def shortest_wait() -> int:
    """The fewest days after which anything anywhere has waited too long."""
    said = db.session.scalar(select(func.min(Policy.escalate_after)))
    return min(said or rules.ESCALATE_AFTER, rules.ESCALATE_AFTER)


def finder_of(learner_id: UUID, programme_code: str, day: date) -> Person | None:
    """Who finds a supervisor for this learner: the one whom the policy names, or else the nearest who may assign."""
    named = arrangement_of(learner_id, programme_code).finder
    if named is not None and not db.session.scalar(select(queries.has_left(named.id, day))):
        return named
    return db.session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(
            gives(Permission.SUPERVISION_ASSIGN, day),
            RoleGrant.organisation_id.in_(lineages_of(learner_id)),
            Person.id != learner_id,
        )
        .order_by(func.array_length(Organisation.lineage, 1).desc(), RoleGrant.role.desc(), RoleGrant.id)
        .limit(1)
    ).first()


def places_of(people: Iterable[UUID], day: date) -> dict[UUID, list[list[UUID]]]:
    """The lineages of the bodies that each of these people is in that day."""
    rows = db.session.execute(
        select(Membership.person_id, Organisation.lineage)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(list(people)), live(day))
    )
    found: dict[UUID, list[list[UUID]]] = {}
    for person_id, lineage in rows:
        found.setdefault(person_id, []).append(lineage)
    return found


def proposed(learner_id: UUID, programme_code: str) -> list[tuple[SupervisorLicence, rules.Offered]]:
    """Who could supervise this learner by the rule that counts there, best first; never the learner."""
    today = clock.today()
    offered = [
        (licence, count)
        for licence, count in queries.licensed_now(today)
        if licence.programme_code == programme_code and licence.person_id != learner_id
    ]
    places = places_of([learner_id, *(licence.person_id for licence, _ in offered)], today)
    mine = places.get(learner_id, [])
    by_id = {licence.id: licence for licence, _ in offered}
    ranked = rules.ranked(
        (
            rules.Offered(
                licence.id, rules.nearness(mine, places.get(licence.person_id, [])), licence.capacity - count,
                licence.person.display_name,
            )
            for licence, count in offered
        ),
        arrangement_of(learner_id, programme_code).scope,
    )  # fmt: skip
    return [(by_id[each.licence_id], each) for each in ranked]


def nearest(mine: list[list[UUID]], others: Mapping[UUID, list[list[UUID]]], free: Mapping[UUID, int]) -> UUID | None:
    """Of these people, who is nearest to somebody at `mine`, and then has most room."""
    return min(others, key=lambda each: (rules.nearness(mine, others[each]), -free[each], str(each)), default=None)


def deputy_of(supervisor_id: UUID, programme_code: str, day: date) -> Person | None:
    """The named deputy who may decide that day: licensed, and not gone. Cover goes first, for it is there by the day."""
    licensed = select(SupervisorLicence.person_id).where(
        SupervisorLicence.programme_code == programme_code, queries.licence_is_live(day)
    )
    return db.session.scalars(
        select(Person)
        .join(StandIn, StandIn.deputy_id == Person.id)
        .where(
            StandIn.supervisor_id == supervisor_id,
            StandIn.programme_code == programme_code,
            queries.stands_in(day),
            Person.id.in_(licensed),
            ~queries.has_left(Person.id, day),
        )
        .order_by(StandIn.kind == StandInKind.DEPUTY, StandIn.id.desc())
        .limit(1)
    ).first()
