"""Reads of the reports. Raw counts stay in here and in services; what leaves has been through `rules.disclosure`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import contains_eager, joinedload

from courses.catalogue.models import Course, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from lms.accounts.models import Person
from lms.core.db import db
from lms.reporting import groups
from lms.reporting.errors import NotInTheGrid
from lms.reporting.facts.shares import NIL
from lms.reporting.groups import Body
from lms.reporting.models import Baseline, BaselineUse
from lms.reporting.rules.measures import FLOWS, STOCKS
from lms.reporting.rules.periods import Period, month_number

NOWHERE = "none"
"""The key of people without an organisation."""
OWN = "own:"
"""Before the id of a body: those in it itself, and in none below it."""


class Dimension(StrEnum):
    """What a report can be laid out by."""

    SECTOR = "sector"
    ORGANISATION = "organisation"
    COURSE = "course"
    MONTH = "month"
    LEVEL = "level"
    ROLE = "role"
    SETTING = "setting"
    LANGUAGE = "language"


WHO = {Dimension.SECTOR: "s:", Dimension.ROLE: "r:", Dimension.SETTING: "t:", Dimension.LANGUAGE: "w:"}
"""Of these one at a time: the grid holds no others, and so nobody is narrowed down to."""
WHAT = {Dimension.COURSE: "c:", Dimension.LEVEL: "l:"}


@dataclass(frozen=True)
class Filters:
    """What a report is narrowed to. `scope`: the body that is all this reader's; None: all of Wales."""

    period: Period
    scope: Body | None = None
    sector: str | None = None
    organisation: Body | None = None
    programme: str | None = None
    course: UUID | None = None
    level: str | None = None

    @property
    def place(self) -> Body | None:
        """The body that is counted, with all below it; None: everybody."""
        chosen = self.organisation or self.scope
        return None if chosen is None or chosen.parent_id is None else chosen

    @property
    def what(self) -> str:
        if self.course:
            return f"c:{self.course}"
        if self.level:
            return f"l:{self.level}"
        return f"p:{self.programme}" if self.programme else ""


PLACE_KEY = (
    "CASE WHEN place = :nil THEN 'none' WHEN own THEN 'own:' || place ELSE CAST(place AS text) END"  # NOWHERE and OWN
)
KEYS = {
    Dimension.ORGANISATION: PLACE_KEY,
    Dimension.MONTH: "to_char(make_date((month) / 12, (month) % 12 + 1, 1), 'YYYY-MM')",
    **dict.fromkeys(WHO, "substr(who, 3)"),
    **dict.fromkeys(WHAT, "substr(what, 3)"),
}


@dataclass(frozen=True)
class Counts:
    """Distinct people by measure, (row, measure), (column, measure), (row, column, measure).

    `people`: at least so many are in it, whatever the measure.
    """

    people: int
    totals: dict[str, int]
    rows: dict[tuple[str, str], int]
    columns: dict[tuple[str, str], int]
    cells: dict[tuple[str, str, str], int]
    nowhere: int = 0
    """Of those enrolled: without an organisation, and without a role (here not narrowed to a course or sector)."""
    no_role: int = 0


def counts(
    filters: Filters, rows: Dimension, columns: Dimension | None, flows: Sequence[str] = FLOWS,
    stocks: Sequence[str] = STOCKS,
) -> Counts:  # fmt: skip
    """All of a report in one statement. Raises NotInTheGrid for what would narrow down too far."""
    asked: list[tuple[str, list[Dimension]]] = [("totals", []), ("rows", [rows])]
    if columns:
        asked += [("columns", [columns]), ("cells", [rows, columns])]
    asked += [("roles", [])]
    made = Counts(0, {}, {}, {}, {})
    nowhere = no_role = 0
    for part, row, column, measure, number in told(filters, asked, flows, stocks):
        if part == "totals":
            made.totals[measure] = number
        elif part == "rows":
            made.rows[row, measure] = number
        elif part == "roles":
            nowhere, no_role = (number, no_role) if row == NOWHERE else (nowhere, number)
        elif part == "columns":
            made.columns[row, measure] = number
        else:
            made.cells[row, column, measure] = number
    people = max(made.totals.values(), default=0)
    return Counts(people, made.totals, made.rows, made.columns, made.cells, nowhere, no_role)


def totals(filters: Filters, period: Period) -> tuple[int, dict[str, int]]:
    """(people in all, people by measure) of another period under the same filters."""
    rows = told(replace(filters, period=period), [("totals", [])], FLOWS, STOCKS)
    found = {measure: number for _, _, _, measure, number in rows}
    return max(found.values(), default=0), found


def by(filters: Filters, rows: Dimension | None, flows: Sequence[str], stocks: Sequence[str]) -> dict[Any, int]:
    """People by (row or None for all, measure): `flows` in the period, `stocks` at its moment."""
    asked: list[tuple[str, list[Dimension]]] = [("totals", [])] + ([("rows", [rows])] if rows else [])
    return {(row, measure): number for _, row, _, measure, number in told(filters, asked, flows, stocks)}


def cross(filters: Filters, rows: Dimension, columns: Dimension, flows: Sequence[str], stocks: Sequence[str]) -> Any:
    """The same by (row, column, measure), with None for a margin."""
    asked = [("totals", []), ("rows", [rows]), ("columns", [columns]), ("cells", [rows, columns])]
    found: dict[tuple[str | None, str | None, str], int] = {}
    for part, one, other, measure, number in told(filters, asked, flows, stocks):
        found[(None, one, measure) if part == "columns" else (one, other, measure)] = number
    return found


def told(
    filters: Filters, asked: Sequence[tuple[str, Sequence[Dimension]]], flows: Sequence[str], stocks: Sequence[str]
) -> list[Any]:
    """(part, row, column, measure, people) of every table that is asked: a name, and what it is laid out by.

    A flow is of those whom it happened to in the period, a stock of those of whom it is so at its moment.
    """
    period = filters.period
    given: dict[str, Any] = {
        "nil": NIL, "flows": list(flows), "stocks": list(stocks), "seen": month_number(period.as_at),
        "first": month_number(period.starts_on), "last": month_number(period.ends_on),
    }  # fmt: skip
    parts = [_part(n, part, tuple(by), filters, given) for n, (part, by) in enumerate(asked)]
    return list(db.session.execute(text(" UNION ALL ".join(parts)), given))


def _part(n: int, part: str, by: tuple[Dimension, ...], filters: Filters, given: dict[str, Any]) -> str:
    """One table of the answer. A stock stands in the last month; of what flows, each month has its own."""
    if part == "roles":
        return _gaps(filters, given)
    given |= {f"what{n}": subjects(filters, by), f"who{n}": circles(filters, by)}
    below, own = groups.bodies_below(filters.place) if Dimension.ORGANISATION in by else ([], [])
    if Dimension.ORGANISATION in by:
        places = [(each.id, False) for each in below] + [(each.id, True) for each in own]
        places += [(NIL, True)] if filters.place is None else []
    else:
        places = [(filters.place.id if filters.place else NIL, False)]
    given |= {f"place{n}": [place for place, _ in places], f"own{n}": [alone for _, alone in places]}
    keys = ([KEYS[each] for each in by] + ["NULL", "NULL"])[:2]
    now = [key.replace("month", "least(:last, :seen)") for key in keys]
    people = "n + coalesce(again[1], 0)" if Dimension.MONTH in by else DISTINCT
    parts = []
    for measures, (row, column), months, counted in (
        ("flows", keys, IN_PERIOD, people),
        ("stocks", now, "month = 0", "n"),
    ):
        if given[measures]:
            parts.append(
                f"SELECT '{part}', {row} AS one, {column} AS other, measure, sum({counted})::int"
                f" {HELD.format(n=n, measures=measures, months=months)}"
                f" GROUP BY 2, 3, 4 HAVING sum({counted}) > 0"
            )
    return " UNION ALL ".join(f"({each})" for each in parts)


IN_PERIOD = "month BETWEEN :first AND :last"
DISTINCT = "n + coalesce(again[month - :first + 1], 0)"
"""Those who in the period had nothing before that month (`facts.models.Tally`)."""


HELD = (
    "FROM unnest(CAST(:place{n} AS uuid[]), CAST(:own{n} AS boolean[])) AS at_place(at_id, alone)"
    " CROSS JOIN unnest(CAST(:what{n} AS text[])) AS of_what(it)"
    " CROSS JOIN unnest(CAST(:who{n} AS text[])) AS of_whom(them)"
    " CROSS JOIN unnest(CAST(:{measures} AS text[])) AS by_measure(counted)"
    " CROSS JOIN LATERAL (SELECT * FROM tally WHERE place = at_id AND own = alone AND what = it AND who = them"
    " AND measure = counted AND {months} AND seen <= :seen OFFSET 0) AS cell"
)
"""Each cell is looked up by itself (OFFSET 0 keeps the planner from reading all of them and joining), so that a
table costs what its cells cost, however many there are in all.
"""


def _gaps(filters: Filters, given: dict[str, Any]) -> str:
    """Of whom something is not recorded, among those enrolled in the place and programme."""
    place = filters.place.id if filters.place else NIL
    given |= {"gap_place": place, "gap_what": f"p:{filters.programme}" if filters.programme else ""}
    held = (
        f"'enrolled', coalesce(sum({DISTINCT}), 0)::int FROM tally WHERE what = :gap_what"
        f" AND measure = 'enrolled' AND seen <= :seen AND {IN_PERIOD}"
    )
    return (
        f"SELECT 'roles', 'none', NULL, {held} AND place = :nil AND own AND who = '' AND :gap_place = :nil"
        f" UNION ALL SELECT 'roles', NULL, NULL, {held} AND place = :gap_place AND NOT own AND who = 'r:none'"
    )


def subjects(filters: Filters, by: Sequence[Dimension]) -> list[str]:
    """What it is about: those of a table that is laid out so. Raises NotInTheGrid."""
    if Dimension.COURSE in by and Dimension.LEVEL in by:
        raise NotInTheGrid()
    if Dimension.LEVEL in by:
        if filters.course:
            raise NotInTheGrid()
        levels = [f"l:{code}" for code in groups.levels()]
        return [filters.what] if filters.level else levels
    if Dimension.COURSE in by and not filters.course:
        return [
            f"c:{id}"
            for id, (code, programme, _) in groups.courses().items()
            if filters.programme in (None, programme)
            and (filters.level is None or filters.level in groups.served(code))
        ]
    return [filters.what]


def circles(filters: Filters, by: Sequence[Dimension]) -> list[str]:
    """Of whom it is told in a table that is laid out so. Raises NotInTheGrid."""
    laid_out = [each for each in by if each in WHO]
    if len(laid_out) > 1 or (filters.sector and laid_out and laid_out[0] is not Dimension.SECTOR):
        raise NotInTheGrid()
    narrow = filters.course or Dimension.COURSE in by
    if laid_out and laid_out[0] in (Dimension.ROLE, Dimension.SETTING) and (narrow or Dimension.ORGANISATION in by):
        raise NotInTheGrid()
    if (
        laid_out
        and laid_out[0] is Dimension.LANGUAGE
        and (filters.level or Dimension.LEVEL in by or Dimension.ORGANISATION in by)
    ):
        raise NotInTheGrid()
    if filters.sector:
        return [f"s:{filters.sector}"]
    return [f"{WHO[laid_out[0]]}{code}" for code in groups.people_by(laid_out[0].value)] if laid_out else [""]


@dataclass(frozen=True)
class Wider:
    """A table from which one filter narrows to a single row: its counts, its total, and the key of that row."""

    measure: str
    chosen: str
    counts: dict[str, int]
    total: int


def wider(filters: Filters, flows: Sequence[str] = FLOWS, stocks: Sequence[str] = STOCKS) -> list[Wider]:
    """For each filter: the table without it, laid out by it."""
    asked: list[tuple[Dimension, str, Filters]] = []
    if filters.sector:
        asked.append((Dimension.SECTOR, filters.sector, replace(filters, sector=None)))
    if filters.course:
        asked.append((Dimension.COURSE, str(filters.course), replace(filters, course=None)))
    if filters.organisation and filters.organisation.parent_id:
        above = groups.row_above(filters.organisation, filters.scope)
        asked.append((Dimension.ORGANISATION, str(filters.organisation.id), replace(filters, organisation=above)))
    found = []
    for dimension, chosen, loose in asked:
        rows = told(loose, [("totals", []), ("rows", [dimension])], flows, stocks)
        whole = {measure: number for part, _, _, measure, number in rows if part == "totals"}
        for measure, total in whole.items():
            counts = {key: n for part, key, _, kind, n in rows if part == "rows" and kind == measure}
            found.append(Wider(measure, chosen, counts, total))
    return found


def people(filters: Filters) -> Select[Enrolment]:
    """The enrolments that the report counts as enrolled, with who and what: for those who may see names."""
    period = filters.period
    found = (
        select(Enrolment)
        .join(Enrolment.learner)
        .options(
            contains_eager(Enrolment.learner).load_only(Person.display_name),
            joinedload(Enrolment.organisation),
            joinedload(Enrolment.course).load_only(Course.code),
            joinedload(Enrolment.version).load_only(CourseVersion.title_en, CourseVersion.title_cy),
        )
        .where(
            Enrolment.state != EnrolmentState.WAITLISTED,
            Enrolment.enrolled_on.between(period.starts_on, min(period.ends_on, period.as_at)),
            (Enrolment.state != EnrolmentState.WITHDRAWN) | Enrolment.started_at.is_not(None),
        )
    )
    if filters.place is not None:
        found = found.where(Enrolment.organisation_lineage.contains([filters.place.id]))
    if filters.sector:
        found = found.where(Enrolment.sector == filters.sector)
    if filters.programme:
        of_programme = select(Course.id).where(Course.programme_code == filters.programme)
        found = found.where(Enrolment.course_id.in_(of_programme))
    return found.where(Enrolment.course_id == filters.course) if filters.course else found


def baselines() -> list[Baseline]:
    return list(db.session.scalars(select(Baseline).order_by(Baseline.position)))


def baselines_about(courses: frozenset[str]) -> list[Baseline]:
    """Of the published figures those about these courses that reports should come to give."""
    used = (BaselineUse.BASELINE, BaselineUse.REPRODUCE)
    return [each for each in baselines() if each.use in used and _applies(each, courses)]


def _applies(figure: Baseline, courses: frozenset[str]) -> bool:
    """Codes of courses, some with a star for all that begin so."""
    return any(
        code in courses or (code.endswith("*") and any(course.startswith(code[:-1]) for course in courses))
        for code in figure.applies_to
    )
