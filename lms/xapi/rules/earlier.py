"""A statement for a store that speaks xAPI 1.0.3, where it was told to ours as 2.0.

Left out is what 1.0.3 has no place for: `contextAgents` and `contextGroups`, and with them a signature, which is of the
statement that had them. `version` becomes 1.0.0, which stands for all of 1.0 (Part 2 §2.4.10), and a time that only
RFC 3339 or ISO 8601 at large would write so is written as everybody reads it. Everything else is the same in both.
"""

import re
from typing import Any

from lms.xapi.rules import multipart, parsing, patterns
from lms.xapi.rules.versions import Version

Json = dict[str, Any]

ADDED_BY_TWO = ("contextAgents", "contextGroups")
OF_ONE = "1.0.0"

_OF_TWO = (b'"version":"2.', *(b'"%b"' % each.encode() for each in ADDED_BY_TWO))
"""What a payload has in it that may be of 2.0: most need not be read to know that they are not."""
_PLAIN = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$")


def spoken(payload: bytes, version: Version) -> bytes:
    """A stored statement's JSON as a store of that version takes it. What needs no change stays byte for byte."""
    if version is not Version.ONE or not any(each in payload for each in _OF_TWO):
        return payload
    statement = parsing.load_exactly(payload)
    told = as_one(statement)
    return payload if told == statement else parsing.dump(told)


def as_one(statement: Json) -> Json:
    """The statement in 1.0.3. One that is that already comes back as it is."""
    told = _part(statement)
    if not str(statement.get("version", OF_ONE)).startswith("1.0"):
        told["version"] = OF_ONE
    return told


def _part(part: Json) -> Json:
    told = dict(part)
    thing, context = part["object"], part.get("context", {})
    if thing.get("objectType") == "SubStatement":
        told["object"] = _part(thing)
    if any(each in context for each in ADDED_BY_TWO):
        told["context"] = {key: value for key, value in context.items() if key not in ADDED_BY_TWO}
        if not told["context"]:
            del told["context"]
    if "timestamp" in part:
        told["timestamp"] = _plain(part["timestamp"])
    if "attachments" in part and _says_less(told, part):
        told["attachments"] = [each for each in part["attachments"] if each["usageType"] != multipart.SIGNATURE]
        if not told["attachments"]:
            del told["attachments"]
    return told


def _says_less(told: Json, part: Json) -> bool:
    """Than what was signed: in its own context, or in that of the statement within."""
    return told.get("context") != part.get("context") or told["object"].get("context") != part["object"].get("context")


def _plain(text: str) -> str:
    return text if _PLAIN.match(text) else patterns.written(patterns.microseconds(patterns.instant(text)))
