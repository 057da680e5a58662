"""Places on one course, shared out by the published rule. Pure, and the same every time.

1. There are as many places as there are seats, or as the budget pays for, whichever is less.
2. Every body has a weight: 1 (equal share), its people (by headcount), or its reviewed need (by gap).
3. Places are shared out in proportion to the weights. Nobody gets more than they asked: whoever would is given what they
   asked, and what is left over is shared among the others, again in proportion.
4. What is not whole is rounded by largest remainder (Hamilton): everybody gets the whole part, and the places left go to the
   largest fractions. Equal fractions are drawn by lot, from a digest that anybody can draw again.
5. If bodies of the third sector would together get less than the reserved share, it is given to them first, as far as they
   asked for it, by 2 to 4 among themselves; the others share the rest. What the sector does not ask for goes to the others.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Method(StrEnum):
    EQUAL = "equal"
    HEADCOUNT = "headcount"
    GAP = "gap"


@dataclass(frozen=True)
class Claim:
    """What one body asks of one course. `kept`: places that it has already and does not give back."""

    body: str
    need: int
    headcount: int | None = None
    reserved: bool = False
    kept: int = 0

    @property
    def open(self) -> int:
        return max(self.need - self.kept, 0)


@dataclass(frozen=True)
class Given:
    """What a body gets: `places` with `kept` in them. `workings` say why, as plain values that `wording` puts in words."""

    body: str
    places: int
    workings: Mapping[str, Any] = field(default_factory=dict)


def affordable(seats: int, pence: int, budget: int) -> int:
    """Places that there are. `pence`: of one place; 0 costs nothing."""
    return seats if pence == 0 else min(seats, budget // pence)


def reserved(places: int, percent: int) -> int:
    """The reserved share in whole places, rounded up: a share of few places is not nothing."""
    return -(-places * percent // 100)


def without_headcount(claims: Iterable[Claim], method: Method) -> list[str]:
    """Bodies that the rule cannot weigh. Nothing is guessed for them."""
    return [each.body for each in claims if method is Method.HEADCOUNT and each.open and not each.headcount]


def allocate(claims: Iterable[Claim], places: int, method: Method, percent: int = 0, lot: str = "") -> list[Given]:
    """Every body's places, in the order of the claims. `lot` is what ties are drawn from, such as round and course.

    Raises ValueError where a headcount is missing (`without_headcount` names who).
    """
    asked = list(claims)
    if without_headcount(asked, method):
        raise ValueError("a headcount is missing")
    kept = sum(each.kept for each in asked)
    left = max(places - kept, 0)
    found = _share(asked, left, method, lot)
    special = [each for each in asked if each.reserved]
    floor = max(reserved(places, percent) - sum(each.kept for each in special), 0)
    floor = min(floor, left, sum(each.open for each in special))
    raised = sum(found[each.body].seats for each in special) < floor
    if raised:
        others = [each for each in asked if not each.reserved]
        found = _share(special, floor, method, lot) | _share(others, left - floor, method, lot)
    return [
        Given(
            each.body,
            each.kept + found[each.body].seats,
            found[each.body].workings(each, method)
            | {"places": places, "kept": each.kept, "group": _group(each, raised), "reserved": floor if raised else 0},
        )
        for each in asked
    ]


def _group(claim: Claim, raised: bool) -> str:
    return ("reserved" if claim.reserved else "others") if raised else "all"


@dataclass(frozen=True)
class _Part:
    """`quota` is exact; `pool` what was shared among bodies that weigh `weights` together."""

    seats: int
    quota: Fraction
    weight: int
    weights: int
    pool: int
    full: bool

    def workings(self, claim: Claim, method: Method) -> dict[str, Any]:
        return {
            "method": method.value, "need": claim.need, "weight": self.weight, "weights": self.weights,
            "pool": self.pool, "quota": _hundredths(self.quota), "full": self.full, "seats": self.seats,
            "rounded": "up" if self.seats > self.quota else "down" if self.seats < self.quota else "",
        }  # fmt: skip


def _hundredths(exact: Fraction) -> str:
    return f"{float(exact):.2f}"


def _share(claims: list[Claim], places: int, method: Method, lot: str) -> dict[str, _Part]:
    weights = {each.body: _weight(each, method) for each in claims}
    caps = {each.body: each.open for each in claims}
    quotas = _quotas(weights, caps, places)
    seats = {body: int(quota) for body, quota in quotas.items()}
    left = min(places, sum(caps.values())) - sum(seats.values())
    largest = sorted(quotas, key=lambda body: (seats[body] - quotas[body], -weights[body], _drawn(lot, body)))
    for body in largest[:left]:
        seats[body] += 1
    whole, pool = sum(weights.values()), min(places, sum(caps.values()))
    return {
        body: _Part(seats[body], quota, weights[body], whole, pool, 0 < caps[body] == quota)
        for body, quota in quotas.items()
    }


def _weight(claim: Claim, method: Method) -> int:
    if not claim.open:
        return 0
    return {Method.EQUAL: 1, Method.HEADCOUNT: claim.headcount or 0, Method.GAP: claim.open}[method]


def _quotas(weights: Mapping[str, int], caps: Mapping[str, int], places: int) -> dict[str, Fraction]:
    """Exact parts: in proportion to the weights, nobody above their cap, all of it given as far as caps allow."""
    found = {body: Fraction(0) for body in weights}
    open_ = {body for body, weight in weights.items() if weight}
    left = Fraction(places)
    while open_ and left > 0:
        whole = sum(weights[body] for body in open_)
        full = {body for body in open_ if left * weights[body] >= caps[body] * whole}
        if not full:
            return found | {body: left * weights[body] / whole for body in open_}
        for body in full:
            found[body] = Fraction(caps[body])
            left -= caps[body]
        open_ -= full
    return found


def _drawn(lot: str, body: str) -> str:
    return hashlib.sha256(f"{lot}:{body}".encode()).hexdigest()
