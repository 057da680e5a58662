"""What a statement is found by: 64-bit keys of the agents, activities and verbs that it names."""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from lms.xapi.rules import statements

Json = dict[str, Any]


class Kind(IntEnum):
    """Why a key stands in `statement_ref`. A statement's own actor and activity are columns, not repeated here."""

    AGENT = 1
    """The object, or a member of a group that is actor or object: what `agent` finds beside the actor itself."""
    RELATED_AGENT = 2
    RELATED_ACTIVITY = 4


class Keys(NamedTuple):
    """`actor` None: an anonymous group; `activity` None: the object is none. `references` are (kind, key) pairs."""

    verb: int
    actor: int | None
    activity: int | None
    registration: UUID | None
    references: frozenset[tuple[int, int]]


@lru_cache(65_536)
def key_of(text: str) -> int:
    """BLAKE2b-64, as PostgreSQL's signed bigint."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def identifier(agent: Json) -> str | None:
    """An agent's or identified group's inverse functional identifier, as one text (Part 2 §2.4.2.3)."""
    if (account := agent.get("account")) is not None:
        return f"account {account['homePage']} {account['name']}"
    for kind in ("mbox", "mbox_sha1sum", "openid"):
        if (found := agent.get(kind)) is not None:
            return f"{kind} {found}"
    return None


def agent_key(agent: Json) -> int | None:
    found = identifier(agent)
    return None if found is None else key_of(found)


def keys_of(statement: Json) -> Keys:
    """Every key of a checked statement."""
    actor, thing = statement["actor"], statement["object"]
    kind = thing.get("objectType", "Activity")
    activity = key_of(thing["id"]) if kind == "Activity" else None
    context = statement.get("context", {})
    references: set[tuple[int, int]] = set()
    actor_key = agent_key(actor)
    plain = [actor, *([thing] if kind in ("Agent", "Group") else [])]
    named = [each for one in plain for each in (one, *one.get("member", ()))]
    references |= {(Kind.AGENT, key) for key in _agents(named) if key != actor_key}
    references |= {(Kind.RELATED_AGENT, key) for key in _agents(agents(statement)) if key != actor_key}
    if context or kind == "SubStatement":
        related = {key_of(each["id"]) for each, _ in statements.activities(statement)}
        references |= {(Kind.RELATED_ACTIVITY, key) for key in related if key != activity}
    registration = context.get("registration")
    return Keys(
        key_of(statement["verb"]["id"]), actor_key, activity,
        UUID(registration) if registration else None, frozenset(references),
    )  # fmt: skip


def agents(part: Json) -> Iterator[Json]:
    """Every agent and group in it, members after their group."""
    context = part.get("context", {})
    named = [part["actor"], part.get("authority"), context.get("instructor"), context.get("team")]
    named += [each["agent"] for each in context.get("contextAgents", ())]
    named += [each["group"] for each in context.get("contextGroups", ())]
    kind = part["object"].get("objectType")
    if kind in ("Agent", "Group"):
        named.append(part["object"])
    for each in named:
        if each is not None:
            yield each
            yield from each.get("member", ())
    if kind == "SubStatement":
        yield from agents(part["object"])


def _agents(named: Iterable[Json]) -> Iterator[int]:
    for each in named:
        if (key := agent_key(each)) is not None:
            yield key
