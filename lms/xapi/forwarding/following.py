"""Which statements a destination is to get next. Every read is bounded, however rare the statements that match are."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from lms.core.db import db
from lms.xapi import queries
from lms.xapi.forwarding.models import Destination
from lms.xapi.forwarding.rules.delivery import within
from lms.xapi.models import REFERS, VOIDED, Attachment, StoredStatement
from lms.xapi.rules import keys, parsing, patterns
from lms.xapi.rules.attached import declared_in
from lms.xapi.rules.keys import Kind

WINDOW = 5_000
"""Statements looked through at once."""
MOST_BYTES = 16_000_000
"""Of statements and attachments in one request, unless a single statement has more."""

_WINDOW = text("""
    SELECT count(*) AS rows, max(seq) AS last FROM (
        SELECT seq FROM statement WHERE tenant = :tenant AND seq > :after AND seq <= :through ORDER BY seq LIMIT :window
    ) AS next
""")
_EARLY_VOIDINGS = text("""
    SELECT DISTINCT v.seq, v.id, octet_length(v.payload) AS size FROM statement AS s
    JOIN statement_link AS link ON link.tenant = s.tenant AND link.target = s.id AND link.voids AND link.seq < s.seq
    JOIN statement AS v ON v.tenant = link.tenant AND v.seq = link.seq
    WHERE s.tenant = :tenant AND s.seq = ANY(:voided)
""")


@dataclass(frozen=True)
class Item:
    """A statement to send: JSON as served, and the (content type, hash) of what it declares as attached."""

    seq: int
    id: UUID
    payload: bytes = field(repr=False)
    attachments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Batch:
    """`parts` are attachments by their hash in lower case. `through`: nothing up to there is left out of `items`.

    `rest` tells whether anything may follow.
    """

    items: list[Item]
    parts: dict[str, bytes] = field(repr=False)
    through: int
    rest: bool


def following(destination: Destination, through: int, most: int) -> Batch:
    """What comes next of what matches, up to `most` statements of one window."""
    after = destination.sent_through
    if destination.since is not None:
        after = max(after, patterns.microseconds(destination.since))
    asked = {"tenant": destination.tenant, "after": after, "through": through}
    window = db.session.execute(_WINDOW, asked | {"window": WINDOW}).one()
    if not window.rows:
        return Batch([], {}, max(after, destination.sent_through), False)
    rows = db.session.execute(
        text(_matching_sql(destination)),
        asked | _values(destination) | {"through": window.last, "most": most, "refers": REFERS},
    ).all()
    numbers = {row.seq: row.size for row in rows}
    full = len(rows) == most
    voided = [row.seq for row in rows if row.flags & VOIDED]
    if voided and _filters(destination):
        early = db.session.execute(_EARLY_VOIDINGS, {"tenant": destination.tenant, "voided": voided})
        numbers |= {row.seq: row.size for row in early}  # what voids it came first, and was passed over
    chosen = sorted(numbers)
    count = within([numbers[seq] for seq in chosen], MOST_BYTES)
    items, parts = loaded(destination.tenant, chosen[:count])
    whole = not full and count == len(chosen) and len(items) == count
    last = window.last if whole else max((item.seq for item in items), default=after)
    return Batch(items, parts, last, not whole or window.rows == WINDOW)


def loaded(tenant: int, numbers: list[int]) -> tuple[list[Item], dict[str, bytes]]:
    """These statements in order, with their attachments; fewer if they would have too many bytes together."""
    if not numbers:
        return [], {}
    found = db.session.execute(
        select(StoredStatement.seq, StoredStatement.id, StoredStatement.payload)
        .where(StoredStatement.tenant == tenant, StoredStatement.seq.in_(numbers))
        .order_by(StoredStatement.seq)
    )
    items = [Item(row.seq, row.id, bytes(row.payload), declared(bytes(row.payload))) for row in found]
    wanted = sorted({sha2.lower() for item in items for _, sha2 in item.attachments})
    if not wanted:
        return items, {}
    measured = select(Attachment.sha2, Attachment.size).where(Attachment.tenant == tenant, Attachment.sha2.in_(wanted))
    sizes: dict[str, int] = {row.sha2: row.size for row in db.session.execute(measured)}
    heavy = [len(item.payload) + sum(sizes.get(sha2.lower(), 0) for _, sha2 in item.attachments) for item in items]
    items = items[: within(heavy, MOST_BYTES)]
    return items, queries.attachments(tenant, [sha2.lower() for item in items for _, sha2 in item.attachments])


def declared(payload: bytes) -> tuple[tuple[str, str], ...]:
    """The (content type, hash) of each attachment."""
    if b'"attachments"' not in payload:
        return ()
    statement: dict[str, Any] = parsing.load(payload)
    return tuple((each["contentType"], each["sha2"]) for each in declared_in(statement))


def _filters(destination: Destination) -> bool:
    return bool(
        destination.verbs
        or destination.activities
        or destination.actors
        or destination.registrations
        or destination.since
    )


def _matching_sql(destination: Destination) -> str:
    """A statement matches by itself, or by what it refers to: so what voids is sent wherever the voided one was."""
    itself, target = _condition(destination, "s"), _condition(destination, "t")
    return f"""
        SELECT s.seq, s.flags, octet_length(s.payload) AS size FROM statement AS s
        WHERE s.tenant = :tenant AND s.seq > :after AND s.seq <= :through AND (({itself}) OR (s.flags & :refers <> 0
            AND EXISTS (
                SELECT FROM statement_link AS link
                JOIN statement_id AS known ON known.tenant = link.tenant AND known.id = link.target
                JOIN statement AS t ON t.tenant = known.tenant AND t.seq = known.seq
                WHERE link.tenant = s.tenant AND link.seq = s.seq AND {target}
            )))
        ORDER BY s.seq LIMIT :most
    """


def _condition(destination: Destination, alias: str) -> str:
    found = ["true"]
    if destination.verbs:
        found.append(f"{alias}.verb = ANY(:verbs)")
    if destination.activities:
        related = (
            f" OR EXISTS (SELECT FROM statement_ref AS ref WHERE ref.tenant = {alias}.tenant AND ref.seq = {alias}.seq"
            f" AND ref.kind = {int(Kind.RELATED_ACTIVITY)} AND ref.key = ANY(:activities))"
        )
        found.append(f"({alias}.activity = ANY(:activities){related if destination.related else ''})")
    if destination.actors:
        found.append(f"{alias}.actor = ANY(:actors)")
    if destination.registrations:
        found.append(f"{alias}.registration = ANY(:registrations)")
    return " AND ".join(found)


def _values(destination: Destination) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: [keys.key_of(each) for each in getattr(destination, name)] for name in ("verbs", "activities", "actors")
    }
    values["registrations"] = list(destination.registrations)
    return {name: given for name, given in values.items() if given}
