"""The published rule, held to what it says for any round that could be."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.needs.rules.allocating import (
    Claim,
    Method,
    affordable,
    allocate,
    reserved,
    without_headcount,
)

METHODS = st.sampled_from(Method)
patient = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is not a fault of the rule


@st.composite
def rounds(draw: st.DrawFn, *, keeps: bool = False) -> list[Claim]:
    bodies = draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=25, unique=True))
    made = []
    for body in bodies:
        need = draw(st.integers(0, 60))
        kept = draw(st.integers(0, need)) if keeps else 0
        made.append(
            Claim(f"body-{body}", need, draw(st.integers(1, 5000)), reserved=draw(st.booleans()), kept=kept)
        )  # fmt: skip
    return made


def by_body(claims: list[Claim], places: int, method: Method, percent: int = 0) -> dict[str, int]:
    return {each.body: each.places for each in allocate(claims, places, method, percent, "lot")}


@patient
@given(st.integers(0, 500), st.integers(0, 100_000), st.integers(0, 10_000_000))
def test_the_budget_is_never_overspent_and_seats_never_oversold(seats: int, pence: int, budget: int) -> None:
    places = affordable(seats, pence, budget)
    assert 0 <= places <= seats
    assert places * pence <= budget or pence == 0
    assert places == seats or (places + 1) * pence > budget


@patient
@given(rounds(), st.integers(0, 400), METHODS, st.integers(0, 100))
def test_nobody_gets_more_than_asked_and_nothing_is_left_that_somebody_needs(
    claims: list[Claim], places: int, method: Method, percent: int
) -> None:
    got = by_body(claims, places, method, percent)
    assert all(0 <= got[each.body] <= each.need for each in claims)
    assert sum(got.values()) == min(places, sum(each.need for each in claims))


@patient
@given(rounds(), st.integers(0, 400), METHODS, st.integers(0, 100))
def test_the_reserved_share_is_kept_as_far_as_it_is_asked_for(
    claims: list[Claim], places: int, method: Method, percent: int
) -> None:
    got = by_body(claims, places, method, percent)
    theirs = [each for each in claims if each.reserved]
    asked = sum(each.need for each in theirs)
    assert sum(got[each.body] for each in theirs) >= min(reserved(places, percent), asked)


@patient
@given(rounds(), st.integers(0, 400), METHODS, st.integers(0, 100), st.randoms())
def test_it_is_the_same_every_time_in_any_order(claims, places, method, percent, random) -> None:  # type: ignore[no-untyped-def]
    before = by_body(claims, places, method, percent)
    random.shuffle(claims)
    assert by_body(claims, places, method, percent) == before


@patient
@given(rounds(), st.integers(0, 300), st.integers(1, 60), METHODS)
def test_more_places_take_from_nobody_but_by_rounding(
    claims: list[Claim], places: int, more: int, method: Method
) -> None:
    """Largest remainder may move one place to another body (the Alabama paradox); never more, and never in sum."""
    few, many = by_body(claims, places, method), by_body(claims, places + more, method)
    assert all(many[body] >= few[body] - 1 for body in few)
    assert sum(many.values()) >= sum(few.values())


@patient
@given(rounds(), st.integers(0, 400), METHODS, st.integers(0, 100))
def test_alike_bodies_are_treated_alike_up_to_one_place(
    claims: list[Claim], places: int, method: Method, percent: int
) -> None:
    twin = claims[0]
    claims = [*claims, Claim("twin", twin.need, twin.headcount, twin.reserved)]
    got = by_body(claims, places, method, percent)
    assert abs(got[twin.body] - got["twin"]) <= 1


@patient
@given(rounds(), st.integers(0, 400), METHODS, st.integers(0, 100))
def test_who_weighs_more_and_asks_more_gets_no_less(
    claims: list[Claim], places: int, method: Method, percent: int
) -> None:
    got = by_body(claims, places, method, percent)
    for one in claims:
        for other in claims:
            alike = one.reserved == other.reserved
            heavier = (one.headcount or 0) > (other.headcount or 0) and one.need > other.need
            if alike and heavier:
                slack = 1 if method is Method.EQUAL else 0  # equal weights: a tie is drawn by lot
                assert got[one.body] >= got[other.body] - slack


@patient
@given(rounds(keeps=True), st.integers(0, 400), METHODS, st.integers(0, 100))
def test_what_is_kept_stays_and_only_what_came_back_is_shared(
    claims: list[Claim], spare: int, method: Method, percent: int
) -> None:
    kept = sum(each.kept for each in claims)
    got = by_body(claims, kept + spare, method, percent)
    assert all(each.kept <= got[each.body] <= each.need for each in claims)
    assert sum(got.values()) == kept + min(spare, sum(each.open for each in claims))


def test_by_gap_is_in_proportion_to_the_need() -> None:
    claims = [Claim("a", 60), Claim("b", 30), Claim("c", 10)]
    assert by_body(claims, 50, Method.GAP) == {"a": 30, "b": 15, "c": 5}


def test_a_reserve_raises_the_sector_and_says_so() -> None:
    claims = [Claim("board", 80), Claim("charity", 10, reserved=True), Claim("small", 5, reserved=True)]
    plain = {each.body: each for each in allocate(claims, 30, Method.GAP, 0, "lot")}
    assert plain["charity"].places + plain["small"].places == 5
    kept = {each.body: each for each in allocate(claims, 30, Method.GAP, 30, "lot")}
    assert {body: each.places for body, each in kept.items()} == {"board": 21, "charity": 6, "small": 3}
    assert kept["charity"].workings["group"] == "reserved"
    assert kept["charity"].workings["reserved"] == 9


def test_without_a_headcount_nothing_is_guessed() -> None:
    claims = [Claim("known", 4, 100), Claim("unknown", 4), Claim("asks nothing", 0)]
    assert without_headcount(claims, Method.HEADCOUNT) == ["unknown"]
    assert without_headcount(claims, Method.GAP) == []
    with pytest.raises(ValueError, match="headcount"):
        allocate(claims, 5, Method.HEADCOUNT)
