"""The same counts from what is kept. Raw: what it finds leaves the house only through the disclosure rule."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from frameworks.assessment.queries import Outline
from lms.core.db import db
from lms.reporting.reach.counting import KEYS, Counts, Grouping

NIL = UUID(int=0)
COLUMNS = {
    Grouping.ORGANISATION: "organisation_id", Grouping.SECTOR: "sector", Grouping.ROLE: "job_role_code",
    Grouping.LEVEL: "rank",
}  # fmt: skip
_ALONE = """
SELECT {column}, reach, sum(n)::int FROM framework_reach_sum
WHERE framework_id = :framework AND n > 0 {scope} GROUP BY 1, 2
"""
_SEVERAL = """
SELECT {key} AS key, reach, count(DISTINCT person_id) FROM framework_reach
WHERE framework_id = :framework AND NOT alone {scope} GROUP BY GROUPING SETS ((1, 2), (2), (1), ())
"""
"""Whoever has one place counts once whatever is added up; the few who have several are told apart by who they are."""


def counts(it: Outline, group: Grouping, bodies: Collection[UUID] | None) -> Counts:
    """People by group and reach; those with a place in one of the bodies, or everybody (None). Two queries."""
    scope = "" if bodies is None else "AND organisation_id = ANY(:bodies)"
    given = {"framework": it.framework_id, "bodies": list(bodies or ())}
    found: Counts = {}
    for value, reach, people in db.session.execute(text(_ALONE.format(column=COLUMNS[group], scope=scope)), given):
        key = "none" if value in (NIL, "") else str(value)
        for place in ((key, reach), (key, None), (None, reach), (None, None)):
            found[place] = found.get(place, 0) + people
    for key, reach, people in db.session.execute(text(_SEVERAL.format(key=KEYS[group], scope=scope)), given):
        found[key, reach] = found.get((key, reach), 0) + people
    return found
