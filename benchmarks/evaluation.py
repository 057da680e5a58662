"""The report of evaluation as a commissioner opens it, beside the same figures from the counters themselves.

    python -m benchmarks.evaluation [folder for a throw-away database] [answers] [answers …]

Answers are spread over three years, all courses and all bodies; by default 2,500 and 25,000, which make about 25,000 and
200,000 counters (500,000 make two million; that takes some minutes). Prints milliseconds at the 95th percentile of the whole
page and of its queries, what the figures took before there were sums, what it takes to count one answer, and to hold all sums
against the counters. The goal: at most 1.5 times slower at ten times the data.
"""

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from sqlalchemy import select, text

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.filling import server
from benchmarks.filling.reader import Reader, Timing, settings_for
from courses.catalogue.models import Course
from courses.evaluation import summing
from courses.evaluation.forms import Which, newest
from courses.evaluation.models import EvaluationInvitation
from lms.accounts.models import Sector
from lms.app import create_app
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.demonstration import large

MOST_GROWTH = 1.5
PAGES = {
    "Wales": "/en/reports/evaluation",
    "Wales, three years": "/en/reports/evaluation?from={first}",
    "Wales, a programme": "/en/reports/evaluation?programme=PIMH",
    "a group": "/en/reports/evaluation?organisation=NHS-BOARDS",
    "a health board": "/en/reports/evaluation?organisation=BCU",
    "a board, a programme": "/en/reports/evaluation?organisation=BCU&programme=PIMH",
    "a course, for its authors": "/en/manage/courses/PIMH-02/evaluation",
}
ANSWERS = """
CREATE TEMPORARY TABLE said AS
SELECT (date_trunc('month', CAST(:today AS date)) - make_interval(months => (36 * random())::int % 36))::date AS month,
       courses[1 + floor(random() * cardinality(courses))::int] AS course_id, CASE WHEN random() < 0.55 THEN 'after' ELSE 'later'
       END AS form, place.code AS body, place.sector, random() AS content
  FROM generate_series(1, :answers) AS n,
       (SELECT array_agg(id) AS courses FROM course WHERE published_version_id IS NOT NULL) AS offered,
       LATERAL (SELECT * FROM bodies WHERE number = 1 + floor(random() * (SELECT count(*) FROM bodies))::int + 0 * n) AS place
"""
BODIES = """
CREATE TEMPORARY TABLE bodies AS SELECT code, sector, row_number() OVER () AS number FROM organisation
WHERE kind NOT IN ('group', 'country')
"""
COUNTERS = """
INSERT INTO evaluation_tally (month, course_id, version, form, edition, body, sector, item, value, n)
SELECT month, course_id, 1, said.form, 1, body, sector, item, value, count(*) FROM said
  JOIN (VALUES ('after', 'answered', 0), ('after', 'aims', 5), ('after', 'useful', 5), ('after', 'care', 5), ('after', 'access', 5),
               ('after', 'recommend', 5), ('after', 'before', 5), ('after', 'after', 5), ('after', 'change', 3),
               ('after', 'language', 2), ('later', 'answered', 0), ('later', 'used', 4), ('later', 'now', 5),
               ('later', 'barriers', 7), ('later', 'language', 2)) AS asked (form, item, choices) ON asked.form = said.form
 CROSS JOIN LATERAL (SELECT CASE choices
    WHEN 0 THEN '' WHEN 5 THEN CAST(1 + floor(5 * power(random() + 0 * content, 0.4)) AS text)
    WHEN 3 THEN (ARRAY['more', 'more', 'more', 'same', 'less'])[1 + floor(5 * (random() + 0 * content))]
    WHEN 4 THEN (ARRAY['yes', 'partly', 'not_yet', 'no_chance'])[1 + floor(4 * power(random() + 0 * content, 2))]
    WHEN 7 THEN (ARRAY['time', 'occasion', 'support', 'team', 'means', 'refresh', 'nothing'])
                [1 + floor(7 * (random() + 0 * content))]
    ELSE (ARRAY['en', 'en', 'en', 'cy'])[1 + floor(4 * (random() + 0 * content))] END AS value) AS chosen
 GROUP BY month, course_id, said.form, body, sector, item, value
"""
ASKED = """
INSERT INTO evaluation_invitation (id, enrolment_id, form, course_id, version, sector, body, made_on, closes_on, state)
SELECT gen_random_uuid(), gen_random_uuid(), form, course_id, 1, sector, body, month, month + 27,
       CASE WHEN asked = 1 THEN 'answered' ELSE 'open' END FROM said, generate_series(1, 2) AS asked
"""
BEFORE = """
WITH added AS MATERIALIZED (
    SELECT form, item, value, sector, course_id, sum(n) AS n FROM evaluation_tally
    WHERE month BETWEEN :first AND :last GROUP BY form, item, value, sector, course_id
)
SELECT form, item, value, sector, course_id, sum(n) FROM added
GROUP BY GROUPING SETS ((form, item, value), (form, item, value, sector), (form, item, value, course_id))"""
BEFORE_ASKED = """
SELECT form, count(*), count(*) FILTER (WHERE state = 'answered') FROM evaluation_invitation
WHERE state <> 'withdrawn' AND made_on BETWEEN :first AND :last GROUP BY form"""


def main(folder: Path, sizes: list[int]) -> int:
    maintenance = server.start(folder)
    readers = []
    for answers in sizes:
        url = server.fresh(maintenance, f"evaluation_{answers}")
        app = create_app(settings_for(url, folder))
        with app.app_context():
            app.test_cli_runner().invoke(args=["prepare"], catch_exceptions=False)
            fill(answers)
            db.engine.dispose()
        readers.append(Reader(url, folder, Role.COMMISSIONER, Role.AUTHOR))
    found = measured(readers)
    print(f"{'':32}" + "".join(f"{f'{answers} answers':>24}" for answers in sizes) + f"{'times slower':>16}")
    for name, timings in found.items():
        columns = "".join(f"{each.whole:12.1f}{each.queries:12.1f}" for each in timings)
        print(f"{name:32}{columns}{slower(timings):16.2f}")
    above = [name for name in PAGES if slower(found[name]) > MOST_GROWTH]
    print(f"above {MOST_GROWTH} times: {above or 'none'}")
    return bool(above)


def slower(timings: list[Timing]) -> float:
    """How many times, by the median, than at the size before."""
    return timings[-1].median / timings[-2 % len(timings)].median


def fill(answers: int) -> None:
    with transaction():
        db.session.execute(
            text("SET session_replication_role = replica")
        )  # no learners: their enrolments are not there
        db.session.execute(text(BODIES))
        db.session.execute(text(ANSWERS), {"answers": answers, "today": clock.today()})
        counters = db.session.execute(text(COUNTERS)).rowcount  # type: ignore[attr-defined]
        db.session.execute(text(ASKED))
        db.session.execute(text("SET session_replication_role = origin"))
        began = time.perf_counter()
        sums = summing.put_right()
        print(f"{answers} answers: {counters} counters, {sums} sums made in {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    with transaction():
        assert summing.different() == 0
    print(f"… compared in {time.perf_counter() - began:.1f} s")
    large.tidy("evaluation_sum", "evaluation_tally", "evaluation_invitation")


def measured(readers: list[Reader]) -> dict[str, list[Timing]]:
    """The sizes in turn, for the machine has better and worse minutes."""
    today = clock.today()
    first = date(today.year - 3 + (today.month == 12), today.month % 12 + 1, 1)
    found = {name: [each.page(path.format(first=f"{first:%Y-%m}")) for each in readers] for name, path in PAGES.items()}
    year = {"first": date(today.year - 1 + (today.month == 12), today.month % 12 + 1, 1), "last": today}
    for reader in readers:
        with reader.app.app_context():
            for name, work in (
                ("(Wales before: counts)", lambda: db.session.execute(text(BEFORE), year).all()),
                ("(Wales before: who was asked)", lambda: db.session.execute(text(BEFORE_ASKED), year).all()),
                ("(counting one answer)", count_one),
            ):
                found.setdefault(name, []).append(reader.timed(work))
    return found


def count_one() -> None:
    form = newest(Which.AFTER)
    course = db.session.scalars(select(Course.id).where(Course.code == "PIMH-02")).one()
    it = EvaluationInvitation(course_id=course, version=1, sector=Sector.NHS, body="BCU", made_on=clock.today())
    rated = [(code, "4") for code in ("aims", "useful", "care", "access", "recommend", "before", "after")]
    with transaction():
        summing.count(it, form, [*rated, ("answered", ""), ("change", "more"), ("language", "cy")])


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[2:]] or [2_500, 25_000]
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]).resolve(), sizes))
    with tempfile.TemporaryDirectory(prefix="llwybr-bench-") as made:
        sys.exit(main(Path(made), sizes))
