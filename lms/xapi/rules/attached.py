"""Which attachments a statement declares: its own, and those of a SubStatement (Part 2 §2.4.11)."""

from typing import Any

Json = dict[str, Any]


def declared_in(statement: Json) -> list[Json]:
    return [*statement.get("attachments", ()), *statement["object"].get("attachments", ())]


def hashes_of(declared: list[Json]) -> list[str]:
    """As the store keeps them: in lower case, each once and in order."""
    return sorted({each["sha2"].lower() for each in declared})
