"""What a person's next step is. Pure: it looks at how far each enrolment has come, and at nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from lms.core.language import Bilingual


class Step(IntEnum):
    """What can be done now, most pressing first. Returned evidence comes first: somebody asked for something."""

    CHANGE_EVIDENCE = 0
    SUBMIT_PORTFOLIO = 1
    CONTINUE = 2
    START = 3
    ADD_EVIDENCE = 4
    WAIT_FOR_SUPERVISOR = 5
    FIND_SUPERVISOR = 6
    RENEW_ATTESTATION = 7
    WAIT_FOR_SEAT = 8
    NOTHING = 9
    ANSWER_OFFER = -2
    BOOK_AGAIN = -1


@dataclass(frozen=True)
class Learning:
    """One enrolment as its learner sees it. `minutes` is the course's learning time; item counts are of its portfolio."""

    enrolment_id: UUID
    code: str
    title: Bilingual
    state: str
    progress: int
    minutes: int
    enrolled_on: date
    last_active_at: datetime | None
    completed_on: date | None
    learning_completed: bool
    portfolio: bool = False
    portfolio_state: str | None = None
    items: int = 0
    accepted: int = 0
    returned: int = 0
    submitted: int = 0
    waiting_since: datetime | None = None
    supervisor: str | None = None

    @property
    def minutes_left(self) -> int:
        """Learning time that is left, rounded up to five minutes."""
        left = self.minutes * (100 - self.progress) / 100
        return 0 if self.learning_completed else int(-(-left // 5) * 5)

    @property
    def open(self) -> bool:
        return self.state in (
            "waitlisted",
            "offered",
            "enrolled",
            "in_progress",
            "paused",
            "did_not_attend",
            "resit_due",
        )


def step(it: Learning) -> Step:
    """What its learner can do next about this enrolment."""
    if not it.open:
        return Step.NOTHING
    if it.state == "paused":
        return Step.RENEW_ATTESTATION
    if it.state == "offered":
        return Step.ANSWER_OFFER
    if it.state in ("did_not_attend", "resit_due"):
        return Step.BOOK_AGAIN
    if it.state == "waitlisted":
        return Step.WAIT_FOR_SEAT
    if it.returned:
        return Step.CHANGE_EVIDENCE
    if it.portfolio and it.items and it.accepted == it.items and it.portfolio_state == "in_progress":
        return Step.SUBMIT_PORTFOLIO
    if not it.learning_completed:
        return Step.CONTINUE if it.state == "in_progress" else Step.START
    if it.portfolio and it.accepted + it.submitted < it.items:
        return Step.ADD_EVIDENCE
    if it.portfolio and it.supervisor is None:
        return Step.FIND_SUPERVISOR
    return Step.WAIT_FOR_SUPERVISOR


def next_first(learning: Iterable[Learning]) -> list[Learning]:
    """The open ones, most pressing first; of equals the one touched last."""
    return sorted(
        (it for it in learning if it.open),
        key=lambda it: (step(it), -(it.last_active_at.timestamp() if it.last_active_at else 0), it.code),
    )
