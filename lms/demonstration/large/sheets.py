"""Rows on their way into the database, as COPY reads them: words between tabs."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

from psycopg import Connection

SEED = 2026
NULL = r"\N"
TABLES = {
    "person": "id, display_name, legal_name, language, is_demonstration",
    "email_address": "id, person_id, address, is_primary",
    "membership": "id, person_id, organisation_id, sector, job_role_code, setting_code, paid, starts_on",
    "series": (
        "id, course_id, course_version_id, organisation_id, organisation_lineage, state, language, mode, area, place, link,"
        " access, capacity, minimum, booking_opens, booking_closes, cancel_by, share, whole_course, offer_hours, sequence,"
        " starts_at, ends_at, published_at, ended_at"
    ),
    "series_meeting": "id, series_id, starts_at, ends_at, closed_at, closed_by",
    "series_trainer": "id, series_id, person_id",
    "enrolment": (
        "id, registration, learner_id, course_id, course_version_id, state, language, enrolled_on, started_at,"
        " last_active_at, progress, learning_completed_at, dated, attended_at, completed_on, ended_on, sector,"
        " organisation_id, organisation_lineage, job_role_code, setting_code, paid, declared"
    ),
    "enrolment_event": "id, enrolment_id, at, kind, by, reason, details",
    "award": (
        "id, number, code, learner_id, enrolment_id, course_code, course_version_id, kind, completed_on, issued_on,"
        " valid_until, snapshot, snapshot_hash, design, name_visibility, organisation_lineage"
    ),
    "booking": (
        "id, enrolment_id, learner_id, course_id, series_id, state, any_date, sector, adjustments, asked_at, offered_at,"
        " offer_until, booked_at, ended_at, passed"
    ),
    "booking_event": "id, booking_id, series_id, at, kind, by, reason",
    "attendance": "id, meeting_id, booking_id, presence, minutes, language, at, by, source",
    "evaluation_invitation": (
        "id, enrolment_id, form, course_id, version, sector, body, made_on, closes_on, reminded_on, state"
    ),
    "evaluation_said": "month, course_id, version, form, edition, body, sector, item, value, n",
}
"""In the order in which they refer to each other."""


class Sheets:
    """What is to be written, by table. Copied a batch at a time, so that little is remembered."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self.rows: dict[str, list[str]] = {table: [] for table in TABLES}

    def write(self, table: str, *values: str) -> None:
        self.rows[table].append("\t".join(values))

    def copy(self) -> None:
        """Into the database, and begin anew."""
        with self.connection.cursor() as cursor:
            for table, rows in self.rows.items():
                if rows:
                    with cursor.copy(f"COPY {table} ({TABLES[table]}) FROM STDIN".encode()) as copy:
                        copy.write("\n".join(rows) + "\n")
                    rows.clear()


class Seeded(random.Random):
    """Chance and ids, the same every time."""

    def __init__(self) -> None:
        super().__init__(SEED)
        self._numbers = count(1_700_000_000_000)

    def below(self, number: int) -> int:
        """0 to number - 1, faster than `randrange`."""
        return int(self.random() * number)

    def new_id(self) -> str:
        """As `lms.core.ids.new_id`, one after the other, but from the seed."""
        when, rest = next(self._numbers), self.getrandbits(74)
        return _hyphened(when << 80 | 0x7 << 76 | (rest >> 62) << 64 | 0x2 << 62 | rest & (1 << 62) - 1)

    def new_registration(self) -> str:
        """A UUIDv4, as xAPI wants it."""
        value = self.getrandbits(128)
        return _hyphened(value & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62)


def _hyphened(value: int) -> str:
    it = f"{value:032x}"
    return f"{it[:8]}-{it[8:12]}-{it[12:16]}-{it[16:20]}-{it[20:]}"


class Days:
    """Days by their age: how long before today they are, below zero those to come."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._known: dict[int, str] = {}

    def __getitem__(self, age: int) -> str:
        if (found := self._known.get(age)) is None:
            found = self._known[age] = self.date(age).isoformat()
        return found

    def date(self, age: int) -> date:
        return self.today - timedelta(days=age)

    def at(self, age: int, time: str) -> str:
        """That time of that day, on the clock in Wales."""
        return f"{self[age]} {time} Europe/London"

    def working(self, age: int) -> int:
        """The same; of a Saturday the day before, of a Sunday the day after."""
        return age + (0, 0, 0, 0, 0, 1, -1)[self.date(age).weekday()]


def array(values: Iterator[str] | list[str]) -> str:
    return "{" + ",".join(values) + "}"


def truth(given: bool) -> str:
    return "t" if given else "f"
