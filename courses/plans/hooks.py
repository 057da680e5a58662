"""What other rooms ask of plans, wired in `lms/hooks.py`; and what self-assessment asks of courses."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses.cpd.models import CpdEntry
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.plans import jobs, queries
from courses.plans.models import Goal, GoalState
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio
from frameworks.assessment.impact import ratings_touched
from frameworks.assessment.upstairs import Evidence
from frameworks.editing.impact import Becoming, Touch
from frameworks.models import Domain, Statement
from lms.core.db import db

PORTFOLIO, CPD, COURSE = "portfolio", "cpd", "course"


def evidence_of(person: UUID, refs: Collection[str], most: int) -> Sequence[Evidence]:
    """Those refs that are the person's own, and the newest of their items, entries and completed courses. Three queries."""
    wanted = _ids(refs)
    found = [*_portfolio(person, wanted[PORTFOLIO], most), *_cpd(person, wanted[CPD], most)]
    found += _courses(person, wanted[COURSE], most)
    asked = [each for each in found if each.ref in refs]
    others = sorted((each for each in found if each.ref not in refs), key=lambda it: it.on or date.min, reverse=True)
    return [*asked, *others[: max(0, most)]]


def _ids(refs: Collection[str]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {PORTFOLIO: [], CPD: [], COURSE: []}
    for ref in refs:
        kind, _sign, id = ref.partition(":")
        try:
            found.get(kind, []).append(UUID(id))
        except ValueError:
            continue
    return found


def _mine(chosen: Any, mine: Any, ids: list[UUID], id: Any, newest: Any, most: int) -> list[Any]:
    """The person's rows among those ids, and their newest ones."""
    latest = select(id).where(mine).order_by(newest.desc(), id.desc()).limit(max(0, most)).scalar_subquery()
    return list(db.session.scalars(chosen.where(mine, id.in_(ids) | id.in_(latest))))


def _portfolio(person: UUID, ids: list[UUID], most: int) -> list[Evidence]:
    mine = EvidenceItem.portfolio_id.in_(select(Portfolio.id).where(Portfolio.learner_id == person)) & (
        EvidenceItem.state != EvidenceState.REDACTED
    )
    rows = _mine(
        select(EvidenceItem).options(joinedload(EvidenceItem.template_item)), mine, ids, EvidenceItem.id, EvidenceItem.id,
        most,
    )  # fmt: skip
    return [
        Evidence(f"{PORTFOLIO}:{it.id}", it.template_item.title, _("Evidence portfolio"), _day(it.submitted_at))
        for it in rows
    ]


def _cpd(person: UUID, ids: list[UUID], most: int) -> list[Evidence]:
    mine = (CpdEntry.person_id == person) & CpdEntry.withdrawn_at.is_(None)
    rows = _mine(select(CpdEntry), mine, ids, CpdEntry.id, CpdEntry.happened_on, most)
    return [Evidence(f"{CPD}:{it.id}", it.title, _("CPD record"), it.happened_on) for it in rows]


def _courses(person: UUID, ids: list[UUID], most: int) -> list[Evidence]:
    mine = (Enrolment.learner_id == person) & (Enrolment.state == EnrolmentState.COMPLETED)
    rows = _mine(
        select(Enrolment).options(joinedload(Enrolment.version)), mine, ids, Enrolment.id, Enrolment.completed_on, most
    )
    return [Evidence(f"{COURSE}:{it.id}", it.version.title, _("Completed course"), it.completed_on) for it in rows]


def _day(when: Any) -> date | None:
    return when.date() if when else None


def supervisors_of(person: UUID, day: date) -> Sequence[tuple[UUID, str]]:
    return queries.supervisors_of(person, day)


def learning_for(code: str) -> str:
    return url_for("plans.gaps", code=code)


def plans_touched(framework: str, statements: Sequence[Becoming]) -> Touch:
    """Goals that are pursued, and people, in domains of which a statement changes. One query, or none."""
    ids = [UUID(each.statement_id) for each in statements]
    if not ids:
        return Touch(0, 0)
    domains = set(
        db.session.scalars(
            select(Domain.code)
            .join(Statement, Statement.domain_id == Domain.id)
            .where(Statement.id.in_(ids))
            .distinct()
        )
    )
    goals = db.session.execute(
        select(Goal.id, Goal.person_id).where(
            Goal.framework_code == framework, Goal.domain_code.in_(domains), Goal.dropped_at.is_(None),
            Goal.state != GoalState.REVIEWED,
        )
    ).all()  # fmt: skip
    return Touch(len(goals), len({person for _goal, person in goals}))


TOUCHED = {"ratings": ratings_touched, "plans": plans_touched}
"""For `frameworks.editing.impact.touched`."""
JOBS = (jobs.remind,)
"""They register themselves."""
