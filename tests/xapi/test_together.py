"""Requests that come together are written together, and a fault of one is not the others'."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import services
from lms.xapi.keeping import statements, together
from lms.xapi.models import StatementId, StoredStatement
from tests.factories.xapi import Store, credential_of, make_statement, make_store, new_uuid

Json = dict[str, Any]


@pytest.fixture
def crowd(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """`crowd(first, *others)`: the first writes by itself until all others wait; their statuses, the first's first."""

    def send(first: Callable[[], int], *others: Callable[[], int]) -> list[int]:
        begun, go = threading.Event(), threading.Event()
        real = together._write

        def held(group: Any) -> None:
            if not begun.is_set():
                begun.set()
                assert go.wait(20)
            real(group)

        monkeypatch.setattr(together, "_write", held)
        with ThreadPoolExecutor(len(others) + 1) as pool:
            asked = [pool.submit(first)]
            assert begun.wait(20)
            asked += [pool.submit(each) for each in others]
            while len(together._waiting) < len(others):
                threading.Event().wait(0.01)
            go.set()
            return [each.result() for each in asked]

    return send


def posting(app: Flask, store: Store, *batch: Json) -> Callable[[], int]:
    return lambda: Store(app, store.key, store.secret).post(list(batch)).status_code


def counted() -> tuple[int, int]:
    db.session.rollback()
    return tuple(db.session.scalar(select(func.count()).select_from(each)) for each in (StatementId, StoredStatement))  # type: ignore[return-value]


def test_those_who_wait_are_written_in_one_transaction(
    app: Flask, store: Store, crowd: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = statements.keep_all
    monkeypatch.setattr(
        statements, "keep_all", lambda sendings, numbers: (sizes.append(len(sendings)), real(sendings, numbers))[1]
    )
    answers = crowd(*[posting(app, store, make_statement(id=new_uuid())) for _ in range(9)])
    assert answers == [200] * 9
    assert sizes == [1, 8]
    assert counted() == (9, 9)


def test_a_contradiction_is_told_to_the_one_who_made_it(
    app: Flask, store: Store, crowd: Callable[..., list[int]]
) -> None:
    known = make_statement(id=new_uuid())
    store.keep(known)
    other = known | {"verb": {"id": "https://v.example/other"}}
    fine = [posting(app, store, make_statement(id=new_uuid()), make_statement()) for _ in range(4)]
    answers = crowd(fine[0], fine[1], posting(app, store, make_statement(), other), fine[2], fine[3])
    assert answers == [200, 200, 409, 200, 200]
    assert counted() == (9, 9)


def test_who_is_revoked_while_waiting_stores_nothing(app: Flask, store: Store, crowd: Callable[..., list[int]]) -> None:
    leaving = make_store(app)
    assert leaving.get().status_code == 200  # it is known to this process by now
    id_ = credential_of(leaving).id

    def revoke_then_send() -> int:
        with app.app_context(), transaction():
            services.revoke(Actor.system(), id_)
        return posting(app, store, make_statement())()

    waiting = posting(app, leaving, make_statement())
    assert crowd(posting(app, store, make_statement()), waiting, revoke_then_send) == [200, 401, 200]
    assert counted() == (2, 2)


def test_more_than_one_group_is_written_when_many_wait(
    app: Flask, store: Store, crowd: Callable[..., list[int]]
) -> None:
    many = [[make_statement() for _ in range(together.MOST // 2 + 1)] for _ in range(4)]
    assert crowd(*[posting(app, store, *batch) for batch in many]) == [200] * 4
    assert counted() == (404, 404)


def test_the_same_statement_from_all_is_kept_once(app: Flask, store: Store, crowd: Callable[..., list[int]]) -> None:
    one = make_statement(id=new_uuid())
    assert crowd(*[posting(app, store, one) for _ in range(6)]) == [200] * 6
    assert counted() == (1, 1)
