"""Entries that come by themselves. This is how another room adds to CPD records: one call, as often as it likes."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from courses.cpd import sources
from courses.cpd.models import CpdEntry
from courses.cpd.registers import methods, origins
from courses.cpd.sources import Brought
from lms.core import clock
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import Actor, Permission

BATCH = 1000
TABLE = CpdEntry.__table__


def bring(actor: Actor, brought: Iterable[Brought]) -> int:
    """Write these entries; returns how many are new. What is there already stays as it is, with all that was written.

    What was withdrawn and has come again stands again. Raises ValueError on an origin or method that nobody has named.
    """
    rows = []
    for each in brought:
        actor.require(Permission.CPD_EDIT, about=each.person_id)
        if each.origin not in origins() or each.method not in methods():
            raise ValueError(f"{each.origin}, {each.method}: name it in courses/cpd/data/fields.yaml")
        rows.append(_row(each))
    new = 0
    for at in range(0, len(rows), BATCH):
        again = insert(CpdEntry).values(rows[at : at + BATCH])
        kept = again.on_conflict_do_update(
            index_elements=["person_id", "origin", "origin_id"],
            set_={"withdrawn_at": None},
            where=TABLE.c.withdrawn_at.is_not(None),
        )
        new += len(db.session.execute(kept.returning(TABLE.c.id)).all())
    return new


def withdraw(actor: Actor, origin: str, origin_id: UUID) -> None:
    """What these entries tell of does not stand any more: they say so, and count no longer. Again changes nothing."""
    actor.require(Permission.CPD_EDIT)
    db.session.execute(
        update(CpdEntry)
        .where(CpdEntry.origin == origin, CpdEntry.origin_id == origin_id, CpdEntry.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )


def gather(actor: Actor) -> int:
    """Bring all that has taken place and is in no record yet: for histories that were written past the use cases."""
    actor.require(Permission.CPD_EDIT)
    return sum(
        bring(actor, found)
        for found in (
            sources.courses_learnt(),
            sources.supervision_agreed(),
            sources.portfolios_signed(),
            sources.mentoring_agreed(),
            sources.cascade_attended(),
        )
    )


def _row(it: Brought) -> dict[str, object]:
    minutes = it.minutes
    return {
        "id": new_id(), "person_id": it.person_id, "origin": it.origin, "origin_id": it.origin_id,
        "title_en": it.title.en, "title_cy": it.title.cy, "happened_on": it.happened_on, "minutes": minutes,
        "participatory_minutes": minutes if it.participatory else None if minutes is None else 0,
        "told_minutes": minutes, "method": it.method, "texts": {}, "standards": [], "links": [], "edition": 1,
        "saved_at": clock.now(),
    }  # fmt: skip
