"""How a destination stands, in one word."""

from datetime import datetime
from enum import StrEnum

from lms.xapi.forwarding.rules.delivery import Verdict


class Standing(StrEnum):
    """In the order in which they are looked for."""

    ENDED = "ended"
    PAUSED = "paused"
    TURNED_AWAY = "turned_away"
    HELD = "held"
    BEHIND = "behind"
    UP_TO_DATE = "up_to_date"


def standing(
    *, ended_at: datetime | None, paused_at: datetime | None, trouble: Verdict | None, waiting: int
) -> Standing:
    """`waiting` counts statements that were not looked through yet."""
    if ended_at is not None:
        return Standing.ENDED
    if paused_at is not None:
        return Standing.PAUSED
    if trouble is Verdict.CLOSED:
        return Standing.TURNED_AWAY
    if trouble is Verdict.HELD:
        return Standing.HELD
    return Standing.BEHIND if waiting else Standing.UP_TO_DATE
