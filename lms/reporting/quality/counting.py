"""What is missing or doubtful in what is known of people today, for every place in one pass: it looks at everybody, so it is
done by a job and kept, and the report reads a handful of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from lms.core import clock
from lms.core.db import db
from lms.reporting.facts.shares import NIL
from lms.reporting.quality.models import QualityCount

EVERYBODY = "everybody"
LINES = ("sector", "role", "base", "setting", "duplicates", "stale")
STALE_DAYS = 730
"""Days that a membership may be open with nothing learnt before it is doubted."""

FOUND = f"""
WITH here AS MATERIALIZED (
    SELECT person_id, membership.sector, job_role_code, organisation_id, setting_code, starts_on, lineage
    FROM membership LEFT JOIN organisation ON organisation.id = organisation_id
    WHERE starts_on <= :today AND (ends_on IS NULL OR ends_on >= :today)
), idle AS MATERIALIZED (
    SELECT person_id FROM here WHERE starts_on < CAST(:today AS date) - {STALE_DAYS}
    EXCEPT SELECT person_id FROM fact WHERE on_day > CAST(:today AS date) - {STALE_DAYS}
), doubted AS (
    SELECT person_id, lineage, line FROM here CROSS JOIN LATERAL (VALUES
        ('{EVERYBODY}', true), ('sector', sector = 'public'), ('role', job_role_code IS NULL),
        ('base', organisation_id IS NULL), ('setting', setting_code IS NULL),
        ('stale', starts_on < CAST(:today AS date) - {STALE_DAYS} AND person_id IN (SELECT person_id FROM idle))
    ) AS each(line, is_so) WHERE is_so
    UNION ALL SELECT person_id, lineage, 'duplicates' FROM here JOIN (
        SELECT lower(legal_name) AS called, organisation_id FROM here JOIN person ON person.id = person_id
        GROUP BY 1, 2 HAVING count(DISTINCT person_id) > 1
    ) AS twice ON here.organisation_id IS NOT DISTINCT FROM twice.organisation_id
      JOIN person ON person.id = person_id AND lower(legal_name) = called
)
SELECT place, line, count(DISTINCT person_id)::int AS people FROM doubted
CROSS JOIN LATERAL (SELECT CAST(:nil AS uuid) AS place UNION ALL SELECT unnest(lineage[2:])) AS at_place
GROUP BY place, line"""


@dataclass(frozen=True)
class Known:
    """`people` by line, of `everybody`; `at`: when they were counted."""

    at: datetime
    everybody: int
    people: Mapping[str, int]


def count() -> int:
    """Count for every place, and keep it. How many rows."""
    given = {"today": clock.today(), "nil": NIL, "at": clock.now()}
    db.session.execute(text("DELETE FROM quality_count"))
    kept: Any = db.session.execute(
        text(
            f"INSERT INTO quality_count (place, line, people, at) SELECT place, line, people, :at FROM ({FOUND}) AS it"
        ),
        given,
    )
    return int(kept.rowcount)


def known(place: UUID | None) -> Known | None:
    """Of a place or, None, of everybody. None: nothing has been counted yet."""
    found = db.session.execute(
        select(QualityCount.line, QualityCount.people, QualityCount.at).where(QualityCount.place == (place or NIL))
    ).all()
    if not found:
        at = db.session.scalar(select(QualityCount.at).limit(1))
        return None if at is None else Known(at, 0, {})
    people = {line: number for line, number, _ in found}
    return Known(found[0].at, people.pop(EVERYBODY, 0), people)
