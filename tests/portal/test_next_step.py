"""What comes next for a learner."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.portal.rules import Learning, Step, next_first, step


def learning(**given: Any) -> Learning:
    return Learning(
        **{
            "enrolment_id": new_id(), "code": "X-1", "title": Bilingual("X", "X"), "state": "in_progress", "progress": 40,
            "minutes": 100, "enrolled_on": date(2026, 1, 1), "last_active_at": datetime(2026, 1, 2, tzinfo=UTC),
            "completed_on": None, "learning_completed": False,
        } | given
    )  # fmt: skip


PORTFOLIO = {"portfolio": True, "portfolio_state": "in_progress", "items": 3, "learning_completed": True}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Step.CONTINUE),
        ({"state": "enrolled", "progress": 0}, Step.START),
        ({"state": "paused"}, Step.RENEW_ATTESTATION),
        ({"state": "waitlisted"}, Step.WAIT_FOR_SEAT),
        ({"state": "completed"}, Step.NOTHING),
        ({"state": "withdrawn"}, Step.NOTHING),
        ({**PORTFOLIO, "accepted": 1}, Step.ADD_EVIDENCE),
        ({**PORTFOLIO, "accepted": 1, "returned": 1}, Step.CHANGE_EVIDENCE),
        ({**PORTFOLIO, "accepted": 2, "submitted": 1, "supervisor": "Gwen"}, Step.WAIT_FOR_SUPERVISOR),
        ({**PORTFOLIO, "accepted": 2, "submitted": 1}, Step.FIND_SUPERVISOR),
        ({**PORTFOLIO, "accepted": 3}, Step.SUBMIT_PORTFOLIO),
        ({**PORTFOLIO, "accepted": 3, "portfolio_state": "submitted", "supervisor": "Gwen"}, Step.WAIT_FOR_SUPERVISOR),
        ({**PORTFOLIO, "learning_completed": False, "returned": 1}, Step.CHANGE_EVIDENCE),
    ],
)
def test_the_next_step(given: dict[str, Any], expected: Step) -> None:
    assert step(learning(**given)) is expected


def test_what_somebody_asked_for_comes_before_what_one_may_go_on_with() -> None:
    later = datetime(2026, 5, 1, tzinfo=UTC)
    going_on, asked = learning(code="A", last_active_at=later), learning(code="B", **PORTFOLIO, returned=1)
    closed = learning(code="C", state="completed")
    assert next_first([going_on, closed, asked]) == [asked, going_on]


def test_time_left_is_what_remains_of_the_learning_rounded_up_to_five_minutes() -> None:
    assert learning(minutes=90, progress=40).minutes_left == 55
    assert learning(progress=100, learning_completed=True).minutes_left == 0
