"""What has happened in sessions. Told in the transaction in which it happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class NodesSatisfied:
    """Nodes of a registration are satisfied, each once, the inner before the outer, by their keys.

    `statement_ids` are for the statements that say so. `session_id`: in which it happened; None: in none.
    """

    registration_id: UUID
    keys: Sequence[UUID]
    statement_ids: Sequence[UUID]
    at: datetime
    session_id: UUID | None


@dataclass(frozen=True)
class SessionAbandoned:
    """A session was open, and something else than its content has ended it."""

    session_id: UUID


@dataclass(frozen=True)
class UnitWaived:
    """A unit is granted without its content; told before what follows from it. `by`: who granted it, None: the house.

    `statement_id` is for the statement that says so.
    """

    registration_id: UUID
    key: UUID
    statement_id: UUID
    at: datetime
    reason: str
    by: UUID | None
