"""The database as it was known at an instant, for any report: earlier tables in front of those of today.

Reports read `tally`, `event_count`, `fact`, `headcount` and `course_version` by these names. Within `as_known`, the same
names are of temporary views that hold what was recorded until then, so every report answers as it would have then, without
knowing of it; the clock stands at the instant, and reference data are read apart.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import text

from lms.core import clock, reference
from lms.core.db import db
from lms.reporting.facts import tallying

SHADOWED = {
    "fact": "recorded_at <= '{at}'",
    "headcount": "recorded_at <= '{at}'",
    "course_version": "published_at IS NULL OR published_at <= '{at}'",
}


@contextmanager
def as_known(at: datetime, *, anew: bool = False) -> Iterator[None]:
    """Until the end of the block every read is as of `at`. Only in a transaction that then only reads what it shadows.

    `anew`: the tallies are counted from the facts, which takes long, and not found from those that are kept.
    """
    path, home = db.session.execute(text("SELECT current_setting('search_path'), current_schema()")).one()
    anew = anew or tallying.counted_for() is None
    (tallying.as_known if anew else tallying.changes_to)(at)
    for kept in tallying.KEPT:
        then = f"SELECT * FROM pg_temp.{kept.then}" + ("" if anew else f" UNION ALL SELECT * FROM {home}.{kept.table}")
        db.session.execute(text(f"ANALYZE pg_temp.{kept.then}"))
        db.session.execute(text(f"CREATE TEMPORARY VIEW {kept.table} AS {then}"))
    for name, condition in SHADOWED.items():
        held = condition.format(at=at.isoformat())
        db.session.execute(text(f"CREATE TEMPORARY VIEW {name} AS SELECT * FROM {home}.{name} WHERE {held}"))
    # Named explicitly, so that statements which were prepared before are planned anew (plancache compares the path).
    db.session.execute(text(f"SET LOCAL search_path = pg_temp, {path}"))
    db.session.expire_all()
    try:
        with clock.frozen(at), reference.apart():
            yield
    finally:
        db.session.expire_all()
        if db.session.is_active:
            db.session.execute(text(f"SET LOCAL search_path = {path}"))
            views = [kept.table for kept in tallying.KEPT] + list(SHADOWED)
            db.session.execute(text(f"DROP VIEW {', '.join(f'pg_temp.{name}' for name in views)}"))
            db.session.execute(text(f"DROP TABLE {', '.join(f'pg_temp.{kept.then}' for kept in tallying.KEPT)}"))
