"""Reports: the server's time for a page, the bare queries in it, and the same figures from raw facts.

python -m benchmarks.reports            # against DATABASE_URL or the instance, after `flask load-demo-large`
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event, text

from lms.app import create_app
from lms.core.db import db
from lms.core.permissions import Actor
from lms.reporting import answering, queries
from lms.reporting.facts import tallying
from lms.reporting.queries import Dimension
from lms.reporting.reports import REPORTS
from lms.reporting.reports.uptake import uptake
from lms.reporting.services import Asked, view

ROUNDS = 15
RAW = """
SELECT sector, kind, count(DISTINCT person_id) FROM fact
WHERE kind IN ('accessed', 'enrolled', 'learned', 'completed', 'certified') AND on_day BETWEEN :starts_on AND :ends_on
  AND NOT EXISTS (SELECT FROM fact AS not_so WHERE not_so.cancels_id = fact.id)
GROUP BY GROUPING SETS ((sector, kind), (kind))
"""


def measured(work: Callable[[], Any]) -> tuple[float, float]:
    """p95 of the whole and of its queries alone, in ms."""
    whole, bare = [], []
    for _ in range(ROUNDS):
        _spent.clear()
        started = time.perf_counter()
        work()
        whole.append(1000 * (time.perf_counter() - started))
        bare.append(1000 * sum(_spent))
    return statistics.quantiles(whole, n=20)[-1], statistics.quantiles(bare, n=20)[-1]


_spent: list[float] = []


def main() -> None:
    app = create_app()
    with app.app_context():
        event.listen(
            db.engine, "before_cursor_execute", lambda *given: given[4].__setattr__("began", time.perf_counter())
        )
        event.listen(
            db.engine, "after_cursor_execute", lambda *given: _spent.append(time.perf_counter() - given[4].began)
        )
        sizes = db.session.execute(
            text("SELECT (SELECT count(*) FROM enrolment), (SELECT count(*) FROM fact), (SELECT count(*) FROM tally)")
        ).one()
        print(f"{sizes[0]} enrolments, {sizes[1]} facts, {sizes[2]} rows of tallies; p95 of {ROUNDS}, ms")
        system = Actor.system()
        filters = view(system, Asked()).filters
        period = filters.period
        raw, _ = measured(
            lambda: db.session.execute(text(RAW), {"starts_on": period.starts_on, "ends_on": period.ends_on}).all()
        )
        told, _ = measured(lambda: queries.counts(filters, Dimension.SECTOR, None))
        print(f"{'by sector, from raw facts':40}{raw:9.1f}\n{'the same from the tallies':40}{told:9.1f}")
        asked = {
            "uptake by sector": lambda: uptake(system, Asked()),
            "uptake by organisation and month": lambda: uptake(
                system, Asked(group=Dimension.ORGANISATION, columns=Dimension.MONTH)
            ),
            "uptake by course and sector": lambda: uptake(
                system, Asked(group=Dimension.COURSE, columns=Dimension.SECTOR)
            ),
        } | {r.slug: (lambda slug=r.slug: answering.answer(system, slug, Asked())) for r in REPORTS if r.run}  # type: ignore[misc]
        print(f"{'report':40}{'whole':>9}{'queries':>9}{'beyond':>9}")
        for name, work in asked.items():
            whole, bare = measured(work)
            print(f"{name:40}{whole:9.1f}{bare:9.1f}{whole - bare:9.1f}")
        print(f"lag: {tallying.freshness()}")


if __name__ == "__main__":
    main()
