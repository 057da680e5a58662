"""Nothing that is hidden can be worked out: checked by search over every table that the reader could not tell apart."""

from functools import partial
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.reporting.rules import disclosure
from lms.reporting.rules.disclosure import TOTAL, VERSIONS, Table, too_few

COUNTS = st.one_of(st.integers(0, 9), st.integers(0, 4), st.integers(0, 60))

RULE = VERSIONS[0]
"""What is hidden is judged without rounding: rounding tells less, never more."""
suppress = partial(disclosure.suppress, settings=RULE)
suppress_list = partial(disclosure.suppress_list, settings=RULE)
difference = partial(disclosure.difference, settings=RULE)


@st.composite
def tables(draw: st.DrawFn, largest: int = 5) -> Table:
    rows, columns = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    cells = tuple(tuple(draw(COUNTS) for _ in range(columns)) for _ in range(rows))
    across = tuple(sum(row) for row in cells)
    down = tuple(sum(row[j] for row in cells) for j in range(columns))
    return Table(cells, across, down, sum(across))


def bounds(shown: Table, most: int = 400) -> dict[tuple[int, int], tuple[int, int]]:
    """The least and the most that each hidden count may be, by interval propagation to its fixed point.

    For a reader who knows that zeros are shown.
    """
    values = shown.values()
    low = {place: 1 if value is None else value for place, value in values.items()}
    high = {place: most if value is None else value for place, value in values.items()}
    rows = sorted({i for i, _ in values})
    columns = sorted({j for _, j in values})
    lines = [([(i, j) for j in columns if j != TOTAL], (i, TOTAL)) for i in rows]
    lines += [([(i, j) for i in rows if i != TOTAL], (TOTAL, j)) for j in columns]
    changed = True
    while changed:
        changed = False
        for parts, whole in lines:
            for place, least, greatest in [
                (whole, sum(low[p] for p in parts), sum(high[p] for p in parts)),
                *((p, low[whole] - sum(high[q] for q in parts if q != p),
                   high[whole] - sum(low[q] for q in parts if q != p)) for p in parts),
            ]:  # fmt: skip
                if least > low[place]:
                    low[place], changed = least, True
                if greatest < high[place]:
                    high[place], changed = greatest, True
    return {place: (low[place], high[place]) for place, value in values.items() if value is None}


def could_differ(shown: Table, real: Table) -> set[tuple[int, int]]:
    """The hidden places that some other table with the same shown counts fills otherwise, over all small changes."""
    inner = [(i, j) for i, row in enumerate(shown.cells) for j, value in enumerate(row) if value is None]
    truth = {place: value or 0 for place, value in real.values().items()}
    found: set[tuple[int, int]] = set()
    for steps in product((-1, 0, 1), repeat=len(inner)):
        other = dict(truth)
        for (i, j), step in zip(inner, steps, strict=True):
            for place in ((i, j), (i, TOTAL), (TOTAL, j), (TOTAL, TOTAL)):
                other[place] += step
        shown_alike = all(value is None or other[place] == value for place, value in shown.values().items())
        at_least_one = all(other[place] >= 1 for place, value in shown.values().items() if value is None)
        if shown_alike and at_least_one:
            found |= {place for place in other if other[place] != truth[place]}
    return found


@settings(max_examples=400, deadline=None)
@given(tables())
def test_small_counts_are_hidden_and_zeros_are_shown(table: Table) -> None:
    shown = suppress(table).values()
    for place, value in table.values().items():
        assert value is not None
        if 0 < value < RULE.threshold:
            assert shown[place] is None
        if value == 0:
            assert shown[place] == 0
        assert shown[place] in (None, value)


@settings(max_examples=400, deadline=None)
@given(tables())
def test_interval_propagation_pins_no_hidden_count_down(table: Table) -> None:
    assert all(least < most for least, most in bounds(suppress(table)).values())


@settings(max_examples=150, deadline=None)
@given(tables(largest=3))
def test_another_table_looks_the_same_and_differs_in_every_hidden_count(table: Table) -> None:
    shown = suppress(table)
    hidden = {place for place, value in shown.values().items() if value is None}
    assert could_differ(shown, table) >= hidden


@settings(max_examples=300, deadline=None)
@given(tables())
def test_what_is_hidden_in_a_line_holds_at_least_five_people(table: Table) -> None:
    shown, truth = suppress(table), table.values()
    for i, row in enumerate(shown.cells):
        hidden = [truth[i, j] or 0 for j, value in enumerate(row) if value is None]
        assert not hidden or shown.row_totals is None or shown.row_totals[i] is None or sum(hidden) >= RULE.threshold


@settings(max_examples=300, deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=30))
def test_a_list_with_one_total_keeps_its_secrets(counts: list[int]) -> None:
    shown, total = suppress_list(counts, sum(counts))
    hidden = [count for count, value in zip(counts, shown, strict=True) if value is None]
    assert len(hidden) != 1 or total is None
    assert total is None or not hidden or sum(hidden) >= RULE.threshold
    assert total is not None or not sum(counts) or hidden


def test_a_total_that_is_hidden_elsewhere_cannot_be_added_up() -> None:
    shown, total = suppress_list([20, 30, 40], 90, hide_total=True)
    assert (shown, total) == ([None, 30, 40], None)


def test_a_lone_small_count_takes_the_next_smallest_with_it() -> None:
    assert suppress_list([3, 12, 40], 55) == ([None, None, 40], 55)
    assert suppress_list([3, 0, 0], 3) == ([None, 0, 0], None)
    assert suppress_list([2, 40], 42) == ([None, None], 42)


def test_a_large_table_is_done_in_time() -> None:
    cells = tuple(tuple((i * 7 + j * 13) % 23 for j in range(36)) for i in range(60))
    across, down = tuple(map(sum, cells)), tuple(sum(row[j] for row in cells) for j in range(36))
    shown = suppress(Table(cells, across, down, sum(across)))
    assert shown.total == sum(across)


def test_groups_of_fewer_than_ten_are_not_reported_on() -> None:
    assert [too_few(people) for people in (0, 1, 9, 10)] == [True, True, True, False]
    assert [too_few(people, RULE) for people in (0, 1, 9, 10)] == [False, True, True, False]


def test_every_count_that_is_shown_stands_for_its_ten_and_none_is_hidden_like_a_few() -> None:
    assert [disclosure.alone(n) for n in (None, 0, 1, 9, 10, 19, 20, 753)] == [None, None, None, None, 15, 15, 25, 755]
    assert disclosure.suppress_list([0, 4, 60, 71], 135) == ([None, None, None, 75], 135)
    assert disclosure.suppress_list([0, 0], 0) == ([None, None], None)
    assert [disclosure.difference(25, before) for before in (None, 0, 9, 12, 29, 34)] == [None, None, None, 10, 0, -10]


def test_percentages_are_of_what_is_shown_and_of_no_small_whole() -> None:
    assert [disclosure.percent(*pair) for pair in ((15, 45), (None, 55), (15, None), (15, 55), (55, 52), (95, 55))] == [
        None, None, None, 27, 100, 173,
    ]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(tables())
def test_what_is_shown_is_what_each_count_by_itself_allows(table: Table) -> None:
    shown = disclosure.suppress(table).values()
    assert all(shown[place] in (None, disclosure.alone(n)) for place, n in table.values().items())


def test_a_change_of_fewer_than_five_people_is_not_told() -> None:
    assert [difference(50, before) for before in (None, 50, 47, 54, 45)] == [None, 0, None, None, 5]
