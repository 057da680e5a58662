"""Reads of enrolments, and of what the rules look at. Each function says how many queries it makes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import contains_eager, joinedload

from courses.catalogue.models import CapacityRule, Course, CourseStatement, CourseStatus, CourseVersion
from courses.catalogue.offered import Offered, on_offer
from courses.catalogue.queries import names as catalogue_names
from courses.catalogue.rules.conditions import Names
from courses.enrolments import rules
from courses.enrolments.models import (
    OPEN_STATES,
    SEATED_STATES,
    Enrolment,
    EnrolmentEvent,
    EnrolmentState,
)
from courses.enrolments.rules.facts import Application, Offer, Place
from courses.enrolments.vouching import vouched_for
from courses.supervision.queries import supervised_in
from courses.supervision.rules import Supervised
from frameworks.queries import level_names, place_names, requirements
from frameworks.rules import required_level
from lms.accounts.models import (
    JobRole,
    Membership,
    Organisation,
    Person,
    ProfessionalRegistration,
    Sector,
    StaffGroup,
)
from lms.accounts.queries import live
from lms.core.db import DAY, db
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.reference import kept


@dataclass(frozen=True)
class Last:
    """A learner's newest enrolment on a course."""

    id: UUID
    state: EnrolmentState
    version_id: UUID
    completed_on: date | None


@dataclass(frozen=True)
class LearnerFacts:
    """What the rules may know of a person, for whichever course. `enrolments` by course id."""

    person_id: UUID
    places: tuple[Place, ...]
    registers: frozenset[str]
    completed: frozenset[str]
    enrolments: Mapping[UUID, Last]
    supervised: Mapping[str, Supervised]


_REGISTERS = select(ProfessionalRegistration.register_code).where(
    ProfessionalRegistration.person_id == bindparam("person"),
    ProfessionalRegistration.ended_on.is_(None) | (ProfessionalRegistration.ended_on >= DAY),
)
_ENROLMENTS = (
    select(
        Enrolment.course_id, Course.code, Enrolment.id, Enrolment.state, Enrolment.course_version_id,
        Enrolment.completed_on,
    )
    .join(Course, Course.id == Enrolment.course_id)
    .where(Enrolment.learner_id == bindparam("person"))
    .order_by(Enrolment.id)
)  # fmt: skip
_PLACES = (
    select(
        Membership.id, Membership.sector, Membership.organisation_id, Organisation.name_en, Organisation.name_cy,
        Organisation.lineage, Membership.setting_code, Membership.job_role_code, JobRole.staff_group, JobRole.clinical,
        Membership.paid,
    )
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .outerjoin(JobRole, JobRole.code == Membership.job_role_code)
    .where(Membership.person_id == bindparam("person"), live(DAY))
    .order_by(Membership.starts_on, Membership.id)
)  # fmt: skip


def learner_facts(person_id: UUID, on: date) -> LearnerFacts:
    """What is known of a learner on a day. Five queries."""
    asked = {"person": person_id, "day": on}
    last: dict[UUID, Last] = {}
    completed = set()
    for course_id, code, enrolment_id, state, version_id, completed_on in db.session.execute(_ENROLMENTS, asked):
        last[course_id] = Last(enrolment_id, state, version_id, completed_on)
        if state is EnrolmentState.COMPLETED:
            completed.add(code)
    return LearnerFacts(
        person_id,
        tuple(_place(*row) for row in db.session.execute(_PLACES, asked)) or (Place(),),
        frozenset(db.session.scalars(_REGISTERS, asked)),
        frozenset(completed),
        last,
        supervised_in(person_id, on),
    )


def _place(
    id: UUID, sector: Sector, organisation: UUID | None, en: str | None, cy: str | None, lineage: list[UUID] | None,
    setting: str | None, role: str | None, staff_group: str | None, clinical: bool | None, paid: bool | None,
) -> Place:  # fmt: skip
    return Place(
        membership_id=id,
        sector=sector.value,
        organisation_id=organisation,
        organisation=Bilingual(en or "", cy or "") if organisation else None,
        lineage=tuple(lineage or ()),
        setting=setting,
        role=role,
        staff_group=staff_group,
        clinical=bool(clinical),
        paid=paid,
    )


_SEATS_TAKEN = (
    select(Enrolment.course_version_id, func.count())
    .where(Enrolment.course_version_id == func.any(bindparam("versions", type_=ARRAY(Uuid))))
    .where(Enrolment.state.in_(SEATED_STATES), Enrolment.dated.is_(False))
    .group_by(Enrolment.course_version_id)
)


def seats_taken(version_ids: Collection[UUID]) -> dict[UUID, int]:
    """Places taken on each version. One query, or none."""
    if not version_ids:
        return {}
    found = db.session.execute(_SEATS_TAKEN, {"versions": list(version_ids)})
    return {row[0]: row[1] for row in found}


Version = CourseVersion | Offered
"""A version with its course: a row that may be locked, or what is kept of one on offer."""


def offers(versions: Iterable[Version]) -> dict[UUID, Offer]:
    """What each version offers now, by course id. One query at most; expects `version.course` to be loaded."""
    versions = list(versions)
    taken = seats_taken([each.id for each in versions if each.seats is not None])
    names = catalogue_names()
    return {
        each.course_id: Offer(
            code=each.course.code,
            title=each.title,
            programme=each.course.programme_code,
            programme_title=names.get(("programme", each.course.programme_code or "")),
            sectors=tuple(each.sectors),
            eligibility=each.eligibility,
            prerequisites=each.prerequisites,
            seats_left=None if each.seats is None else each.seats - taken.get(each.id, 0),
            chosen=each.capacity_rule in (CapacityRule.COHORT, CapacityRule.ALLOCATION),
        )
        for each in versions
    }


@dataclass(frozen=True)
class Asked:
    """What only some courses ask for: ranks of framework levels, the places with what they need, what others vouch for."""

    ranks: Mapping[tuple[str, str], int]
    places: tuple[Place, ...]
    vouched: frozenset[str]


def asked_by(offers: Iterable[Offer], facts: LearnerFacts, day: date) -> Asked:
    """As far as these courses ask. One query and one a framework that is asked for, one a fact of other rooms; else none."""
    conditions = [
        each for offer in offers for each in (*offer.eligibility.get("all", ()), *offer.eligibility.get("any", ()))
    ]
    vouched = vouched_for({kind for each in conditions for kind in each}, facts.person_id, day)
    places = facts.places
    wanted = {framework for each in conditions for framework in each.get("framework_level_min", ())}
    if not wanted:
        return Asked({}, places, vouched)
    needs = {framework: requirements(framework) for framework in wanted}
    ranks = {key: level.rank for key, level in level_names().items()}
    levelled = []
    for place in places:
        found = {
            framework: required_level(needs[framework], place.role, place.setting, place.sector, place.clinical)
            for framework in wanted
        }
        levelled.append(replace(place, levels={name: level.rank for name, level in found.items() if level}))
    return Asked(ranks, tuple(levelled), vouched)


def applications(
    facts: LearnerFacts,
    offer: Offer,
    on: date,
    *,
    declared: Iterable[str] = (),
    names: Names | None = None,
    asked: Asked | None = None,
) -> list[Application]:
    """One for each place that the learner could apply from. No query when `asked` is given."""
    asked = asked or asked_by([offer], facts, on)
    return [
        Application(
            offer=offer,
            place=place,
            on=on,
            registers=facts.registers,
            completed=facts.completed,
            supervised=facts.supervised.get(offer.programme or "", rules.NOBODY),
            declared=frozenset(declared),
            ranks=asked.ranks,
            vouched=asked.vouched,
            names=names or {},
        )
        for place in asked.places
    ]


@kept
def code_names() -> Names:
    """What roles, settings, sectors, staff groups and levels are called, by (kind, code)."""
    groups = {("staff_group", each.code): each.title for each in db.session.scalars(select(StaffGroup))}
    levels = {("level", f"{framework}:{code}"): level.title for (framework, code), level in level_names().items()}
    return {**place_names(), **groups, **levels}


def published(course_code: str) -> Offered | None:
    """The version on offer of the course of that code."""
    return on_offer().get(course_code)


def course_titles() -> list[tuple[str, Bilingual]]:
    """(code, title) of every course on offer."""
    return [(code, each.title) for code, each in on_offer().items()]


def related(version: Version) -> list[Offered]:
    """Other courses on offer of the same programme, or else of the same topic: where somebody refused could go."""
    others = [each for each in on_offer().values() if each.course_id != version.course_id]
    if programme := version.course.programme_code:
        near = [each for each in others if each.course.programme_code == programme]
    else:
        near = [each for each in others if each.topic_code == version.topic_code and not each.prerequisites]
    return near[:12]


def enrolment(enrolment_id: UUID) -> Enrolment | None:
    """One enrolment with its course, version and learner. One query."""
    found: Enrolment | None = db.session.scalars(_whole().where(Enrolment.id == enrolment_id)).one_or_none()
    return found


def enrolments_of(person_id: UUID) -> Select[Enrolment]:
    """A person's enrolments with course and version, in one query. Order them, or page them by id."""
    return _whole().where(Enrolment.learner_id == person_id)


def enrolments_for(
    actor: Actor,
    permission: Permission = Permission.ENROLMENT_READ,
    *,
    course_code: str | None = None,
    state: EnrolmentState | None = None,
) -> Select[Enrolment]:
    """The enrolments that a permission reaches, with learner, course, version and organisation."""
    found = _whole().where(within_reach(actor, permission))
    if course_code:
        found = found.where(Enrolment.course_id.in_(select(Course.id).where(Course.code == course_code)))
    return found.where(Enrolment.state == state) if state else found


def within_reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    reach = actor.reach(permission)
    if reach.everything:
        return true()
    return or_(Enrolment.learner_id.in_(reach.people), Enrolment.organisation_lineage.overlap(list(reach.places)))


def _whole() -> Select[Enrolment]:
    return select(Enrolment).options(
        joinedload(Enrolment.course).joinedload(Course.programme),
        joinedload(Enrolment.version),
        joinedload(Enrolment.learner),
        joinedload(Enrolment.organisation),
    )


def timeline(enrolment_id: UUID, limit: int = 200) -> Sequence[tuple[EnrolmentEvent, str | None]]:
    """What happened to an enrolment and who did it, newest first. One query."""
    found = db.session.execute(
        select(EnrolmentEvent, Person.display_name)
        .outerjoin(Person, Person.id == EnrolmentEvent.by)
        .where(EnrolmentEvent.enrolment_id == enrolment_id)
        .order_by(EnrolmentEvent.at.desc(), EnrolmentEvent.id.desc())
        .limit(limit)
    )
    return [(event, name) for event, name in found]


def waiting(version_id: UUID) -> Select[Enrolment]:
    """The waiting list, first come first. Who waits for a date is on the list of that date."""
    return (
        select(Enrolment)
        .where(
            Enrolment.course_version_id == version_id,
            Enrolment.state == EnrolmentState.WAITLISTED,
            Enrolment.dated.is_(False),
        )
        .order_by(Enrolment.id)
    )


def waiting_position(enrolment: Enrolment) -> int:
    """1 is the next to get a place."""
    ahead = select(func.count()).where(
        Enrolment.course_version_id == enrolment.course_version_id,
        Enrolment.state == EnrolmentState.WAITLISTED,
        Enrolment.id < enrolment.id,
    )
    return (db.session.scalar(ahead) or 0) + 1


def open_in_programme(learner_id: UUID, programme_code: str, states: Collection[EnrolmentState]) -> list[Enrolment]:
    """The learner's enrolments in a programme in those states, locked, with their versions."""
    return list(
        db.session.scalars(
            select(Enrolment)
            .join(Enrolment.version)
            .join(Enrolment.course)
            .options(contains_eager(Enrolment.version), contains_eager(Enrolment.course))
            .where(
                Enrolment.learner_id == learner_id,
                Course.programme_code == programme_code,
                Enrolment.state.in_(states),
            )
            .order_by(Enrolment.id)
            .with_for_update(of=Enrolment)
        )
    )


def open_enrolment(learner_id: UUID, course_id: UUID) -> Enrolment | None:
    return db.session.scalars(
        select(Enrolment).where(
            Enrolment.learner_id == learner_id, Enrolment.course_id == course_id, Enrolment.state.in_(OPEN_STATES)
        )
    ).one_or_none()


def courses_covering(framework: str, statements: Collection[str]) -> tuple[list[str], int]:
    """(codes of courses on offer that say they cover one of those statements, people who are on one now). One query."""
    covering = (
        select(CourseVersion.course_id, Course.code)
        .join(CourseStatement, CourseStatement.version_id == CourseVersion.id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            CourseVersion.status == CourseStatus.PUBLISHED, CourseStatement.framework_code == framework,
            CourseStatement.statement_code.in_(list(statements)),
        )
        .distinct()
        .subquery()
    )  # fmt: skip
    people = (
        select(func.count(Enrolment.learner_id.distinct()))
        .where(Enrolment.course_id.in_(select(covering.c.course_id)), Enrolment.state.in_(OPEN_STATES))
        .scalar_subquery()
    )
    codes, learners = db.session.execute(select(func.array_agg(covering.c.code.distinct()), people)).one()
    return sorted(codes or ()), learners
