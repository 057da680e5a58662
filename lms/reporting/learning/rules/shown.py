"""What of the counts may be shown: the rule of every report (`rules.disclosure`), also for authors. Pure.

Counts of units are each by itself, for people pass through many units; what a count leaves over is hidden with it. Times are
medians of ten people or more, in whole minutes, and of longer ones in fives, so that one person's time is not read off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.reporting.rules import disclosure

FIVES_FROM = 10


@dataclass(frozen=True)
class Counted:
    """Raw counts of one unit, or of a course."""

    opened: int = 0
    finished: int = 0
    stopped: int = 0
    timed: int = 0
    seconds: int | None = None


@dataclass(frozen=True)
class Shown:
    """None: hidden. `minutes` None also where content tells no time; `timeless` says so."""

    opened: int | None
    finished: int | None
    percent: int | None
    stopped: int | None
    minutes: int | None
    timeless: bool


def units(counts: Sequence[Counted]) -> list[Shown]:
    """Of the units of a course, in their order."""
    stopped, _ = disclosure.suppress_list([it.stopped for it in counts], sum(it.stopped for it in counts))
    return [_one(it, at) for it, at in zip(counts, stopped, strict=True)]


def whole(it: Counted) -> Shown:
    """Of a course."""
    parts, _ = disclosure.suppress_list([it.stopped, max(it.opened - it.stopped, 0)], it.opened)
    return _one(it, parts[0])


def _one(it: Counted, stopped: int | None) -> Shown:
    (finished, _rest), opened = disclosure.suppress_list(
        [it.finished, max(it.opened - it.finished, 0)], max(it.opened, it.finished)
    )
    return Shown(
        opened, finished, disclosure.percent(finished, opened), stopped, minutes(it.timed, it.seconds),
        timeless=it.timed == 0,
    )  # fmt: skip


def minutes(people: int, seconds: int | None) -> int | None:
    """A median as it is shown."""
    if seconds is None or disclosure.too_few(people):
        return None
    found = round(seconds / 60)
    return found if found < FIVES_FROM else 5 * round(found / 5)


def question(answered: int, right: int) -> tuple[int | None, int | None, int | None]:
    """(people who answered, whose first answer was right, per cent)."""
    (shown, _wrong), whole_ = disclosure.suppress_list([right, max(answered - right, 0)], answered)
    return whole_, shown, disclosure.percent(shown, whole_)
