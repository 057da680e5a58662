"""What H5P's statements may say and what they mean. Pure.

H5P writes them in the browser, so who, in which course and on whose word are ours to say; only what happened is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

ADL = "http://adlnet.gov/expapi/verbs/"
VERBS = {
    f"{ADL}{name}" for name in (
        "answered", "asked", "attempted", "attended", "commented", "completed", "exited", "experienced", "failed",
        "imported", "initialized", "interacted", "mastered", "passed", "preferred", "progressed", "registered",
        "responded", "resumed", "scored", "shared", "suspended", "terminated",
    )
} | {"http://activitystrea.ms/schema/1.0/consume", "https://w3id.org/xapi/dod-isd/verbs/accessed"}  # fmt: skip
"""Whatever H5P libraries say of a learner. Not `voided`: it would take others' statements back."""
ENDS = {f"{ADL}{name}" for name in ("completed", "passed", "failed", "answered", "mastered")}
LARGEST = 200_000


@dataclass(frozen=True)
class Meaning:
    """What one says of the whole content. `success` None: it does not say."""

    completed: bool = False
    success: bool | None = None
    scaled: Decimal | None = None
    progress: int | None = None


def meaning_of(statement: Mapping[str, Any], mastery: Decimal | None) -> Meaning:
    """About a part of the content it says nothing. A score to pass decides over what the content calls success."""
    verb, result = statement["verb"]["id"], _object(statement.get("result"))
    if _part_of(statement) is not None:
        return Meaning()
    scaled = _number(_object(result.get("score")).get("scaled"))
    progress = None
    if verb == f"{ADL}progressed":
        for name, value in _object(result.get("extensions")).items():
            if name.rstrip("/").endswith(("/progress", "/ending-point")) and (found := _number(value)) is not None:
                progress = int(max(Decimal(0), min(Decimal(100), found)))
    if verb not in ENDS:
        return Meaning(progress=progress)
    completed = verb == f"{ADL}completed" or result.get("completion") is True
    success = result.get("success") if isinstance(result.get("success"), bool) else None
    if verb in (f"{ADL}passed", f"{ADL}failed"):
        success = verb == f"{ADL}passed"
    if mastery is not None and scaled is not None:
        success = scaled >= mastery
    return Meaning(completed, success, scaled, progress)


def rewritten(statement: Any, activity: str, title: Mapping[str, str]) -> dict[str, Any] | None:
    """The verb, the part and the result of a statement, about our own activity; None: it is not one to keep."""
    said, verb = _object(statement), _object(_object(statement).get("verb"))
    if verb.get("id") not in VERBS:
        return None
    definition = {key: value for key, value in _object(_object(said.get("object")).get("definition")).items() if key in (
        "type", "name", "description", "interactionType", "correctResponsesPattern", "choices", "scale", "source", "target",
        "steps",
    )}  # fmt: skip
    part = _part_of(said)
    thing: dict[str, Any] = {"id": activity if part is None else f"{activity}?subContentId={quote(part, safe='')}"}
    if part is None:
        definition["name"] = dict(title)
    if definition:
        thing["definition"] = definition
    made: dict[str, Any] = {"verb": {"id": verb["id"]}, "object": thing}
    if isinstance(verb.get("display"), dict):
        made["verb"]["display"] = verb["display"]
    if isinstance(said.get("result"), dict):
        made["result"] = said["result"]
    if part is not None:
        made["context"] = {"contextActivities": {"parent": [{"id": activity}]}}
    return made


def _part_of(said: Mapping[str, Any]) -> str | None:
    """The id of a sub-content, which H5P puts behind a question mark."""
    found = parse_qs(urlsplit(str(_object(said.get("object")).get("id") or "")).query).get("subContentId")
    return found[0][:100] if found else None


def _object(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _number(given: Any) -> Decimal | None:
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        return None
    try:
        found = Decimal(str(given))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
