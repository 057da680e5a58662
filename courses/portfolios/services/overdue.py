"""What has waited too long goes to somebody else as well. Asked for every day; asking twice changes nothing."""

from sqlalchemy import func, select

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio, PortfolioState
from courses.supervision import services as supervision
from courses.supervision.arrangements import arrangement_of
from lms.core import clock
from lms.core.db import db

GONE = (EnrolmentState.WITHDRAWN, EnrolmentState.WAITLISTED)


def oldest_waiting() -> list[supervision.Waits]:
    """For each learner and programme the oldest item, or whole portfolio, that waits for a decision."""
    items = (
        select(Portfolio.learner_id, Portfolio.programme_code, EvidenceItem.submitted_at.label("since"))
        .join(EvidenceItem, EvidenceItem.portfolio_id == Portfolio.id)
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .where(EvidenceItem.state == EvidenceState.SUBMITTED, Enrolment.state.not_in(GONE))
    )
    wholes = (
        select(Portfolio.learner_id, Portfolio.programme_code, Portfolio.submitted_at)
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .where(Portfolio.state == PortfolioState.SUBMITTED, Enrolment.state.not_in(GONE))
    )
    both = items.union_all(wholes).subquery()
    found = db.session.execute(
        select(both.c.learner_id, both.c.programme_code, func.min(both.c.since)).group_by(
            both.c.learner_id, both.c.programme_code
        )
    )
    return sorted((supervision.Waits(*row) for row in found), key=lambda each: (each.learner_id, each.programme_code))


def tell_what_waits_too_long() -> int:
    """Tell deputies, or those who find supervisors; close what is no longer overdue. Returns how many were told."""
    waiting = oldest_waiting()
    overdue = {
        (each.learner_id, each.programme_code)
        for each in waiting
        if (clock.now() - each.since).days >= arrangement_of(each.learner_id, each.programme_code).escalate_after
    }
    supervision.settle(overdue)
    due = [each for each in waiting if (each.learner_id, each.programme_code) in overdue]
    return sum(supervision.escalate(each) is not None for each in due)
