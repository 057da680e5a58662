"""What a statement is found by: 64-bit keys of the agents, activities and verbs that it names."""

from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b, sha256
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from lms.xapi.rules.naming import Named

Json = dict[str, Any]


class Kind(IntEnum):
    """Why a key stands in `statement_ref`. A statement's own actor and activity are columns, not repeated here."""

    AGENT = 1
    """The object, or a member of a group that is actor or object: what `agent` finds beside the actor itself."""
    RELATED_AGENT = 2
    RELATED_ACTIVITY = 4
    PAIR = 8
    """A related agent together with an activity, its own or a related one, in one key: two long lists that seldom meet need
    not be read."""
    CROWD = 9
    """Under the key 0: it would have more pairs than MOST_PAIRS, so it has none."""
    ACTOR_PAIR = 10
    """The actor together with a related activity. With its own activity it has a list in the table of statements."""


# As plain numbers: an IntEnum in a set is hashed by its name, in Python.
_AGENT, _RELATED_AGENT, _RELATED_ACTIVITY, _PAIR, _CROWD, _ACTOR_PAIR = map(int, Kind)
MOST_PAIRS = 100


class Keys(NamedTuple):
    """`actor` None: an anonymous group; `activity` None: the object is none. `references` are (kind, key) pairs."""

    verb: int
    actor: int | None
    activity: int | None
    registration: UUID | None
    references: set[tuple[int, int]]


@lru_cache(65_536)
def key_of(text: str) -> int:
    """BLAKE2b-64, as PostgreSQL's signed bigint."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


@lru_cache(65_536)
def pair_key(agent: int, activity: int) -> int:
    """One key of two, by SHA-256: PostgreSQL has that too (migration 0103)."""
    both = agent.to_bytes(8, "big", signed=True) + activity.to_bytes(8, "big", signed=True)
    return int.from_bytes(sha256(both).digest()[:8], "big", signed=True)


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


def keys_of(statement: Json, named: Named) -> Keys:
    """Every key of a checked statement, in which those are `named`."""
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    actor, *others = map(agent_key, named.agents)
    related = {key for key in others if key is not None and key != actor}
    references = {(_RELATED_AGENT, key) for key in related}
    found_as = statement["actor"].get("member", ())  # members of a group stand for it where it stands (Part 3 §2.1.3)
    if kind in ("Agent", "Group"):
        found_as = (*found_as, thing, *thing.get("member", ()))
    references |= {(_AGENT, key) for key in map(agent_key, found_as) if key is not None and key != actor}
    activities = [key_of(each["id"]) for each in named.activities]
    activity = activities[0] if kind == "Activity" else None
    beside = {key for key in activities if key != activity}
    references |= {(_RELATED_ACTIVITY, key) for key in beside}
    if actor is not None:
        references |= {(_ACTOR_PAIR, pair_key(actor, key)) for key in beside}
    if related:
        references |= _pairs(related, set(activities))
    registration = statement["context"].get("registration") if "context" in statement else None
    return Keys(
        key_of(statement["verb"]["id"]), actor, activity, UUID(registration) if registration else None, references
    )


def _pairs(agents: set[int], activities: set[int]) -> set[tuple[int, int]]:
    if len(agents) * len(activities) > MOST_PAIRS:
        return {(_CROWD, 0)}
    return {(_PAIR, pair_key(agent, activity)) for agent, activity in product(agents, activities)}
