"""Attendance from a spreadsheet: read, checked line by line, and kept only as a whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from courses.delivery import queries
from courses.delivery.models import ON_REGISTER, Booking, Meeting, Presence, Series
from courses.delivery.services.publishing import seen_by
from courses.delivery.services.register import Marked, mark
from lms.core import audit, spreadsheets
from lms.core.clock import on_the_day
from lms.core.language import N_
from lms.core.permissions import Actor
from lms.core.spreadsheets import SheetUnreadable

LARGEST = 2_000_000
MOST_ROWS = 2000
COLUMNS = {
    "email": ("email", "e-mail", "e-bost", "ebost"),
    "day": ("date", "day", "dyddiad"),
    "presence": ("attendance", "status", "presenoldeb", "statws"),
    "minutes": ("minutes", "munudau"),
    "language": ("language", "iaith"),
}
"""What a column may be called, in either language; capitals do not matter."""
PRESENCES = {
    Presence.ATTENDED: ("attended", "yes", "y", "present", "bresennol", "presennol", "ie"),
    Presence.PARTLY: ("partly", "part", "rhannol", "yn rhannol"),
    Presence.DID_NOT_ATTEND: ("did not attend", "did_not_attend", "dna", "no", "n", "absent", "absennol", "na"),
    Presence.EXCUSED: ("excused", "esgusodwyd", "wedi'i esgusodi"),
}
LANGUAGES = {"en": ("en", "english", "saesneg"), "cy": ("cy", "welsh", "cymraeg")}
EMAIL = N_("Nobody with a place on this date has this address")
DAY = N_("There is no session of this date on that day")
PRESENCE = N_("Write attended, partly, did not attend or excused")
PARTLY = N_("Write how many minutes they were there")
LANGUAGE = N_("Write Welsh or English")
TWICE = N_("This person and day are on the list twice")
CLOSED = N_("The register of that day is closed: correct it there")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line of the file; `line` counts from 1, the heading included."""

    line: int
    text: str


@dataclass(frozen=True)
class Checked:
    """What the file says. Nothing is kept while there are faults."""

    rows: int
    by_meeting: dict[UUID, list[Marked]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    kept: bool = False

    @property
    def counts(self) -> dict[Presence, int]:
        marks = [each.presence for marks in self.by_meeting.values() for each in marks]
        return {each: marks.count(each) for each in PRESENCES if each in marks}


def bring_in(actor: Actor, series_id: UUID, content: bytes, *, keep: bool) -> Checked:
    """Check a file (CSV or XLSX) of attendance at one series; with `keep`, and without a fault, write it down.

    Raises NotFound; SheetUnreadable; what `register.mark` raises.
    """
    it = seen_by(actor, series_id)
    found = _check(it, _rows(content))
    if not keep or found.faults:
        return found
    for meeting_id, marks in found.by_meeting.items():
        mark(actor, meeting_id, marks, source="import")
    audit.record(actor, "register.imported", thing=it, rows=found.rows)
    return Checked(found.rows, found.by_meeting, kept=True)


def _check(it: Series, rows: Iterable[tuple[int, dict[str, str]]]) -> Checked:
    booked = {each.learner_id: each for each in queries.places(it.id, *ON_REGISTER)}
    known = {address: booked[person] for address, person in queries.addresses(list(booked)).items()}
    days: dict[date, Meeting] = {on_the_day(each.starts_at): each for each in it.meetings}
    seen = {
        (line.booking.id, each.id): line.mark.id
        for each in it.meetings for line in queries.register(each.id, it.id) if line.mark is not None
    }  # fmt: skip
    faults: list[Fault] = []
    found: dict[UUID, list[Marked]] = {}
    told: set[tuple[UUID, UUID]] = set()
    count = 0
    for line, row in rows:
        count += 1
        try:
            booking, meeting, presence, minutes, language = _read(row, known, days)
            if (booking.id, meeting.id) in told:
                raise ValueError(TWICE)
        except ValueError as fault:
            faults.append(Fault(line, str(fault)))
            continue
        told.add((booking.id, meeting.id))
        before = seen.get((booking.id, meeting.id))
        found.setdefault(meeting.id, []).append(Marked(booking.id, presence, minutes, language, before))
    if not count:
        faults.append(Fault(1, N_("There are no lines in this file")))
    return Checked(count, found, tuple(faults[:200]))


def _read(
    row: dict[str, str], known: dict[str, Booking], days: dict[date, Meeting]
) -> tuple[Booking, Meeting, Presence, int | None, str | None]:
    """Raises ValueError with the msgid of what is wrong."""
    booking = known.get(row.get("email", "").lower())
    if booking is None:
        raise ValueError(EMAIL)
    day = spreadsheets.day(row["day"]) if row.get("day", "") else next(iter(days)) if len(days) == 1 else None
    meeting = days.get(day) if day else None
    if meeting is None:
        raise ValueError(DAY)
    if meeting.closed_at is not None:
        raise ValueError(CLOSED)
    presence = _named(PRESENCES, row.get("presence", ""))
    if presence is None:
        raise ValueError(PRESENCE)
    minutes = row.get("minutes", "")
    if presence is Presence.PARTLY and not (minutes.isdecimal() and 0 < int(minutes) <= 1440):
        raise ValueError(PARTLY)
    language = _named(LANGUAGES, row.get("language", "")) if row.get("language", "") else None
    if row.get("language", "") and language is None:
        raise ValueError(LANGUAGE)
    return booking, meeting, presence, int(minutes) if minutes.isdecimal() else None, language


def _named(names: Any, given: str) -> Any:
    said = given.lower()
    return next((key for key, words in names.items() if said in words), None)


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, what it says by column). Raises SheetUnreadable when the file cannot be read, or lacks a column."""
    (_first, head), *lines = spreadsheets.read(content, largest=LARGEST, most_rows=MOST_ROWS)
    at = spreadsheets.columns(head, COLUMNS)
    if missing := {"email", "presence"} - at.keys():
        raise SheetUnreadable(
            N_("The first line has to name the columns email and attendance"), more={"missing": sorted(missing)}
        )
    for line, cells in lines:
        yield line, {name: cells[place] for name, place in at.items() if place < len(cells)}
