"""Reads of the reports. Raw counts stay in here and in services; what leaves has been through `rules.disclosure`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import contains_eager, joinedload

from courses.catalogue.models import Course, CourseVersion
from courses.enrolments.models import WAITING_STATES, Enrolment, EnrolmentState
from lms.accounts.models import Person
from lms.core.clock import LONDON
from lms.core.db import db
from lms.reporting.groups import Body
from lms.reporting.models import Baseline, BaselineUse
from lms.reporting.rules.measures import ACTIVE_DAYS, Measure
from lms.reporting.rules.periods import Period

NOWHERE = "none"
"""The key of people without an organisation."""


class Dimension(StrEnum):
    """What a report can be laid out by."""

    SECTOR = "sector"
    ORGANISATION = "organisation"
    COURSE = "course"
    MONTH = "month"


KEYS = {
    Dimension.SECTOR: "facts.sector",
    Dimension.ORGANISATION: f"coalesce(facts.organisation_id::text, '{NOWHERE}')",
    Dimension.COURSE: "facts.course_id::text",
    Dimension.MONTH: "to_char(facts.on_day, 'YYYY-MM')",
}


@dataclass(frozen=True)
class Filters:
    """What a report is narrowed to. `places`: the organisations whose subtrees are in reach; None: all of Wales."""

    period: Period
    places: frozenset[UUID] | None
    sector: str | None = None
    organisation: Body | None = None
    programme: str | None = None
    course: UUID | None = None

    def parameters(self, period: Period) -> dict[str, Any]:
        """What the statements are given. `day_over` is the midnight in Wales that ends the as-at date."""
        return {
            "day_over": _midnight(period.as_at + timedelta(days=1)),
            "active_from": _midnight(period.as_at - timedelta(days=ACTIVE_DAYS)),
            "as_at": period.as_at, "starts_on": period.starts_on, "ends_on": min(period.ends_on, period.as_at),
            "places": [str(place) for place in self.places or ()], "sector": self.sector, "programme": self.programme,
            "organisation": str(self.organisation.id) if self.organisation else None,
            "parent": str(self.organisation.parent_id) if self.organisation and self.organisation.parent_id else None,
            "course": str(self.course) if self.course else None,
        }  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


NARROWED = {
    "sector": "enrolment.sector = :sector",
    "organisation": "enrolment.organisation_lineage @> ARRAY[CAST(:organisation AS uuid)]",
    "programme": "enrolment.course_id IN (SELECT id FROM course WHERE programme_code = :programme)",
    "course": "enrolment.course_id = CAST(:course AS uuid)",
}

_KNOWN = """
WITH dated AS (
    SELECT enrolment.*, award.issued_on,
           CASE WHEN enrolment.completed_on <= :as_at THEN enrolment.completed_on
                WHEN fallen.completed_on <= :as_at THEN fallen.completed_on END AS stood_on,
           state = 'withdrawn' AND ended_on <= :as_at AS has_left,
           CASE WHEN last_active_at < :day_over THEN last_active_at >= :active_from
                WHEN last_active_at IS NOT NULL
                THEN EXISTS (SELECT FROM enrolment_event AS event
                             WHERE event.enrolment_id = enrolment.id
                               AND event.kind IN ('started', 'progressed', 'learning_completed', 'completed')
                               AND event.at >= :active_from AND event.at < :day_over) END AS was_active
    FROM enrolment
    LEFT JOIN award ON award.enrolment_id = enrolment.id AND award.issued_on <= :as_at
         AND (award.valid_until IS NULL OR award.valid_until >= :as_at)
         AND NOT EXISTS (SELECT FROM award_event AS event WHERE event.award_id = award.id
                         AND event.kind IN ('revoked', 'superseded')
                         AND event.at < :day_over)
    LEFT JOIN (
        SELECT DISTINCT ON (enrolment_id) enrolment_id, CAST(details ->> 'completed_on' AS date) AS completed_on
        FROM enrolment_event WHERE kind = 'completion_withdrawn' AND at >= :day_over ORDER BY enrolment_id, at
    ) AS fallen ON fallen.enrolment_id = enrolment.id
    WHERE state <> 'waitlisted' AND enrolled_on <= :as_at {where}
), known AS MATERIALIZED (
    SELECT learner_id, sector, organisation_id, course_id {more}, """
_DAYS = {
    Measure.ENROLLED: "CASE WHEN has_left IS NOT TRUE OR started_at < :day_over THEN enrolled_on END",
    Measure.ACTIVE: (
        "CASE WHEN has_left IS NOT TRUE AND stood_on IS NULL AND was_active THEN CAST(:ends_on AS date) END"
    ),
    Measure.COMPLETED: "stood_on",
    Measure.CERTIFIED: "issued_on",
    "no_organisation": "CASE WHEN organisation_id IS NULL THEN enrolled_on END",
    "no_role": "CASE WHEN job_role_code IS NULL THEN enrolled_on END",
}
FACTS = (
    _KNOWN
    + ", ".join(f"{day} AS {measure}_on" for measure, day in _DAYS.items())
    + " FROM dated), facts AS ("
    + " UNION ALL ".join(
        f"SELECT known.*, '{measure}' AS measure, {measure}_on AS on_day FROM known"
        f" WHERE {measure}_on BETWEEN :starts_on AND :ends_on"
        for measure in _DAYS
    )
    + ")"
)
"""One row for each thing that counts: who, where, what, on which day, as `rules.measures.happened` has it.

Enrolments are read once; the rows of each measure are picked from what is `known` of them.
"""


def _where(filters: Filters, names: list[str]) -> str:
    scope = [] if filters.places is None else ["enrolment.organisation_lineage && CAST(:places AS uuid[])"]
    return "".join(f" AND {condition}" for condition in scope + [NARROWED[name] for name in names])


def _chosen(filters: Filters) -> list[str]:
    return [name for name in NARROWED if getattr(filters, name) is not None]


@dataclass(frozen=True)
class Counts:
    """Distinct people by measure, (row, measure), (column, measure), (row, column, measure); `people`: all together."""

    people: int
    totals: dict[str, int]
    rows: dict[tuple[str, str], int]
    columns: dict[tuple[str, str], int]
    cells: dict[tuple[str, str, str], int]


def counts(filters: Filters, rows: Dimension, columns: Dimension | None) -> Counts:
    """The whole report in one statement."""
    sets = ["(row_key, measure)", "(measure)", "()"]
    if columns:
        sets += ["(row_key, column_key, measure)", "(column_key, measure)"]
    column = f"{KEYS[columns]} AS column_key" if columns else "NULL AS column_key"
    marks = (
        "GROUPING(row_key), GROUPING(column_key), GROUPING(measure)"
        if columns
        else ("GROUPING(row_key), 1, GROUPING(measure)")
    )
    shown = "column_key" if columns else "NULL"
    found = db.session.execute(
        text(
            FACTS.format(where=_where(filters, _chosen(filters)), more="")
            + f", keyed AS (SELECT learner_id, measure, {KEYS[rows]} AS row_key, {column} FROM facts)"
            f" SELECT {marks}, row_key, {shown}, measure, count(DISTINCT learner_id) FROM keyed"
            f" GROUP BY GROUPING SETS ({', '.join(sets)})"
        ),
        filters.parameters(filters.period),
    )
    made = Counts(0, {}, {}, {}, {})
    people = 0
    for no_row, no_column, no_measure, row, column_, measure, number in found:
        if no_measure:
            people = number
        elif no_row and no_column:
            made.totals[measure] = number
        elif no_row:
            made.columns[column_, measure] = number
        elif no_column:
            made.rows[row, measure] = number
        else:
            made.cells[row, column_, measure] = number
    return Counts(people, made.totals, made.rows, made.columns, made.cells)


def totals(filters: Filters, period: Period) -> tuple[int, dict[str, int]]:
    """(people in all, people by measure) of another period under the same filters."""
    found = db.session.execute(
        text(
            FACTS.format(where=_where(filters, _chosen(filters)), more="")
            + " SELECT measure, count(DISTINCT learner_id) FROM facts GROUP BY GROUPING SETS ((measure), ())"
        ),
        filters.parameters(period),
    ).all()
    by_measure = {measure: number for measure, number in found if measure is not None}
    return next((number for measure, number in found if measure is None), 0), by_measure


@dataclass(frozen=True)
class Wider:
    """A table from which one filter narrows to a single row: its counts, its total, and the key of that row."""

    measure: str
    chosen: str
    counts: dict[str, int]
    total: int


def wider(filters: Filters) -> list[Wider]:
    """For each filter: the table without it, laid out by it. One statement for all."""
    names = _chosen(filters)
    if not names:
        return []
    keys = {
        "sector": "sector",
        "course": "course_id::text",
        "programme": "(SELECT programme_code FROM course WHERE course.id = dated.course_id)",
        "organisation": (
            "CASE WHEN organisation_lineage @> ARRAY[CAST(:organisation AS uuid)]"
            f" THEN CAST(:organisation AS text) ELSE coalesce(organisation_id::text, '{NOWHERE}') END"
        ),
    }
    more = ", organisation_lineage @> ARRAY[CAST(:parent AS uuid)] AS in_parent"
    for name in names:
        test = NARROWED[name].replace("enrolment.", "dated.")
        more += f", coalesce({test}, false) AS in_{name}, {keys[name]} AS key_{name}"
    parts = []
    for name in names:
        others = " AND ".join(["true", *(f"in_{other}" for other in names if other != name)])
        tables = {name: others}
        if name == "organisation" and filters.organisation and filters.organisation.parent_id:
            tables["parent"] = f"{others} AND in_parent"
        parts += [
            f"SELECT '{table}', GROUPING(key_{name}), key_{name}, measure, count(DISTINCT learner_id)"
            f" FROM facts WHERE {condition} GROUP BY GROUPING SETS ((key_{name}, measure), (measure))"
            for table, condition in tables.items()
        ]
    facts = FACTS.format(where=_where(filters, []), more=more)
    found = db.session.execute(text(facts + " UNION ALL ".join(parts)), filters.parameters(filters.period))
    return _wider_of(found.all(), filters)


def _wider_of(found: Any, filters: Filters) -> list[Wider]:
    chosen = {name: str(value) for name, value in filters.parameters(filters.period).items()}
    parts: dict[tuple[str, str], dict[str, int]] = {}
    sums: dict[tuple[str, str], int] = {}
    for table, whole, key, measure, number in found:
        if whole:
            sums[table, measure] = number
        else:
            parts.setdefault((table, measure), {})[key] = number
    return [
        Wider(measure, chosen["organisation" if table == "parent" else table], keyed, sums[table, measure])
        for (table, measure), keyed in parts.items()
    ]


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
            Enrolment.state.not_in(WAITING_STATES),
            Enrolment.enrolled_on.between(period.starts_on, min(period.ends_on, period.as_at)),
            (Enrolment.state != EnrolmentState.WITHDRAWN) | Enrolment.started_at.is_not(None),
        )
    )
    if filters.places is not None:
        found = found.where(Enrolment.organisation_lineage.overlap(list(filters.places)))
    if filters.sector:
        found = found.where(Enrolment.sector == filters.sector)
    if filters.organisation:
        found = found.where(Enrolment.organisation_lineage.contains([filters.organisation.id]))
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
