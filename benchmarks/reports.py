"""Dashboards and reports as a commissioner opens them, at one size and at ten times that, beside their bare queries.

    python -m benchmarks.reports [folder for a throw-away database] [people] [people …]

Each size gets a database with ten enrolments a person over three years (by default 1,000 and 10,000 people; goals are set
for 10,000 and 100,000, which takes a quarter of an hour). Prints, for each page in English and whole, milliseconds at the
95th percentile: the server's time, that of its queries alone, and what it works itself (of the processor, so that others
on the machine do not count); and how many times slower it is at the larger size. Then the figures of uptake by sector from
the tallies and from the raw facts. The goals: at most 100 ms beyond the queries, at most 1.5 times slower at ten times the
data.
"""

import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.filling import server
from benchmarks.filling.reader import Reader, Timing, settings_for
from lms.app import create_app
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.demonstration import large
from lms.reporting import queries
from lms.reporting.facts import gathering, tallying
from lms.reporting.quality import counting as quality
from lms.reporting.queries import Dimension
from lms.reporting.reports import REPORTS
from lms.reporting.services import Asked, view

ENROLMENTS = 10
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


def main(folder: Path, sizes: list[int]) -> int:
    maintenance = server.start(folder)
    readers = [Reader(filled(maintenance, people, folder), folder, Role.COMMISSIONER) for people in sizes]
    # The sizes in turn, for the machine has better and worse minutes.
    timings = {name: [reader.page(path) for reader in readers] for name, path in PAGES.items()}
    figures: list[tuple[Timing, Timing]] = []
    for people, reader in zip(sizes, readers, strict=True):
        with reader.app.app_context():
            figures.append(figures_by_sector(reader))
            print(f"{people} people: something new of 500 of them taken in, in {taken_in():.1f} s")
    names = ("(figures by sector, from tallies)", "(the same from raw facts)")
    timings |= {name: list(each) for name, each in zip(names, zip(*figures, strict=True), strict=True)}
    return told(timings, sizes)


def figures_by_sector(reader: Reader) -> tuple[Timing, Timing]:
    """From the tallies, and from the facts."""
    filters = view(Actor.system(), Asked()).filters
    period = {"starts_on": filters.period.starts_on, "ends_on": filters.period.ends_on}
    return (
        reader.timed(lambda: queries.counts(filters, Dimension.SECTOR, None)),
        reader.timed(lambda: db.session.execute(text(RAW), period).all()),
    )


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
            large.tidy("fact", "fact_pending", "tally", "event_count")
            db.engine.dispose()
        print(
            f"{people} people: {facts} facts in {counting - began:.0f} s, {rows} rows of tallies counted anew in {took:.0f} s"
        )
        server.rename(maintenance, f"{name}_unfinished", name)
    return server.database(maintenance, name)


def taken_in() -> float:
    """Seconds. What they did is undone."""
    db.session.execute(text(NEW))
    began = time.perf_counter()
    tallying.bring_up_to_date()
    took = time.perf_counter() - began
    db.session.rollback()
    return took


def told(timings: dict[str, list[Timing]], sizes: list[int]) -> int:
    print(f"{'':36}" + "".join(f"{f'{people} people':>27}" for people in sizes) + f"{'times slower':>18}")
    print(f"{'':36}" + f"{'whole':>9}{'queries':>9}{'beyond':>9}" * len(sizes) + f"{'p95':>9}{'median':>9}")
    for name, found in timings.items():
        columns = "".join(f"{each.whole:9.1f}{each.queries:9.1f}{each.beyond:9.1f}" for each in found)
        first, last = found[0], found[-1]
        print(f"{name:36}{columns}{last.whole / first.whole:9.2f}{last.median / first.median:9.2f}")
    beyond = max(each.beyond for name in PAGES for each in timings[name])
    slower = [name for name in PAGES if timings[name][-1].median > MOST_GROWTH * timings[name][0].median]
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
