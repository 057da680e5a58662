"""The naive record store: a list of statements and the specification's sentences as plain functions.

Written from xAPI 1.0.3 Part 2 §2.3 and Part 3 §2.1 to §2.3, not from our code, and slow on purpose.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def same_agent(one: Json, two: Json) -> bool:
    """Equal when the same inverse functional identifier has an equal value in both."""
    return any(name in one and one.get(name) == two.get(name) for name in IDENTIFIERS)


def is_agent(found: Json | None, wanted: Json) -> bool:
    """The agent or identified group itself, or a group that has it as a member."""
    return found is not None and (
        same_agent(found, wanted) or any(same_agent(each, wanted) for each in found.get("member", []))
    )


def object_agent(part: Json) -> Json | None:
    return part["object"] if part["object"].get("objectType") in ("Agent", "Group") else None


def sub_statement(part: Json) -> Json | None:
    return part["object"] if part["object"].get("objectType") == "SubStatement" else None


def has_agent(statement: Json, agent: Json, related: bool) -> bool:
    """`agent`: actor or object. Related: also authority, instructor, team, and these of a SubStatement."""
    named = [statement["actor"], object_agent(statement)]
    if related:
        context = statement.get("context", {})
        named += [statement.get("authority"), context.get("instructor"), context.get("team")]
        if (inner := sub_statement(statement)) is not None and has_agent(inner, agent, True):
            return True
    return any(is_agent(each, agent) for each in named)


def has_activity(statement: Json, activity: str, related: bool) -> bool:
    """`activity`: the object. Related: also any context activity, and these of a SubStatement."""
    if statement["object"].get("objectType", "Activity") == "Activity" and statement["object"]["id"] == activity:
        return True
    if not related:
        return False
    groups = statement.get("context", {}).get("contextActivities", {}).values()
    if any(each["id"] == activity for group in groups for each in group):
        return True
    inner = sub_statement(statement)
    return inner is not None and has_activity(inner, activity, True)


def meets(statement: Json, query: Json) -> bool:
    """Every filter but those of time and number, by the statement itself."""
    related = {name: query.get(name) == "true" for name in ("related_agents", "related_activities")}
    return (
        ("verb" not in query or statement["verb"]["id"] == query["verb"])
        and ("registration" not in query or statement.get("context", {}).get("registration") == query["registration"])
        and ("agent" not in query or has_agent(statement, query["agent"], related["related_agents"]))
        and ("activity" not in query or has_activity(statement, query["activity"], related["related_activities"]))
    )


def target_of(statement: Json) -> str | None:
    return statement["object"]["id"] if statement["object"].get("objectType") == "StatementRef" else None


@dataclass
class Model:
    """`statements` as the store gives them back, in the order in which it stored them; `sent` as they came."""

    statements: list[Json] = field(default_factory=list)
    sent: dict[str, Json] = field(default_factory=dict)

    def contradicts(self, batch: list[Json]) -> bool:
        """Some id is known for another statement: then nothing of the batch is stored (Part 3 §2.1.1, §2.1.2)."""
        return any(each["id"] in self.sent and self.sent[each["id"]] != each for each in batch)

    def new(self, batch: list[Json]) -> list[Json]:
        return [each for each in batch if each["id"] not in self.sent]

    def keep(self, sent: list[Json], given_back: list[Json]) -> None:
        self.sent |= {each["id"]: deepcopy(each) for each in sent}
        self.statements += sorted(given_back, key=lambda each: each["stored"])

    def by_id(self, id: str) -> Json | None:
        return next((each for each in self.statements if each["id"] == id), None)

    def is_voided(self, statement: Json) -> bool:
        """Some voiding statement refers to it, and it is none itself (Part 2 §2.3.2)."""
        return statement["verb"]["id"] != VOIDED and any(
            each["verb"]["id"] == VOIDED and target_of(each) == statement["id"] for each in self.statements
        )

    def get(self, id: str, *, voided: bool) -> Json | None:
        found = self.by_id(id)
        return found if found is not None and self.is_voided(found) is voided else None

    def found(self, query: Json) -> list[str]:
        """Ids, newest first unless ascending; `limit` is the caller's."""
        chosen = [
            each
            for each in self.statements
            if not self.is_voided(each)
            and ("since" not in query or each["stored"] > query["since"])
            and ("until" not in query or each["stored"] <= query["until"])
            and any(meets(one, query) for one in self.onward(each))
        ]
        return [each["id"] for each in (chosen if query.get("ascending") == "true" else reversed(chosen))]

    def onward(self, statement: Json) -> Iterator[Json]:
        """It, what it refers to, what that refers to (Part 3 §2.1.3: filters are met through a StatementRef)."""
        seen: set[str] = set()
        one: Json | None = statement
        while one is not None and one["id"] not in seen:
            yield one
            seen.add(one["id"])
            target = target_of(one)
            one = self.by_id(target) if target else None


@dataclass
class Documents:
    """Documents by name: PUT replaces, POST merges objects one level deep, ETags guard both (Part 3 §2.2, §3.1)."""

    kept: dict[str, Json] = field(default_factory=dict)

    def put(self, name: str, body: Json) -> None:
        self.kept[name] = body

    def post(self, name: str, body: Json) -> None:
        self.kept[name] = {**self.kept.get(name, {}), **body}

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)
