"""Reads of supervision. What ended on a day no longer counts on that day."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from courses.catalogue.models import Programme
from courses.supervision.models import Attestation, Supervision, SupervisorLicence
from courses.supervision.rules import Supervised
from lms.accounts.models import Person
from lms.accounts.queries import live, people_within
from lms.core import clock
from lms.core.db import DAY, Day, db
from lms.core.permissions import Actor, Permission

is_member = live
"""The membership holds that day; what supervision asks of a membership is what accounts say of it."""


def supervised_by(supervisor: Any) -> Select[UUID]:
    """Ids of the learners whom a person supervises on the day of the parameter `today`. Takes an id or a column."""
    return select(Supervision.learner_id).where(
        Supervision.supervisor_id == supervisor,
        Supervision.starts_on <= bindparam("today", type_=Date),
        Supervision.ends_on.is_(None),
    )


def supervised_people(supervisor_id: UUID) -> frozenset[UUID]:
    """The learners whom this person supervises today."""
    return frozenset(db.session.scalars(supervised_by(supervisor_id), {"today": clock.today()}))


def licence_is_live(day: Day) -> ColumnElement[bool]:
    return and_(
        SupervisorLicence.starts_on <= day,
        SupervisorLicence.ends_on >= day,
        SupervisorLicence.withdrawn_on.is_(None) | (SupervisorLicence.withdrawn_on > day),
    )


def live_licence(person_id: UUID, programme_code: str, day: date) -> SupervisorLicence | None:
    """The licence with which this person may supervise and sign off in the programme that day."""
    return db.session.scalars(
        select(SupervisorLicence)
        .where(
            SupervisorLicence.person_id == person_id,
            SupervisorLicence.programme_code == programme_code,
            licence_is_live(day),
        )
        .order_by(SupervisorLicence.ends_on.desc())
        .limit(1)
    ).one_or_none()


def live_licences_of(person_id: UUID, day: date) -> list[SupervisorLicence]:
    """Every licence that the person may use that day, with its programme."""
    return list(
        db.session.scalars(
            select(SupervisorLicence)
            .options(joinedload(SupervisorLicence.programme))
            .where(SupervisorLicence.person_id == person_id, licence_is_live(day))
            .order_by(SupervisorLicence.ends_on)
        )
    )


@cache
def _supervisor() -> Select[Supervision]:
    return (
        select(Supervision)
        .options(joinedload(Supervision.supervisor))
        .where(
            Supervision.learner_id == bindparam("learner"),
            Supervision.programme_code == bindparam("programme"),
            Supervision.starts_on <= DAY,
            Supervision.ends_on.is_(None) | (Supervision.ends_on > DAY),
        )
        .order_by(Supervision.starts_on.desc())
        .limit(1)
    )


def supervisor_of(learner_id: UUID, programme_code: str, day: date) -> Supervision | None:
    """Who has this learner in the programme that day, with the supervisor loaded."""
    asked = {"learner": learner_id, "programme": programme_code, "day": day}
    return db.session.scalars(_supervisor(), asked).one_or_none()


def attestation_holds(day: Day) -> ColumnElement[bool]:
    """In force that day: within its dates, not ended early, and its supervisor holds a live licence."""
    return and_(
        Attestation.starts_on <= day,
        Attestation.ends_on >= day,
        Attestation.ended_on.is_(None) | (Attestation.ended_on > day),
        exists().where(
            SupervisorLicence.person_id == Attestation.supervisor_id,
            SupervisorLicence.programme_code == Attestation.programme_code,
            licence_is_live(day),
        ),
    )


def attestation_on(learner_id: UUID, programme_code: str, day: date) -> Attestation | None:
    """The attestation in force that day; of several the one that holds longest."""
    return db.session.scalars(
        select(Attestation)
        .options(joinedload(Attestation.supervisor))
        .where(
            Attestation.learner_id == learner_id,
            Attestation.programme_code == programme_code,
            attestation_holds(day),
        )
        .order_by(Attestation.ends_on.desc())
        .limit(1)
    ).one_or_none()


_SUPERVISORS = (
    select(
        Supervision.programme_code,
        Person.display_name,
        exists().where(
            SupervisorLicence.person_id == Supervision.supervisor_id,
            SupervisorLicence.programme_code == Supervision.programme_code,
            licence_is_live(DAY),
        ),
    )
    .join(Person, Person.id == Supervision.supervisor_id)
    .where(
        Supervision.learner_id == bindparam("learner"), Supervision.starts_on <= DAY, Supervision.ends_on.is_(None)
    )
)  # fmt: skip
_ATTESTED = (
    select(
        Attestation.programme_code,
        func.max(Attestation.ends_on).filter(attestation_holds(DAY)),
        func.max(func.coalesce(Attestation.ended_on, Attestation.ends_on)).filter(~attestation_holds(DAY)),
    )
    .where(Attestation.learner_id == bindparam("learner"))
    .group_by(Attestation.programme_code)
)


def supervised_in(learner_id: UUID, day: date) -> Mapping[str, Supervised]:
    """How a learner stands in each programme where there is anything to say. Two queries."""
    asked = {"learner": learner_id, "day": day}
    supervisors = {code: (name, live) for code, name, live in db.session.execute(_SUPERVISORS, asked)}
    attested = {code: (until, ended) for code, until, ended in db.session.execute(_ATTESTED, asked)}
    return {
        code: Supervised(*supervisors.get(code, (None, False)), *attested.get(code, (None, None)))
        for code in supervisors.keys() | attested.keys()
    }


def learners_of(supervisor_id: UUID) -> Select[Supervision]:
    """Whom this person supervises now."""
    return (
        select(Supervision)
        .options(joinedload(Supervision.learner), joinedload(Supervision.programme))
        .where(Supervision.supervisor_id == supervisor_id, Supervision.ends_on.is_(None))
    )


def attestations_in_force(learner_ids: list[UUID], day: date) -> dict[tuple[UUID, str], Attestation]:
    """By learner and programme; of several the one that holds longest."""
    found = db.session.scalars(
        select(Attestation)
        .where(Attestation.learner_id.in_(learner_ids), attestation_holds(day))
        .order_by(Attestation.ends_on)
    )
    return {(each.learner_id, each.programme_code): each for each in found}


def learners_now(supervisor_id: UUID, programme_code: str) -> int:
    """How many learners this person has in the programme."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Supervision.supervisor_id == supervisor_id,
                Supervision.programme_code == programme_code,
                Supervision.ends_on.is_(None),
            )
        )
        or 0
    )


def lapsed(since: date, today: date) -> list[tuple[UUID, str]]:
    """Learner and programme of every attestation that was to hold after `since`, where none holds today."""
    other = aliased(Attestation, name="lapsed")
    still = exists().where(
        Attestation.learner_id == other.learner_id,
        Attestation.programme_code == other.programme_code,
        attestation_holds(today),
    )
    found = db.session.execute(
        select(other.learner_id, other.programme_code)
        .where(other.starts_on <= today, other.ends_on >= since, ~still)
        .distinct()
    )
    return [(learner, programme) for learner, programme in found]


def supervisions_for(actor: Actor) -> Select[Supervision]:
    """What the actor may see: as learner, as supervisor, or where they organise."""
    reach = actor.reach(Permission.SUPERVISION_READ)
    found = select(Supervision).options(
        joinedload(Supervision.learner), joinedload(Supervision.supervisor), joinedload(Supervision.programme)
    )
    supervised = Supervision.supervisor_id.in_(reach.people)
    return found.where(or_(supervised, people_within(reach, Supervision.learner_id.expression)))


def supervisions_in_reach(actor: Actor) -> Select[Supervision]:
    """Those of learners where the actor assigns supervisors."""
    return (
        select(Supervision)
        .options(joinedload(Supervision.learner), joinedload(Supervision.supervisor), joinedload(Supervision.programme))
        .where(people_within(actor.reach(Permission.SUPERVISION_ASSIGN), Supervision.learner_id.expression))
    )


def attestations_for(actor: Actor) -> Select[Attestation]:
    """What the actor may see: about themselves, made by themselves, or where they organise."""
    reach = actor.reach(Permission.SUPERVISION_READ)
    found = select(Attestation).options(joinedload(Attestation.learner), joinedload(Attestation.supervisor))
    made = Attestation.supervisor_id.in_(reach.people)
    return found.where(or_(made, people_within(reach, Attestation.learner_id.expression)))


def licences_for(actor: Actor) -> Select[SupervisorLicence]:
    """One's own, and those of people where one organises."""
    reach = actor.reach(Permission.SUPERVISION_READ)
    found = select(SupervisorLicence).options(
        joinedload(SupervisorLicence.person), joinedload(SupervisorLicence.programme)
    )
    return found.where(people_within(reach, SupervisorLicence.person_id.expression))


def licensed_now(day: date) -> list[tuple[SupervisorLicence, int]]:
    """Live licences that have room, with how many learners their holders have; by name."""
    taken = (
        select(func.count())
        .where(
            Supervision.supervisor_id == SupervisorLicence.person_id,
            Supervision.programme_code == SupervisorLicence.programme_code,
            Supervision.ends_on.is_(None),
        )
        .scalar_subquery()
    )
    found: Any = db.session.execute(
        select(SupervisorLicence, taken)
        .join(SupervisorLicence.person)
        .options(joinedload(SupervisorLicence.person), joinedload(SupervisorLicence.programme))
        .where(licence_is_live(day), taken < SupervisorLicence.capacity)
        .order_by(Person.display_name)
        .limit(500)
    )
    return [(licence, count) for licence, count in found]


def programmes() -> list[Programme]:
    return list(db.session.scalars(select(Programme).order_by(Programme.position, Programme.code)))
