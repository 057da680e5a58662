"""Requests that come together are written together, and a fault of one is not the others'."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import numbering, services, verifying
from lms.xapi.keeping import at_once, statements, together
from lms.xapi.keeping.statements import Sending, ready
from lms.xapi.keeping.together import Errand
from lms.xapi.models import StatementId, StoredStatement
from lms.xapi.rules.scopes import Bearer
from lms.xapi.rules.versions import Version
from tests.factories.xapi import Store, credential_of, make_statement, make_store, new_uuid, some_statement, voiding

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


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """How each transaction that was committed was written, and for how many requests."""
    written: list[tuple[str, int]] = []
    short, long = at_once.keep, statements.keep_all

    def at_once_(sendings: Any, edition: Any) -> bool:
        done = short(sendings, edition)
        written.extend([("short", len(sendings))] * done)
        return done

    def keep_all(sendings: Any, opened: Any) -> Any:
        ids = long(sendings, opened)
        written.append(("long", len(sendings)))
        return ids

    monkeypatch.setattr(at_once, "keep", at_once_)
    monkeypatch.setattr(statements, "keep_all", keep_all)
    return written


def test_those_who_wait_are_written_in_one_transaction(
    app: Flask, store: Store, crowd: Callable[..., list[int]], ways: list[tuple[str, int]]
) -> None:
    answers = crowd(*[posting(app, store, make_statement(id=new_uuid())) for _ in range(9)])
    assert answers == [200] * 9
    assert ways == [("long", 1), ("short", 8)]  # the first notes that the credential is used
    assert counted() == (9, 9)


def test_both_ways_store_the_same_rows(app: Flask, store: Store, ways: list[tuple[str, int]]) -> None:
    store.keep(make_statement())
    chance = random.Random(5)
    made = [some_statement(chance) for _ in range(30)]
    for each in made:
        assert store.post([each]).status_code == 200
    short = {each for each in rows() if each[0] in {UUID(it["id"]) for it in made}}
    assert {way for way, _ in ways[-10:]} == {"short"}
    again = [each | {"id": new_uuid()} for each in made]
    for each in again:
        verifying.forget()  # so its use must be noted, which is for the long way
        assert store.post([each]).status_code == 200
    assert {way for way, _ in ways[-30:]} == {"long"}
    back = {UUID(new["id"]): UUID(old["id"]) for new, old in zip(again, made, strict=True)}
    long = {(back[each[0]], *each[1:]) for each in rows() if each[0] in back}
    assert short == long


def rows() -> list[tuple[Any, ...]]:
    """Every statement with all it is found by, but for its number."""
    db.session.rollback()
    found = db.session.execute(
        text("""
            SELECT s.id, s.verb, s.actor, s.activity, s.authority, s.registration, s.flags,
                ARRAY(SELECT (r.kind, r.key, r.verb)::text FROM statement_ref AS r
                      WHERE r.tenant = s.tenant AND r.seq = s.seq ORDER BY 1),
                k.seq = s.seq, s.timestamp = to_timestamp(s.seq / 1e6),
                regexp_replace(convert_from(s.payload, 'UTF8'), '"(id|stored|timestamp)":"[0-9a-fT:.Z-]+"', '', 'g')
            FROM statement AS s JOIN statement_id AS k ON k.tenant = s.tenant AND k.id = s.id
        """)
    )
    return [tuple(tuple(each) if isinstance(each, list) else each for each in row) for row in found]


def test_what_the_short_way_stores_is_consistent_when_it_is_answered(
    app: Flask, store: Store, ways: list[tuple[str, int]]
) -> None:
    store.keep(make_statement())
    for _ in range(30):
        before = numbering.consistent_through()
        id_ = UUID(store.post([make_statement()]).get_json()[0])
        db.session.rollback()
        through = numbering.consistent_through()
        seq = db.session.scalar(select(StatementId.seq).where(StatementId.id == id_))
        assert before < seq <= through
    assert ("short", 1) in ways[-3:]


def test_numbers_that_do_not_fit_the_clock_of_the_database_are_not_used(
    app: Flask, store: Store, ways: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(make_statement())
    for wrong in (-60_000_000, 60_000_000):  # this machine's idea of it is a minute behind, or ahead
        clocks = numbering._clocks
        assert clocks is not None
        monkeypatch.setattr(numbering, "_clocks", clocks._replace(least=clocks.least + wrong, most=clocks.most + wrong))
        id_ = store.post([make_statement()]).get_json()[0]
        db.session.rollback()
        seq = db.session.scalar(select(StatementId.seq).where(StatementId.id == UUID(id_)))
        now = db.session.scalar(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"))
        assert abs(now - seq) < 5_000_000


def test_a_revoked_credential_does_not_go_the_short_way(app: Flask, store: Store, ways: list[tuple[str, int]]) -> None:
    assert store.post([make_statement()]).status_code == 200
    assert store.post([make_statement()]).status_code == 200
    with transaction():
        services.revoke(Actor.system(), credential_of(store).id)
    assert store.post([make_statement()]).status_code == 401
    assert counted() == (2, 2)


def test_who_is_awaited_or_known_already_goes_the_long_way(
    app: Flask, store: Store, ways: list[tuple[str, int]]
) -> None:
    store.keep(make_statement())
    target, twice = new_uuid(), make_statement(id=new_uuid())
    store.keep(voiding(target))
    for each in (make_statement(id=target), twice, twice):
        assert store.post([each]).status_code == 200
    assert ways[-3:] == [("long", 1), ("short", 1), ("long", 1)]
    assert store.get(voidedStatementId=target).status_code == 200
    assert store.post([twice | {"verb": {"id": "https://v.example/other"}}]).status_code == 409
    assert counted() == (4, 4)


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


def test_nobody_is_forgotten_in_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that come and go as they like, of two tenants, some with large batches, and writing that now and then fails."""
    chance, groups = random.Random(11), []

    def write(group: Any) -> None:
        groups.append(len(group))
        threading.Event().wait(chance.random() / 2000)
        for each in group:
            each.ids, each.fault = (["kept"], None) if chance.random() < 0.9 else (None, LookupError("a fault"))

    def come(number: int) -> int:
        mine, done = random.Random(number), 0
        for _ in range(150):
            size, tenant = mine.choice([1, 1, 1, 25, together.MOST + 50]), mine.choice([1, 1, 1, 2])
            bearer = Bearer(None, tenant, {}, frozenset())
            errand = Errand(
                known(bearer), "key", "secret", Sending(bearer, [ready(Version.ONE, make_statement())] * size)
            )
            with suppress(LookupError):
                together.keep(errand)
            done += errand.is_done
            if mine.random() < 0.3:
                threading.Event().wait(mine.random() / 500)
        return done

    monkeypatch.setattr(together, "_write", write)
    with ThreadPoolExecutor(12) as pool:
        assert [each.result(60) for each in [pool.submit(come, number) for number in range(12)]] == [150] * 12
    assert sum(groups) == 12 * 150
    assert not together._waiting
    assert max(groups) > 2


def known(bearer: Bearer) -> verifying.Known:
    return verifying.Known(bearer, (), None, UUID(int=0))


def test_a_fault_on_the_short_way_is_told_and_leaves_nobody_waiting(
    app: Flask, store: Store, crowd: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(at_once, "keep", lambda *_: 1 / 0)
        assert crowd(*[posting(app, store, make_statement()) for _ in range(4)]) == [500] * 4
    assert posting(app, store, make_statement())() == 200
    assert counted() == (1, 1)


def test_who_is_answered_finds_it_in_all_that_is_consistent(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that were taken far ahead of the clock and came to nothing, for somebody referred to the statement already,
    are behind those of the way that keeps it."""
    store, target = make_store(app), new_uuid()
    store.keep(make_statement())
    monkeypatch.setattr(numbering, "MARGIN", numbering.FARTHEST - 10_000)
    store.keep(voiding(target))
    for kept in (make_statement("passed", id=target), *(make_statement() for _ in range(3))):
        store.keep(kept)
        assert numbering.consistent_through() >= numbering.newest()
        db.session.rollback()
    store.keep(*(make_statement() for _ in range(200)))
    assert numbering.consistent_through() >= numbering.newest()


def test_numbers_are_taken_as_far_ahead_as_it_took_at_worst_lately(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that heard late is given more time at once, and less again only little by little."""
    make_store(app).keep(make_statement())
    monkeypatch.setattr(numbering, "_delay", 0.0)
    monkeypatch.setattr(numbering, "_clocks", numbering._clocks)  # what is heard here is made up

    def lead(late: int) -> int:
        """By how much its number was ahead of when the database was reckoned to hear of it, which was so late."""
        asked = numbering.ahead()
        assert asked is not None
        number = asked.take(1)[0]
        asked.heard(asked._expected + late, fits=late < number - asked._expected)
        return number - asked._expected

    margin, apart = numbering.MARGIN, 64
    assert margin <= lead(5_000) < margin + apart
    assert 5_000 + margin <= lead(0) < 5_000 + margin + apart
    assert 4_000 < lead(0) < 5_000 + margin
    for _ in range(200):
        lead(0)
    assert lead(0) < margin + 10 + apart
