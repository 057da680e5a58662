"""What the player shows, and when a video counts as seen. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from courses.launch.formats.structure import Format, LaunchMethod


class UnitState(StrEnum):
    """Where a unit is, for its learner."""

    NEW = "new"
    BEGUN = "begun"
    FAILED = "failed"
    WAIVED = "waived"
    DONE = "done"


def state_of(*, done: bool, waived: bool, failed: bool, begun: bool) -> UnitState:
    if done:
        return UnitState.WAIVED if waived else UnitState.DONE
    if failed:
        return UnitState.FAILED
    return UnitState.BEGUN if begun else UnitState.NEW


@dataclass(frozen=True)
class Completion:
    """A unit's own rule (`more["completion"]`): `watched` (to `per_cent`), `read`, `confirmed` or `opened`."""

    rule: str
    per_cent: int = 90


def completion_in(more: Mapping[str, Any]) -> Completion | None:
    """None: the content reports by itself."""
    said = more.get("completion")
    if not isinstance(said, Mapping) or said.get("rule") not in ("watched", "read", "confirmed", "opened"):
        return None
    per_cent = said.get("per_cent")
    known = isinstance(per_cent, int) and 1 <= per_cent <= 100
    return Completion(str(said["rule"]), per_cent if known and isinstance(per_cent, int) else 90)


def is_confirmed(completion: Completion | None) -> bool:
    """Does the learner say that it is done?"""
    return completion is not None and completion.rule in ("read", "confirmed")


def has_own_window(format: Format, method: LaunchMethod | None) -> bool:
    """cmi5 §10.2.2: such a unit is never shown in a frame."""
    return method is LaunchMethod.OWN_WINDOW


Seconds = tuple[int, int]
"""From one second of a video to another, both seen."""


def seen_in(given: Any) -> list[Seconds]:
    """What a page sends, as ranges; what is none is left out."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        return []
    pairs = (each for each in given[:10_000] if isinstance(each, Sequence) and len(each) == 2)
    return [(int(a), int(b)) for a, b in pairs if _is_second(a) and _is_second(b) and a <= b]


def joined(ranges: Iterable[Seconds]) -> list[Seconds]:
    """Without overlaps, in order."""
    found: list[Seconds] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def per_cent_seen(ranges: Sequence[Seconds], length: float) -> int:
    """Of a video of `length` seconds, 0 to 100. Its last second is rarely a whole one."""
    if length <= 0:
        return 0
    seconds = max(1, int(length))
    seen = sum(min(last, seconds - 1) - first + 1 for first, last in joined(ranges) if first < seconds)
    return min(100, seen * 100 // seconds)


def _is_second(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10**6


def score_in(scaled: Decimal | None) -> int | None:
    """Per cent."""
    return None if scaled is None else round(scaled * 100)
