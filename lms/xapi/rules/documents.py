"""Documents: which version a request saw, and what merging means (Part 3 §2.2, §3.1; IEEE 9274.1.1 §4.1.4)."""

import hashlib
from enum import IntEnum

from lms.xapi.errors import Contradiction, Malformed, Overtaken
from lms.xapi.rules import parsing
from lms.xapi.rules.versions import Version

LARGEST = 10_000_000


class Kind(IntEnum):
    """Which resource a document belongs to; also its number in the table."""

    STATE = 1
    AGENT_PROFILE = 2
    ACTIVITY_PROFILE = 3


def etag(body: bytes) -> str:
    """Strong, quoted: the SHA-1 of the content, as xAPI 1.0.3 asks."""
    return f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'


def check_seen(if_match: str | None, if_none_match: str | None, current: str | None) -> None:
    """Raises Overtaken unless what the request saw is what there is. `current` None: there is no document."""
    if if_match is not None and (current is None or not _names(if_match, current)):
        raise Overtaken("The document is not the one that If-Match names", "If-Match", "Part 3 §3.1")
    if if_none_match is not None and current is not None and _names(if_none_match, current):
        raise Overtaken("There is a document that If-None-Match excludes", "If-None-Match", "Part 3 §3.1")


def check_replacing(kind: Kind, version: Version, *, said: bool, current: str | None) -> None:
    """PUT that does not say what it saw (`said` False). State was exempt until 2.0."""
    if said or (kind is Kind.STATE and version is Version.ONE):
        return
    if current is not None:
        raise Contradiction(
            "There is a document already. GET it, and send its ETag as If-Match to replace it",
            "If-Match",
            "Part 3 §3.1",
        )
    if version is Version.ONE:
        raise Malformed("Send If-None-Match: * to create a profile document", "If-None-Match", "XAPI-00273")


def merge(known: bytes, known_type: str, told: bytes, told_type: str) -> bytes:
    """The JSON object `known` with the keys of `told`, whole values replaced. Raises Malformed if either is none."""
    for content_type in (known_type, told_type):
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise Malformed("Only documents of type application/json can be merged", "Content-Type", "Part 3 §2.2")
    before, after = parsing.parse(known), parsing.parse(told)
    if not isinstance(before.value, dict) or not isinstance(after.value, dict):
        raise Malformed("Only JSON objects can be merged", rule="Part 3 §2.2")
    return parsing.dump(parsing.exactly(known, before) | parsing.exactly(told, after))


def _names(header: str, current: str) -> bool:
    named = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in named or current in named or current.strip('"') in named
