"""Registers as data with their dates, periods, and what an entry still lacks."""

import itertools
from datetime import date, timedelta

import pytest
from marshmallow import ValidationError

from courses.cpd import registers, rules
from courses.cpd.registers import editions, fields, rule_on
from courses.cpd.rules import Counted, Period, Said, cycle, last_year, missing, reached
from courses.cpd.schemas import Hours
from lms.core.errors import Invalid

TODAY = date(2026, 11, 26)
SAID = Said("course", 60, 60, {"reflection": "I wait longer."}, ["NMC:prioritise"])


def test_every_register_is_whole_in_both_languages_and_its_editions_follow_each_other() -> None:
    assert {"NMC", "HCPC", "GMC", "GPHC", "SCW", "GENERAL"} <= set(editions())
    for code, known in editions().items():
        for rule in known:
            told = [rule.summary, *rule.asks, *(each.title for each in (*rule.columns, *rule.targets, *rule.standards))]
            assert all(each.complete for each in told), code
            assert {"date", "title"} <= {each.code for each in rule.columns}, code
            assert {each.code for each in rule.columns} <= set(registers.FACTS) | set(fields()), code
        for before, after in itertools.pairwise(known):
            assert before.valid_until == after.valid_from - timedelta(days=1), code
        assert known[-1].valid_until is None, code


def test_social_care_wales_asked_for_hours_until_the_end_of_march_2025_and_not_after() -> None:
    before, after = rule_on("SCW", date(2025, 3, 31)), rule_on("SCW", date(2025, 4, 1))
    assert [each.hours for each in before.targets] == [90, 45]
    assert before.asks_for("hours")
    assert after.targets == ()
    assert not after.asks_for("hours")
    assert after.asks_for("impact")


def test_the_nurses_register_asks_for_hours_and_the_doctors_for_none() -> None:
    assert [(each.hours, each.participatory) for each in rule_on("NMC", TODAY).targets] == [(35, False), (20, True)]
    assert [rule_on(code, TODAY).targets for code in ("GMC", "HCPC", "GPHC", "EWC", "unheard-of")] == [()] * 5


@pytest.mark.parametrize(
    ("renews_on", "expected"),
    [
        (date(2027, 4, 1), Period(date(2024, 4, 1), date(2027, 3, 31))),
        (date(2020, 4, 1), Period(date(2026, 4, 1), date(2029, 3, 31))),  # past: taken for done
        (TODAY, Period(TODAY, date(2029, 11, 25))),
        (date(2028, 2, 29), Period(date(2025, 2, 28), date(2028, 2, 28))),
        (None, None),
    ],
)
def test_a_cycle_ends_on_the_day_before_the_renewal(renews_on: date | None, expected: Period | None) -> None:
    assert cycle(rule_on("NMC", TODAY), renews_on, TODAY) == expected


def test_there_is_no_cycle_where_none_is_known() -> None:
    assert cycle(rule_on("HCPC", TODAY), date(2027, 4, 1), TODAY) is None
    assert last_year(TODAY) == Period(date(2025, 11, 27), TODAY)


def test_an_entry_lacks_what_its_register_needs_and_nothing_else() -> None:
    nmc, scw = rule_on("NMC", TODAY), rule_on("SCW", TODAY)
    assert missing(SAID, nmc) == []
    bare = Said(None, None, None, {"reflection": "  "}, ["GMC:trust"])
    assert missing(bare, nmc) == ["method", "hours", "participatory_hours", "standards", "reflection"]
    assert missing(bare, scw) == ["reflection", "impact"], "hours are not asked for"
    assert missing(bare, rule_on("GENERAL", TODAY)) == []


def test_hours_without_any_are_said_and_unsaid_ones_are_missing() -> None:
    assert "hours" not in missing(Said("portfolio", 0, 0, {}, []), rule_on("NMC", TODAY))


def test_how_far_it_is() -> None:
    far = reached(rule_on("NMC", TODAY), Counted(3, 720, 300, 2))
    assert [each.minutes for each in far] == [720, 300]
    assert reached(rule_on("GPHC", TODAY), Counted(3, 720, 300, 2)) == []


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [(None, TODAY, "from"), (TODAY, None, "to"), (TODAY, date(2026, 1, 1), "to"), (date(1, 1, 1), TODAY, "from")],
)
def test_dates_that_are_no_period(starts: date | None, ends: date | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.between(starts, ends, TODAY)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("on", "minutes", "participatory", "fields"),
    [
        (TODAY + timedelta(days=1), 60, 0, ["happened_on"]),
        (date(1930, 1, 1), None, None, ["happened_on"]),
        (TODAY, 60, 61, ["participatory_hours"]),
        (TODAY, None, 10, ["participatory_hours"]),
        (TODAY, 10**6, None, ["hours"]),
    ],
)
def test_what_cannot_be(on: date, minutes: int | None, participatory: int | None, fields: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_entry(on, minutes, participatory, TODAY)
    assert list(refused.value.fields) == fields


@pytest.mark.parametrize(("typed", "minutes"), [("1.5", 90), ("1,5", 90), ("0:45", 45), (" 2 ", 120), ("0", 0)])
def test_hours_as_people_write_them(typed: str, minutes: int) -> None:
    assert Hours().deserialize(typed) == minutes


@pytest.mark.parametrize("typed", ["an hour", "-1", "1:x", "NaN", "1e9", ""])
def test_hours_that_are_none(typed: str) -> None:
    with pytest.raises(ValidationError):
        Hours().deserialize(typed)
