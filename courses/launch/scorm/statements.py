"""Attempts told as statements, by the ADL profile of SCORM for xAPI. Pure: no clock, no database.

Source: https://w3id.org/xapi/scorm. Told is what has changed between commits; the house is the author.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from courses.launch.scorm.rules import COMPLETED, FAILED, PASSED, Reported, Standing

Json = dict[str, Any]
ADL = "http://adlnet.gov/expapi/verbs/"
PROFILE = {"id": "https://w3id.org/xapi/scorm", "definition": {"type": "http://adlnet.gov/expapi/activities/profile"}}
LESSON = "http://adlnet.gov/expapi/activities/lesson"
ATTEMPT = "http://adlnet.gov/expapi/activities/attempt"
COURSE = "http://adlnet.gov/expapi/activities/course"
INTERACTION = "http://adlnet.gov/expapi/activities/cmi.interaction"
_KINDS = {
    "true-false": "true-false", "choice": "choice", "fill-in": "fill-in", "long-fill-in": "long-fill-in",
    "matching": "matching", "performance": "performance", "sequencing": "sequencing", "likert": "likert",
    "numeric": "numeric", "other": "other",
}  # fmt: skip
_RIGHT, _WRONG = {"correct", "right"}, {"wrong", "incorrect"}


@dataclass(frozen=True)
class About:
    """Whom and what an attempt's statements are about."""

    actor: Json
    activity: str
    title: Mapping[str, str]
    course: str
    attempt: str
    registration: str
    session: str


def statement(it: About, verb: str, *, result: Json | None = None, thing: Json | None = None) -> Json:
    made: Json = {
        "actor": it.actor,
        "verb": {"id": ADL + verb, "display": {"en": verb}},
        "object": thing or {"id": it.activity, "definition": {"type": LESSON, "name": dict(it.title)}},
        "context": {
            "registration": it.registration,
            "contextActivities": {
                "category": [PROFILE],
                "grouping": [
                    {"id": it.attempt, "definition": {"type": ATTEMPT}},
                    {"id": it.course, "definition": {"type": COURSE}},
                ],
            },
        },
    }
    if thing is not None:
        made["context"]["contextActivities"]["parent"] = [{"id": it.activity}]
    if result:
        made["result"] = result
    return made


def begun(it: About, *, resumed: bool) -> Json:
    return statement(it, "resumed" if resumed else "initialized")


def changes(it: About, before: Standing, after: Standing, said: Reported) -> Iterator[Json]:
    """One for each thing that is so since this commit."""
    score = _score(said)
    if after.scaled != before.scaled and score:
        yield statement(it, "scored", result={"score": score})
    if after.success != before.success and after.success in (PASSED, FAILED):
        result = {"success": after.success == PASSED} | ({"score": score} if score else {})
        yield statement(it, after.success, result=result)
    if after.completion != before.completion and after.completion == COMPLETED:
        yield statement(it, "completed", result={"completion": True})


def closed(it: About, after: Standing, said: Reported, seconds: int) -> Json:
    """The session is over: suspended or for good. `seconds` are this session's."""
    result: Json = {"duration": f"PT{max(0, seconds)}S"}
    if after.success in (PASSED, FAILED):
        result["success"] = after.success == PASSED
    if after.completion == COMPLETED:
        result["completion"] = True
    if score := _score(said):
        result["score"] = score
    return statement(it, "suspended" if said.leaves == "suspend" else "terminated", result=result)


def answers(it: About, before: Mapping[str, Any], after: Mapping[str, Any], *, most: int = 50) -> Iterator[Json]:
    """Interactions that were not there at the commit before, or have another answer now; `most` of them at once."""
    told = 0
    for place, given in sorted(_items(after.get("interactions"))):
        answer = given.get("learner_response", given.get("student_response"))
        if not given.get("id") or answer in (None, "") or _items_at(before, place) == _key(given):
            continue
        told += 1
        if told > most:
            return
        yield statement(it, "responded", result=_answer(given, str(answer)), thing=_interaction(it, given))


def _interaction(it: About, given: Mapping[str, Any]) -> Json:
    definition: Json = {"type": INTERACTION, "interactionType": _KINDS.get(str(given.get("type")), "other")}
    patterns = [
        str(each["pattern"]) for _place, each in sorted(_items(given.get("correct_responses"))) if each.get("pattern")
    ]
    if patterns:
        definition["correctResponsesPattern"] = patterns[:10]
    if given.get("description"):
        definition["description"] = {"und": str(given["description"])[:1000]}
    return {"id": f"{it.activity}/interactions/{_word(given['id'])}", "definition": definition}


def _answer(given: Mapping[str, Any], answer: str) -> Json:
    result: Json = {"response": answer[:4000]}
    said = str(given.get("result") or "")
    if said in _RIGHT | _WRONG:
        result["success"] = said in _RIGHT
    return result


def _score(said: Reported) -> Json:
    score = said.score
    if score.scaled is None and score.raw is None:
        return {}
    found: Json = {"scaled": float(score.scaled)} if score.scaled is not None else {}
    within = score.least is None or score.most is None or (
        score.raw is not None and score.least <= score.raw <= score.most and score.least < score.most
    )  # fmt: skip
    if score.raw is not None and within:
        found["raw"] = float(score.raw)
        if score.least is not None and score.most is not None:
            found |= {"min": float(score.least), "max": float(score.most)}
    return found


def _items(given: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """A run-time array, however it was written: a list, an object by number, or scorm-again's childArray."""
    inner = given.get("childArray") if isinstance(given, Mapping) else given
    if isinstance(inner, list):
        pairs = list(enumerate(inner))
    else:
        pairs = [(int(key), each) for key, each in given.items() if key.isdigit()] if isinstance(given, Mapping) else []
    yield from ((place, each) for place, each in pairs if isinstance(each, Mapping))


def _items_at(data: Mapping[str, Any], place: int) -> tuple[str, str, str] | None:
    return next((_key(each) for at, each in _items(data.get("interactions")) if at == place), None)


def _key(given: Mapping[str, Any]) -> tuple[str, str, str]:
    answer = given.get("learner_response", given.get("student_response"))
    return str(given.get("id")), str(answer), str(given.get("result"))


def _word(given: Any) -> str:
    """Of an id that may be anything, what an IRI can hold."""
    return quote(str(given), safe="")[:200]
