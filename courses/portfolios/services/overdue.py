"""What has waited too long goes to somebody else as well. Asked for every day; asking twice changes nothing."""

from datetime import timedelta

from courses.portfolios import queries
from courses.supervision import services as supervision
from courses.supervision.arrangements import arrangement_of, shortest_wait
from lms.core import clock


def tell_what_waits_too_long() -> int:
    """Tell deputies, or those who find supervisors; close what is no longer overdue. Returns how many were told."""
    latest = clock.now() - timedelta(days=shortest_wait())
    overdue = [
        supervision.Waits(learner_id, programme_code, since)
        for learner_id, programme_code, since in queries.oldest_waiting(latest)
        if (clock.now() - since).days >= arrangement_of(learner_id, programme_code).escalate_after
    ]
    supervision.settle({(each.learner_id, each.programme_code) for each in overdue})
    return sum(supervision.escalate(each) is not None for each in overdue)
