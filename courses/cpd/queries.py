"""Reads of CPD records. A record is always one person's."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from courses.cpd.models import CpdCopy, CpdEntry
from courses.cpd.registers import GENERAL, names
from courses.cpd.rules import Counted, Period
from courses.cpd.sources import COURSE
from lms.accounts.models import ProfessionalRegistration
from lms.accounts.queries import registrations_of
from lms.core.db import db
from lms.core.language import Bilingual

MOST_COPIES = 5


@dataclass(frozen=True)
class Registered:
    """A register that somebody is on; GENERAL for none in particular."""

    code: str
    name: Bilingual
    number: str | None = None
    renews_on: date | None = None


PLAIN = Registered(GENERAL, names()[GENERAL])


def registered(person_id: UUID) -> list[Registered]:
    """The registers that the person is on, then the plain record."""
    known = {
        each.register_code: Registered(
            each.register_code, names().get(each.register_code, Bilingual(name, "")), each.number, each.renews_on
        )
        for each, name in registrations_of(person_id)
        if _is_open(each)
    }
    return [*known.values(), PLAIN]


def _is_open(each: ProfessionalRegistration) -> bool:
    return each.ended_on is None


def entries_of(person_id: UUID, period: Period | None = None, *, left_out: bool | None = None) -> Select[CpdEntry]:
    """The person's entries; of a period; those that are left out, or those that are not."""
    found = select(CpdEntry).where(CpdEntry.person_id == person_id)
    if period is not None:
        found = found.where(_within(period))
    if left_out is not None:
        found = found.where(CpdEntry.left_out_at.is_not(None) if left_out else CpdEntry.left_out_at.is_(None))
    return found


def _within(period: Period) -> ColumnElement[bool]:
    return CpdEntry.happened_on.between(period.starts_on, period.ends_on)


def entry_of(person_id: UUID, entry_id: UUID, *, lock: bool = False) -> CpdEntry | None:
    found = entries_of(person_id).where(CpdEntry.id == entry_id)
    return db.session.scalars(found.with_for_update() if lock else found).one_or_none()


def entry_of_course(person_id: UUID, enrolment_id: UUID) -> CpdEntry | None:
    """What came by itself from learning on that enrolment."""
    found = entries_of(person_id).where(CpdEntry.origin == COURSE, CpdEntry.origin_id == enrolment_id)
    return db.session.scalars(found).one_or_none()


def counted(person_id: UUID, period: Period) -> tuple[Counted, int, int]:
    """What counts in the period; how many entries are left out of it, and how many were withdrawn."""
    in_it, stands = CpdEntry.left_out_at.is_(None), CpdEntry.withdrawn_at.is_(None)
    counts = in_it & stands
    row = db.session.execute(
        select(
            func.count().filter(counts),
            func.coalesce(func.sum(CpdEntry.minutes).filter(counts), 0),
            func.coalesce(func.sum(CpdEntry.participatory_minutes).filter(counts), 0),
            func.count(CpdEntry.method.distinct()).filter(counts),
            func.count().filter(~in_it),
            func.count().filter(in_it & ~stands),
        ).where(CpdEntry.person_id == person_id, _within(period))
    ).one()
    return Counted(row[0], row[1] or 0, row[2] or 0, row[3]), row[4], row[5]


def holding(file_id: UUID) -> Select[CpdEntry]:
    return select(CpdEntry).where(CpdEntry.file_id == file_id)


def copies_of(person_id: UUID) -> list[CpdCopy]:
    """The newest first."""
    asked = select(CpdCopy).where(CpdCopy.person_id == person_id)
    return list(db.session.scalars(asked.order_by(CpdCopy.asked_at.desc()).limit(MOST_COPIES)))


def facts_of(entry: CpdEntry) -> dict[str, Any]:
    """What a form shows of an entry before anything is typed."""
    return {
        "edition": entry.edition, "title": entry.title.en or entry.title.cy, "happened_on": entry.happened_on,
        "hours": hours(entry.minutes), "participatory_hours": hours(entry.participatory_minutes),
        "method": entry.method, "standards": entry.standards, "links": "\n".join(entry.links), **entry.texts,
    }  # fmt: skip


def hours(minutes: int | None) -> str:
    """Minutes as hours in figures, exact to a minute: "1.5", "0.33"."""
    return "" if minutes is None else f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
