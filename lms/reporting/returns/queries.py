"""Reads of returns, and of why figures moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select, text
from sqlalchemy.orm import aliased, joinedload

from lms.core.db import db
from lms.core.permissions import Reach
from lms.reporting.groups import root_among
from lms.reporting.returns.models import Return, ReturnContent, ReturnEvent, ReturnEventKind, ReturnProgress
from lms.reporting.returns.rules import Standing, Term, standing
from lms.reporting.rules import disclosure


@dataclass(frozen=True)
class Listed:
    """A return and what it is now."""

    it: Return
    standing: Standing
    events: dict[str, ReturnEvent]


def within(reach: Reach) -> Select[Return]:
    """The returns whose body the reader sees."""
    found = select(Return).options(joinedload(Return.organisation))
    if root_among(reach):
        return found
    return found.where(Return.organisation_lineage.overlap(list(reach.places)))


def listed(returns: Sequence[Return]) -> list[Listed]:
    """What each of them is, in three statements however many they are."""
    ids = [it.id for it in returns]
    events: dict[UUID, dict[str, ReturnEvent]] = {id: {} for id in ids}
    for event in db.session.scalars(select(ReturnEvent).where(ReturnEvent.return_id.in_(ids))):
        events[event.return_id][event.kind.value] = event
    made = set(db.session.scalars(select(ReturnContent.return_id).where(ReturnContent.return_id.in_(ids))))
    later = aliased(Return)
    newer = exists().where(
        later.organisation_id == Return.organisation_id, later.span == Return.span,
        later.starts_on == Return.starts_on, later.edition > Return.edition,
    )  # fmt: skip
    told = db.session.execute(
        select(Return.id, ReturnProgress.failed_at, newer)
        .join(ReturnProgress, ReturnProgress.return_id == Return.id).where(Return.id.in_(ids))
    )  # fmt: skip
    how = {id: (failed is not None, superseded) for id, failed, superseded in told}
    return [
        Listed(
            it,
            standing(made=it.id in made, failed=how[it.id][0], events=events[it.id], newest=not how[it.id][1]),
            events[it.id],
        )
        for it in returns
    ]


def editions(body: UUID, term: Term) -> list[Return]:
    """Of this body and term, oldest first."""
    found = select(Return).where(
        Return.organisation_id == body, Return.span == term.span, Return.starts_on == term.starts_on
    )
    return list(db.session.scalars(found.order_by(Return.edition)))


def previous(body: UUID, term: Term) -> Return | None:
    """What a return is compared with: the last of its own term that was signed, or else the last of the term before."""
    signed = select(ReturnEvent.return_id).where(ReturnEvent.kind == ReturnEventKind.SIGNED)
    found = (
        select(Return)
        .where(
            Return.organisation_id == body, Return.span == term.span, Return.id.in_(signed),
            or_(Return.starts_on == term.starts_on, Return.starts_on == term.before.starts_on),
        )
        .order_by(Return.starts_on.desc(), Return.edition.desc())
        .limit(1)
    )  # fmt: skip
    return db.session.scalars(found).first()


def content_of(return_id: UUID) -> ReturnContent | None:
    return db.session.get(ReturnContent, return_id)


def causes(body: UUID | None, since: Return, ends_on: Any, known_at: datetime) -> dict[str, int | None]:
    """How many people the facts recorded since are about, by cause, through the disclosure rule; None: hidden.

    corrections: facts that cancel others; late: of days that the earlier return already covered; new: of days after it.
    A person of two causes is in both.
    """
    rows = db.session.execute(
        text(
            "SELECT CASE WHEN kind = 'cancelled' THEN 'corrections' WHEN on_day <= :covered THEN 'late' ELSE 'new' END,"
            " count(DISTINCT person_id)::int FROM fact"
            " WHERE recorded_at > :since AND recorded_at <= :known AND on_day <= :ends_on AND person_id IS NOT NULL"
            " AND (CAST(:body AS uuid) IS NULL OR organisation_lineage @> ARRAY[CAST(:body AS uuid)]) GROUP BY 1"
        ),
        {"covered": since.ends_on, "since": since.known_at, "known": known_at, "ends_on": ends_on, "body": body},
    )
    found: dict[str, int] = dict(rows.all())
    return {cause: disclosure.alone(found.get(cause, 0)) for cause in ("corrections", "late", "new")}
