"""A supervisor's queue with 10,000 waiting items: the page, the API, the next one, and the bare query.

Makes a database of its own beside the tests' (or TEST_DATABASE_URL), fills it with one supervisor's 5,000 learners, each
with two submitted items, and prints milliseconds per answer in the process itself, how many queries that takes, and
the ratio to the bare query: the page's own first query, sent by the driver without anything around it.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))
ROOT = Path(__file__).parents[1]
WAITING, PAGE, TIMES = 10_000, 20, 15

FILL = """
WITH people AS (
    INSERT INTO person (id, display_name, legal_name, language)
    SELECT gen_random_uuid(), 'Learner ' || n, 'Learner ' || n, 'en' FROM generate_series(1, %(learners)s) n RETURNING id),
versions AS (SELECT v.id, v.course_id FROM course_version v JOIN course c ON c.published_version_id = v.id
    WHERE c.code = 'ECAMHS-1'),
enrolments AS (
    INSERT INTO enrolment (id, learner_id, course_id, course_version_id, state, language, enrolled_on, progress, declared,
        sector, organisation_lineage, paid)
    SELECT gen_random_uuid(), p.id, v.course_id, v.id, 'in_progress', 'en', current_date - 60, 50, '{}', 'nhs', '{}', true
    FROM people p, versions v RETURNING id, learner_id),
portfolios AS (
    INSERT INTO portfolio (id, enrolment_id, learner_id, programme_code, template_id, state, version)
    SELECT gen_random_uuid(), e.id, e.learner_id, 'ECAMHS', t.id, 'in_progress', 1
    FROM enrolments e, (SELECT id FROM portfolio_template WHERE code = 'PF-ECAMHS-1' ORDER BY number DESC LIMIT 1) t
    RETURNING id, learner_id, template_id),
supervisions AS (
    INSERT INTO supervision (id, learner_id, supervisor_id, programme_code, starts_on)
    SELECT gen_random_uuid(), learner_id, %(supervisor)s, 'ECAMHS', current_date - 60 FROM portfolios)
INSERT INTO evidence_item (id, portfolio_id, template_item_id, state, edition, body, no_identifiers, saved_at, submitted_at)
SELECT gen_random_uuid(), p.id, i.id, 'submitted', 2, repeat('What I did, and why. ', 60), true, now(),
    now() - make_interval(secs => random() * 4000000)
FROM portfolios p JOIN portfolio_template_item i ON i.template_id = p.template_id
"""


def main() -> int:
    os.environ.setdefault("LLWYBR_LOG_LEVEL", "ERROR")
    from lms.app import create_app
    from lms.core import config, embedded

    server = os.environ.get("TEST_DATABASE_URL") or embedded.start(ROOT / "var" / "bench-postgres")
    name = f"bench_queue_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        from tests.conftest import database_url

        app = create_app(
            config.Settings(
                database_url=database_url(server, name), instance=ROOT / "var" / "test", secret_key="k" * 40
            )
        )
        app.test_cli_runner().invoke(args=["prepare"])
        with app.app_context():
            measure(app)
            from lms.core.db import db

            db.session.remove()
            db.engine.dispose()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return 0


def measure(app: Any) -> None:
    from courses.portfolios import queries
    from courses.portfolios.waiting import Waiting
    from lms.core.db import db, transaction
    from tests.counting import counted_queries
    from tests.factories.accounts import TokenClient, make_person, sign_in_browser
    from tests.factories.supervision import make_licence

    supervisor = make_person(display_name="Supervisor")
    make_licence(supervisor)
    with transaction():
        db.session.connection().connection.driver_connection.execute(  # type: ignore[union-attr]
            FILL, {"learners": WAITING // 2, "supervisor": supervisor.id}
        )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    assert queries.waiting_for(supervisor.id)[0] == WAITING
    found = queries.queue_of(supervisor.id).order_by(Waiting.since, Waiting.id).limit(PAGE + 1)
    text = str(found.compile(db.engine, compile_kwargs={"literal_binds": True}))
    raw = db.session.connection().connection.driver_connection
    bare = timed(lambda: raw.execute(text).fetchall())  # type: ignore[union-attr]
    count = timed(lambda: queries.waiting_for(supervisor.id))
    following = timed(lambda: queries.next_waiting(supervisor.id))
    db.session.rollback()
    browser, client = sign_in_browser(app, supervisor), TokenClient(app, supervisor)
    print(f"{WAITING:,} items wait with one supervisor; milliseconds, median of {TIMES}")
    print(f"{'the bare query, one page':34} {bare:8.1f}")
    print(f"{'how many, and since when':34} {count:8.1f}  {count / bare:5.1f} x")
    print(f"{'the next one':34} {following:8.1f}  {following / bare:5.1f} x")
    for label, act in (
        ("the page of the queue", lambda: browser.get("/en/supervision")),
        ("several at once", lambda: browser.get("/en/supervision/several")),
        ("the API", lambda: client.get(f"/api/v1/supervision/queue?size={PAGE}")),
    ):
        assert act().status_code == 200, label
        with counted_queries() as seen:
            act()
        took = timed(act)
        print(f"{label:34} {took:8.1f}  {took / bare:5.1f} x  {len(seen)} queries")
    if "--plan" in sys.argv:
        print("\n".join(row[0] for row in raw_plan(text)))


def raw_plan(text: str) -> list[Any]:
    from lms.core.db import db

    raw: Any = db.session.connection().connection.driver_connection
    rows: list[Any] = raw.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + text).fetchall()
    return rows


def timed(act: Callable[[], Any]) -> float:
    act()
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    raise SystemExit(main())
