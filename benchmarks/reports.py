"""Dashboards and reports as a commissioner opens them, at one size and at ten times that, beside their bare queries.

    python -m benchmarks.reports [folder for a throw-away database] [people] [people …]

Each size gets a database with ten enrolments a person over three years (by default 1,000 and 10,000 people; goals are set
for 10,000 and 100,000, which takes a quarter of an hour). Prints, for each page in English and whole, milliseconds at the
95th percentile: the server's time, that of its queries alone, and what it works itself (of the processor, so that others
on the machine do not count); and how many times slower it is at the larger size. Then the figures of uptake by sector from
the tallies and from the raw facts. The goals: at most 100 ms beyond the queries, at most 1.5 times slower at ten times the
data.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, select, text

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.filling import server
from lms.accounts.models import Organisation, Role
from lms.app import create_app
from lms.core import clock, config
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.demonstration import large
from lms.reporting import queries
from lms.reporting.facts import gathering, tallying
from lms.reporting.quality import counting as quality
from lms.reporting.queries import Dimension
from lms.reporting.reports import REPORTS
from lms.reporting.services import Asked, view
from tests.factories.accounts import grant, make_person, sign_in_browser

ENROLMENTS, TIMES, WARM = 10, 40, 3
MOST_BEYOND, MOST_GROWTH = 100.0, 1.5
RAW = """
SELECT sector, kind, count(DISTINCT person_id) FROM fact
WHERE kind IN ('accessed', 'enrolled', 'learned', 'completed', 'certified') AND on_day BETWEEN :starts_on AND :ends_on
  AND NOT EXISTS (SELECT FROM fact AS not_so WHERE not_so.cancels_id = fact.id)
GROUP BY GROUPING SETS ((sector, kind), (kind))
"""
NEW = """
INSERT INTO fact (id, kind, key, on_day, person_id, thing_id, course_id, programme_code, levels, sector, organisation_id,
                  organisation_lineage, language)
SELECT gen_random_uuid(), kind, 'new:' || key, current_date, person_id, thing_id, course_id, programme_code, levels, sector,
       organisation_id, organisation_lineage, language
FROM (SELECT DISTINCT ON (person_id) * FROM (SELECT * FROM fact WHERE kind = 'active' LIMIT 5000) AS first) AS each LIMIT 500
"""
PAGES = {
    "dashboard, Wales": "/en/reports",
    "dashboard, a health board": "/en/reports?organisation=BCU",
    "dashboard, a council": "/en/reports?organisation=W06000003",
    "dashboard, a charity": "/en/reports?organisation=MIND",
    "uptake by sector": "/en/uptake",
    "uptake by organisation and month": "/en/uptake?group=organisation&columns=month",
    "uptake by course and sector": "/en/uptake?group=course&columns=sector",
    "explore": "/en/reports/explore",
} | {each.slug: f"/en/reports/{each.slug}" for each in REPORTS if each.run}


@dataclass(frozen=True)
class Timing:
    """Milliseconds at the 95th percentile, and the median of the whole."""

    whole: float
    queries: float
    beyond: float
    median: float


def main(folder: Path, sizes: list[int]) -> int:
    maintenance = server.start(folder)
    readers = [Reader(filled(maintenance, people, folder), people, folder) for people in sizes]
    found: list[dict[str, Timing]] = [{} for _ in readers]
    for name, path in PAGES.items():  # the sizes in turn, for the machine has better and worse minutes
        for reader, timings in zip(readers, found, strict=True):
            timings[name] = reader.timed(lambda reader=reader, path=path: reader.open(path))  # type: ignore[misc]
    for reader, timings in zip(readers, found, strict=True):
        with reader.app.app_context():
            filters = view(Actor.system(), Asked()).filters
            period = {"starts_on": filters.period.starts_on, "ends_on": filters.period.ends_on}
            timings["(figures by sector, from tallies)"] = reader.timed(
                lambda filters=filters: queries.counts(filters, Dimension.SECTOR, None)  # type: ignore[misc]
            )
            timings["(the same from raw facts)"] = reader.timed(
                lambda period=period: db.session.execute(text(RAW), period).all()  # type: ignore[misc]
            )
            print(f"{reader.people} people: something new of 500 of them taken in, in {taken_in():.1f} s")
    return told(found, sizes)


def filled(maintenance: str, people: int, folder: Path) -> str:
    """URL of a database with so many people. Made once, under another name until it is whole."""
    name = f"reports_{people}"
    if not server.has(maintenance, name):
        url = server.fresh(maintenance, f"{name}_unfinished")
        began = time.perf_counter()
        app = create_app(settings_for(url, folder))
        with app.app_context():
            app.test_cli_runner().invoke(args=["prepare"], catch_exceptions=False)
            large.load(people, ENROLMENTS * people, clock.today(), lambda *_: None)
            with transaction():
                facts = gathering.of_everything()
            counting = time.perf_counter()
            with transaction():
                rows = tallying.rebuild()
                quality.count()
            took = time.perf_counter() - counting
            large.tidy("fact", "fact_pending", "tally")
            db.engine.dispose()
        print(
            f"{people} people: {facts} facts in {counting - began:.0f} s, {rows} rows of tallies counted anew in {took:.0f} s"
        )
        server.rename(maintenance, f"{name}_unfinished", name)
    return server.database(maintenance, name)


def settings_for(url: str, folder: Path) -> config.Settings:
    return config.Settings(
        database_url=url, instance=folder, secret_key="b" * 40, log_level="ERROR", public_url="http://localhost"
    )


class Reader:
    """A commissioner for all of Wales in a browser, with the app and its database."""

    def __init__(self, url: str, people: int, folder: Path) -> None:
        self.app, self.people = create_app(settings_for(url, folder)), people
        self.spent: list[float] = []
        with self.app.app_context():
            commissioner = make_person(email=f"{clock.now().timestamp()}@example.org")
            root = db.session.scalars(select(Organisation).where(Organisation.parent_id.is_(None))).one()
            grant(commissioner, Role.COMMISSIONER, root)
            self.browser = sign_in_browser(self.app, commissioner)
            event.listen(db.engine, "before_cursor_execute", self._begin)
            event.listen(db.engine, "after_cursor_execute", self._end)

    def open(self, path: str) -> None:
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status)

    def timed(self, work: Callable[[], Any]) -> Timing:
        whole, asked, worked = [], [], []
        for n in range(WARM + TIMES):
            self.spent.clear()
            began, working = time.perf_counter(), time.thread_time()
            work()
            if n >= WARM:
                whole.append(1000 * (time.perf_counter() - began))
                worked.append(1000 * (time.thread_time() - working))
                asked.append(1000 * sum(self.spent))
        p95 = [statistics.quantiles(each, n=20)[-1] for each in (whole, asked, worked)]
        return Timing(*p95, statistics.median(whole))

    def _begin(self, *given: Any) -> None:
        given[4].began = time.perf_counter()

    def _end(self, *given: Any) -> None:
        self.spent.append(time.perf_counter() - given[4].began)


def taken_in() -> float:
    """Seconds. What they did is undone."""
    db.session.execute(text(NEW))
    began = time.perf_counter()
    tallying.bring_up_to_date()
    took = time.perf_counter() - began
    db.session.rollback()
    return took


def told(found: list[dict[str, Timing]], sizes: list[int]) -> int:
    print(f"{'':36}" + "".join(f"{f'{people} people':>27}" for people in sizes) + f"{'times slower':>18}")
    print(f"{'':36}" + f"{'whole':>9}{'queries':>9}{'beyond':>9}" * len(sizes) + f"{'p95':>9}{'median':>9}")
    for name, first in found[0].items():
        last = found[-1][name]
        columns = "".join(f"{each[name].whole:9.1f}{each[name].queries:9.1f}{each[name].beyond:9.1f}" for each in found)
        print(f"{name:36}{columns}{last.whole / first.whole:9.2f}{last.median / first.median:9.2f}")
    pages = {name: [each[name] for each in found] for name in PAGES}
    beyond = max(each.beyond for timings in pages.values() for each in timings)
    slower = [name for name, timings in pages.items() if timings[-1].median > MOST_GROWTH * timings[0].median]
    print(
        f"most beyond the queries: {beyond:.1f} ms, goal {MOST_BEYOND:.0f}; above {MOST_GROWTH} times: {slower or 'none'}"
    )
    return int(beyond > MOST_BEYOND or bool(slower))


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[2:]] or [1_000, 10_000]
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]).resolve(), sizes))
    with tempfile.TemporaryDirectory(prefix="llwybr-bench-") as made:
        sys.exit(main(Path(made), sizes))
