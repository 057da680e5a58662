"""Launching content, beside the bare statement insert of the same machine in the same run: about half a minute.

    python benchmarks/launches.py [folder for a throw-away database]

A real server of two processes, clients beside it on the same cores. Prints
  200 launches of 200 learners that arrive at once: how long until the last is answered, and a launch as so many inserts of a
  statement of our own in a transaction of its own;
  statements a second through open sessions, every cmi5 rule on, from 8 clients, one a request, and the same by a client's
  credential that is bound to no session.
"""

import base64
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.record_store import PORT, served
from courses.launch.packages import queries as packages
from lms.app import create_app
from lms.core import config, embedded, migrate
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.xapi.services import record_own
from tests.courses.launch.cmi5.driving import Content
from tests.factories.accounts import TokenClient, grant, make_membership, make_organisation, make_person
from tests.factories.content import block, make_package, unit
from tests.factories.enrolments import make_enrolment
from tests.factories.xapi import make_statement, make_store

LEARNERS, CLIENTS, EACH = 200, 8, 40
NAME = "launches_benchmark"
_mine = threading.local()


def ask(method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
    """(status, JSON), by this thread's own connection."""
    if not hasattr(_mine, "connection"):
        _mine.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    sent = json.dumps(body) if body is not None else None
    _mine.connection.request(method, path, sent, {"Content-Type": "application/json", **headers})
    answer = _mine.connection.getresponse()
    read = answer.read()
    return answer.status, json.loads(read) if read else None


def at_once(threads: int, work: Callable[[Any], Any], things: list[Any]) -> tuple[float, list[float], list[Any]]:
    """(seconds until the last, milliseconds of each, what each gave)."""
    taken: list[float] = []

    def run(thing: Any) -> Any:
        begun = time.perf_counter()
        made = work(thing)
        taken.append(1000 * (time.perf_counter() - begun))
        return made

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        made = list(pool.map(run, things))
    return time.perf_counter() - begun, sorted(taken), made


def inserts(count: int) -> float:
    """Seconds of one statement of our own, each in its own transaction."""
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        with transaction():
            record_own(Actor.system(), make_statement(id=str(uuid4())))
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def scene(app: Any) -> tuple[dict[str, str], list[str]]:
    """An organiser's headers, and for each learner the address that launches their first unit."""
    place, organiser = make_organisation(), make_person()
    grant(organiser, Role.ORGANISER, place)
    headers = {"Authorization": f"Bearer {TokenClient(app, organiser).secret}"}
    package = make_package(tree=[block("b", unit("a"), unit("b")), unit("c")])
    (first, *_) = packages.units(package.id)
    enrolments = []
    for _ in range(LEARNERS):
        learner = make_person()
        enrolments.append(make_enrolment(learner, package.course, make_membership(learner, place)))
    found = []
    for each in enrolments:
        status, made = ask("POST", f"/api/v1/enrolments/{each.id}/registration", None, headers)
        assert status == 201, made
        found.append(f"/api/v1/content/registrations/{made['id']}/units/{first.key}/launches")
    return headers, found


def opened(app: Any, url: str) -> Content:
    """Content of that launch, initialized by way of the server."""
    content = Content(app, url)
    status, given = ask("POST", urlsplit(parse_qs(urlsplit(url).query)["fetch"][0]).path, None, {})
    assert status == 200, given
    content.take(given["auth-token"])
    content.template = content.launch_data().json["contextTemplate"]  # type: ignore[index]
    content.preferences()
    content.says("initialized")
    return content


def said(content: Content) -> int:
    headers = {"Authorization": f"Basic {content.token}", "X-Experience-API-Version": "1.0.3"}
    looked = content.said("https://verbs.example/looked", defined=False)
    return ask("POST", "/xapi/statements", looked, headers)[0]


def main(folder: Path) -> None:
    server = embedded.start(folder / "postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
    url = make_url(server).set(database=NAME).render_as_string(hide_password=False)
    app = create_app(config.Settings(database_url=url, instance=folder, public_url="http://127.0.0.1:8000"))
    with app.app_context():
        migrate.upgrade()
        with served(url, folder):
            headers, addresses = scene(app)

            def launch(address: str) -> tuple[int, Any]:
                answer = ask("POST", address, {}, headers | {"Connection": "close"})
                del _mine.connection  # the server takes so many at a time: who is done makes room
                return answer

            for address in addresses[:20]:
                launch(address)  # warm
            inserts(50)
            bare = inserts(200)
            seconds, taken, answers = at_once(LEARNERS, launch, addresses)
            failed = sum(status != 201 for status, _ in answers)
            print(f"statement of our own, alone           {1000 * bare:9.2f} ms")
            print(
                f"{LEARNERS} launches at once                  {LEARNERS / seconds:9.0f} launches/s  "
                f"{seconds / LEARNERS / bare:5.1f} inserts each; median {taken[LEARNERS // 2]:.0f} ms, 95th percentile "
                f"{taken[int(LEARNERS * 0.95)]:.0f} ms; {failed} answers that were not 201"
            )
            contents = [opened(app, made["url"]) for _, made in answers[:CLIENTS]]
            store = make_store(app)

            def plain(_: Content) -> int:
                return ask("POST", "/xapi/statements", make_statement(id=str(uuid4())), bound)[0]

            key = base64.b64encode(f"{store.key}:{store.secret}".encode()).decode()
            bound = {"Authorization": f"Basic {key}", "X-Experience-API-Version": "1.0.3"}
            work = contents * EACH
            at_once(CLIENTS, said, contents)
            through, _, statuses = at_once(CLIENTS, said, work)
            free, _, others = at_once(CLIENTS, plain, work)
            refused = sum(each != 200 for each in [*statuses, *others])
            print(
                f"statements through {CLIENTS} sessions          {len(work) / through:9.0f} statements/s  "
                f"{free / through:5.2f} x unbound ({len(work) / free:.0f}); {refused} answers that were not 200"
            )
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
