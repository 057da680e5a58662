"""A framework of 500 statements and 100,000 people with 12 ratings each: a team's matrix, and the national aggregate.

Makes a database of its own beside the tests' (or TEST_DATABASE_URL); `python benchmarks/frameworks.py [people]`. Prints
milliseconds (median), how many queries it takes, and the ratio to the bare query: the page's first 25 people with their
standings, and one pass over all the standings, sent by the driver without anything around them. Then what keeping the rows
costs: everybody anew, and a batch of people who rated themselves.

The database is filled without triggers and foreign keys (`session_replication_role`, so the server's own user): the fill
makes what they would ask for, and they would take most of its time.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from flask import g, request_started

sys.path.insert(0, str(Path(__file__).parents[1]))
ROOT = Path(__file__).parents[1]
STATEMENTS, RATINGS, TIMES = 500, 12, 7

FILL = """
WITH people AS (
    INSERT INTO person (id, display_name, legal_name, language)
    SELECT uuidv7(), 'Learner ' || n, 'Learner ' || n, 'en' FROM generate_series(1, %(people)s) n
    RETURNING id, substr(display_name, 9)::int AS n),
bodies AS (SELECT id, row_number() OVER (ORDER BY code) AS n, count(*) OVER () AS many FROM organisation),
members AS (
    INSERT INTO membership (id, person_id, organisation_id, sector, job_role_code, setting_code, paid, starts_on)
    SELECT uuidv7(), p.id, b.id, 'nhs', 'health_visitor', 'health_visiting', true, current_date - 100
    FROM people p JOIN bodies b ON b.n = 1 + p.n %% b.many),
shares AS (
    INSERT INTO assessment_sharing (id, person_id, framework_id, to_supervisor, to_manager, changed_at)
    SELECT uuidv7(), p.id, %(framework)s, true, p.n %% 3 > 0, now() FROM people p),
statements AS (
    SELECT id, row_number() OVER (ORDER BY position) AS n FROM framework_statement WHERE version_id = %(version)s),
ratings AS (
    INSERT INTO assessment_rating (id, person_id, framework_id, version_id, statement_id, value, comment, evidence, bar, made_at)
    SELECT uuidv7(), p.id, %(framework)s, %(version)s, s.id,
           CASE (p.n + s.n) %% 3 WHEN 0 THEN 'developing' ELSE 'confident' END, '', '{}', 'foundation', now()
    FROM people p JOIN generate_series(0, %(ratings)s - 1) k ON true JOIN statements s ON s.n = 1 + (p.n * 7 + k) %% %(statements)s
    RETURNING id, person_id, statement_id, value)
INSERT INTO assessment_standing (person_id, statement_id, framework_id, rating_id, state, value, met, edition)
SELECT person_id, statement_id, %(framework)s, id, 'self_assessed', value, value = 'confident', 1 FROM ratings
"""
BARE_TEAM = """
SELECT p.id, s.statement_id, s.met FROM (SELECT id FROM person ORDER BY display_name, id LIMIT 25) p
LEFT JOIN assessment_standing s ON s.person_id = p.id AND s.framework_id = %(framework)s
"""
CHANGE = "UPDATE assessment_standing SET met = NOT met WHERE person_id IN (SELECT id FROM person LIMIT 2000)"
BARE_ALL = "SELECT person_id, count(*) FILTER (WHERE met) FROM assessment_standing WHERE framework_id = %(framework)s GROUP BY 1"


def main(people: int) -> int:
    os.environ.setdefault("LLWYBR_LOG_LEVEL", "ERROR")
    from lms.app import create_app
    from lms.core import config, embedded
    from tests.conftest import database_url

    server = os.environ.get("TEST_DATABASE_URL") or embedded.start(ROOT / "var" / "bench-postgres")
    name = f"bench_frameworks_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        settings = config.Settings(
            database_url=database_url(server, name), instance=ROOT / "var" / "test", secret_key="k" * 40
        )
        app = create_app(settings)
        request_started.connect(_forget, app)
        app.test_cli_runner().invoke(args=["prepare"])
        with app.app_context():
            measure(app, people)
            from lms.core.db import db

            db.session.remove()
            db.engine.dispose()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return 0


def measure(app: Any, people: int) -> None:
    from courses.plans import team
    from frameworks.assessment import queries
    from frameworks.editing import queries as editing
    from lms.core import clock
    from lms.core.db import db, driver_connection, transaction
    from lms.core.permissions import Actor, Role
    from lms.reporting import groups
    from lms.reporting.reach import checking, counting, folding, reading
    from lms.reporting.reach.counting import Grouping
    from tests.factories.accounts import TokenClient, grant, make_person, organisation, sign_in_browser
    from tests.factories.frameworks import draft_of, fill_with_statements, make_editor, published

    editor = make_editor()
    draft = draft_of("CAMHS", editor)
    fill_with_statements(draft.id, STATEMENTS - len(draft.statements))
    published(editing.whole(draft.id), editor)
    it = queries.outline("CAMHS")
    given = {
        "people": people, "framework": it.framework_id, "version": it.version_id, "ratings": RATINGS,
        "statements": len(it.statements),
    }  # fmt: skip
    begun = time.perf_counter()
    with transaction():
        driver_connection().execute("SET LOCAL session_replication_role = replica")
        driver_connection().execute(FILL, given)
    with transaction():
        driver_connection().execute("ANALYZE")
    print(
        f"{len(it.statements)} statements, {people} people, {people * RATINGS} ratings: {time.perf_counter() - begun:.0f} s"
    )
    lead, commissioner = make_person(), make_person()
    grant(lead, Role.TEAM_LEAD, organisation("WALES"))
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))

    def bare(sql: str) -> Any:
        return driver_connection().execute(sql.encode(), given).fetchall()

    def matrix(at: str) -> Callable[[], Any]:
        actor = Actor(person=lead.id, name="Lead", roles=frozenset({(Role.TEAM_LEAD, organisation(at).id)}))
        return lambda: team.team(actor, "CAMHS")

    wide = sign_in_browser(app, lead)
    few = timed("  bare query of a page of 25", lambda: bare(BARE_TEAM))
    for name, work in (
        ("team matrix, all of Wales", matrix("WALES")),
        ("team matrix, one body", matrix("PAVO")),
        ("page of the matrix", lambda: wide.get("/en/team?framework=CAMHS").get_data()),
    ):
        print(f"{'':44} {timed(name, work) / few:.1f} times the bare query")
    with transaction():
        once("everybody counted anew, all frameworks", folding.rebuild)
    with transaction():
        driver_connection().execute("ANALYZE framework_reach, framework_reach_sum")
    all_of_them = timed("one pass over all standings (bare query)", lambda: bare(BARE_ALL))

    def beside(took: float) -> None:
        print(f"{'':44} {took / all_of_them:.3f} times the bare query")

    for group in Grouping:
        beside(timed(f"kept rows by {group.value}", lambda g=group: reading.counts(it, g, None)))
    bodies = [each.id for each in groups.within(frozenset({organisation("BCU").id}))]
    beside(timed("kept rows by role, one board", lambda: reading.counts(it, Grouping.ROLE, bodies)))
    browser, api = sign_in_browser(app, commissioner), TokenClient(app, commissioner)
    for address in (
        "/en/reports/framework-gaps?framework=CAMHS&group=organisation",
        "/en/reports/framework-gaps?framework=CAMHS",
    ):
        beside(timed(f"page {address[20:]}", lambda a=address: browser.get(a).get_data()))
    address = "/api/v1/reports/framework-gaps?framework=CAMHS&group=organisation"
    beside(timed("API, by organisation", lambda: api.get(address).get_data()))
    with transaction():
        driver_connection().execute(CHANGE)
    with transaction():
        once("a batch of 2,000 people who changed", folding.bring_up_to_date)
    with transaction():
        once("a run when nothing changed", folding.bring_up_to_date)
    group = Grouping.ORGANISATION
    beside(once("counted from the records, by organisation", lambda: counting.counts(it, group, clock.today(), None)))
    found = checking.check()
    print(f"check: {found.rows} rows, {found.different} differ, {found.milliseconds} ms")
    db.session.rollback()


def _forget(_app: Any, **_given: Any) -> None:
    """Requests share the context that this runs in, and are of several people."""
    for name in ("actor", "_login_user", "lang", "reference_readings"):
        g.pop(name, None)


def once(name: str, work: Callable[[], Any]) -> float:
    """Milliseconds of one run."""
    begun = time.perf_counter()
    work()
    took = 1000 * (time.perf_counter() - begun)
    print(f"{name:44} {took:9.1f} ms, once", flush=True)
    return took


def timed(name: str, work: Callable[[], Any]) -> float:
    """Milliseconds, the median; and the queries of one run, once reference data are read."""
    from lms.core.db import db
    from tests.counting import counted_queries

    work()
    with counted_queries() as seen:
        work()
    spent = []
    for _time in range(TIMES):
        begun = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - begun))
    db.session.rollback()
    print(f"{name:44} {statistics.median(spent):9.1f} ms  {len(seen)} queries", flush=True)
    return statistics.median(spent)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
