"""Are two statements the same, so that sending one again changes nothing? (Part 2 §2.3.1; Part 3 §2.1.1)

What the store itself sets, what may change without changing the meaning (names, displays, definitions), the order of
what has none, and fractions of a duration beyond a hundredth of a second do not count.
"""

import re
from collections.abc import Hashable
from typing import Any

from lms.xapi.rules import patterns

Json = dict[str, Any]

_SET_BY_STORE = frozenset({"id", "stored", "authority", "version", "timestamp"})
_UNSTABLE = frozenset({"display", "definition", "description", "name"})
_UNORDERED = frozenset(
    {"member", "parent", "grouping", "category", "other", "contextAgents", "contextGroups", "attachments"}
)
_FRACTION = re.compile(r"(\.\d{1,2})\d*(?=S$)")


def same(kept: Json, sent: Json) -> bool:
    """`sent` as it came, before the store adds to it."""
    if "timestamp" in sent and patterns.instant(sent["timestamp"]) != patterns.instant(kept["timestamp"]):
        return False
    return _essence(_said(kept)) == _essence(_said(sent))


def _said(statement: Json) -> Json:
    return {key: value for key, value in statement.items() if key not in _SET_BY_STORE}


def _essence(value: Any, key: str = "") -> Hashable:
    if isinstance(value, dict):
        if key == "extensions":
            return _verbatim(value)
        account = "homePage" in value  # an account's name identifies; any other only describes
        kept = {each: inner for each, inner in value.items() if account or each not in _UNSTABLE}
        if kept.get("objectType") in ("Agent", "Activity"):  # said or understood
            del kept["objectType"]
        return frozenset((each, _essence(inner, each)) for each, inner in kept.items())
    if isinstance(value, list):
        parts = [_essence(inner) for inner in value]
        return frozenset(parts) if key in _UNORDERED else tuple(parts)
    if key in ("id", "registration", "sha2") and isinstance(value, str):
        return value.lower() if patterns.is_uuid(value) or key == "sha2" else value
    if key == "duration":
        return _FRACTION.sub(r"\1", value)
    return (type(value) is bool, value)


def _verbatim(value: Any) -> Hashable:
    if isinstance(value, dict):
        return frozenset((key, _verbatim(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return tuple(_verbatim(inner) for inner in value)
    return (type(value) is bool, value)
