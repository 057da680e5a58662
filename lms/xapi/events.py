"""What has happened in the record store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from lms.xapi.errors import Fault


class Recorded(NamedTuple):
    """A statement as stored. `object_id` is the id of its Activity or StatementRef, else None.

    `seq` is its number, and when it was stored (`rules/sequence.py`). `credential` is None for what the house itself
    records. `actor`, `result` and `said` (all of it, as it came) are the statement's own JSON; do not change them.
    """

    id: UUID
    verb: str
    actor: Mapping[str, Any]
    object_id: str | None
    registration: UUID | None
    result: Mapping[str, Any] | None
    timestamp: datetime
    seq: int
    credential: UUID | None
    said: Mapping[str, Any]


@dataclass(frozen=True)
class StatementsRecorded:
    """New statements were stored, in the transaction of whoever hears this; several requests may have sent them.

    Ids that were known already are not told again. `launched`: those of their credentials that are bound to a session.
    """

    statements: tuple[Recorded, ...]
    launched: frozenset[UUID] = frozenset()


class Arrived(NamedTuple):
    """A statement on its way in. `has_id`, `has_timestamp`: it says so itself; the store would add what is missing.

    `place`: its index in the list that it came in; None: it came alone. A Fault about it is told `at` that place.
    """

    said: Mapping[str, Any]
    has_id: bool
    has_timestamp: bool
    place: int | None = None

    def at(self, fault: Fault) -> Fault:
        return fault if self.place is None else fault.within(self.place)


@dataclass(frozen=True)
class StatementsArriving:
    """Launched content sends statements, by credential that is bound to a session; they are well formed and within bounds.

    Told before they are stored, in that transaction, those that are known already too. Whoever hears this may refuse by
    raising a Fault (`errors`), and then nothing of that request is stored. Whoever judges by rules of its own what the
    statements of a credential are about adds it to `judged`; of the others the store keeps those about its activity only.
    """

    by_credential: Mapping[UUID, Sequence[Arrived]]
    judged: set[UUID] = field(default_factory=set)


@dataclass(frozen=True)
class StatementsAsked:
    """Launched content reads statements, by a credential that is bound to a session. Whoever hears this may refuse."""

    credential: UUID


@dataclass(frozen=True)
class DocumentAsked:
    """Launched content reads or writes a document, by a credential that is bound to a session. Whoever hears this may refuse.

    `kind` is "state", "agent_profile" or "activity_profile"; `name` None: it asks which there are, or deletes all.
    """

    credential: UUID
    kind: str
    name: str | None
    method: str
    content_type: str
    body: bytes
