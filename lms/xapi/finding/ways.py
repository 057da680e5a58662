"""The ways in which a statement can match a filter, and from which ordered list each is best read. Pure.

A filter is a choice of ways: an agent is the actor, or the object, or (related) stands elsewhere. Within a way every
condition must hold. One list drives: its numbers are taken in order and the rest is looked up for each of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from lms.xapi.rules import keys
from lms.xapi.rules.keys import Kind
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bearer, Use

Given = dict[str, Any]


class Column(NamedTuple):
    """The statement's own `column` has the value of `parameter`."""

    column: str
    parameter: str


class Reference(NamedTuple):
    """`statement_ref` has the key of `parameter` for the statement."""

    kind: Kind
    parameter: str


Condition = Column | Reference


@dataclass(frozen=True)
class Way:
    """Every condition holds. `echo`: of a statement that this one refers to. `reach` then holds of this one itself.

    `voided`: is this one to be voided, or not, or either (None)?
    """

    conditions: tuple[Condition, ...]
    reach: tuple[Column, ...]
    echo: bool
    voided: bool | None

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(each for each in self.conditions if isinstance(each, Column))

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(each for each in self.conditions if isinstance(each, Reference))

    def drivers(self) -> list[tuple[Condition, ...]]:
        """What the lists can be read by, the rarest first as far as can be told from its kind."""
        verb, activity = (tuple(each for each in self.columns if each.column == name) for name in ("verb", "activity"))
        found: list[tuple[Condition, ...]] = []
        for each in sorted(self.conditions, key=_commonness):
            if isinstance(each, Reference) or each.column == "activity":
                found.append((each, *verb))  # these lists lie apart by verb
            elif each.column == "actor":
                found.append((each, *(activity or verb)))
            else:
                found.append((each,))
        return found or [()]

    def is_looked_through(self, driver: Sequence[Condition]) -> bool:
        """Whether the driver's list says itself which of its numbers match. That of an actor and an activity has the verb of
        each, and links have all columns of what they refer to."""
        others = [each for each in self.conditions if each not in driver]
        if not others or not all(isinstance(each, Column) for each in (*others, *driver)):
            return False
        return self.echo or (_columns(driver), _columns(others)) == ({"actor", "activity"}, {"verb"})


def _columns(conditions: Sequence[Condition]) -> set[str]:
    return {each.column for each in conditions if isinstance(each, Column)}


_COMMON = (
    "registration", Kind.CROWD, Kind.ACTOR_PAIR, Kind.PAIR, "actor", Kind.AGENT, Kind.RELATED_AGENT, "authority", "activity",
    Kind.RELATED_ACTIVITY, "verb", "mine",
)  # fmt: skip
CROWD = Reference(Kind.CROWD, "crowd")
_AGENTS = (Kind.AGENT, Kind.RELATED_AGENT)


def _commonness(condition: Condition) -> int:
    """An agent is seldom an authority; who reads its own statements is the authority of many."""
    kind = condition.column if isinstance(condition, Column) else condition.kind
    return _COMMON.index("mine" if condition.parameter == "mine" else kind)


def ways(bearer: Bearer, wanted: Filter) -> tuple[list[Way], Given]:
    """Every way, those by the statement itself first, and the values of all parameters."""
    reach, given = within_reach(bearer)
    choices = list(dict.fromkeys(each for choice in _choices(wanted) for each in _paired(choice, wanted)))
    found = [Way((*reach, *each), (), False, wanted.voided) for each in choices]
    if choices != [()]:
        found += [Way(each, reach, True, wanted.voided) for each in choices]
    asked = {
        "crowd": 0,
        "verb": wanted.verb,
        "activity": wanted.activity,
        "registration": wanted.registration,
    }
    for number, key in enumerate(_agents(wanted)):
        asked[f"agent_{number}"] = key
        if wanted.activity is not None:
            asked[f"agent_{number}_activity"] = keys.pair_key(key, wanted.activity)
    return found, given | {name: value for name, value in asked.items() if value is not None}


def within_reach(bearer: Bearer) -> tuple[tuple[Column, ...], Given]:
    """What this bearer may see at all: everything, its own, or one session's."""
    if bearer.bounds is not None:
        return (Column("actor", "bound_actor"), Column("registration", "bound_registration")), {
            "bound_actor": keys.agent_key(bearer.bounds.actor), "bound_registration": bearer.bounds.registration,
        }  # fmt: skip
    if bearer.may(Use.READ_STATEMENTS):
        return (), {}
    return (Column("authority", "mine"),), {"mine": keys.agent_key(bearer.authority)}


def _agents(wanted: Filter) -> tuple[int, ...]:
    return wanted.agents if wanted.agent is None else (wanted.agent, *wanted.agents)


def _choices(wanted: Filter) -> Iterator[tuple[Condition, ...]]:
    of: list[list[Condition]] = []
    agent: list[Condition] = []
    for name in (f"agent_{number}" for number, _ in enumerate(_agents(wanted))):
        agent.append(Column("actor", name))
        if wanted.related_agents:
            agent += [Column("authority", name), Reference(Kind.RELATED_AGENT, name)]
        else:
            agent.append(Reference(Kind.AGENT, name))
    if agent:
        of.append(agent)
    if wanted.activity is not None:
        activity: list[Condition] = [Column("activity", "activity")]
        if wanted.related_activities:
            activity.append(Reference(Kind.RELATED_ACTIVITY, "activity"))
        of.append(activity)
    of += [[Column(name, name)] for name in ("verb", "registration") if getattr(wanted, name) is not None]
    return product(*of)


def _paired(choice: tuple[Condition, ...], wanted: Filter) -> list[tuple[Condition, ...]]:
    """An agent and an activity, one or both of which are found by a reference: their pair has a list of its own, but that of
    a related agent in a crowd has none. What the pair does not say already must hold as well."""
    activity = next((each for each in choice if each.parameter == "activity"), None)
    actor = next((each for each in choice if isinstance(each, Column) and each.column == "actor"), None)
    agent = next((each for each in choice if isinstance(each, Reference) and each.kind in _AGENTS), None)
    if actor is not None and isinstance(activity, Reference):
        pair = Reference(Kind.ACTOR_PAIR, f"{actor.parameter}_activity")
        return [(pair, *(each for each in choice if each not in (actor, activity)))]
    if agent is None or activity is None:
        return [choice]
    said: list[Condition] = [agent] if agent.kind is Kind.RELATED_AGENT else []
    said += [activity] if wanted.related_activities else []
    pair = Reference(Kind.PAIR, f"{agent.parameter}_activity")
    return [(pair, *(each for each in choice if each not in said)), (CROWD, *choice)]
