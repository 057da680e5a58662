"""A cohort of ten thousand, issued as one batch by the job itself: how long, how many a second, and a worker's memory.

The people are in a database of their own; the batch is asked for as the page does, and a worker in a process of its own
(`flask worker`, as in production) issues it, fifty in a transaction. Its resident memory is read as the batch goes on, from
when the first fifty are done: what a worker reads once is there by then. Beside it the bare operation: as many rows of the same
size written into the same tables by one statement. Run: python benchmarks/certificates_cohort.py [how many]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

ROOT = Path(__file__).parents[1]
PEOPLE = """
INSERT INTO person (id, display_name, legal_name, language)
SELECT gen_random_uuid(), 'Siân Ŵyn ' || n, 'Siân Ŵyn Llŷr-Gruffydd ' || n, CASE n % 2 WHEN 0 THEN 'en' ELSE 'cy' END
FROM generate_series(1, :many) AS n
"""
ENROLMENTS = """
INSERT INTO enrolment (id, learner_id, course_id, course_version_id, state, language, enrolled_on, progress, completed_on,
                       learning_completed_at, sector, organisation_id, organisation_lineage, declared)
SELECT gen_random_uuid(), person.id, :course, :version, 'completed', 'en', current_date - 30, 100, current_date - 1,
       now() - interval '1 day', 'nhs', :place, CAST(:lineage AS uuid[]), '{}'
FROM person WHERE person.legal_name LIKE 'Siân Ŵyn Llŷr-Gruffydd %'
"""
BARE = """
CREATE TABLE bare_award (LIKE award INCLUDING ALL);
INSERT INTO bare_award SELECT * FROM award;
CREATE TABLE bare_event (LIKE award_event INCLUDING ALL);
INSERT INTO bare_event SELECT * FROM award_event;
"""


def resident(process: int) -> float:
    """Megabytes, of that process alone."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def spent(process: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(many: int) -> None:
    os.environ.setdefault("LLWYBR_LOG_LEVEL", "ERROR")
    import psycopg

    from lms.core import embedded
    from tests.conftest import database_url

    server = os.environ.get("TEST_DATABASE_URL") or embedded.start(ROOT / "var" / "bench-postgres")
    name = f"bench_cohort_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        with tempfile.TemporaryDirectory() as folder:
            issue(database_url(server, name), Path(folder), many)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def issue(url: str, folder: Path, many: int) -> None:
    from sqlalchemy import text

    from certificates.organising import services
    from certificates.organising.models import Batch
    from lms.app import create_app
    from lms.core import config
    from lms.core.db import db, transaction
    from lms.core.permissions import Actor, Role
    from tests.factories.accounts import make_organisation, make_person
    from tests.factories.catalogue import make_course

    app = create_app(config.Settings(database_url=url, instance=folder, secret_key="k" * 40, development=False))
    app.test_cli_runner().invoke(args=["prepare"])
    with app.app_context():
        place, organiser, course = make_organisation(), make_person(), make_course()
        given = {
            "many": many, "course": course.id, "version": course.published_version_id, "place": place.id,
            "lineage": [str(each) for each in place.lineage],
        }  # fmt: skip
        with transaction():
            db.session.execute(text(PEOPLE), given)
            db.session.execute(text(ENROLMENTS), given)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        acts = Actor(organiser.id, "Organiser", roles=frozenset({(Role.ORGANISER, place.id)}))
        before, begun = resident(os.getpid()), time.perf_counter()
        with transaction():
            batch = services.issue_to(acts, course.code, None, None, completes=False).id
        asked = time.perf_counter() - begun
        print(
            f"asked for {many} in {asked:.1f} s; memory of the page's process {resident(os.getpid()) - before:+.0f} MB"
        )
        environment = os.environ | {
            "DATABASE_URL": url, "LLWYBR_INSTANCE": str(folder), "LLWYBR_SECRET_KEY": "k" * 40,
            "LLWYBR_DEVELOPMENT": "no", "LLWYBR_PUBLIC_URL": "https://bench.example",
        }  # fmt: skip
        worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=environment)
        try:
            memory: list[tuple[int, float]] = []
            started = at = 0.0
            while True:
                time.sleep(0.5)
                done, ended = db.session.execute(
                    text("SELECT done, ended_at IS NOT NULL FROM award_batch WHERE id = :id"), {"id": batch}
                ).one()
                db.session.rollback()
                if done and not memory:
                    started, at = time.perf_counter(), spent(worker.pid)
                if done and (not memory or done >= memory[-1][0] + many // 10 or ended):
                    memory.append((done, resident(worker.pid)))
                if ended:
                    break
                if worker.poll() is not None:
                    raise SystemExit("the worker has ended")
            took, processor = time.perf_counter() - started, spent(worker.pid) - at
        finally:
            worker.terminate()
            worker.wait(30)
        counted = many - memory[0][0]
        issued = db.session.scalar(text("SELECT count(*) FROM award"))
        begun = time.perf_counter()
        with db.engine.begin() as connection:
            for statement in filter(str.strip, BARE.split(";")):
                connection.execute(text(statement))
        bare = time.perf_counter() - begun
        assert db.session.get_one(Batch, batch).done == many == issued
        steps = ", ".join(f"{done}: {mb:.0f}" for done, mb in memory)
        print(f"issued {issued} in one batch; {counted} of them in {took:.0f} s ({processor:.0f} s of the worker's processor), "
              f"{counted / took:.0f} a second, {took / counted / (bare / many):.0f} x the bare rows; worker's memory in MB by how "
              f"many were done: {steps} ({memory[-1][1] - memory[0][1]:+.0f} MB)")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
