"""Are the kept rows what the records give, and the sums what the rows give? All are counted anew, and compared."""

import time

from sqlalchemy import select, text

from frameworks.assessment import queries
from frameworks.assessment.queries import Outline
from lms.core import clock
from lms.core.db import db, record
from lms.reporting.reach import counting, folding
from lms.reporting.reach.models import ReachCheck

_COMPARED = """
SELECT count(*), count(*) FILTER (WHERE (kept.person_id, kept.organisation_id, kept.sector, kept.job_role_code, kept.rank,
                                         kept.reach, kept.alone)
       IS DISTINCT FROM (counted.person_id, counted.organisation_id, counted.sector, counted.job_role_code, counted.rank,
                         counted.reach, counted.alone))
FROM (SELECT * FROM framework_reach WHERE framework_id = :framework) AS kept FULL JOIN counted USING (membership_id)
WHERE coalesce(kept.person_id, counted.person_id) NOT IN (SELECT person_id FROM framework_reach_stale)
"""
"""But for those about whom something changed while this was going on: they wait to be taken in."""
_SUMS = """
SELECT count(*) FROM (SELECT * FROM framework_reach_sum WHERE n <> 0) AS kept FULL JOIN (
    SELECT framework_id, coalesce(organisation_id, '00000000-0000-0000-0000-000000000000') AS organisation_id, sector,
           coalesce(job_role_code, '') AS job_role_code, rank, reach, count(*) AS n
    FROM framework_reach WHERE alone GROUP BY 1, 2, 3, 4, 5, 6
) AS counted USING (framework_id, organisation_id, sector, job_role_code, rank, reach)
WHERE kept.n IS DISTINCT FROM counted.n
"""


def check() -> ReachCheck:
    """Bring the rows up to date, count everybody from the records, compare each row, and write down what was found."""
    started = time.monotonic()
    folding.bring_up_to_date()
    while folding.waiting():
        folding.bring_up_to_date()
    rows, different = 0, int(db.session.scalar(text(_SUMS)) or 0)
    for it in queries.outlines().values():
        if it.statements:
            compared, unlike = _compared(it)
            rows, different = rows + compared, different + unlike
    return record(
        ReachCheck(
            at=clock.now(), rows=rows, different=different, milliseconds=int(1000 * (time.monotonic() - started))
        )
    )  # fmt: skip


def _compared(it: Outline) -> tuple[int, int]:
    sql, given = counting.raw(it, clock.today())
    with counting.without_loops():
        row = db.session.execute(text(sql + _COMPARED), given | {"framework": it.framework_id}).one()
    return row[0], row[1]


def last() -> ReachCheck | None:
    return db.session.scalar(select(ReachCheck).order_by(ReachCheck.at.desc()).limit(1))
