"""Server time of the pages people use most, on the demonstration data, with 8 readers at once.

Prints per page: median and p95 as the reader sees them, waiting for a free process included; the p95 of the server's own
time; one request alone; how many queries it sends and how long those take by themselves; kilobytes on the wire; and the
ratio to the server's trivial request (/healthz). The learner is whoever has most enrolments. Starts the server of
`make run` on its data (or DATABASE_URL) and stops it again. The readers share the machine's cores with it.
"""

import http.client
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import event, func, select

sys.path.insert(0, str(Path(__file__).parents[1]))

from lms.run import web_command

READERS, EACH, PORT = 8, 40, int(os.environ.get("PORT", "8123"))


def main() -> int:
    os.environ.setdefault("LLWYBR_LOG_LEVEL", "ERROR")
    from lms.app import create_app

    app = create_app()
    with app.app_context():
        from lms.core.db import db

        os.environ["DATABASE_URL"] = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        cookies, enrolment = sign_ins(app), a_portfolio()
    pages = {
        "home": ("/en/", "learner"),
        "search": ("/en/training?" + urlencode({"q": "perinatal"}), "learner"),
        "course": ("/en/training/ECAMHS-1", "learner"),
        "my learning": ("/en/learning", "learner"),
        "queue": ("/en/supervision", "supervisor"),
        "portfolio": (f"/en/portfolio/{enrolment}", "portfolio"),
        "uptake": ("/en/uptake", "commissioner"),
    }
    queries = {name: measured_queries(app, path, cookies[who]) for name, (path, who) in pages.items()}
    print(f"{'':12} {'reader':>6} {'reader':>6} {'server':>6} {'alone':>6} {'':7} {'their':>6} {'':>6} {'x':>7}")
    print(
        f"{'page':12} {'median':>6} {'p95':>6} {'p95':>6} {'median':>6} {'queries':>7} {'ms':>6} {'KB':>6} {'trivial':>7}"
    )
    with server() as running:
        trivial = load("/healthz", "")
        print(trivial.line("(trivial)", (0, 0.0), trivial))
        measured = {name: load(path, cookies[who]) for name, (path, who) in pages.items()}
        for name, found in measured.items():
            print(found.line(name, queries[name], trivial))
        print(
            f"worst p95 with {READERS} readers: {max(each.p95 for each in measured.values()):.1f} ms as they see it,"
            f" {max(each.server_p95 for each in measured.values()):.1f} ms in the server; goal 50 ms."
            f" Memory per process: {running.memory()} MB; goal 200."
        )
    return 0


@dataclass(frozen=True)
class Measured:
    """Milliseconds, and the kilobytes of one answer."""

    median: float
    p95: float
    server_p95: float
    alone: float
    size: float

    def line(self, name: str, queries: tuple[int, float], trivial: "Measured") -> str:
        return (
            f"{name:12} {self.median:6.1f} {self.p95:6.1f} {self.server_p95:6.1f} {self.alone:6.1f}"
            f" {queries[0]:7} {queries[1]:6.1f} {self.size:6.1f} {self.median / trivial.median:7.1f}"
        )


def sign_ins(app: object) -> dict[str, str]:
    """A session cookie for each kind of reader, made without the sign-in page (it is throttled, as it should be)."""
    from courses.enrolments.models import Enrolment
    from courses.portfolios.models import Portfolio
    from lms.accounts.models import EmailAddress, Person
    from lms.core.db import db
    from tests.factories.accounts import sign_in_browser

    most = select(Enrolment.learner_id).group_by(Enrolment.learner_id).order_by(func.count().desc()).limit(1)
    who = {
        "learner": select(Person).where(Person.id == most.scalar_subquery()),
        "supervisor": select(Person).join(EmailAddress).where(EmailAddress.address == "supervisor@demo.llwybr.example"),
        "commissioner": select(Person)
        .join(EmailAddress)
        .where(EmailAddress.address == "commissioner@demo.llwybr.example"),
        "portfolio": select(Person).join(Portfolio, Portfolio.learner_id == Person.id).order_by(Portfolio.id).limit(1),
    }
    cookies = {}
    for name, query in who.items():
        browser = sign_in_browser(app, db.session.scalars(query).one())  # type: ignore[arg-type]
        cookies[name] = "llwybr=" + browser.get_cookie("llwybr").value  # type: ignore[union-attr]
    return cookies


def a_portfolio() -> str:
    from courses.portfolios.models import Portfolio
    from lms.core.db import db

    return str(db.session.scalars(select(Portfolio.enrolment_id).order_by(Portfolio.id).limit(1)).one())


def measured_queries(app: object, path: str, cookie: str) -> tuple[int, float]:
    """How many queries the page sends, and how many milliseconds they take by themselves, the second time."""
    from lms.core.db import db

    begun: list[float] = []
    spent: list[float] = []
    before: Callable[..., None] = lambda *_: begun.append(time.perf_counter())  # noqa: E731
    after: Callable[..., None] = lambda *_: spent.append(time.perf_counter() - begun.pop())  # noqa: E731
    client = app.test_client()  # type: ignore[attr-defined]
    client.set_cookie("llwybr", cookie.removeprefix("llwybr="))
    client.get(path)
    with app.app_context():  # type: ignore[attr-defined]
        engine = db.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    answer = client.get(path)
    event.remove(engine, "before_cursor_execute", before)
    event.remove(engine, "after_cursor_execute", after)
    assert answer.status_code == 200, (path, answer.status)
    return len(spent), 1000 * sum(spent)


def load(path: str, cookie: str) -> Measured:
    """READERS at once, EACH reading it so many times; before that ten alone, after ten more that are not counted."""
    fetch(path, cookie, 10)
    alone, _, size = fetch(path, cookie, 10)
    times: list[float] = []
    spent: list[float] = []

    def read() -> None:
        seen, served, _ = fetch(path, cookie, EACH)
        times.extend(seen)
        spent.extend(served)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return Measured(statistics.median(times), p95(times), p95(spent), statistics.median(alone), size / 1000)


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def fetch(path: str, cookie: str, count: int) -> tuple[list[float], list[float], int]:
    """The same page so many times over one connection: times as seen here, times that the server tells, bytes of one."""
    connection, times, spent, size = http.client.HTTPConnection("127.0.0.1", PORT), [], [], 0
    for _ in range(count):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        size = len(answer.read())
        times.append(1000 * (time.perf_counter() - begun))
        assert answer.status == 200, (path, answer.status)
        spent.append(float(answer.headers["Server-Timing"].partition("dur=")[2]))
    connection.close()
    return times, spent, size


class server:
    """The WSGI server of `make run`, for as long as the block lasts."""

    def __enter__(self) -> "server":
        command = web_command("127.0.0.1", PORT, processes=2, app="benchmarks.timed:app")
        self.process = subprocess.Popen(command, cwd=Path(__file__).parents[1], start_new_session=True)
        for _ in range(600):
            try:
                fetch("/healthz", "", 1)
                break
            except OSError:
                time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)

    def memory(self) -> int:
        """Resident megabytes of the largest worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        sizes = [
            int(line.split()[1]) // 1000
            for child in [*children, str(self.process.pid)]
            for line in Path(f"/proc/{child}/status").read_text().splitlines()
            if line.startswith("VmRSS")
        ]
        return max(sizes)


if __name__ == "__main__":
    sys.exit(main())
