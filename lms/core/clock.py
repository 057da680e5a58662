"""The time. Instants are aware UTC; dates that people read are Europe/London (house law 4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in Wales."""
    return on_the_day(now())


def on_the_day(instant: datetime) -> date:
    """The date in Wales at that instant."""
    return instant.astimezone(LONDON).date()


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Stop the clock at `instant`, for a test or for a history that is being told."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)
