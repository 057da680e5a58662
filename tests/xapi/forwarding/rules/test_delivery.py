"""What an answer means, what is offered next, and how long to wait."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.xapi.forwarding.rules import delivery
from lms.xapi.forwarding.rules.delivery import Answer, Verdict, deliver, judge

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED), (204, Verdict.DELIVERED),
        (400, Verdict.REFUSED), (409, Verdict.REFUSED), (413, Verdict.REFUSED), (422, Verdict.REFUSED),
        (408, Verdict.HELD), (429, Verdict.HELD), (500, Verdict.HELD), (503, Verdict.HELD), (None, Verdict.HELD),
        (401, Verdict.CLOSED), (403, Verdict.CLOSED), (404, Verdict.CLOSED), (301, Verdict.CLOSED), (307, Verdict.CLOSED),
    ],
)  # fmt: skip
def test_a_status_says_whose_fault_it_is(status: int | None, verdict: Verdict) -> None:
    assert judge(Answer(status)) is verdict


def test_where_we_would_not_go_waiting_does_not_help() -> None:
    assert judge(Answer(None, barred=True)) is Verdict.CLOSED


@given(st.integers(0, 60), st.sets(st.integers(0, 59)))
def test_all_but_the_bad_arrive_once_and_in_order(count: int, bad: set[int]) -> None:
    arrived: list[int] = []

    def offer(part: Sequence[int]) -> Answer:
        if bad & set(part):
            return Answer(400, "no")
        arrived.extend(part)
        return Answer(200)

    steps = list(deliver(list(range(count)), offer))
    assert arrived == [each for each in range(count) if each not in bad]
    assert [step.part[0] for step in steps if step.is_dead] == sorted(each for each in bad if each < count)
    settled = [each for step in steps if step.verdict is Verdict.DELIVERED or step.is_dead for each in step.part]
    assert settled == list(range(count)), "whatever is recorded step by step never leaves a gap behind it"


def test_one_bad_statement_in_a_batch_costs_few_requests() -> None:
    offers = 0

    def offer(part: Sequence[int]) -> Answer:
        nonlocal offers
        offers += 1
        return Answer(400 if 137 in part else 200)

    list(deliver(list(range(256)), offer))
    assert offers == 1 + 2 * 8


@given(st.integers(1, 40), st.integers(0, 39), st.sampled_from([500, 429, 401, None]))
def test_nothing_is_offered_after_what_holds(count: int, at: int, status: int | None) -> None:
    arrived: list[int] = []
    offers: list[Sequence[int]] = []

    def offer(part: Sequence[int]) -> Answer:
        offers.append(part)
        if at in part:
            return Answer(400) if len(part) > 1 else Answer(status)
        arrived.extend(part)
        return Answer(200)

    steps = list(deliver(list(range(count)), offer))
    assert arrived == list(range(min(at, count)))
    assert len(steps) == len(offers)
    if at < count:
        assert steps[-1].verdict in (Verdict.HELD, Verdict.CLOSED)


def test_waits_double_up_to_an_hour_and_differ_by_chance() -> None:
    assert [delivery.wait(failures, 1.0) for failures in (1, 2, 3, 8, 40)] == [30, 60, 120, 3600, 3600]
    assert delivery.wait(3, 0.0) == 60
    assert 60 < delivery.wait(3, 0.4) < 120


def test_what_they_ask_for_counts_if_it_is_longer_but_not_for_ever() -> None:
    assert delivery.wait(1, 1.0, 300) == 300
    assert delivery.wait(3, 1.0, 5) == 120
    assert delivery.wait(1, 1.0, 10**9) == 86_400


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("Mon, 23 Nov 2026 09:01:00 GMT", 60), ("Mon, 23 Nov 2026 08:00:00 GMT", 0), (None, None),
     ("soon", None), ("-5", None), ("9" * 40, 999_999_999), ("", None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert delivery.retry_after(header, NOW) == seconds


def test_fewer_are_offered_after_each_failure_until_one_stands_alone() -> None:
    assert [delivery.offered(50, failures) for failures in range(8)] == [50, 25, 12, 6, 3, 1, 1, 1]
    assert delivery.offered(500, 10**6) == 1
    assert not delivery.alone(50, 5, 500)
    assert delivery.alone(50, 6, 500)
    assert not delivery.alone(50, 6, None), "a store that does not answer breaks on no statement"
    assert not delivery.alone(50, 6, 401), "nor is a wrong key a statement's fault"
    assert not delivery.alone(1, 0, 500)


def test_an_answer_is_kept_short_and_on_one_line() -> None:
    assert delivery.shortened(" two\r\nlines\x00\x1b[31m ") == "two lines\ufffd\ufffd[31m"
    assert len(delivery.shortened("x" * 5000)) == delivery.LONGEST_ANSWER


def test_a_request_is_cut_by_its_bytes_but_never_to_nothing() -> None:
    assert delivery.within([5, 5, 5], 10) == 2
    assert delivery.within([50, 1], 10) == 1
    assert delivery.within([], 10) == 0
