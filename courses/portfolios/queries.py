"""Reads of portfolios: one learner's, one supervisor's queue, and what other rooms ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from courses.catalogue.models import Course, CourseVersion
from courses.enrolments.models import WAITING_STATES, Enrolment, EnrolmentState
from courses.portfolios.models import (
    Decision,
    EvidenceItem,
    EvidenceState,
    FileCheck,
    Portfolio,
    PortfolioState,
    PortfolioTemplate,
    SignOff,
    SupervisionRule,
    TemplateItem,
)
from courses.portfolios.waiting import Waiting
from courses.supervision.models import Supervision
from courses.supervision.queries import CHARGE, charge_holds, is_member
from lms.accounts.models import JobRole, Membership, Person
from lms.core import clock
from lms.core.db import DAY, db
from lms.core.files import StoredFile
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission, Reach

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Progress:
    """How far a portfolio is: items accepted, waiting with the supervisor, returned, out of all that are asked for.

    Of optional items as many count as the template wants.
    """

    accepted: int = 0
    waiting: int = 0
    returned: int = 0
    of: int = 0

    @property
    def complete(self) -> bool:
        return self.of > 0 and self.accepted == self.of


def whole() -> tuple[ExecutableOption, ...]:
    """What a page about a portfolio reads, in a constant number of queries."""
    return (
        joinedload(Portfolio.learner),
        joinedload(Portfolio.template),
        joinedload(Portfolio.enrolment).joinedload(Enrolment.course).joinedload(Course.programme),
        joinedload(Portfolio.enrolment).joinedload(Enrolment.version),
        selectinload(Portfolio.items).joinedload(EvidenceItem.template_item),
        selectinload(Portfolio.items).joinedload(EvidenceItem.file),
        selectinload(Portfolio.items).selectinload(EvidenceItem.decisions).joinedload(Decision.decided_by),
        selectinload(Portfolio.items).selectinload(EvidenceItem.statements),
        selectinload(Portfolio.items).selectinload(EvidenceItem.observations),
    )


def overview() -> tuple[ExecutableOption, ...]:
    """What a list of a portfolio's items reads: their states and decisions, without what they say."""
    items = selectinload(Portfolio.items)
    return (
        joinedload(Portfolio.learner),
        joinedload(Portfolio.template),
        joinedload(Portfolio.enrolment).joinedload(Enrolment.version),
        items.defer(EvidenceItem.body).defer(EvidenceItem.links),
        items.joinedload(EvidenceItem.template_item),
        items.selectinload(EvidenceItem.decisions).defer(Decision.content).joinedload(Decision.decided_by),
    )


def portfolio_of(enrolment_id: UUID) -> Portfolio | None:
    """The portfolio of an enrolment, if its course asks for one."""
    return db.session.scalars(select(Portfolio).where(Portfolio.enrolment_id == enrolment_id)).one_or_none()


def progress(portfolio: Portfolio) -> Progress:
    return progress_of([portfolio.id]).get(portfolio.id, Progress())


def progress_of(portfolio_ids: Iterable[UUID]) -> dict[UUID, Progress]:
    """Of many portfolios, in one query."""
    state, optional = EvidenceItem.state, TemplateItem.optional
    accepted = state == EvidenceState.ACCEPTED
    wanted = func.max(PortfolioTemplate.optional_needed)
    counted = (
        select(
            EvidenceItem.portfolio_id,
            (
                func.count().filter(accepted, ~optional) + func.least(func.count().filter(accepted, optional), wanted)
            ).label("accepted"),
            func.count().filter(state == EvidenceState.SUBMITTED).label("waiting"),
            func.count().filter(state == EvidenceState.RETURNED).label("returned"),
            (func.count().filter(~optional) + wanted).label("of"),
        )
        .join(TemplateItem, TemplateItem.id == EvidenceItem.template_item_id)
        .join(PortfolioTemplate, PortfolioTemplate.id == TemplateItem.template_id)
    )
    rows = db.session.execute(
        counted.where(EvidenceItem.portfolio_id.in_(list(portfolio_ids))).group_by(EvidenceItem.portfolio_id)
    )
    return {row.portfolio_id: Progress(row.accepted, row.waiting, row.returned, row.of) for row in rows}


def signed_off(enrolment_id: UUID) -> SignOff | None:
    """The signature under the portfolio's current version. None while it is in progress, also after reopening."""
    return db.session.scalars(
        select(SignOff)
        .join(SignOff.portfolio)
        .where(
            Portfolio.enrolment_id == enrolment_id,
            Portfolio.state == PortfolioState.SIGNED_OFF,
            SignOff.version == Portfolio.version,
        )
    ).one_or_none()


def check_of(file_id: UUID) -> FileCheck | None:
    """What the virus scanner said of a file; None where it was never asked."""
    return db.session.scalars(select(FileCheck).where(FileCheck.file_id == file_id)).one_or_none()


def is_decided_upon(file_id: UUID) -> bool:
    """Has a supervisor decided about evidence with this file? Then it is kept with the decision."""
    sha256 = select(func.encode(StoredFile.sha256, "hex")).where(StoredFile.id == file_id).scalar_subquery()
    decided = select(Decision.id).where(Decision.content["file"]["sha256"].astext == sha256)
    return bool(db.session.scalar(select(decided.exists())))


def newest_template(code: str) -> PortfolioTemplate | None:
    """The one that portfolios are opened with from now on."""
    return db.session.scalars(
        select(PortfolioTemplate)
        .where(PortfolioTemplate.code == code, PortfolioTemplate.published_at.is_not(None))
        .order_by(PortfolioTemplate.number.desc())
        .limit(1)
    ).one_or_none()


def job_role_of(person_id: UUID, on: date) -> JobRole | None:
    """What the person does on that day; of several places the one held longest."""
    return db.session.scalars(
        select(JobRole)
        .join(Membership, Membership.job_role_code == JobRole.code)
        .where(Membership.person_id == person_id, is_member(on))
        .order_by(Membership.starts_on)
        .limit(1)
    ).one_or_none()


_MINE = and_(
    Supervision.supervisor_id == bindparam("supervisor"),
    Supervision.starts_on <= DAY,
    or_(Supervision.ends_on.is_(None), Supervision.ends_on > DAY),
)


def plan_for_this_one() -> None:
    """From here to the end of the transaction, plan statements for whom they are asked.

    After ten times on a connection PostgreSQL takes a plan for just any supervisor; for one with 10,000 things waiting
    that took seconds where a plan of their own takes 40 milliseconds (benchmarks/supervision_queue.py).
    """
    db.session.execute(_PLANNED)


_PLANNED = text("SET LOCAL plan_cache_mode = force_custom_plan")


def queue_of(supervisor_id: UUID) -> Select[Waiting]:
    """What waits with the supervisor today; page it by (since, id), oldest first."""
    today = clock.today()
    return select(Waiting).where(
        Waiting.supervisor_id == supervisor_id,
        Waiting.from_day <= today,
        or_(Waiting.to_day.is_(None), Waiting.to_day > today),
    )


def queue_for(actor: Actor) -> Select[Waiting]:
    """The actor's own queue. Raises Forbidden to whoever is nobody."""
    actor.require(Permission.SUPERVISION_READ, about=actor.person)
    plan_for_this_one()
    return queue_of(actor.person or NOBODY)


def _counted() -> Select[int, Any]:
    """What `Waiting` would count, without the joins that only name what waits."""
    mine = and_(
        CHARGE.c.learner_id == Portfolio.learner_id, CHARGE.c.programme_code == Portfolio.programme_code,
        CHARGE.c.supervisor_id == bindparam("supervisor"), charge_holds(DAY),
    )  # fmt: skip
    here = Enrolment.state.not_in((EnrolmentState.WITHDRAWN, *WAITING_STATES))
    held = (
        select(Portfolio.id, Portfolio.state, Portfolio.submitted_at)
        .join(CHARGE, mine)
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .where(here)
        .cte("held")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    items = (
        select(EvidenceItem.submitted_at)
        .join(held, held.c.id == EvidenceItem.portfolio_id)
        .where(EvidenceItem.state == EvidenceState.SUBMITTED)
    )
    wholes = select(held.c.submitted_at).where(held.c.state == PortfolioState.SUBMITTED)
    both = items.union_all(wholes).subquery()
    return select(func.count(), func.min(both.c[0])).select_from(both)


_COUNTED = _counted()


def waiting_for(supervisor_id: UUID) -> tuple[int, datetime | None]:
    """How much waits with the supervisor, and since when the oldest does."""
    plan_for_this_one()
    count, oldest = db.session.execute(_COUNTED, {"supervisor": supervisor_id, "day": clock.today()}).one()
    return count, oldest


def oldest_waiting(latest: datetime) -> list[tuple[UUID, str, datetime]]:
    """Learner, programme, and since when the oldest item or whole waits for a decision; none that came after `latest`."""
    gone = (EnrolmentState.WITHDRAWN, *WAITING_STATES)
    items = (
        select(Portfolio.learner_id, Portfolio.programme_code, EvidenceItem.submitted_at.label("since"))
        .join(EvidenceItem, EvidenceItem.portfolio_id == Portfolio.id)
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .where(
            EvidenceItem.state == EvidenceState.SUBMITTED, EvidenceItem.submitted_at <= latest,
            Enrolment.state.not_in(gone),
        )
    )  # fmt: skip
    wholes = (
        select(Portfolio.learner_id, Portfolio.programme_code, Portfolio.submitted_at)
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .where(
            Portfolio.state == PortfolioState.SUBMITTED, Portfolio.submitted_at <= latest, Enrolment.state.not_in(gone)
        )
    )
    both = items.union_all(wholes).subquery()
    rows = db.session.execute(
        select(both.c.learner_id, both.c.programme_code, func.min(both.c.since))
        .group_by(both.c.learner_id, both.c.programme_code)
        .order_by(both.c.learner_id, both.c.programme_code)
    )
    return [(learner, programme, since) for learner, programme, since in rows]


def next_waiting(supervisor_id: UUID, *, after: UUID | None = None) -> Waiting | None:
    """The oldest thing in the queue, other than `after`."""
    plan_for_this_one()
    return db.session.scalars(
        queue_of(supervisor_id).where(Waiting.id != after).order_by(Waiting.since, Waiting.id).limit(1)
    ).one_or_none()


def several_for(supervisor_id: UUID, limit: int) -> list[EvidenceItem]:
    """The oldest waiting items whose templates let them be decided together, with all that a page shows of them."""
    plan_for_this_one()
    ids = list(
        db.session.scalars(
            queue_of(supervisor_id)
            .with_only_columns(Waiting.id)
            .where(Waiting.kind == "item", Waiting.supervision == SupervisionRule.GROUP_OR_INDIVIDUAL)
            .order_by(Waiting.since, Waiting.id)
            .limit(limit)
        )
    )
    found = db.session.scalars(
        select(EvidenceItem)
        .where(EvidenceItem.id.in_(ids))
        .options(
            joinedload(EvidenceItem.template_item), joinedload(EvidenceItem.file),
            joinedload(EvidenceItem.portfolio).joinedload(Portfolio.learner),
            joinedload(EvidenceItem.portfolio).joinedload(Portfolio.enrolment).joinedload(Enrolment.version),
            selectinload(EvidenceItem.decisions).joinedload(Decision.decided_by),
            selectinload(EvidenceItem.statements), selectinload(EvidenceItem.observations),
        )
        .order_by(EvidenceItem.submitted_at, EvidenceItem.id)
    )  # fmt: skip
    return list(found)


@dataclass(frozen=True)
class Quiet:
    """A learner's open portfolio that waits for nothing."""

    learner_id: UUID
    learner_name: str
    portfolio_id: UUID
    course: Bilingual


_WITHOUT_WAITING = (
    select(Person.id, Person.display_name, Portfolio.id, CourseVersion.title)
    .join(Portfolio, Portfolio.learner_id == Person.id)
    .join(
        Supervision,
        (Supervision.learner_id == Person.id) & (Supervision.programme_code == Portfolio.programme_code),
    )
    .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
    .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
    .where(
        _MINE,
        Portfolio.state == PortfolioState.IN_PROGRESS,
        Enrolment.state != EnrolmentState.WITHDRAWN,
        ~exists().where(EvidenceItem.portfolio_id == Portfolio.id, EvidenceItem.state == EvidenceState.SUBMITTED),
    )
    .order_by(Person.display_name, Portfolio.id)
    .limit(bindparam("limit"))
)


def without_waiting(supervisor_id: UUID, limit: int) -> list[Quiet]:
    """The supervisor's learners whose open portfolios wait for nothing, by name; at most `limit`."""
    asked = {"supervisor": supervisor_id, "day": clock.today(), "limit": limit}
    return [Quiet(*row) for row in db.session.execute(_WITHOUT_WAITING, asked)]


def portfolios_within(reach: Reach, viewer: UUID | None) -> Select[Portfolio]:
    """Portfolios that the viewer may read: their own, and those of learners whom they supervise in that programme."""
    found = select(Portfolio).options(*whole())
    if reach.everything:
        return found
    supervised = exists().where(
        CHARGE.c.supervisor_id == viewer,
        CHARGE.c.learner_id == Portfolio.learner_id,
        CHARGE.c.programme_code == Portfolio.programme_code,
        charge_holds(clock.today()),
    )
    return found.where(Portfolio.learner_id.in_(list(reach.people)), or_(Portfolio.learner_id == viewer, supervised))
