"""Server time of the pages people use most, on the demonstration data, with 8 readers at once.

Prints per page: median and p95 as the reader sees them, the CPU time of one request alone, the time of its queries alone, bytes
on the wire, and the ratio to the server's trivial request (/healthz). Starts a server of its own on the data of `make run`
(or DATABASE_URL) and stops it again.
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
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import event, select

sys.path.insert(0, str(Path(__file__).parents[1]))

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
    with server() as running:
        trivial = load("/healthz", "")
        print(
            f"{'page':12} {'median ms':>9} {'p95 ms':>7} {'alone ms':>8} {'queries':>7} {'their ms':>8} {'KB':>6} {'x trivial':>9}"
        )
        print(f"{'(trivial)':12} {trivial[0]:9.1f} {trivial[1]:7.1f} {'':8} {'':7} {'':8} {'':6} {1.0:9.1f}")
        worst = 0.0
        for name, (path, who) in pages.items():
            median, p95, alone, size = load(path, cookies[who])
            count, spent = queries[name]
            worst = max(worst, p95)
            print(
                f"{name:12} {median:9.1f} {p95:7.1f} {alone:8.1f} {count:7} {spent:8.1f} {size:6.1f} {median / trivial[0]:9.1f}"
            )
        print(
            f"worst p95 {worst:.1f} ms with {READERS} readers; goal 50 ms. Memory per process: {running.memory()} MB; goal 200."
        )
    return 0


def sign_ins(app: object) -> dict[str, str]:
    """A session cookie for each kind of reader, made without the sign-in page (it is throttled, as it should be)."""
    from courses.portfolios.models import Portfolio
    from lms.accounts.models import EmailAddress, Person
    from lms.core.db import db
    from tests.factories.accounts import sign_in_browser

    who = {
        "learner": select(Person).join(EmailAddress).where(EmailAddress.address == "nurse@demo.llwybr.example"),
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

    spent: list[float] = []
    with app.app_context():  # type: ignore[attr-defined]
        begun: list[float] = []
        before: Callable[..., None] = lambda *_: begun.append(time.perf_counter())  # noqa: E731
        after: Callable[..., None] = lambda *_: spent.append(time.perf_counter() - begun.pop())  # noqa: E731
        client = app.test_client()  # type: ignore[attr-defined]
        client.set_cookie("llwybr", cookie.removeprefix("llwybr="))
        client.get(path)
        event.listen(db.engine, "before_cursor_execute", before)
        event.listen(db.engine, "after_cursor_execute", after)
        answer = client.get(path)
        event.remove(db.engine, "before_cursor_execute", before)
        event.remove(db.engine, "after_cursor_execute", after)
        assert answer.status_code == 200, (path, answer.status)
    return len(spent), 1000 * sum(spent)


def load(path: str, cookie: str) -> tuple[float, float, float, float]:
    """(median, p95) with READERS at once, the median of ten alone, in ms; and KB of one answer."""
    fetch(path, cookie, 10)
    alone, size = fetch(path, cookie, 10)
    times: list[float] = []

    def read() -> None:
        times.extend(fetch(path, cookie, EACH)[0])

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)], statistics.median(alone), size / 1000


def fetch(path: str, cookie: str, count: int) -> tuple[list[float], int]:
    connection, times, size = http.client.HTTPConnection("127.0.0.1", PORT), [], 0
    for _ in range(count):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        size = len(answer.read())
        times.append(1000 * (time.perf_counter() - begun))
        assert answer.status == 200, (path, answer.status)
    connection.close()
    return times, size


class server:
    """The WSGI server of `make run`, for as long as the block lasts."""

    def __enter__(self) -> "server":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "wsgi:app", "--port", str(PORT), "--workers", "2",
             "--blocking-threads", "4", "--no-ws", "--log-level", "error"], start_new_session=True,
        )  # fmt: skip
        for _ in range(100):
            try:
                fetch("/healthz", "", 1)
                break
            except OSError:
                time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

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
