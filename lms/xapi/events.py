"""What has happened in the record store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class Recorded(NamedTuple):
    """A statement as stored. `object_id` is the id of its Activity or StatementRef, else None.

    `seq` is its number, and when it was stored (`rules/sequence.py`). `credential` is None for what the house itself
    records. `actor` and `result` are the statement's own JSON; do not change them.
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


@dataclass(frozen=True)
class StatementsRecorded:
    """New statements were stored, in the transaction of whoever hears this; several requests may have sent them.

    Ids that were known already are not told again.
    """

    statements: tuple[Recorded, ...]
