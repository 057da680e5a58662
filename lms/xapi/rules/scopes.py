"""What a credential may do, and how far (xAPI 1.0.3 Part 3 §4.2; session bounds as cmi5 §8 asks of a launch)."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from lms.xapi.errors import NotAllowed
from lms.xapi.rules.keys import agent_key

Json = dict[str, Any]


class Scope(StrEnum):
    """The scopes of the specification, by its own names."""

    STATEMENTS_WRITE = "statements/write"
    STATEMENTS_READ_MINE = "statements/read/mine"
    STATEMENTS_READ = "statements/read"
    STATE = "state"
    PROFILE = "profile"
    DEFINE = "define"
    ALL_READ = "all/read"
    ALL = "all"


class Use(StrEnum):
    """What a request is about to do, and which scopes let it."""

    WRITE_STATEMENTS = "write statements"
    READ_MINE = "read its own statements"
    READ_STATEMENTS = "read statements"
    READ_STATE = "read state"
    WRITE_STATE = "write state"
    READ_PROFILE = "read profiles"
    WRITE_PROFILE = "write profiles"
    DEFINE = "define activities"


S, U = Scope, Use
ALLOWS = {
    U.WRITE_STATEMENTS: frozenset({S.ALL, S.STATEMENTS_WRITE}),
    U.READ_MINE: frozenset({S.ALL, S.ALL_READ, S.STATEMENTS_READ, S.STATEMENTS_READ_MINE}),
    U.READ_STATEMENTS: frozenset({S.ALL, S.ALL_READ, S.STATEMENTS_READ}),
    U.READ_STATE: frozenset({S.ALL, S.ALL_READ, S.STATE}),
    U.WRITE_STATE: frozenset({S.ALL, S.STATE}),
    U.READ_PROFILE: frozenset({S.ALL, S.ALL_READ, S.PROFILE}),
    U.WRITE_PROFILE: frozenset({S.ALL, S.PROFILE}),
    U.DEFINE: frozenset({S.ALL, S.DEFINE}),
}


@dataclass(frozen=True)
class Bounds:
    """One session of launched content: this learner, this activity and what lies below it, this registration."""

    actor: Json
    activity: str
    registration: UUID

    def holds_activity(self, iri: str) -> bool:
        return iri == self.activity or iri.startswith((f"{self.activity}/", f"{self.activity}#", f"{self.activity}?"))


@dataclass(frozen=True)
class Bearer:
    """Whoever sends a request: what the store needs to know of a verified credential."""

    credential: UUID | None
    tenant: int
    authority: Json
    scopes: Set[Scope]
    bounds: Bounds | None = None
    about: UUID | None = None
    requests_per_minute: int | None = None
    largest_request: int | None = None

    def may(self, use: Use) -> bool:
        return not ALLOWS[use].isdisjoint(self.scopes)

    def require(self, use: Use) -> None:
        if not self.may(use):
            raise NotAllowed(f"This credential may not {use.value}", "Authorization", "Part 3 §4.2")


def check_statement(bounds: Bounds | None, statement: Json) -> None:
    """Raises NotAllowed for a statement about another learner or another registration. `check_subject` is asked later."""
    if bounds is None:
        return
    if agent_key(statement["actor"]) != agent_key(bounds.actor):
        raise NotAllowed("This credential records for one learner only, and the actor is another", "/actor")
    context = statement.get("context", {})
    if context.get("registration", "").lower() != str(bounds.registration):
        raise NotAllowed("This credential records for one registration only", "/context/registration")


def check_subject(bounds: Bounds, statement: Mapping[str, Any]) -> None:
    """Raises NotAllowed for a statement that is neither about the activity, or what lies below it, nor places itself there."""
    above = statement.get("context", {}).get("contextActivities", {})
    named = [statement["object"], *above.get("parent", ()), *above.get("grouping", ())]
    if not any("id" in each and bounds.holds_activity(each["id"]) for each in named):
        raise NotAllowed("This credential records for one activity and what lies below it", "/object/id")


def check_agent(bounds: Bounds | None, agent: Json) -> None:
    if bounds is not None and agent_key(agent) != agent_key(bounds.actor):
        raise NotAllowed("This credential reaches one learner only", "agent")


def check_activity(bounds: Bounds | None, iri: str) -> None:
    if bounds is not None and not bounds.holds_activity(iri):
        raise NotAllowed("This credential reaches one activity only", "activityId")


def check_registration(bounds: Bounds | None, registration: UUID | None) -> None:
    if bounds is not None and registration != bounds.registration:
        raise NotAllowed("This credential reaches one registration only", "registration")
