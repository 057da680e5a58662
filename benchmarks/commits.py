"""SCORM commits, beside bare statements of the same run: about half a minute.

    python benchmarks/commits.py [folder for a throw-away database]

In this process, one connection, one transaction a commit. Prints, as medians of interleaved rounds,
  commits that keep a place (what a run-time sends every ten seconds), with 4,000 characters of suspend data;
  commits that change the status, and so tell statements and decide what is done;
  each as a ratio to one statement of our own, stored in a transaction by itself.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parents[1]))

from courses.launch.packages import queries
from courses.launch.scorm import services
from lms.app import create_app
from lms.core import config, embedded, migrate
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi.identity import agent_of
from lms.xapi.services import record_own
from tests.factories.content import make_registration, make_scorm

NAME = "commits_benchmark"
ROUNDS, TIMES = 3, 150
LONG = "x" * 4000


def launched(person: Any, package: Any) -> tuple[Actor, UUID]:
    registration = make_registration(package, person)
    learner = Actor(person=registration.learner_id)
    with transaction():
        node = queries.units(package.id)[0]
        return learner, services.launch(learner, registration, node.id).session.id


def speed(each: Callable[[int], None], times: int) -> float:
    begun = time.perf_counter()
    for number in range(times):
        with transaction():
            each(number)
        db.session.expunge_all()
    return times / (time.perf_counter() - begun)


def body(number: int, status: str) -> bytes:
    core = {"lesson_status": status, "lesson_location": str(number)}
    said = {
        "runtimeData": {"cmi": {"core": core, "suspend_data": LONG}},
        "commitSequence": number + 1,
        "totalTimeSeconds": number + 1,
    }
    return json.dumps(said).encode()


def statement(learner: Actor, number: int) -> dict[str, Any]:
    return {
        "actor": agent_of(learner.person or UUID(int=0)), "verb": {"id": "http://adlnet.gov/expapi/verbs/progressed"},
        "object": {"id": f"https://courses.example/{number % 20}"},
    }  # fmt: skip


def measured(package: Any) -> Iterator[tuple[str, float]]:
    learner, session = launched(None, package)
    yield "bare", speed(lambda number: void(record_own(Actor.system(), statement(learner, number))), TIMES)
    yield (
        "place",
        speed(lambda number: void(services.commit(learner, session, body(number, "incomplete"), final=False)), TIMES),
    )
    many = [launched(None, package) for _ in range(30)]
    yield (
        "status",
        speed(lambda number: void(services.commit(*many[number], body(1, "passed"), final=False)), len(many)),
    )


def void(_given: object) -> None:
    """The speed is all that is asked for."""


def main(folder: Path) -> None:
    server = embedded.start(folder / "postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
    url = make_url(server).set(database=NAME).render_as_string(hide_password=False)
    app = create_app(config.Settings(database_url=url, instance=folder, public_url="http://127.0.0.1"))
    with app.app_context():
        migrate.upgrade()
        package = make_scorm()
        found: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name, rate in measured(package):
                found.setdefault(name, []).append(rate)
        bare = statistics.median(found["bare"])
        print(f"one statement, stored                {bare:9.0f} a second")
        for name, words in (("place", "commits that keep a place"), ("status", "commits that pass")):
            rate = statistics.median(found[name])
            print(f"{words:<36} {rate:9.0f} a second  {rate / bare:5.2f} x")
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
