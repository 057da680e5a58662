"""From statements to each learner's way, in the order in which statements were stored, and anew whenever one comes in.

A registration that has a new statement, or of which one was voided, is read whole: what is known of it never depends on the
order of arrival, and reading it again changes nothing. A run takes a bounded window, and only what can be read by everybody
(`consistent_through`), so no statement is passed over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text

from courses.launch.formats.structure import Format
from courses.launch.packages.identity import part_activity
from lms.core.db import db
from lms.reporting.learning.rules.ways import Answered, Said, Unit, ways
from lms.xapi.models import TENANT, VOIDED, VOIDING
from lms.xapi.queries import consistent_through
from lms.xapi.rules import keys, parsing

LOCK = 8_800_093
WINDOW, BATCH = 5000, 100
"""Statements looked through, and registrations read, in one run at most."""

_WINDOW = text(
    "SELECT seq, registration, flags FROM statement WHERE tenant = :tenant AND seq > :after AND seq <= :through"
    " ORDER BY seq LIMIT :window"
)
_VOIDED = text(
    "SELECT seq, registration FROM statement_link"
    " WHERE tenant = :tenant AND seq = ANY(:numbers) AND voids AND registration IS NOT NULL"
)
_OURS = text(
    "SELECT r.id, e.course_id FROM content_registration AS r JOIN enrolment AS e ON e.id = r.enrolment_id"
    " WHERE r.id = ANY(:ids)"
)
_UNITS = text(
    "SELECT p.course_id, c.code, p.format, n.key, n.publisher_id FROM content_node AS n"
    " JOIN content_package AS p ON p.id = n.package_id JOIN course AS c ON c.id = p.course_id"
    " WHERE n.kind = 'unit' AND p.course_id = ANY(:courses)"
)
_STATEMENTS = text(
    "SELECT registration, timestamp, payload FROM statement WHERE tenant = :tenant AND registration = ANY(:ids)"
    " AND flags & :voids = 0 ORDER BY registration, seq"
)


def take_in() -> bool:
    """The next window. May more follow? One at a time; again changes nothing."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    after = db.session.execute(text("SELECT through FROM learning_mark WHERE id = 1")).scalar_one()
    through = consistent_through()
    rows = db.session.execute(_WINDOW, {"tenant": TENANT, "after": after, "through": through, "window": WINDOW}).all()
    about = _voided([row.seq for row in rows if row.flags & VOIDING])
    wanted: set[UUID] = set()
    last, rest = through, len(rows) == WINDOW
    for row in rows:
        here = {each for each in (row.registration, about.get(row.seq)) if each is not None}
        if len(wanted | here) > BATCH:
            rest = True
            break
        wanted |= here
        last = row.seq
    last = last if rest else through
    read(sorted(wanted))
    db.session.execute(text("UPDATE learning_mark SET through = :last WHERE id = 1"), {"last": last})
    return rest


def read(registrations: Sequence[UUID]) -> None:
    """What the statements of these registrations say, in place of what is known of them. Test launches count nowhere."""
    ours: dict[UUID, UUID] = dict(db.session.execute(_OURS, {"ids": list(registrations)}).all())
    if not ours:
        return
    units = _units(set(ours.values()))
    told = {id: ways(said, units.get(ours[id], {})) for id, said in _statements(list(ours))}
    for table in ("learning_passage", "learning_answer"):
        db.session.execute(text(f"DELETE FROM {table} WHERE registration_id = ANY(:ids)"), {"ids": list(ours)})
    _write(
        "INSERT INTO learning_passage (registration_id, key, course_id, first_at, last_at, seconds)"
        " VALUES (:registration, :key, :course, :first, :last, :seconds)",
        (_passage(id, ours[id], key, unit) for id, (found, _) in told.items() for key, unit in found.items()),
    )
    _write(
        "INSERT INTO learning_question (course_id, question, key, iri, title) VALUES (:course, :question, :key, :iri,"
        " CAST(:title AS jsonb)) ON CONFLICT (course_id, question) DO UPDATE SET title = excluded.title, key = excluded.key",
        {(row["course"], row["question"]): row for row in _answers(told, ours)}.values(),
    )
    _write(
        "INSERT INTO learning_answer (registration_id, question, course_id, is_right, tries)"
        " VALUES (:registration, :question, :course, :right, :tries) ON CONFLICT DO NOTHING",
        _answers(told, ours),
    )
    _write(
        "INSERT INTO learning_touched VALUES (:course) ON CONFLICT DO NOTHING",
        ({"course": course} for course in sorted(set(ours.values()))),
    )


def forget() -> None:
    """What is known of registrations that have no statements any more: they were taken out of the store."""
    gone = (
        "WITH gone AS (DELETE FROM {table} WHERE NOT EXISTS (SELECT FROM statement WHERE tenant = :tenant AND registration ="
        " {table}.registration_id) RETURNING course_id) INSERT INTO learning_touched SELECT DISTINCT course_id FROM gone"
        " ON CONFLICT DO NOTHING"
    )
    for table in ("learning_passage", "learning_answer"):
        db.session.execute(text(gone.format(table=table)), {"tenant": TENANT})


def _voided(numbers: list[int]) -> dict[int, UUID]:
    """The registrations of what these statements void."""
    if not numbers:
        return {}
    return dict(db.session.execute(_VOIDED, {"tenant": TENANT, "numbers": numbers}).all())


def _units(courses: set[UUID]) -> dict[UUID, dict[str, UUID]]:
    """By course, the keys of its units by what statements call them, in whatever package they stood."""
    found: dict[UUID, dict[str, UUID]] = {}
    for course, code, format_, key, publisher_id in db.session.execute(_UNITS, {"courses": list(courses)}):
        known = found.setdefault(course, {})
        known[part_activity(code, key)] = key
        if format_ == Format.XAPI:
            known[publisher_id] = key
    return found


def _statements(ids: list[UUID]) -> Iterator[tuple[UUID, list[Said]]]:
    rows = db.session.execute(
        _STATEMENTS, {"tenant": TENANT, "ids": ids, "voids": VOIDED | VOIDING}, execution_options={"yield_per": 500}
    )
    for id, its in groupby(rows, key=lambda row: row.registration):
        yield id, [Said(row.timestamp, parsing.load(bytes(row.payload))) for row in its]


def _passage(registration: UUID, course: UUID, key: UUID, unit: Unit) -> dict[str, Any]:
    return {
        "registration": registration, "course": course, "key": key, "first": unit.first_at, "last": unit.last_at,
        "seconds": unit.seconds,
    }  # fmt: skip


def _answers(
    told: Mapping[UUID, tuple[Mapping[UUID, Unit], Sequence[Answered]]], ours: Mapping[UUID, UUID]
) -> Iterator[dict[str, Any]]:
    for id, (_, answers) in told.items():
        for it in answers:
            yield {
                "registration": id, "course": ours[id], "question": keys.key_of(it.iri), "key": it.unit, "iri": it.iri,
                "title": json.dumps(dict(it.title)), "right": it.is_right, "tries": it.tries,
            }  # fmt: skip


def _write(statement: str, rows: Iterable[Mapping[str, Any]]) -> None:
    if given := [dict(row) for row in rows]:
        db.session.execute(text(statement), given)
