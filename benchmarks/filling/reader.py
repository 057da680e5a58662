"""Somebody who opens pages in a browser, and how long the server takes for it."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from lms.accounts.models import Organisation
from lms.app import create_app
from lms.core import clock, config
from lms.core.db import db
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_person, sign_in_browser

TIMES, WARM = 40, 3


@dataclass(frozen=True)
class Timing:
    """Milliseconds at the 95th percentile: of the whole, of its queries, and of the processor in this process; and the
    median of the whole."""

    whole: float
    queries: float
    beyond: float
    median: float


def settings_for(url: str, folder: Path) -> config.Settings:
    return config.Settings(
        database_url=url, instance=folder, secret_key="b" * 40, log_level="ERROR", public_url="http://localhost"
    )


class Reader:
    """With these roles for all of Wales, and the app with its database."""

    def __init__(self, url: str, folder: Path, *roles: Role) -> None:
        self.app = create_app(settings_for(url, folder))
        self.spent: list[float] = []
        with self.app.app_context():
            person = make_person(email=f"{clock.now().timestamp()}@example.org")
            root = db.session.scalars(select(Organisation).where(Organisation.parent_id.is_(None))).one()
            for role in roles:
                grant(person, role, root)
            self.browser = sign_in_browser(self.app, person)
            event.listen(db.engine, "before_cursor_execute", self._begin)
            event.listen(db.engine, "after_cursor_execute", self._end)

    def page(self, path: str) -> Timing:
        return self.timed(lambda: self.open(path))

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
