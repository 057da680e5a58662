"""The law as data, and the decisions that follow from it."""

from datetime import date, timedelta

import pytest

from certificates.approvals import functions, rules
from certificates.approvals.rules import Ground, Happened, Item, Lack, State, StepKind, Verdict

START, END = date(2024, 3, 1), date(2029, 2, 28)


def test_the_functions_are_those_of_the_law_in_wales() -> None:
    found = functions.functions(date(2026, 1, 1))
    assert list(found) == ["AMHP", "S12", "AC", "BIA"]
    amhp, s12, ac, bia = found.values()
    assert [each.longest_years for each in found.values()] == [5, 5, 5, None]
    assert amhp.grounds == (
        Ground.CEASED, Ground.CONDITIONS, Ground.COMPETENCE, Ground.PROFESSION, Ground.APPROVED_ELSEWHERE, Ground.ASKED,
    )  # fmt: skip
    assert (amhp.yearly, amhp.first.within_years, amhp.earlier_years, amhp.ends_former) == (True, 2, 5, True)
    assert (ac.first.within_years, ac.again.within_years, ac.apply_days) == (2, 2, 49)
    assert functions.gives(ac, "psychiatrist") == ("S12",)
    assert functions.gives(ac, "psychologist") == functions.gives(s12, "gp") == ()
    assert len(bia.per_case) == 4
    assert amhp.approved_by("W06000001", "local_authority")
    assert not amhp.approved_by("BCU", "local_health_board")
    assert ac.approved_by("BCU-AP", "training_provider")
    assert not ac.approved_by("BCU", "local_health_board")
    for each in found.values():
        assert set(each.who) <= set(functions.professions())
        assert each.title.complete
        assert each.approver.complete


def test_a_function_has_no_edition_before_its_law() -> None:
    assert "AMHP" not in functions.functions(date(2008, 11, 2))
    assert functions.function("AMHP", date(2008, 1, 1)).code == "AMHP"


@pytest.mark.parametrize("years", range(1, 6))
def test_a_period_of_years_ends_on_the_day_before_the_same_date(years: int) -> None:
    for start in (date(2020, 1, 1) + timedelta(days=each) for each in range(0, 3000, 7)):
        last = rules.last_day(start, years)
        assert rules.anniversary(start, years) - last == timedelta(days=1)
        assert [rules.year_of(start, last, day) for day in (start, last, last + timedelta(days=1))] == [1, years, None]


def test_29_february_counts_from_the_28th() -> None:
    assert rules.anniversary(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert rules.anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_the_state_is_derived_from_days() -> None:
    def on(day: date, *happened: Happened) -> State:
        return rules.state(START, END, happened, day)

    suspended, lifted = Happened(StepKind.SUSPENDED, date(2025, 1, 1)), Happened(StepKind.LIFTED, date(2025, 2, 1))
    ended = Happened(StepKind.ENDED, date(2026, 1, 1), Ground.ASKED)
    assert on(date(2024, 2, 29)) is State.NOT_YET
    assert on(START) is on(END) is State.IN_FORCE
    assert on(END + timedelta(days=1)) is State.EXPIRED
    assert on(date(2024, 12, 31), suspended) is State.IN_FORCE
    assert on(date(2025, 1, 1), suspended) is on(date(2025, 1, 31), suspended, lifted) is State.SUSPENDED
    assert on(date(2025, 2, 1), suspended, lifted) is State.IN_FORCE
    assert on(date(2025, 12, 31), ended) is State.IN_FORCE
    assert on(date(2026, 1, 1), ended) is on(date(2040, 1, 1), ended) is State.ENDED_EARLY
    assert on(START, Happened(StepKind.ENDED, START, Ground.IN_ERROR)) is State.IN_ERROR
    assert not rules.acts_on(START, END, [suspended], date(2025, 1, 1))


def test_alerts_come_at_180_90_and_49_days() -> None:
    assert [rules.stage(END, END - timedelta(days=left)) for left in (181, 180, 91, 90, 50, 49, 0, -1)] == [
        None, 180, 180, 90, 90, 49, 49, None,
    ]  # fmt: skip


def test_each_year_wants_its_evidence_and_hours_only_where_a_body_asks() -> None:
    items = [
        Item(1, 300, Verdict.ACCEPTED), Item(1, 60, Verdict.RETURNED), Item(2, 300, None), Item(2, 600, Verdict.WITHDRAWN),
    ]  # fmt: skip
    day = date(2026, 6, 1)
    first, second, third = rules.years(START, END, items, 0, day)
    assert (first.met, second.met, second.waiting, third.accepted) == (True, False, 1, 0)
    lacks = rules.missing([first, second, third], END, day, apply_days=49, refresher_from=None)
    assert [(each.what, each.year, each.by) for each in lacks] == [
        (Lack.OVERDUE, 2, date(2026, 2, 28)), (Lack.EVIDENCE, 3, date(2027, 2, 28)),
    ]  # fmt: skip
    asked = rules.years(START, END, items, 360, date(2024, 6, 1))
    assert (asked[0].met, asked[0].minutes) == (False, 300)
    short = rules.missing(asked, END, date(2024, 6, 1), apply_days=49, refresher_from=None)
    assert [(each.what, each.minutes) for each in short] == [(Lack.HOURS, 60)]


def test_near_the_end_one_applies_and_refreshes() -> None:
    day = END - timedelta(days=100)
    lacks = rules.missing([], END, day, apply_days=49, refresher_from=date(2027, 2, 28))
    assert [(each.what, each.by) for each in lacks] == [(Lack.APPLY, END - timedelta(days=49)), (Lack.REFRESHER, END)]
    assert rules.missing([], END, date(2026, 1, 1), apply_days=49, refresher_from=date(2027, 2, 28)) == []
