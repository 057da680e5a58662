"""Are the tallies and counts what the facts give, and the facts what the records give? Both are counted anew and compared."""

import time

from sqlalchemy import select, text

from lms.core import clock
from lms.core.db import db, record
from lms.reporting.facts import gathering, tallying
from lms.reporting.facts.models import TallyCheck
from lms.reporting.facts.tallying import Kept


def check() -> TallyCheck:
    """Bring the tallies up to date, count all from the facts, compare cell by cell, and write down what was found.

    `missing`: facts that the records would still give, for want of an event.
    """
    started = time.monotonic()
    while tallying.bring_up_to_date():
        pass
    tallying.anew()
    cells, different = map(sum, zip(*(_compared(each) for each in tallying.KEPT), strict=True))
    missing = gathering.missing()
    return record(
        TallyCheck(
            at=clock.now(), cells=cells, different=different, missing=missing,
            milliseconds=int(1000 * (time.monotonic() - started)),
        )
    )  # fmt: skip


def _compared(kept: Kept) -> tuple[int, int]:
    """(rows, different ones)."""
    ours, theirs = (", ".join(f"{of}.{column}" for column in kept.sums.split(", ")) for of in ("ours", "theirs"))
    cells, different = db.session.execute(
        text(
            f"SELECT count(*), count(*) FILTER (WHERE ROW({ours}) IS DISTINCT FROM ROW({theirs}))"
            f" FROM {kept.table} AS ours FULL JOIN {kept.then} AS theirs USING ({kept.row})"
        )
    ).one()
    db.session.execute(text(f"DROP TABLE {kept.then}"))
    return cells, different


def last() -> TallyCheck | None:
    return db.session.scalar(select(TallyCheck).order_by(TallyCheck.at.desc()).limit(1))
