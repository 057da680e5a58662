"""Statements that the LMS makes itself (cmi5 §9.3). Pure."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from courses.launch.cmi5.rules import words
from courses.launch.cmi5.rules.durations import written
from courses.launch.cmi5.rules.launching import Sent
from lms.xapi.rules import patterns

Json = dict[str, Any]


def statement(
    id: UUID, verb: str, actor: Json, thing: Json, registration: UUID, session: UUID, publisher_id: str, at: datetime
) -> Json:
    """What all of them have: the category, the publisher's id as grouping, the session, the time in UTC (§9.6, §9.7)."""
    return {
        "id": str(id),
        "actor": actor,
        "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
        "object": thing,
        "context": {
            "registration": str(registration),
            "contextActivities": {
                "category": [{"objectType": "Activity", "id": words.DEFINED}],
                "grouping": [{"objectType": "Activity", "id": publisher_id}],
            },
            "extensions": {words.SESSION: str(session)},
        },
        "timestamp": patterns.written(patterns.microseconds(at)),
    }


def activity(iri: str, kind: str | None = None, title: dict[str, str] | None = None) -> Json:
    """`title` by language tag; texts under what is none, or that are empty, are left out."""
    definition: Json = {"type": kind} if kind else {}
    names = {tag: text for tag, text in (title or {}).items() if text and patterns.is_language(tag)}
    if names:
        definition["name"] = names
    return {"objectType": "Activity", "id": iri} | ({"definition": definition} if definition else {})


def launched(said: Json, sent: Sent, url: str) -> Json:
    """§9.3.1, §9.6.3. `url` without what the LMS added to it."""
    extensions = {
        words.LAUNCH_MODE: sent.mode, words.LAUNCH_URL: url, words.MOVE_ON_RULE: sent.move_on,
        words.MASTERY_SCORE: sent.mastery_score, words.LAUNCH_PARAMETERS: sent.launch_parameters,
    }  # fmt: skip
    said["context"]["extensions"] |= {name: value for name, value in extensions.items() if value is not None}
    return said


def abandoned(said: Json, launched_at: datetime, last_said_at: datetime | None) -> Json:
    """§9.3.6, §9.5.4.2: from the launch to the last thing that content said; nothing, when it said nothing."""
    length = last_said_at - launched_at if last_said_at else timedelta()
    said["result"] = {"duration": written(length)}
    return said


def waived(said: Json, reason: str, by: Json | None) -> Json:
    """§9.3.7. `by`: the Agent on whose authority it was done."""
    said["result"] = {"success": True, "completion": True, "extensions": {words.REASON: reason}}
    said["context"]["contextActivities"]["category"].append({"objectType": "Activity", "id": words.MOVE_ON})
    if by is not None:
        said["context"]["instructor"] = by
    return said
