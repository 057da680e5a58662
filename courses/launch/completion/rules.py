"""What the learner, or who helps them, does next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The one next step, the first that applies."""

    NONE = "none"
    GET_PLACE = "get_place"
    CLOSED = "closed"
    ATTEST = "attest"
    START = "start"
    RESUME = "resume"
    TRY_AGAIN = "try_again"
    DO_TEST = "do_test"
    FINISH = "finish"
    RECORD = "record"
    SUBMIT_PORTFOLIO = "submit_portfolio"
    EVALUATE = "evaluate"


@dataclass(frozen=True)
class Facts:
    """`missing`: of the first unit that is not done; `failed`: its last attempt was not passed."""

    state: str
    online: bool
    begun: bool
    content_done: bool
    all_units_done: bool
    is_open: bool
    missing: Sequence[str]
    failed: bool
    needs_portfolio: bool
    portfolio_done: bool


def next_step(it: Facts) -> Step:
    """What brings it nearer to being complete."""
    if it.state in ("completed", "withdrawn", "waitlisted", "offered", "paused"):
        return {
            "completed": Step.NONE, "withdrawn": Step.CLOSED, "waitlisted": Step.GET_PLACE, "offered": Step.GET_PLACE,
            "paused": Step.ATTEST,
        }[it.state]  # fmt: skip
    if it.content_done:
        return Step.SUBMIT_PORTFOLIO if it.needs_portfolio and not it.portfolio_done else Step.EVALUATE
    if not it.online:
        return Step.RECORD
    if not it.begun:
        return Step.START
    if it.all_units_done:
        return Step.EVALUATE
    if it.failed:
        return Step.TRY_AGAIN
    if it.is_open:
        return Step.RESUME
    return Step.DO_TEST if tuple(it.missing) == ("passed",) else Step.FINISH
