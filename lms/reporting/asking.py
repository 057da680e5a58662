"""Reads that several reports share: headcounts, and what is counted from facts directly because it is little: money, licences."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from lms.core import clock
from lms.core.db import db
from lms.reporting import groups
from lms.reporting.facts import tallying
from lms.reporting.models import Headcount
from lms.reporting.queries import Dimension, Filters
from lms.reporting.services import View

LIVE = "NOT EXISTS (SELECT FROM fact AS not_so WHERE not_so.cancels_id = fact.id)"


def made(report: Any, seen: View, asked: Any) -> dict[str, Any]:
    """What every answer says of itself."""
    return {
        "report": report,
        "view": seen,
        "asked": asked,
        "made_at": clock.now(),
        "known_at": tallying.freshness().at,
    }


def headcounts(filters: Filters, by: Dimension | None) -> Mapping[str | None, Headcount]:
    """The last headcount before the as-at date, by code of the row; None: of the whole place.

    By organisation: each body's own. Bodies for which nobody has given one are not in it: no denominator.
    """
    root = next(body for body in groups.organisations() if body.parent_id is None)
    place = filters.place or root
    found = select(Headcount).where(Headcount.on_day <= filters.period.as_at)
    if by is Dimension.ORGANISATION:
        bodies = [place.id, *(body.id for body in groups.bodies_below(filters.place)[0])]
        found = found.where(Headcount.organisation_id.in_(bodies))
    else:
        found = found.where(Headcount.organisation_id == place.id)
    told: dict[str | None, Headcount] = {}
    for each in db.session.scalars(found.order_by(Headcount.on_day, Headcount.recorded_at)):
        parts = {Dimension.SECTOR: each.sector, Dimension.ROLE: each.staff_group, Dimension.SETTING: each.setting_code}
        chosen = [value for value in parts.values() if value is not None]
        if not chosen and each.organisation_id == place.id:
            told[None] = each
        if by is Dimension.ORGANISATION and not chosen:
            told[str(each.organisation_id)] = each
        elif by in parts and len(chosen) == 1 and (code := parts[by]) is not None:
            told[str(code)] = each
    return told


def money(filters: Filters) -> list[Any]:
    """(course, what, sum) of what was spent, in pence, and of the places that it bought, in the period."""
    where, given = narrowed(filters)
    rows = db.session.execute(
        text(
            "SELECT CAST(course_id AS text), kind, sum(amount)::bigint FROM fact WHERE kind IN ('spent', 'bought')"
            f" AND on_day BETWEEN :starts_on AND :ends_on AND {LIVE} {where} GROUP BY 1, 2"
        ),
        given,
    )
    return [tuple(row) for row in rows]


def supervisor_places(filters: Filters) -> dict[str, tuple[int, int]]:
    """(licensed supervisors, learners whom they can take) by programme, on the as-at date. Not of people who learn."""
    where, given = narrowed(filters)
    rows = db.session.execute(
        text(
            "SELECT programme_code, count(DISTINCT person_id)::int, sum(amount)::int FROM fact"
            f" WHERE kind = 'supervisor_licensed' AND on_day <= :as_at AND until >= :as_at AND {LIVE} {where}"
            " AND NOT EXISTS (SELECT FROM fact AS ended WHERE ended.thing_id = fact.thing_id"
            " AND ended.kind = 'supervisor_ended' AND ended.on_day <= :as_at) GROUP BY 1"
        ),
        given,
    )
    return {programme: (people, places) for programme, people, places in rows}


def narrowed(filters: Filters) -> tuple[str, dict[str, Any]]:
    """(conditions on fact, what they name) of the place, sector, programme and course that are chosen."""
    period = filters.period
    given: dict[str, Any] = {
        "as_at": period.as_at,
        "starts_on": period.starts_on,
        "ends_on": min(period.ends_on, period.as_at),
    }
    where = ""
    place: UUID | None = filters.place.id if filters.place else None
    if place:
        where, given["place"] = where + " AND organisation_lineage @> ARRAY[CAST(:place AS uuid)]", place
    for name, column, value in (
        ("sector", "sector", filters.sector),
        ("programme", "programme_code", filters.programme),
        ("course", "course_id", filters.course),
    ):
        if value:
            where, given[name] = where + f" AND {column} = :{name}", value
    return where, given
