"""Where everybody is, counted from the records as they are: what the kept rows are held against, and must come to.

It is one statement, which knows nothing of how the rows are kept; it takes seconds. Raw: what it finds leaves the house
only through the disclosure rule.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text

from frameworks.assessment import queries as assessment
from frameworks.queries import requirements
from frameworks.rules import Place, required_levels
from frameworks.rules.carrying import Outcome
from lms.core.db import db


class Grouping(StrEnum):
    ORGANISATION = "organisation"
    SECTOR = "sector"
    ROLE = "role"
    LEVEL = "level"


class Where(StrEnum):
    MEETS = "meets"
    PARTLY = "partly"
    NOT_YET = "not_yet"


Counts = dict[tuple[str | None, str | None], int]
"""People by (group, reach); None: all groups together, or wherever they are. Raw."""

RAW = """
WITH place AS (
    SELECT * FROM unnest(CAST(:roles AS text[]), CAST(:settings AS text[]), CAST(:sectors AS text[]), CAST(:domains AS text[]),
                         CAST(:ranks AS int[])) AS p(role, setting, sector, domain, rank)
), work AS MATERIALIZED (
    SELECT membership.id AS membership_id, membership.person_id, membership.organisation_id, membership.sector,
           membership.job_role_code, p.domain, p.rank
    FROM membership
    JOIN place p ON p.role = coalesce(membership.job_role_code, '') AND p.setting = coalesce(membership.setting_code, '')
         AND p.sector = membership.sector
    WHERE membership.starts_on <= :day AND (membership.ends_on IS NULL OR membership.ends_on >= :day)
), bar AS MATERIALIZED (
    SELECT person_id, domain, max(rank) AS rank FROM work GROUP BY person_id, domain
), known AS MATERIALIZED (
    SELECT * FROM unnest(CAST(:statements AS uuid[]), CAST(:olds AS uuid[]), CAST(:of_domains AS text[]),
                         CAST(:of_ranks AS int[]), CAST(:numbers AS int[])) AS k(statement, old, domain, rank, number)
), asked AS (
    SELECT domain, bars.rank, count(DISTINCT statement) AS statements
    FROM (SELECT DISTINCT rank FROM bar) bars JOIN known ON known.rank <= bars.rank GROUP BY domain, bars.rank
), met AS MATERIALIZED (
    {met}
), done AS MATERIALIZED (
    SELECT bar.person_id, bar.domain, sum(met.met) AS met
    FROM bar JOIN met ON met.person_id = bar.person_id AND met.domain = bar.domain AND met.rank <= bar.rank
    GROUP BY bar.person_id, bar.domain
), person AS MATERIALIZED (
    SELECT bar.person_id, max(bar.rank) AS rank, sum(asked.statements) AS asked, coalesce(sum(done.met), 0) AS met
    FROM bar JOIN asked USING (domain, rank) LEFT JOIN done USING (person_id, domain)
    GROUP BY bar.person_id
), counted AS MATERIALIZED (
    SELECT placed.*, person.rank,
           CASE WHEN met >= asked THEN 'meets' WHEN met > 0 THEN 'partly' ELSE 'not_yet' END AS reach,
           count(*) OVER (PARTITION BY person_id) = 1 AS alone
    FROM (SELECT DISTINCT membership_id, person_id, organisation_id, sector, job_role_code FROM work) placed
    JOIN person USING (person_id)
)
"""
"""The rows of `framework_reach`, as the records give them: one for each place of somebody's that asks for anything."""
_MET = """
    SELECT s.person_id, known.domain, known.rank, count(*) AS met
    FROM known JOIN assessment_standing s ON s.statement_id = known.old
    WHERE s.met AND (s.lapses_on IS NULL OR s.lapses_on > :day) GROUP BY 1, 2, 3
"""
_MET_NEWEST = """
    SELECT person_id, domain, rank, count(*) AS met FROM (
        SELECT DISTINCT ON (s.person_id, known.statement) s.person_id, known.domain, known.rank, s.met, s.lapses_on
        FROM known JOIN assessment_standing s ON s.statement_id = known.old
        ORDER BY s.person_id, known.statement, known.number DESC, s.met, known.old
    ) newest WHERE met AND (lapses_on IS NULL OR lapses_on > :day) GROUP BY 1, 2, 3
"""
"""Where there were versions before: of several ratings that lead to one statement, the newest version's counts."""
KEYS = {
    Grouping.ORGANISATION: "coalesce(organisation_id::text, 'none')",
    Grouping.SECTOR: "sector",
    Grouping.ROLE: "coalesce(job_role_code, 'none')",
    Grouping.LEVEL: "rank::text",
}
_COUNTS = """
SELECT {key} AS key, reach, count(DISTINCT person_id) FROM counted
WHERE CAST(:bodies AS uuid[]) IS NULL OR organisation_id = ANY(:bodies)
GROUP BY GROUPING SETS ((key, reach), (reach), (key), ())
"""
_NESTLOOP = text("SELECT set_config('enable_nestloop', :on, true)")


def counts(it: assessment.Outline, group: Grouping, day: date, bodies: Collection[UUID] | None) -> Counts:
    """People by group and reach; those with a place in one of the bodies, or everybody (None). Four queries."""
    sql, given = raw(it, day)
    given["bodies"] = None if bodies is None else [str(each) for each in bodies]
    with without_loops():
        rows = db.session.execute(text(sql + _COUNTS.format(key=KEYS[group])), given).all()
    return {(row[0], row[1]): row[2] for row in rows}


def raw(it: assessment.Outline, day: date) -> tuple[str, dict[str, Any]]:
    """(RAW, what it is given). One query: the places that there are."""
    lines = _known(it)
    newest = any(old != statement for statement, old, *_rest in lines)
    columns = list(zip(*lines, strict=True)) or [()] * 5
    names = ("statements", "olds", "of_domains", "of_ranks", "numbers")
    given: dict[str, Any] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    return RAW.format(met=_MET_NEWEST if newest else _MET), given | _bars(it, day) | {"day": day}


@contextmanager
def without_loops() -> Iterator[None]:
    """Nobody knows how long the lists are, and a loop in a loop takes minutes."""
    db.session.execute(_NESTLOOP, {"on": "off"})
    yield
    db.session.execute(_NESTLOOP, {"on": "on"})


def _known(it: assessment.Outline) -> list[tuple[str, str, str, int, int]]:
    """Each statement in force with every one that counts for it: (statement, old, domain, rank, its version)."""
    lines = {str(each.id): each for each in it.statements}
    numbers = assessment.version_numbers(it.code)
    found = []
    for old, carried in assessment.becoming(it.code).items():
        for each in carried:
            line = lines.get(each.new or "")
            if line is not None and each.outcome in (Outcome.CARRIED, Outcome.EQUIVALENT):
                found.append((str(line.id), old, line.domain, line.rank, numbers[old]))
    return found


def _bars(it: assessment.Outline, day: date) -> dict[str, list[Any]]:
    """What each place that somebody has asks for in each domain. One query."""
    rows = db.session.execute(
        text(
            "SELECT DISTINCT coalesce(m.job_role_code, ''), coalesce(m.setting_code, ''), m.sector, coalesce(r.clinical, false)"
            " FROM membership m LEFT JOIN job_role r ON r.code = m.job_role_code"
            " WHERE m.starts_on <= :day AND (m.ends_on IS NULL OR m.ends_on >= :day)"
        ),
        {"day": day},
    )
    found: dict[str, list[Any]] = {"roles": [], "settings": [], "sectors": [], "domains": [], "ranks": []}
    for role, setting, sector, clinical in rows:
        place = Place(role or None, setting or None, sector, clinical)
        for domain, needed in required_levels(requirements(it.code), [place], it.domain_codes).items():
            for name, value in zip(found, (role, setting, sector, domain, needed.rank), strict=True):
                found[name].append(value)
    return found
