"""What is decided without a database: places, the order of waiting, attendance, the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.delivery import rules
from courses.delivery.errors import SeriesNotReady
from courses.delivery.rules import Kept, Mark, Plan, Span, Waiter

TODAY = date(2027, 3, 1)
HOURS = timedelta(hours=6)
START = datetime(2027, 4, 1, 8, 30, tzinfo=UTC)


def plan(**given: Any) -> Plan:
    return Plan(
        **{
            "spans": [Span(START, START + timedelta(hours=6))], "capacity": 10, "minimum": None, "booking_opens": TODAY,
            "booking_closes": date(2027, 3, 31), "cancel_by": date(2027, 3, 25), "kept": (), "online": False,
            "place": "Room 4", "link": "", "trainers": 1,
        } | given
    )  # fmt: skip


def test_a_plan_that_fits_together_passes() -> None:
    assert rules.check_plan(plan()) is None


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("meetings", {"spans": []}),
        ("meetings", {"spans": [Span(START, START)]}),
        ("meetings", {"spans": [Span(START, START + HOURS), Span(START + HOURS / 2, START + 2 * HOURS)]}),
        ("minimum", {"minimum": 11}),
        ("reserves", {"kept": [Kept("nhs", 11, TODAY)]}),
        ("booking_closes", {"booking_closes": date(2027, 2, 1)}),
        ("booking_closes", {"booking_closes": date(2027, 4, 2)}),
        ("cancel_by", {"cancel_by": date(2027, 4, 2)}),
        ("link", {"online": True}),
        ("place", {"place": ""}),
        ("trainers", {"trainers": 0}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_by_field(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(SeriesNotReady) as refusal:
        rules.check_plan(plan(**given))
    assert field in refusal.value.fields


def test_reserved_places_are_for_their_sector_until_they_are_released() -> None:
    kept = [Kept("third_sector", 3, date(2027, 3, 20))]
    assert rules.free_for(5, {"nhs": 2}, kept, "nhs", TODAY) == 0
    assert rules.free_for(5, {"nhs": 2}, kept, "third_sector", TODAY) == 3
    assert rules.free_for(5, {"nhs": 2}, kept, "nhs", date(2027, 3, 20)) == 3
    assert rules.free_for(5, {"nhs": 1, "third_sector": 3}, kept, "nhs", TODAY) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(
    st.integers(1, 30), st.dictionaries(st.sampled_from("abc"), st.integers(0, 12)),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 10)), max_size=3, unique_by=lambda each: each[0]),
)  # fmt: skip
def test_nobody_gets_what_is_taken_or_kept_for_others(
    capacity: int, taken: dict[str, int], kept: list[tuple[str, int]]
) -> None:
    reserved = [Kept(sector, places, TODAY + timedelta(days=1)) for sector, places in kept]
    for sector in "abc":
        free = rules.free_for(capacity, taken, reserved, sector, TODAY)
        assert 0 <= free <= max(0, capacity - sum(taken.values()))


def test_the_longest_waiting_who_can_have_it_is_next() -> None:
    here, nhs, charity = uuid4(), uuid4(), uuid4()
    line = [
        Waiter(uuid4(), "nhs", frozenset({here})),
        Waiter(nhs, "nhs", frozenset()),
        Waiter(charity, "third_sector", frozenset()),
    ]
    found = rules.next_in_line(line, here, 1, {}, [], TODAY)
    assert found is not None
    assert found.booking_id == nhs
    kept = [Kept("third_sector", 1, TODAY + timedelta(days=9))]
    found = rules.next_in_line(line, here, 1, {}, kept, TODAY)
    assert found is not None
    assert found.booking_id == charity
    assert rules.next_in_line(line, here, 1, {"nhs": 1}, [], TODAY) is None


def test_an_offer_never_outlasts_the_hour_before_it_begins() -> None:
    now = START - timedelta(hours=10)
    assert rules.offer_ends(now, 48, START) == START - timedelta(hours=1)
    assert rules.offer_ends(START - timedelta(minutes=30), 48, START) == START
    assert rules.offer_ends(now - timedelta(days=9), 48, START) == now - timedelta(days=9) + timedelta(hours=48)


def test_the_clocks_in_wales() -> None:
    assert rules.instant(date(2027, 3, 27), time(9, 30)) == datetime(2027, 3, 27, 9, 30, tzinfo=UTC)
    assert rules.instant(date(2027, 3, 28), time(9, 30)) == datetime(2027, 3, 28, 8, 30, tzinfo=UTC)
    assert rules.instant(date(2027, 3, 28), time(1, 30)) is None  # that hour is leapt over
    assert rules.instant(date(2027, 10, 31), time(1, 30)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_reminders_leave_at_eight_in_wales_also_across_the_change_of_clocks() -> None:
    starts_at = datetime(2027, 3, 29, 8, 30, tzinfo=UTC)  # the Monday after the clocks went forward: 9.30
    assert rules.reminder_due(datetime(2027, 3, 28, 6, 59, tzinfo=UTC), starts_at) is None  # 7.59
    assert rules.reminder_due(datetime(2027, 3, 28, 7, 0, tzinfo=UTC), starts_at) == 1  # eight o'clock, summer time
    assert rules.reminder_due(datetime(2027, 3, 22, 7, 30, tzinfo=UTC), starts_at) is None  # winter time: 7.30
    assert rules.reminder_due(datetime(2027, 3, 22, 8, 0, tzinfo=UTC), starts_at) == 7
    assert rules.reminder_due(datetime(2027, 3, 25, 12, 0, tzinfo=UTC), starts_at) is None


@pytest.mark.parametrize(
    ("marks", "share", "met", "over", "some"),
    [
        ([Mark("attended", 420, 420, True)], 100, True, True, True),
        ([Mark("attended", 420, 420, False)], 100, False, False, False),
        ([Mark("attended", 420, 420, True), Mark(None, 0, 420, False)], 50, True, False, True),
        ([Mark("attended", 420, 420, True), Mark("did_not_attend", 0, 420, True)], 80, False, True, True),
        ([Mark("partly", 340, 420, True)], 80, True, True, True),
        ([Mark("partly", 330, 420, True)], 80, False, True, True),
        ([Mark("excused", 0, 420, True)], 100, False, True, False),
        ([Mark("signed_in", 0, 420, True)], 100, False, True, False),
    ],
)
def test_what_marks_come_to(marks: list[Mark], share: int, met: bool, over: bool, some: bool) -> None:
    found = rules.outcome(marks, share)
    assert (found.met, found.over, found.some) == (met, over, some)


def test_minutes_never_exceed_the_meeting() -> None:
    assert rules.minutes_of("partly", 999, 420) == 420
    assert rules.minutes_of("attended", 3, 420) == 420
    assert rules.minutes_of("excused", 30, 420) == 0
