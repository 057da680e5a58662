"""The ground: identifiers, audit, files, jobs, throttle."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from lms.core import audit, files, jobs, throttle
from lms.core.db import db, transaction
from lms.core.errors import TooMany
from lms.core.ids import new_id
from lms.core.permissions import Actor

seen: list[str] = []


@jobs.job("test.note")
def note(word: str) -> None:
    seen.append(word)


def test_identifiers_are_uuid7_in_the_order_of_time() -> None:
    made = [new_id() for _ in range(1000)]
    assert all(each.version == 7 and each.variant == "specified in RFC 4122" for each in made)
    time.sleep(0.002)
    assert new_id() > max(made[:1], key=lambda each: each.int)
    assert len(set(made)) == 1000


def test_audit_entries_cannot_be_changed_or_removed(app: Flask) -> None:
    with transaction():
        audit.record(Actor.system(), "test.happened", about=UUID(int=1), reason="why", count=3)
    for statement in ("UPDATE audit_entry SET action = 'other'", "DELETE FROM audit_entry"):
        with pytest.raises(IntegrityError, match="only ever appended"), transaction():
            db.session.execute(text(statement))
    same = audit.AuditEntry.action == "test.happened"
    assert db.session.scalar(select(func.count()).where(same)) == 1


def test_the_same_bytes_are_kept_once(app: Flask) -> None:
    with transaction():
        first, second = files.store(b"hello", "text/plain"), files.store(b"hello", "text/plain")
    assert first.id == second.id
    assert files.content_of(first) == b"hello"


def test_a_job_runs_after_the_commit_and_never_after_a_rollback(app: Flask) -> None:
    seen.clear()

    def ask_and_fail() -> None:
        jobs.enqueue(note, word="lost")
        raise LookupError

    with pytest.raises(LookupError), transaction():
        ask_and_fail()
    with transaction():
        jobs.enqueue(note, word="kept")
    jobs.run_pending()
    assert seen == ["kept"]


def test_attempts_are_counted_across_processes_and_survive_a_rollback(app: Flask) -> None:
    def attempt(_: int) -> bool:
        with app.app_context():
            try:
                throttle.take("race", limit=5, per_seconds=3600)
            except TooMany:
                return False
            return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(attempt, range(20))) == 5


def test_fold_drops_accents_and_circumflexes(app: Flask) -> None:
    assert db.session.scalar(text("SELECT fold('TŶ Dŵr Café')")) == "ty dwr cafe"


def test_a_connection_that_was_lost_while_it_rested_is_replaced(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.core.db.RESTED", 0.0)
    rested = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.remove()
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [rested])
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != rested
