"""Requests take turns, and a slow upload keeps nobody waiting."""

import io
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from lms.core.web import turns as turns_module
from lms.core.web.turns import IN_MEMORY, InTurns, Turn

LARGEST = 2 * IN_MEMORY


def ask(app: InTurns, body: Any = None, length: int = 0, method: str = "POST") -> bytes:
    environ = {"REQUEST_METHOD": method, "wsgi.input": body or io.BytesIO(), "CONTENT_LENGTH": str(length or "")}
    return b"".join(app(environ, lambda *_: lambda _bytes: None))


def echo(environ: Any, _start: Any) -> Iterable[bytes]:
    return [environ["wsgi.input"].read()]


def test_no_two_requests_run_at_once() -> None:
    inside, most, gathered = 0, 0, threading.Barrier(4)

    def app(_environ: Any, _start: Any) -> Iterable[bytes]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        threading.Event().wait(0.02)
        inside -= 1
        return [b""]

    turns = InTurns(app, LARGEST)

    def reader() -> None:
        gathered.wait()
        ask(turns, method="GET")

    threads = [threading.Thread(target=reader) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == 1


def test_others_are_answered_while_a_body_is_still_on_its_way() -> None:
    turns = InTurns(echo, LARGEST)
    arriving, begun, answers = threading.Event(), threading.Event(), []

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            begun.set()
            arriving.wait(10)
            return super().read(size)

    upload = threading.Thread(target=lambda: answers.append(ask(turns, Slow(b"late"), 4)))
    upload.start()
    assert begun.wait(10)
    assert ask(turns, method="GET") == b""
    assert not answers
    arriving.set()
    upload.join(10)
    assert answers == [b"late"]


def test_a_body_arrives_whole_and_one_that_is_too_large_is_left_to_the_app() -> None:
    turns = InTurns(echo, LARGEST)
    large = b"x" * (IN_MEMORY + 1)
    assert ask(turns, io.BytesIO(large + b"and what is not of this request"), len(large)) == large
    refused = io.BytesIO(b"y" * (LARGEST + 1))
    InTurns(lambda _environ, _start: [b""], LARGEST)({
        "REQUEST_METHOD": "POST", "wsgi.input": refused, "CONTENT_LENGTH": str(LARGEST + 1),
    }, lambda *_: lambda _bytes: None)  # fmt: skip
    assert refused.tell() == 0


def test_one_that_is_stuck_does_not_keep_the_others_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "PATIENCE", 0.05)
    begun, freed = threading.Event(), threading.Event()

    def app(environ: Any, _start: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            begun.set()
            freed.wait(10)
        return [b"fine"]

    turns = InTurns(app, LARGEST)
    stuck = threading.Thread(target=ask, args=(turns,))
    stuck.start()
    assert begun.wait(10)
    assert [ask(turns, method="GET") for _ in range(3)] == [b"fine"] * 3
    freed.set()
    stuck.join(10)
    assert ask(turns, method="GET") == b"fine"


def test_a_turn_goes_to_whoever_waits_longest() -> None:
    turn, served = Turn(), []
    assert turn.take(1)

    def wait(number: int) -> None:
        assert turn.take(10)
        served.append(number)
        turn.give()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for number, each in enumerate(threads, start=1):
        each.start()
        while len(turn._waiting) < number:
            threading.Event().wait(0.001)
    turn.give()
    for each in threads:
        each.join(10)
    assert served == [0, 1, 2, 3, 4]
    assert turn.take(0)


def test_a_fault_gives_the_turn_back() -> None:
    def app(environ: Any, _start: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            raise RuntimeError
        return [b"fine"]

    turns = InTurns(app, LARGEST)
    for _ in range(2):
        try:
            ask(turns)
        except RuntimeError:
            assert ask(turns, method="GET") == b"fine"
