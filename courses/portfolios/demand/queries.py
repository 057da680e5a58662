"""Open portfolios, what waits, and capacity, by body or by sector. Three queries, however many bodies there are."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, literal, or_, select, true

from courses.enrolments.models import WAITING_STATES, Enrolment, EnrolmentState
from courses.portfolios.demand.rules import Need
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio, PortfolioState
from courses.supervision.models import Supervision, SupervisorLicence
from courses.supervision.queries import has_left, licence_is_live
from lms.accounts.models import Membership, Organisation
from lms.accounts.queries import live, people_within, sectors
from lms.core import clock
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission

NOWHERE = Bilingual("On their own", "Ar eu pen eu hunain")
BY = ("organisation", "sector")


def needs(actor: Actor, programme_code: str, by: str) -> list[Need]:
    """Where the actor organises, most short of places first, then by learners. A person in two bodies counts in each."""
    asked, given = _demand(actor, programme_code, by), _capacity(actor, programme_code, by)
    names = _names(by, asked.keys() | given.keys())
    found = [
        Need(key, names.get(key, NOWHERE), *asked.get(key, (0, 0, 0, 0)), *given.get(key, (0, 0, 0)))
        for key in asked.keys() | given.keys()
    ]
    return sorted(found, key=lambda each: (-each.short, -each.learners, -each.capacity, each.name.en))


def _demand(actor: Actor, programme_code: str, by: str) -> dict[str, tuple[int, int, int, int]]:
    reach = actor.reach(Permission.SUPERVISION_DEMAND)
    within: ColumnElement[bool] = (
        true() if reach.everything else Enrolment.organisation_lineage.overlap(list(reach.places))
    )
    root = select(Organisation.id).where(Organisation.parent_id.is_(None), Organisation.id.in_(reach.places))
    alone = and_(Enrolment.organisation_id.is_(None), exists(root))
    supervised = exists().where(
        Supervision.learner_id == Portfolio.learner_id, Supervision.programme_code == Portfolio.programme_code,
        Supervision.ends_on.is_(None),
    )  # fmt: skip
    oldest_item = (
        select(func.min(EvidenceItem.submitted_at))
        .where(EvidenceItem.portfolio_id == Portfolio.id, EvidenceItem.state == EvidenceState.SUBMITTED)
        .correlate(Portfolio)
        .scalar_subquery()
    )
    since = func.least(oldest_item, case((Portfolio.state == PortfolioState.SUBMITTED, Portfolio.submitted_at)))
    key = Enrolment.sector if by == "sector" else Enrolment.organisation_id
    open_ones = (
        select(
            cast(key, String).label("key"), Portfolio.learner_id, supervised.label("supervised"), since.label("since"),
        )
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .where(
            Portfolio.programme_code == programme_code, Portfolio.state != PortfolioState.SIGNED_OFF,
            Enrolment.state.not_in((EnrolmentState.WITHDRAWN, *WAITING_STATES)), or_(within, alone),
        )
        .subquery()
    )  # fmt: skip
    learner = open_ones.c.learner_id
    rows = db.session.execute(
        select(
            func.coalesce(open_ones.c.key, literal("")),
            func.count(learner.distinct()),
            func.count(learner.distinct()).filter(~open_ones.c.supervised),
            func.count(learner.distinct()).filter(open_ones.c.since.is_not(None)),
            func.min(open_ones.c.since),
        ).group_by(open_ones.c.key)
    )
    return {key: (all_, lacking, waiting, _days(since)) for key, all_, lacking, waiting, since in rows}


def _days(since: Any) -> int:
    return (clock.now() - since).days if since else 0


def _capacity(actor: Actor, programme_code: str, by: str) -> dict[str, tuple[int, int, int]]:
    today = clock.today()
    taken = (
        select(func.count())
        .where(
            Supervision.supervisor_id == SupervisorLicence.person_id,
            Supervision.programme_code == SupervisorLicence.programme_code,
            Supervision.ends_on.is_(None),
        )
        .correlate(SupervisorLicence)
        .scalar_subquery()
    )
    licences = (
        select(
            SupervisorLicence.person_id,
            func.max(SupervisorLicence.capacity).label("capacity"),
            func.max(taken).label("taken"),
        )
        .where(
            SupervisorLicence.programme_code == programme_code, licence_is_live(today),
            ~has_left(SupervisorLicence.person_id, today),
            people_within(actor.reach(Permission.SUPERVISION_DEMAND), SupervisorLicence.person_id.expression),
        )
        .group_by(SupervisorLicence.person_id)
        .subquery()
    )  # fmt: skip
    key = Membership.sector if by == "sector" else Membership.organisation_id
    placed = (
        select(licences.c.person_id, licences.c.capacity, licences.c.taken, cast(key, String).label("key"))
        .outerjoin(Membership, and_(Membership.person_id == licences.c.person_id, live(today)))
        .distinct()
        .subquery()
    )
    rows = db.session.execute(
        select(
            func.coalesce(placed.c.key, literal("")),
            func.count(),
            func.sum(placed.c.capacity),
            func.sum(placed.c.taken),
        ).group_by(placed.c.key)
    )
    return {key: (count, capacity, given) for key, count, capacity, given in rows}


def _names(by: str, keys: Any) -> dict[str, Bilingual]:
    if by == "sector":
        return {each.code: each.title for each in sectors()}
    found = db.session.scalars(
        select(Organisation).where(cast(Organisation.id, String).in_([key for key in keys if key]))
    )
    return {str(each.id): each.name for each in found}
