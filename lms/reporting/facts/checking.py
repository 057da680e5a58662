"""Are the tallies what the facts give, and the facts what the records give? Both are counted anew and compared."""

import time

from sqlalchemy import select, text

from lms.core import clock
from lms.core.db import db, record
from lms.reporting.facts import gathering, tallying
from lms.reporting.facts.models import TallyCheck
from lms.reporting.facts.shares import ROW


def check() -> TallyCheck:
    """Bring the tallies up to date, count all from the facts, compare cell by cell, and write down what was found.

    `missing`: facts that the records would still give, for want of an event.
    """
    started = time.monotonic()
    while tallying.bring_up_to_date():
        pass
    name = tallying.anew()
    cells, different = db.session.execute(
        text(
            "SELECT count(*), count(*) FILTER (WHERE (kept.n, kept.again) IS DISTINCT FROM (counted.n, counted.again))"
            f" FROM tally AS kept FULL JOIN {name} AS counted USING ({ROW})"
        )
    ).one()
    missing = gathering.missing()
    db.session.execute(text(f"DROP TABLE {name}"))
    return record(
        TallyCheck(
            at=clock.now(), cells=cells, different=different, missing=missing,
            milliseconds=int(1000 * (time.monotonic() - started)),
        )
    )  # fmt: skip


def last() -> TallyCheck | None:
    return db.session.scalar(select(TallyCheck).order_by(TallyCheck.at.desc()).limit(1))
