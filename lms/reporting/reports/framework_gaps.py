"""Where people stand beside what their work asks of a framework: by organisation, sector, role or level.

Everybody with an account whose work asks for something counts, whether they share their ratings or not; nobody is named, and
every count goes through the disclosure rule. How many people a workforce has is not known here, so there is no denominator.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text

from courses.needs.hooks import Gaps
from frameworks.assessment import queries as assessment
from frameworks.queries import place_names, requirements
from frameworks.rules import Place, required_levels
from frameworks.rules.carrying import Outcome
from lms.core import clock
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.reporting import groups
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import Definition
from lms.reporting.rules.disclosure import TOTAL, Table

NO_DENOMINATOR = Bilingual(
    "No denominator: how many people work there in all is not known, so no share is given. People are counted who have an "
    "account here.",
    "Dim enwadur: nid yw'n hysbys faint o bobl sy'n gweithio yno i gyd, felly ni roddir cyfran. Cyfrifir pobl sydd â chyfrif yma.",
)
GAPS = Definition(
    "FRAMEWORK-GAPS", 1, Bilingual("Where people are", "Ble mae pobl arni"),
    Bilingual(
        "People whose work asks for a level of the framework today, by how much of it they meet in all domains together: by "
        "their own rating, confirmed or not, as far as it counts under the version in force. Somebody with two places counts "
        "in both and once in the total.",
        "Pobl y mae eu gwaith yn gofyn am lefel o'r fframwaith heddiw, yn ôl faint ohoni y maent yn ei bodloni yn yr holl feysydd "
        "gyda'i gilydd: yn ôl eu hasesiad eu hunain, wedi'i gadarnhau neu beidio, i'r graddau y mae'n cyfrif dan y fersiwn mewn "
        "grym. Mae rhywun â dau le yn cyfrif yn y ddau ac unwaith yn y cyfanswm.",
    ),
)  # fmt: skip


class Grouping(StrEnum):
    ORGANISATION = "organisation"
    SECTOR = "sector"
    ROLE = "role"
    LEVEL = "level"


class Where(StrEnum):
    MEETS = "meets"
    PARTLY = "partly"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class GapLine:
    """One group. None: hidden."""

    code: str
    name: Bilingual
    people: Mapping[Where, int | None]
    total: int | None


@dataclass(frozen=True)
class FrameworkGaps:
    framework: Bilingual
    version: int
    group: Grouping
    lines: list[GapLine]
    totals: Mapping[Where, int | None]
    total: int | None
    withheld: bool
    denominator: None = None
    """Always: see NO_DENOMINATOR."""


_COUNTS = """
WITH place AS (
    SELECT * FROM unnest(CAST(:roles AS text[]), CAST(:settings AS text[]), CAST(:sectors AS text[]), CAST(:domains AS text[]),
                         CAST(:ranks AS int[])) AS p(role, setting, sector, domain, rank)
), work AS (
    SELECT membership.person_id, organisation.id AS body, membership.sector, membership.job_role_code AS role, p.domain, p.rank
    FROM membership LEFT JOIN organisation ON organisation.id = membership.organisation_id
    JOIN place p ON p.role = coalesce(membership.job_role_code, '') AND p.setting = coalesce(membership.setting_code, '')
         AND p.sector = membership.sector
    WHERE membership.starts_on <= :day AND (membership.ends_on IS NULL OR membership.ends_on >= :day) {scope}
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
), placed AS MATERIALIZED (
    SELECT DISTINCT person_id, body, sector, role FROM work
), counted AS (
    SELECT {key} AS key, person.person_id,
           CASE WHEN met >= asked THEN 'meets' WHEN met > 0 THEN 'partly' ELSE 'not_yet' END AS reach
    FROM person {join}
)
SELECT key, reach, count(DISTINCT person_id) FROM counted GROUP BY GROUPING SETS ((key, reach), (reach), (key), ())
"""
"""(group or NULL, reach or NULL, people). Raw: it does not leave this file."""
_MET = """
    SELECT s.person_id, known.domain, known.rank, count(*) AS met
    FROM known JOIN assessment_standing s ON s.statement_id = known.old
    WHERE s.met AND (s.lapses_on IS NULL OR s.lapses_on > :day) GROUP BY 1, 2, 3
"""
_MET_NEWEST = """
    SELECT person_id, domain, rank, count(*) AS met FROM (
        SELECT DISTINCT ON (s.person_id, known.statement) s.person_id, known.domain, known.rank, s.met, s.lapses_on
        FROM known JOIN assessment_standing s ON s.statement_id = known.old
        ORDER BY s.person_id, known.statement, known.number DESC, s.met
    ) newest WHERE met AND (lapses_on IS NULL OR lapses_on > :day) GROUP BY 1, 2, 3
"""
"""Where there were versions before: of several ratings that lead to one statement, the newest version's counts."""
_KEYS = {
    Grouping.ORGANISATION: ("coalesce(placed.body::text, 'none')", "JOIN placed USING (person_id)"),
    Grouping.SECTOR: ("placed.sector", "JOIN placed USING (person_id)"),
    Grouping.ROLE: ("coalesce(placed.role, 'none')", "JOIN placed USING (person_id)"),
    Grouping.LEVEL: ("person.rank::text", ""),
}

_NESTLOOP = text("SELECT set_config('enable_nestloop', :on, true)")
Counts = dict[tuple[str | None, str | None], int]


def framework_gaps(actor: Actor, code: str, group: Grouping) -> FrameworkGaps:
    """What this reader may see of it. Raises Forbidden, NotFound. Four queries, while reference data hold."""
    if not actor.might(Permission.UPTAKE_READ):
        actor.require(Permission.UPTAKE_READ)
    reach = actor.reach(Permission.UPTAKE_READ)
    places = None if groups.root_among(reach) else reach.places
    it = assessment.outline(code)
    found = counts(it, group, clock.today(), places)
    total = found.get((None, None), 0)
    withheld = disclosure.too_few(total)
    keys = sorted({key for key, _reach in found if key is not None})
    shown = _suppressed(found, keys, total, withheld)
    names = _names(it, group)
    lines = [
        GapLine(
            _public(key, group), names.get(key, Bilingual(key, key)),
            dict(zip(Where, shown.cells[n], strict=True)), (shown.row_totals or ())[n],
        )
        for n, key in enumerate(keys)
    ]  # fmt: skip
    totals = dict(zip(Where, shown.column_totals or (None,) * len(Where), strict=True))
    return FrameworkGaps(it.title, it.number, group, lines, totals, shown.total, withheld)


def _suppressed(found: Counts, keys: list[str], total: int, withheld: bool) -> Table:
    table = Table(
        cells=tuple(tuple(found.get((key, where), 0) for where in Where) for key in keys),
        row_totals=tuple(found.get((key, None), 0) for key in keys),
        column_totals=tuple(found.get((None, where), 0) for where in Where), total=total,
    )  # fmt: skip
    if withheld:
        return table.without({(i, j) for i in (*range(len(keys)), TOTAL) for j in (0, 1, 2, TOTAL)})
    small = [
        (n, j) for n, key in enumerate(keys) if disclosure.too_few(found.get((key, None), 0)) for j in (0, 1, 2, TOTAL)
    ]
    return disclosure.suppress(table, also=small)


def counts(it: assessment.Outline, group: Grouping, day: date, places: Collection[UUID] | None) -> Counts:
    """Raw counts. Four queries: the places that there are, the counting, and how it is to be planned."""
    key, join = _KEYS[group]
    scope = "" if places is None else "AND organisation.lineage && CAST(:places AS uuid[])"
    lines = _known(it)
    newest = any(old != statement for statement, old, *_rest in lines)
    sql = _COUNTS.format(scope=scope, met=_MET_NEWEST if newest else _MET, key=key, join=join)
    columns = list(zip(*lines, strict=True)) or [()] * 5
    names = ("statements", "olds", "of_domains", "of_ranks", "numbers")
    given: dict[str, Any] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    given |= _bars(it, day) | {"day": day, "places": [str(each) for each in places or ()]}
    db.session.execute(
        _NESTLOOP, {"on": "off"}
    )  # nobody knows how long the lists are, and a loop in a loop takes minutes
    found = {(row[0], row[1]): row[2] for row in db.session.execute(text(sql), given)}
    db.session.execute(_NESTLOOP, {"on": "on"})
    return found


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


def _names(it: assessment.Outline, group: Grouping) -> dict[str, Bilingual]:
    nowhere = {"none": Bilingual("Not said", "Heb ei nodi")}
    if group is Grouping.ORGANISATION:
        return {str(each.id): each.name for each in groups.organisations()} | nowhere
    if group is Grouping.LEVEL:
        return {str(each.rank): each.title for each in it.levels}
    kind = "sector" if group is Grouping.SECTOR else "role"
    return {code: name for (of, code), name in place_names().items() if of == kind} | nowhere


def _public(key: str, group: Grouping) -> str:
    """The code by which the world knows a group: ids stay inside."""
    if group is Grouping.ORGANISATION:
        return next((each.code for each in groups.organisations() if str(each.id) == key), key)
    return key


def gaps_of(organisations: Collection[UUID], courses: Collection[UUID], day: date) -> Gaps:
    """For the needs rounds: people below what their work asks, by body and course, where the course's levels say which
    framework. A body's own people only; through the disclosure rule (None: hidden)."""
    frameworks = _frameworks_of(courses)
    found: dict[tuple[UUID, UUID], int | None] = {}
    for code in {each for some in frameworks.values() for each in some}:
        it = assessment.outlines().get(code)
        if it is None or not it.statements:
            continue
        raw = counts(it, Grouping.ORGANISATION, day, None)
        for body in organisations:
            people = raw.get((str(body), None), 0)
            below = people - raw.get((str(body), Where.MEETS), 0)
            if not people:
                continue
            told = None if disclosure.too_few(people) else disclosure.alone(below)
            for course, some in frameworks.items():
                if code in some:
                    found[body, course] = told
    return found


def _frameworks_of(courses: Collection[UUID]) -> dict[UUID, set[str]]:
    rows = db.session.execute(
        text(
            "SELECT c.id, l.framework_code FROM course c JOIN course_level l ON l.version_id = c.published_version_id"
            " WHERE c.id = ANY(:courses)"
        ),
        {"courses": list(courses)},
    )
    found: dict[UUID, set[str]] = {}
    for course, code in rows:
        found.setdefault(course, set()).add(code)
    return found
