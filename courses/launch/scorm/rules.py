"""What a commit says, in SCORM 2004's words, and what becomes of an attempt by it. Pure.

Source: SCORM 1.2 RTE §3.4; SCORM 2004 4th ed. RTE §4. Within an attempt nothing gets worse: authoring tools send a lower
status when finished content is opened again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from courses.launch.formats.structure import Format

UNKNOWN, INCOMPLETE, COMPLETED = "unknown", "incomplete", "completed"
PASSED, FAILED = "passed", "failed"
LONGEST_SUSPEND_DATA = 64_000
"""Characters, for both versions: what SCORM 2004 promises. 1.2 promises 4,096, and content sends more."""
_COMPLETION = {UNKNOWN: 0, "not attempted": 0, INCOMPLETE: 1, COMPLETED: 2}
_SUCCESS = {UNKNOWN: 0, FAILED: 1, PASSED: 2}
_OF_12 = {
    "passed": (COMPLETED, PASSED), "completed": (COMPLETED, UNKNOWN), "failed": (INCOMPLETE, FAILED),
    "incomplete": (INCOMPLETE, UNKNOWN), "browsed": (INCOMPLETE, UNKNOWN), "not attempted": (UNKNOWN, UNKNOWN),
}  # fmt: skip
"""lesson_status says both at once. One that failed is not done: a rule that asks for completion means the content's."""
_TIMESPAN = re.compile(r"(\d{1,6}):(\d{2}):(\d{2})(?:\.(\d{1,2}))?$")
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$"
)  # fmt: skip
_SECONDS = (31_536_000, 2_592_000, 86_400, 3_600, 60, 1)


@dataclass(frozen=True)
class Score:
    """As sent, and `scaled` of it: -1 to 1 in SCORM 2004, 0 to 1 in 1.2."""

    scaled: Decimal | None = None
    raw: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True)
class Reported:
    """What one commit says. `seconds` are those of the whole attempt, None where it does not tell. `progress` 0 to 100."""

    completion: str = UNKNOWN
    success: str = UNKNOWN
    score: Score = Score()
    progress: int | None = None
    seconds: int | None = None
    leaves: str = ""


@dataclass(frozen=True)
class Standing:
    """Where an attempt is."""

    completion: str = UNKNOWN
    success: str = UNKNOWN
    scaled: Decimal | None = None
    seconds: int = 0

    def with_(self, new: Reported) -> "Standing":
        """Nothing gets worse; time, which a commit tells as a whole, does not run backwards."""
        scaled = max((each for each in (self.scaled, new.score.scaled) if each is not None), default=None)
        return replace(
            self,
            completion=max(self.completion, new.completion, key=lambda each: _COMPLETION[each]),
            success=max(self.success, new.success, key=lambda each: _SUCCESS[each]),
            scaled=scaled,
            seconds=max(self.seconds, new.seconds or 0),
        )


@dataclass(frozen=True)
class Asked:
    """What the unit asks for: its score to pass (scaled) and, in SCORM 2004, the measure at which it is completed."""

    passing: Decimal | None = None
    threshold: Decimal | None = None


def reported(version: Format, cmi: Mapping[str, Any], seconds: Any, asked: Asked, *, final: bool) -> Reported:
    """What the run-time data `cmi` say. A score to pass decides about passing, whatever the content calls it:
    in 1.2 at the end (RTE §3.4.4, cmi.core.lesson_status), in 2004 as soon as there is a score (RTE §4.2.22)."""
    said = _of_12(cmi) if version is Format.SCORM_12 else _of_2004(cmi, asked)
    said = replace(said, seconds=int(seconds) if _is_whole(seconds) else said.seconds)
    decides = asked.passing is not None and said.score.scaled is not None and (final or version is not Format.SCORM_12)
    if decides and said.score.scaled is not None and asked.passing is not None:
        passed = said.score.scaled >= asked.passing
        said = replace(said, success=PASSED if passed else FAILED)
        if version is Format.SCORM_12:
            said = replace(said, completion=COMPLETED if passed else said.completion)
    return said


def _of_12(cmi: Mapping[str, Any]) -> Reported:
    core = _object(cmi.get("core"))
    completion, success = _OF_12.get(str(core.get("lesson_status") or ""), (UNKNOWN, UNKNOWN))
    return Reported(
        completion, success, _score(core.get("score"), of_12=True), None, seconds_in(str(core.get("total_time") or "")),
        str(core.get("exit") or ""),
    )  # fmt: skip


def _of_2004(cmi: Mapping[str, Any], asked: Asked) -> Reported:
    completion, success = str(cmi.get("completion_status") or ""), str(cmi.get("success_status") or "")
    measure = _number(cmi.get("progress_measure"))
    if asked.threshold is not None and measure is not None:
        completion = COMPLETED if measure >= asked.threshold else INCOMPLETE
    return Reported(
        completion if completion in _COMPLETION else UNKNOWN, success if success in _SUCCESS else UNKNOWN,
        _score(cmi.get("score"), of_12=False), None if measure is None else int(max(Decimal(0), min(Decimal(100), measure * 100))),
        seconds_in(str(cmi.get("total_time") or "")), str(cmi.get("exit") or ""),
    )  # fmt: skip


def _score(given: Any, *, of_12: bool) -> Score:
    said = _object(given)
    raw, least, most = (_number(said.get(name)) for name in ("raw", "min", "max"))
    scaled = None if of_12 else _number(said.get("scaled"))
    if of_12 and raw is not None:
        low, high = (
            (least, most) if least is not None and most is not None and most > least else (Decimal(0), Decimal(100))
        )
        scaled = min(Decimal(1), max(Decimal(0), (raw - low) / (high - low)))
    if scaled is not None and not -1 <= scaled <= 1:
        scaled = None
    return Score(None if scaled is None else round(scaled, 6), raw, least, most)


def seconds_in(time: str) -> int | None:
    """Whole seconds of a CMITimespan (1.2) or a duration (2004); None: it is neither."""
    if found := _TIMESPAN.match(time):
        hours, minutes, seconds = (int(each) for each in found.groups()[:3])
        return hours * 3600 + minutes * 60 + seconds
    if len(time) > 1 and (found := _DURATION.match(time)):
        return sum(int(each or 0) * worth for each, worth in zip(found.groups(), _SECONDS, strict=True))
    return None


def timespan(version: Format, seconds: int) -> str:
    """As that version writes a time."""
    hours, rest = divmod(seconds, 3600)
    if version is Format.SCORM_12:
        return f"{min(hours, 9999):04}:{rest // 60:02}:{rest % 60:02}"
    return f"PT{hours}H{rest // 60}M{rest % 60}S"


def suspended(version: Format, cmi: Mapping[str, Any]) -> str:
    """What the content wrote to find itself again."""
    return str(cmi.get("suspend_data") or "")


def kept(before: Mapping[str, Any], new: Mapping[str, Any], *, partial: bool) -> dict[str, Any]:
    """The run-time data after a commit. A partial one (sent by a page that was being closed) leaves out what was too long."""
    if not partial:
        return dict(new)
    return {**dict(before), **dict(new)}


def _object(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _number(given: Any) -> Decimal | None:
    if given is None or given == "" or isinstance(given, bool):
        return None
    try:
        found = Decimal(str(given))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**9 else None


def _is_whole(given: Any) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool) and 0 < given < 10**9
