"""Time and first answers from statements, counted by hand and against a plain second opinion."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.launch.cmi5.rules import words
from lms.reporting.learning.rules import shown
from lms.reporting.learning.rules.shown import Counted
from lms.reporting.learning.rules.ways import Said, ways

SLOWLY = settings(deadline=None, suppress_health_check=list(HealthCheck))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)
UNITS = {"https://x.example/a/1": FIRST, "https://x.example/a/2": SECOND}


def said(verb: str, minute: float, unit: int = 1, session: str | None = "s1", **more: Any) -> Said:
    result = more.pop("result", None)
    it: dict[str, Any] = {"verb": {"id": verb}, "object": {"id": f"https://x.example/a/{unit}"} | more.pop("about", {})}
    it["context"] = {"extensions": {words.SESSION: session}} if session else {}
    it["context"] |= more
    return Said(START + timedelta(minutes=minute), it | ({"result": result} if result else {}))


def test_time_is_that_of_sessions_added_up_and_no_longer_than_they_were_open() -> None:
    found, _ = ways(
        [
            said(words.LAUNCHED, -1), said(words.INITIALIZED, 0),
            said(words.TERMINATED, 10, result={"duration": "PT9M30S"}),
            said(words.LAUNCHED, 60, session="s2"), said(words.INITIALIZED, 61, session="s2"),
            said(words.TERMINATED, 66, session="s2", result={"duration": "PT40M"}),  # six minutes since the launch
            said(words.LAUNCHED, 100, unit=2, session="s3"),
        ],
        UNITS,
    )  # fmt: skip
    assert found[FIRST].seconds == 9 * 60 + 30 + 6 * 60
    assert (found[FIRST].first_at, found[FIRST].last_at) == (START, START + timedelta(minutes=66))
    assert SECOND not in found, "launched by the house, but its content never began"


def test_an_abandoned_session_and_one_of_scorm_count_as_they_say() -> None:
    found, _ = ways(
        [
            said(words.INITIALIZED, 0), said(words.ABANDONED, 30, result={"duration": "PT12M"}),
            said(f"{words.ADL}initialized", 40, session=None),
            said(f"{words.ADL}suspended", 45, session=None, result={"duration": "PT5M"}),
        ],
        UNITS,
    )  # fmt: skip
    assert found[FIRST].seconds == 17 * 60


def test_content_that_ends_no_session_tells_its_time_on_a_result_or_not_at_all() -> None:
    h5p, _ = ways([said(f"{words.ADL}attempted", 0, session=None),
                   said(words.COMPLETED, 3, session=None, result={"duration": "PT2M30S"})], UNITS)  # fmt: skip
    assert h5p[FIRST].seconds == 150
    silent, _ = ways([said(f"{words.ADL}experienced", 0, session=None)], UNITS)
    assert silent[FIRST].seconds is None


def test_the_first_answer_counts_and_opinions_do_not() -> None:
    question = {"id": "https://x.example/a/1/q", "definition": {"interactionType": "choice", "name": {"en": "Why?"}}}
    parent = {"contextActivities": {"parent": [{"id": "https://x.example/a/1"}]}}
    verb = f"{words.ADL}answered"
    _, answers = ways(
        [
            said(words.INITIALIZED, 0),
            said(verb, 5, result={"success": True}, about=question, **parent),
            said(verb, 2, result={"success": False}, about=question, **parent),
            said(verb, 3, result={"success": True}, about={"id": "q2", "definition": {"interactionType": "likert"}}, **parent),
            said(verb, 4, result={"response": "x"}, about={"id": "q3"}, **parent),
            said(verb, 4, result={"success": True}, about={"id": "elsewhere"}, session=None),
            said(f"{words.ADL}responded", 6, result={"success": True}, about={"id": "q4"}, session="s1"),
        ],
        UNITS,
    )  # fmt: skip
    told = {it.iri: (it.unit, it.is_right, it.tries, it.title) for it in answers}
    assert told["https://x.example/a/1/q"] == (FIRST, False, 2, {"en": "Why?"})
    assert told["q4"][1:3] == (True, 1), "its session is of the unit, though it does not name it"
    assert set(told) == {"https://x.example/a/1/q", "q4"}


sessions = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 5000), st.integers(1, 90), st.integers(0, 120)), min_size=1, max_size=12
)


@SLOWLY
@given(sessions, st.randoms(use_true_random=False))
def test_sums_are_those_of_a_plain_count_in_whatever_order_statements_came(its: list[Any], chance: Any) -> None:
    """(unit, minute of the start, minutes open, minutes told): each session counts the lesser of the last two."""
    told: list[Said] = []
    for n, (unit, at, length, claimed) in enumerate(its):
        told.append(said(words.INITIALIZED, at, unit, f"s{n}"))
        told.append(said(words.TERMINATED, at + length, unit, f"s{n}", result={"duration": f"PT{claimed}M"}))
    chance.shuffle(told)
    found, _ = ways(told, UNITS)
    for unit, key in ((1, FIRST), (2, SECOND)):
        here = [(at, length, claimed) for which, at, length, claimed in its if which == unit]
        assert (key in found) == bool(here)
        if here:
            assert found[key].seconds == 60 * sum(min(length, claimed) for _, length, claimed in here)
            assert found[key].first_at == START + timedelta(minutes=min(at for at, *_ in here))


counted = st.builds(
    lambda opened, finished, stopped, timed, seconds: Counted(
        opened, min(opened, finished), min(opened - min(opened, finished), stopped), min(opened, timed), seconds
    ),
    *(st.integers(0, 60) for _ in range(4)), st.integers(0, 7200),
)  # fmt: skip


@SLOWLY
@given(st.lists(counted, min_size=1, max_size=6))
def test_nothing_under_ten_is_shown_and_what_is_stands_for_its_ten(counts: list[Counted]) -> None:
    for raw, it in zip(counts, shown.units(counts), strict=True):
        for number, real in ((it.opened, raw.opened), (it.finished, raw.finished), (it.stopped, raw.stopped)):
            assert number is None or (real >= 10 and number == real // 10 * 10 + 5)
        if raw.opened and 0 < raw.opened - raw.finished < 10:
            assert it.finished is None, "what is left over would be told"
        assert it.minutes is None or raw.timed >= 10


@pytest.mark.parametrize(("seconds", "told"), [(90, 2), (570, 10), (600, 10), (760, 15), (3600, 60)])
def test_a_median_is_told_in_minutes_and_long_ones_in_fives(seconds: int, told: int) -> None:
    assert shown.minutes(10, seconds) == told
    assert shown.minutes(9, seconds) is None
