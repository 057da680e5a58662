"""Held against a yardstick in a batch, people come to what their own pages say of them: whatever was rated and mapped."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from frameworks.assessment.rules import Asked, Counts, Rated, RatingState, Reach, Yardstick, reach_of, reaches, stand
from frameworks.rules.carrying import Carried, Outcome

DAY = date(2026, 5, 1)
DOMAINS = ("A", "B")
NEW = [Asked(f"n{number}", DOMAINS[number % 2], number % 3) for number in range(6)]
OLD = [f"o{number}" for number in range(6)]
VERSION = {each.key: 2 for each in NEW} | dict.fromkeys(OLD, 1)
COUNTS = (Outcome.CARRIED, Outcome.EQUIVALENT)

becomings = st.fixed_dictionaries(
    {
        old: st.lists(
            st.tuples(st.sampled_from([each.key for each in NEW]), st.sampled_from([*COUNTS, Outcome.NEEDS_RERATING])),
            max_size=2, unique_by=lambda step: step[0],
        )
        for old in OLD
    }
)  # fmt: skip
ratings = st.dictionaries(
    st.sampled_from([*OLD, *(each.key for each in NEW)]), st.tuples(st.booleans(), st.sampled_from([None, -1, 0, 1]))
)
needs = st.dictionaries(st.sampled_from(DOMAINS), st.integers(0, 3))


@given(becoming=becomings, rated=ratings, needed=needs)
def test_it_is_what_the_page_says(
    becoming: dict[str, list[tuple[str, Outcome]]], rated: dict[str, tuple[bool, int | None]], needed: dict[str, int]
) -> None:
    lines = {each.key: each for each in NEW}
    carried = {each.key: (Carried(each.key, Outcome.CARRIED),) for each in NEW}
    for old, steps in becoming.items():
        carried[old] = tuple(Carried(*step) for step in steps) or (Carried(None, Outcome.NO_SUCCESSOR),)
    lapses = {key: None if days is None else DAY + timedelta(days=days) for key, (_met, days) in rated.items()}
    said = [
        Rated(key, "confident", RatingState.SELF_ASSESSED, met, VERSION[key], lapses[key])
        for key, (met, _days) in rated.items()
    ]
    standing = stand(said, carried, DAY)
    page = reaches(NEW, needed, [key for key, held in standing.counts.items() if held.rated.met], DOMAINS)

    asked: dict[str, dict[int, int]] = {}
    for each in NEW:
        ranks = asked.setdefault(each.domain, {})
        ranks[each.rank] = ranks.get(each.rank, 0) + 1
    counts = {
        old: tuple(
            Counts(to.new, lines[to.new].domain, lines[to.new].rank, VERSION[old])
            for to in steps
            if to.new is not None and to.outcome in COUNTS
        )
        for old, steps in carried.items()
    }
    measure = Yardstick(asked, counts)
    met = measure.met(needed, [(key, met, lapses[key]) for key, (met, _days) in rated.items()], DAY)
    wanted = measure.wanted(needed)
    told = {domain: reach_of(met.get(domain, 0), wanted.get(domain, 0)) for domain in DOMAINS}
    assert told == page
    assert {domain for domain, reach in page.items() if reach is Reach.NOT_NEEDED} == set(DOMAINS) - wanted.keys()
