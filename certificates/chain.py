"""The log of an award as a chain of hashes: whoever changes, removes or inserts an event breaks it. Pure.

The database writes the hashes when an event is appended (migration 0060), in the same words as here; here they are
checked. An event's hash covers the one before it; the first covers the award itself, as it was issued.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Issued:
    """What of an award must never change."""

    id: UUID
    number: str
    code: str
    learner: UUID
    kind: str
    snapshot_hash: str
    design: str
    issued_on: date
    valid_until: date | None


@dataclass(frozen=True)
class Link:
    """One event as it is held. `position` counts from 1."""

    position: int
    kind: str
    at: datetime
    by: UUID | None
    reason: str | None
    note: str | None
    hash: str


def _hashed(parts: Sequence[object]) -> str:
    return hashlib.sha256("\n".join("" if part is None else str(part) for part in parts).encode()).hexdigest()


def root(it: Issued) -> str:
    """What the first event's hash stands on."""
    return _hashed(
        (it.id, it.number, it.code, it.learner, it.kind, it.snapshot_hash, it.design, it.issued_on, it.valid_until)
    )


def next_hash(before: str, link: Link) -> str:
    note = None if link.note is None else hashlib.sha256(link.note.encode()).hexdigest()
    moment = (link.at - EPOCH) // timedelta(microseconds=1)
    return _hashed((before, link.position, link.kind, moment, link.by, link.reason, note))


def holds(it: Issued, links: Iterable[Link]) -> bool:
    """Does every hash follow from the one before, from the issue on, without a gap?"""
    before, expected = root(it), 0
    for link in links:
        expected += 1
        before = next_hash(before, link)
        if link.position != expected or link.hash != before:
            return False
    return expected > 0


def ledger_hash(before: str, number: int, event: UUID, hash: str) -> str:
    """One line of the ledger of all events."""
    return _hashed((before, number, event, hash))
