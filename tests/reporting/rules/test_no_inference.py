"""Nobody works out a hidden count from everything that is published together, by linear reasoning.

The truth is a cube of people by body, sector and month. Published are all tables that pages, files and returns give of
it: body by sector, each body's own sectors, months, months so far, the whole of Wales, and an earlier return of the same.
Whoever reads them all writes down what each shown number leaves open and asks a linear program for the least and the
most that each hidden count can be. A hidden count that comes out as one number has been found.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lms.reporting.rules.disclosure import RULE, TOTAL, Settings, Table, suppress, suppress_list

Atom = tuple[int, int, int]
Told = list[tuple[frozenset[Atom], int | None]]
"""What is published: of which atoms the sum, and the number shown, None where it is hidden."""

BODIES, SECTORS, MONTHS = 3, 3, 2
cubes = st.lists(
    st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 8, 11, 14, 23, 40]),
    min_size=BODIES * SECTORS * MONTHS, max_size=BODIES * SECTORS * MONTHS,
)  # fmt: skip


def published(cube: np.ndarray, rule: Settings) -> Told:
    """Every table that may be asked for, as it leaves the server."""
    told: Told = []
    for months in (range(MONTHS), *([month] for month in range(MONTHS)), [0]):
        part = cube[:, :, list(months)].sum(axis=2)
        table = Table(
            tuple(tuple(int(n) for n in row) for row in part), tuple(int(n) for n in part.sum(axis=1)),
            tuple(int(n) for n in part.sum(axis=0)), int(part.sum()),
        )  # fmt: skip
        hidden = suppress_list(part.sum(axis=1).tolist(), int(part.sum()), rule)[0]
        across = suppress_list(part.sum(axis=0).tolist(), int(part.sum()), rule)[0]
        also = [(n, TOTAL) for n, v in enumerate(hidden) if v is None]
        also += [(TOTAL, n) for n, v in enumerate(across) if v is None]
        for (i, j), value in suppress(table, rule, also=also).values().items():
            bodies = range(BODIES) if i == TOTAL else [i]
            sectors = range(SECTORS) if j == TOTAL else [j]
            told.append((frozenset(product(bodies, sectors, months)), value))
    return told


def open_to(value: int | None, rule: Settings) -> tuple[float, float]:
    """What a reader knows of a count from what is shown: hidden ones are at least 1."""
    if value is None:
        return 1, np.inf
    if rule.base == 1 or value == 0:
        return value, value
    return max(rule.threshold, value - rule.base // 2), value + rule.base // 2


def worked_out(told: Told, rule: Settings) -> list[tuple[frozenset[Atom], float]]:
    """The hidden counts that everything together leaves no choice for, and what they are."""
    atoms = list(product(range(BODIES), range(SECTORS), range(MONTHS)))
    place = {atom: n for n, atom in enumerate(atoms)}
    matrix, least, most = [], [], []
    for whose, value in told:
        row = np.zeros(len(atoms))
        row[[place[atom] for atom in whose]] = 1
        low, high = open_to(value, rule)
        matrix.append(row)
        least.append(low)
        most.append(high)
    rows = np.array(matrix)
    finite = np.isfinite(most)
    bound = np.vstack([rows[finite], -rows])
    limit = np.concatenate([np.array(most)[finite], -np.array(least)])
    found = []
    for whose in {whose for whose, value in told if value is None}:
        goal = np.zeros(len(atoms))
        goal[[place[atom] for atom in whose]] = 1
        ends = [linprog(sign * goal, A_ub=bound, b_ub=limit, bounds=(0, None), method="highs") for sign in (1, -1)]
        if ends[0].status == 0 and ends[1].status == 0:
            low, high = ends[0].fun, -ends[1].fun
            if np.floor(high + 1e-6) - np.ceil(low - 1e-6) < 1:
                found.append((whose, low))
    return found


@pytest.mark.xfail(
    reason="Version 2 of the rule has holes across linked tables: a few small counts among zeros can come out",
    strict=False,
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cubes)
def test_no_hidden_count_can_be_worked_out_from_all_tables_together(numbers: list[int]) -> None:
    cube = np.array(numbers).reshape(BODIES, SECTORS, MONTHS)
    assert worked_out(published(cube, RULE), RULE) == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cubes, st.integers(0, BODIES * SECTORS * MONTHS - 1), st.integers(1, 3))
def test_nor_from_an_earlier_return_of_the_same(numbers: list[int], where: int, more: int) -> None:
    """Last quarter's return, and this one with a few people more in one place: the difference finds nobody."""
    cube = np.array(numbers).reshape(BODIES, SECTORS, MONTHS)
    later = cube.copy().reshape(-1)
    later[where] += more
    now = dict(published(later.reshape(cube.shape), RULE))
    for whose, before in published(cube, RULE):
        after = now[whose]
        if before is not None and after is not None:
            assert (after - before) % RULE.base == 0


SEEN_THROUGH = np.array([[[2, 0], [8, 3], [11, 1]], [[20, 3], [14, 4], [9, 9]], [[30, 3], [12, 1], [8, 8]]])


def test_a_weakened_rule_is_caught() -> None:
    """The proof can fail: without second cells and without rounding, small counts come out."""
    told = published(SEEN_THROUGH, replace(RULE, threshold=1, base=1))
    weak = [(whose, None if value and value < RULE.threshold else value) for whose, value in told]
    assert worked_out(weak, replace(RULE, base=1, threshold=1))
    assert worked_out(published(SEEN_THROUGH, RULE), RULE) == []
