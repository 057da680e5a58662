"""A hundred thousand people and a million enrolments, by COPY: for measuring, not for reading. The same every time."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import select, text

from courses.catalogue.models import Course, CourseVersion
from lms.accounts.models import EmailAddress, Organisation
from lms.core.db import db

DOMAIN = "large.demo.llwybr.example"
SEED = 2026
BATCH = 10_000

Row = tuple[Any, ...]
Say = Callable[[int, int], None]


def is_there() -> bool:
    return db.session.scalar(select(EmailAddress.id).where(EmailAddress.address == f"p0@{DOMAIN}")) is not None


def load(persons: int, enrolments: int, today: date, say: Say) -> None:
    """One transaction: all of it or nothing. At least one course for every ten enrolments of a person."""
    chance = random.Random(SEED)  # noqa: S311 - the same rows every time
    bodies = [body for body in db.session.scalars(select(Organisation).order_by(Organisation.code)) if body.parent_id]
    offered = (
        select(Course.id, Course.code, Course.published_version_id, CourseVersion.certificate_kind)
        .join(CourseVersion, CourseVersion.id == Course.published_version_id)
        .order_by(Course.code)
    )
    courses = list(db.session.execute(offered))
    each, rest = divmod(enrolments, persons)
    if each + bool(rest) > len(courses):
        raise ValueError("There are fewer courses than enrolments for one person")
    people = [(_id(chance), bodies[chance.randrange(len(bodies))]) for _ in range(persons)]
    db.session.rollback()
    raw = db.engine.raw_connection()
    connection: Connection[Any] = raw.driver_connection  # type: ignore[assignment]
    whole, done = 3 * persons + 2 * enrolments, 0
    try:
        for table, rows in (
            ("person (id, display_name, legal_name, language, is_demonstration)", _persons(people)),
            ("email_address (id, person_id, address, is_primary)", _addresses(chance, people)),
            (
                "membership (id, person_id, organisation_id, sector, paid, starts_on)",
                _memberships(chance, people, today),
            ),
        ):
            done = _copy(connection, table, rows, done, whole, say)
        history = list(_enrolments(chance, people, courses, each, rest, today))
        columns = (
            "enrolment (id, learner_id, course_id, course_version_id, state, language, enrolled_on, started_at,"
            " last_active_at, progress, completed_on, sector, organisation_id, organisation_lineage, job_role_code,"
            " declared)"
        )
        done = _copy(connection, columns, (row for row, _ in history), done, whole, say)
        columns = (
            "award (id, number, code, learner_id, enrolment_id, course_code, course_version_id, kind, completed_on,"
            " issued_on, snapshot, snapshot_hash, design, name_visibility, organisation_lineage)"
        )
        _copy(connection, columns, _awards(chance, history), done, whole, say)
        connection.commit()
        say(whole, whole)
    except BaseException:
        connection.rollback()
        raise
    finally:
        raw.close()
    tidy("person", "enrolment", "award", "membership")


def tidy(*tables: str) -> None:
    """What autovacuum would do to them in its time, now: so much was written at once."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def _copy(connection: Connection[Any], table: str, rows: Iterator[Row], done: int, whole: int, say: Say) -> int:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
            done += 1
            if done % BATCH == 0:
                say(done, whole)
    return done


def _persons(people: list[tuple[UUID, Organisation]]) -> Iterator[Row]:
    for n, (person, _) in enumerate(people):
        yield person, f"Person {n}", f"Person {n}", "cy" if n % 5 == 0 else "en", True


def _addresses(chance: random.Random, people: list[tuple[UUID, Organisation]]) -> Iterator[Row]:
    for n, (person, _) in enumerate(people):
        yield _id(chance), person, f"p{n}@{DOMAIN}", True


def _memberships(chance: random.Random, people: list[tuple[UUID, Organisation]], today: date) -> Iterator[Row]:
    for person, body in people:
        yield _id(chance), person, body.id, body.sector.value, True, today - timedelta(days=2000)


def _enrolments(
    chance: random.Random,
    people: list[tuple[UUID, Organisation]],
    courses: list[Any],
    each: int,
    rest: int,
    today: date,
) -> Iterator[tuple[Row, Any]]:
    """(the row, its course) of every enrolment; no person twice on one course."""
    for n, (person, body) in enumerate(people):
        start = chance.randrange(len(courses))
        for k in range(each + (n < rest)):
            course = courses[(start + k) % len(courses)]
            enrolled = today - timedelta(days=chance.randrange(1, 1095))
            stage = ("completed", "completed", "in_progress", "enrolled")[chance.randrange(4)]
            active = min(enrolled + timedelta(days=chance.randrange(60)), today - timedelta(days=1))
            moment = datetime.combine(active, time(9), UTC) if stage != "enrolled" else None
            yield (
                (
                    _id(chance),
                    person,
                    course[0],
                    course[2],
                    stage,
                    "en",
                    enrolled,
                    moment,
                    moment,
                    {"completed": 100, "enrolled": 0}.get(stage, 50),
                    active if stage == "completed" else None,
                    body.sector.value,
                    body.id,
                    list(body.lineage),
                    None,
                    [],
                ),
                course,
            )


def _awards(chance: random.Random, history: list[tuple[Row, Any]]) -> Iterator[Row]:
    """One for every completed enrolment on a course that certifies. They print nothing: their snapshots are empty."""
    for n, (row, course) in enumerate(history):
        if row[4] == "completed" and course[3].value != "none":
            yield (
                _id(chance),
                f"LARGE-{n:08d}",
                f"large-{n:08d}",
                row[1],
                row[0],
                course[1],
                row[3],
                course[3].value,
                row[10],
                row[10],
                Jsonb({}),
                "",
                "large",
                "private",
                row[13],
            )


def _id(chance: random.Random) -> UUID:
    """As `lms.core.ids.new_id`, but from the seed."""
    value = 1_700_000_000_000 << 80 | chance.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
