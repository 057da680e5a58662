"""Conversion divides people once more: into those who completed and those who have not. Nobody is worked out from that.

The truth is a cube of people by body, sector and month of enrolment, and whether they completed. Exploring publishes who
enrolled and who of them completed, by body or all, sector or all, and any run of months, each as the rule shows it by
itself; that is more than any of its pages does. Who has not completed is never published. A linear program is asked for
the least and the most that each hidden count can be, those who have not completed included.
"""

from itertools import product

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lms.reporting.rules.disclosure import RULE, alone

BODIES, SECTORS, MONTHS = 2, 2, 2
ATOMS = list(product(range(BODIES), range(SECTORS), range(MONTHS), ("done", "not")))
PLACES = list(product((None, 0, 1), (None, 0, 1), (None, 0, 1)))


def row(body: int | None, sector: int | None, month: int | None, who: tuple[str, ...]) -> list[float]:
    wanted = (body, sector, month)
    return [
        float(all(w is None or w == at for w, at in zip(wanted, atom[:3], strict=True)) and atom[3] in who)
        for atom in ATOMS
    ]


PUBLISHED = np.array([row(*place, who) for place in PLACES for who in (("done", "not"), ("done",))])
SECRET = np.vstack([PUBLISHED, np.array([row(*place, ("not",)) for place in PLACES])])
BY_RULE = [alone(n, RULE) for n in range(1000)]


def limits(count: int) -> tuple[int, int]:
    """In which counts a published one lies, for who knows the rule and what it shows."""
    alike = [n for n, shown in enumerate(BY_RULE) if shown == BY_RULE[count]]
    return alike[0], alike[-1]


def pinned(cube: np.ndarray) -> list[int]:
    """Small counts, published hidden or not published at all, of which there is no choice left."""
    ends = np.array([limits(int(n)) for n in PUBLISHED @ cube])
    bound, most = np.vstack([PUBLISHED, -PUBLISHED]), np.concatenate([ends[:, 1], -ends[:, 0]])
    found = []
    for secret in SECRET:
        truth = int(secret @ cube)
        if not 0 < truth < 5:
            continue
        least, top = (
            linprog(sign * secret, A_ub=bound, b_ub=most, bounds=(0, None), method="highs").fun * sign
            for sign in (1, -1)
        )
        if np.floor(top + 1e-6) - np.ceil(least - 1e-6) < 1:
            found.append(truth)
    return found


cubes = st.lists(
    st.sampled_from((0, 0, 1, 2, 3, 4, 5, 6, 8, 11, 14, 23, 40)), min_size=len(ATOMS), max_size=len(ATOMS)
)  # fmt: skip
few = st.lists(st.sampled_from((0, 0, 0, 1, 1, 2, 3, 4)), min_size=len(ATOMS), max_size=len(ATOMS))


@settings(deadline=None, derandomize=True, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.one_of(cubes, few))
def test_no_small_count_of_who_completed_or_did_not_is_worked_out(numbers: list[int]) -> None:
    assert pinned(np.array(numbers)) == []
