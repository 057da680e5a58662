"""What ratings carry: a confirmed rating is never lost without a word."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frameworks.rules.carrying import KINDS, Carried, Link, Outcome, carry, carry_on, links, proposed
from frameworks.rules.content import StatementSaid
from lms.core.language import Bilingual

OLD, NEW = [f"old{n}" for n in range(6)], [f"new{n}" for n in range(6)]


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault


def said(key: str, words: str = "Says.", level: str = "skilled", came_from: str | None = None) -> StatementSaid:
    return StatementSaid(key, key.upper(), Bilingual(words, f"{words} (cy)"), level, came_from=came_from)


def a_link(old: str, new: str | None, kind: str) -> Link:
    return Link(old, None if kind == "no_successor" else new, kind)


SOME = st.lists(st.builds(a_link, st.sampled_from(OLD), st.sampled_from(NEW), st.sampled_from(KINDS)), max_size=12)


@unhurried
@given(rated=st.sampled_from(OLD), written=SOME)
def test_every_rating_comes_out_as_something(rated: str, written: list[Link]) -> None:
    found = carry(rated, written)
    assert found
    successors = [link.new for link in written if link.old == rated and link.new]
    assert sorted(each.new for each in found if each.new) == sorted(successors)
    if not successors:
        assert found == (Carried(None, Outcome.NO_SUCCESSOR),)


@unhurried
@given(rated=st.sampled_from(OLD), first=SOME, second=SOME)
def test_over_two_versions_nothing_is_lost_and_nothing_gets_better(
    rated: str, first: list[Link], second: list[Link]
) -> None:
    onward = [
        Link(link.old.replace("old", "new"), link.new and link.new.replace("new", "old"), link.kind) for link in second
    ]
    found = carry_on(rated, [first, onward])
    assert found
    order = list(Outcome)
    reached = {each.new for step in carry(rated, first) if step.new for each in carry(step.new, onward)}
    assert {each.new for each in found} - {None} == reached - {None}
    best_first = min((each.outcome for each in carry(rated, first)), key=order.index)
    assert all(order.index(each.outcome) >= order.index(best_first) for each in found)


STATEMENTS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["skilled", "enhanced"])), min_size=1, max_size=6
)


@unhurried
@given(
    before=STATEMENTS,
    after=STATEMENTS,
    came=st.lists(st.none() | st.integers(0, 5), min_size=6, max_size=6),
    decided=SOME,
)
def test_whatever_editors_do_each_old_statement_has_an_outcome(before, after, came, decided) -> None:
    old = [said(f"old{n}", words, level) for n, (words, level) in enumerate(before)]
    new = [
        said(f"new{n}", words, level, f"old{came[n]}" if came[n] is not None else None)
        for n, (words, level) in enumerate(after)
    ]
    by_old: dict[str, list[Link]] = {}
    for link in decided:
        by_old.setdefault(link.old, []).append(link)
    found = links(old, new, by_old)
    assert {link.old for link in found} == {each.key for each in old}
    there = {each.key for each in new}
    for each in old:
        outcomes = carry(each.key, found)
        assert outcomes
        assert all(one.new is None or one.new in there for one in outcomes)
        if each.key not in by_old:
            for one in outcomes:
                if one.outcome is Outcome.CARRIED:  # unasked, a rating counts only for the very same words and level
                    now = next(now for now in new if now.key == one.new)
                    assert (now.wording, now.level) == (each.wording, each.level)


def test_what_is_proposed() -> None:
    old = said("old")
    assert proposed(old, []) == [Link("old", None, "no_successor")]
    assert proposed(old, [said("new", came_from="old")])[0].kind == "same"
    assert proposed(old, [said("new", words="Says more.")])[0].kind == "needs_rerating"
    assert proposed(old, [said("new", level="enhanced")])[0].kind == "needs_rerating"


def test_of_two_ways_to_one_statement_the_better_counts() -> None:
    first = [Link("a", "b", "same"), Link("a", "c", "needs_rerating")]
    second = [Link("b", "d", "equivalent"), Link("c", "d", "same")]
    assert carry_on("a", [first, second]) == (Carried("d", Outcome.EQUIVALENT),)
