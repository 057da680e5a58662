"""What a statement about a course means for the enrolment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

ADL = "http://adlnet.gov/expapi/verbs/"


class Meaning(StrEnum):
    STARTED = "started"
    PROGRESSED = "progressed"
    DONE = "done"
    FAILED = "failed"
    SEEN = "seen"


VERBS = {
    f"{ADL}initialized": Meaning.STARTED,
    f"{ADL}progressed": Meaning.PROGRESSED,
    f"{ADL}completed": Meaning.DONE,
    f"{ADL}passed": Meaning.DONE,
    f"{ADL}failed": Meaning.FAILED,
}
"""Source: ADL vocabulary; cmi5 §9.3. Any other verb only says that the learner was there."""


@dataclass(frozen=True)
class Report:
    """`progress` 0 to 100, None where the statement does not say."""

    meaning: Meaning
    progress: int | None = None


def meaning_of(verb: str, object_id: str | None, activity: str, result: Mapping[str, Any] | None) -> Report | None:
    """None: it is about something else. About a part of the course it says only that the learner was there."""
    if object_id == activity:
        meaning = VERBS.get(verb, Meaning.SEEN)
        if meaning is not Meaning.PROGRESSED:
            return Report(meaning)
        progress = progress_in(result or {})
        return Report(meaning, progress) if progress is not None else Report(Meaning.SEEN)
    if object_id is not None and object_id.startswith((f"{activity}/", f"{activity}#", f"{activity}?")):
        return Report(Meaning.SEEN)
    return None


def progress_in(result: Mapping[str, Any]) -> int | None:
    """Per cent: the cmi5 extension (cmi5 §9.5.5.1), or another one called progress, or the scaled score."""
    extensions = result.get("extensions") or {}
    for iri, value in extensions.items():
        if iri.rstrip("/").endswith("/progress") and _is_number(value):
            return _per_cent(value)
    scaled = (result.get("score") or {}).get("scaled")
    return _per_cent(scaled * 100) if _is_number(scaled) else None


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _per_cent(value: float) -> int:
    return round(max(0.0, min(100.0, value)))
