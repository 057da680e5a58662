"""Is this a statement? Yes comes from the compiled schema and a few checks; no says where and by which rule."""

from typing import Any

from lms.xapi.errors import Fault, Malformed
from lms.xapi.rules import patterns, schema
from lms.xapi.rules.versions import Version

Json = dict[str, Any]

MOST_IN_BATCH = 1000
OAUTH_MEMBERS = 2

_SECTIONS = {
    "id": "2.4.1", "actor": "2.4.2", "verb": "2.4.3", "object": "2.4.4", "result": "2.4.5", "context": "2.4.6",
    "timestamp": "2.4.7", "stored": "2.4.8", "authority": "2.4.9", "version": "2.4.10", "attachments": "2.4.11",
}  # fmt: skip


def check(statement: Any, version: Version) -> None:
    """Raises Malformed with a pointer to the failing property. Nothing is changed."""
    if not schema.COMPILED[version].is_valid(statement):
        raise explained(statement, version)
    _check_part(statement, "")
    if (sub := statement["object"]).get("objectType") == "SubStatement":
        _check_part(sub, "/object")
    if "stored" in statement:
        _check_instant(statement["stored"], "/stored")
    authority = statement.get("authority")
    if (
        authority
        and authority.get("objectType") == "Group"
        and (any(each in authority for each in schema.IFIS) or len(authority["member"]) != OAUTH_MEMBERS)
    ):
        raise _fault("An authority that is a Group is anonymous and has two members", "/authority")


def explained(statement: Any, version: Version) -> Fault:
    """Why the schema says no: its deepest complaint, in words."""
    errors = list(schema.COMPILED[version].iter_errors(statement))
    deepest = max(errors, key=lambda error: (len(error.instance_path), error.instance_path[-1:] == ["objectType"]))
    pointer = "".join("/" + str(each).replace("~", "~0").replace("/", "~1") for each in deepest.instance_path)
    said = type(deepest.kind).__name__.rpartition("_")[2]
    if said in ("OneOfNotValid", "OneOfMultipleValid"):
        return _fault("Exactly one of mbox, mbox_sha1sum, openid and account identifies an agent or group", pointer)
    if said == "Pattern":
        return _fault(f"{_short(repr(deepest.instance))} is not in the form that this property has", pointer)
    if said == "FalseSchema":
        return _fault("This list of components does not belong to that interactionType", pointer)
    return _fault(_short(deepest.message), pointer)


def arrange(statement: Json) -> None:
    """Write a single context activity as the list that it stands for (Part 2 §2.4.6.2)."""
    for part in (statement, statement["object"]):  # only a SubStatement has a context of its own
        if (context := part.get("context")) and (group := context.get("contextActivities")):
            for name, given in group.items():
                if isinstance(given, dict):
                    group[name] = [given]


def is_voiding(statement: Json) -> bool:
    return bool(statement["verb"]["id"] == schema.VOIDED)


def target_of(statement: Json) -> str | None:
    """The id of the statement that it refers to, if its object is a StatementRef."""
    found = statement["object"]
    return str(found["id"]).lower() if found.get("objectType") == "StatementRef" else None


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def _check_part(part: Json, at: str) -> None:
    thing = part["object"]
    kind = thing.get("objectType", "Activity")
    if part["verb"]["id"] == schema.VOIDED and kind != "StatementRef":
        raise _fault("What is voided is named by a StatementRef", f"{at}/object", "Part 2 §2.3.2")
    if "timestamp" in part:
        _check_instant(part["timestamp"], f"{at}/timestamp")
    if "result" in part and "score" in part["result"]:
        _check_score(part["result"]["score"], f"{at}/result/score")
    if kind == "Activity" and "definition" in thing:
        _check_definition(thing["definition"], f"{at}/object")
    if (context := part.get("context")) is None:
        return
    if kind != "Activity":
        for name in ("revision", "platform"):
            if name in context:
                raise _fault(f"{name} is only for a statement about an Activity", f"{at}/context/{name}")
    for name, given in context.get("contextActivities", {}).items():
        for index, each in enumerate(given if isinstance(given, list) else [given]):
            if "definition" in each:
                _check_definition(each["definition"], f"{at}/context/contextActivities/{name}/{index}")


def _check_instant(text: str, pointer: str) -> None:
    try:
        patterns.instant(text)
    except ValueError as fault:
        raise _fault(str(fault), pointer, "Part 2 §4.5") from fault


def _check_score(score: Json, pointer: str) -> None:
    least, most, raw = score.get("min"), score.get("max"), score.get("raw")
    if least is not None and most is not None and least >= most:
        raise _fault("min is less than max", pointer)
    if raw is not None and ((least is not None and raw < least) or (most is not None and raw > most)):
        raise _fault("raw lies between min and max", f"{pointer}/raw")


def _check_definition(definition: Json, pointer: str) -> None:
    if "interactionType" not in definition:
        return
    for name in schema.COMPONENT_LISTS:
        ids = [each["id"] for each in definition.get(name, ())]
        if len(set(ids)) != len(ids):
            raise _fault("The ids of interaction components are distinct", f"{pointer}/definition/{name}")


def _fault(message: str, pointer: str, rule: str = "") -> Malformed:
    steps = [step for step in pointer.split("/") if step in _SECTIONS and (step != "id" or pointer == "/id")]
    return Malformed(message, pointer, rule or f"Part 2 §{_SECTIONS[steps[-1]] if steps else '2.2'}")
