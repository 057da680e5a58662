"""How somebody stands to a framework. Pure; nothing here adds up to a score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from frameworks.rules.carrying import Carried, Outcome


class RatingState(StrEnum):
    SELF_ASSESSED = "self_assessed"
    CONFIRMATION_ASKED = "confirmation_asked"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


NOT_APPLICABLE = "not_applicable"
ENOUGH = 2
"""The value on the scale from which a statement is met (frameworks.yaml, `gap_rule`: illustrative)."""


def is_met(value: int | None, state: RatingState) -> bool:
    """Enough, or not applicable and somebody else agreed to that."""
    return value >= ENOUGH if value is not None else state is RatingState.CONFIRMED


@dataclass(frozen=True)
class Rated:
    """A rating that stands for its statement (a key), made under the version of that number."""

    statement: str
    value: str
    state: RatingState
    met: bool
    version: int
    lapses_on: date | None = None

    def lapsed(self, day: date) -> bool:
        return self.lapses_on is not None and self.lapses_on <= day


@dataclass(frozen=True)
class Held:
    """A rating, and what it comes to under the version in force."""

    rated: Rated
    outcome: Outcome


@dataclass(frozen=True)
class Standing:
    """By statement in force: what `counts`; what is to be rated `again`, because its words changed or it lapsed.

    `past`: ratings without a successor. `beside`: ratings that another one stands before: a newer one, or one of several old
    statements that became one. Every rating is in one of the four at least.
    """

    counts: Mapping[str, Held] = field(default_factory=dict)
    again: Mapping[str, Held] = field(default_factory=dict)
    past: Sequence[Held] = ()
    beside: Sequence[Held] = ()


def stand(rated: Iterable[Rated], becoming: Mapping[str, Sequence[Carried]], day: date) -> Standing:
    """What ratings come to. `becoming`: for each statement of any version, what it has become in the one in force.

    Of several that lead to one statement the newest version's counts; of those the one that says least.
    """
    led: dict[str, list[Held]] = {}
    past: list[Held] = []
    for each in rated:
        for to in becoming.get(each.statement, (Carried(None, Outcome.NO_SUCCESSOR),)):
            if to.new is None:
                past.append(Held(each, to.outcome))
            else:
                led.setdefault(to.new, []).append(Held(each, to.outcome))
    counts: dict[str, Held] = {}
    again: dict[str, Held] = {}
    beside: list[Held] = []
    for new, held in led.items():
        first, *others = sorted(held, key=_order)
        beside += others
        good = first.outcome in (Outcome.CARRIED, Outcome.EQUIVALENT) and not first.rated.lapsed(day)
        (counts if good else again)[new] = first
    return Standing(counts, again, past, beside)


def _order(held: Held) -> tuple[bool, int, bool, str]:
    """What is to be rated again stands behind what counts, for it need not be asked for then."""
    asks = held.outcome is Outcome.NEEDS_RERATING
    return (asks, -held.rated.version, held.rated.met, held.rated.statement)


class Reach(StrEnum):
    """Where somebody is in a domain, beside what their work asks. No order of merit: words for a plan."""

    MEETS = "meets"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    NOT_SHARED = "not_shared"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Asked:
    """A statement: the key of its domain, and the rank of its level (0: at every level)."""

    key: str
    domain: str
    rank: int


def asked_of(statements: Iterable[Asked], needed: Mapping[str, int]) -> list[Asked]:
    """The statements at or below the level that is needed in their domain: levels are cumulative."""
    return [each for each in statements if each.domain in needed and each.rank <= needed[each.domain]]


def reaches(
    statements: Iterable[Asked], needed: Mapping[str, int], met: Iterable[str], domains: Iterable[str]
) -> dict[str, Reach]:
    """By domain. `met`: keys of the statements that are met."""
    met = set(met)
    wanted: dict[str, list[str]] = {}
    for each in asked_of(statements, needed):
        wanted.setdefault(each.domain, []).append(each.key)
    found = {}
    for domain in domains:
        keys = wanted.get(domain, [])
        found[domain] = reach_of(sum(key in met for key in keys), len(keys))
    return found


Mark = tuple[str, bool, date | None]
"""A rating as far as it is counted: its statement, whether that is met, and from which day on it lapses."""


@dataclass(frozen=True)
class Counts:
    """A statement in force that a rating counts for, with its domain and rank; `number`: the version the rating is of."""

    statement: str
    domain: str
    rank: int
    number: int


@dataclass(frozen=True)
class Yardstick:
    """What the version in force asks, laid out so that people are held against it quickly.

    `asked`: how many statements, by domain and rank. `counts`: what ratings of a statement, of any version, count for.
    """

    asked: Mapping[str, Mapping[int, int]]
    counts: Mapping[str, Sequence[Counts]]

    def wanted(self, needed: Mapping[str, int]) -> dict[str, int]:
        """How many statements those ranks ask for, by domain that asks for any."""
        found = {
            domain: sum(number for rank, number in self.asked.get(domain, {}).items() if rank <= bar)
            for domain, bar in needed.items()
        }
        return {domain: number for domain, number in found.items() if number}

    def met(self, needed: Mapping[str, int], marks: Iterable[Mark], day: date) -> dict[str, int]:
        """How many of those are met, by domain in which any is.

        As `stand` and `reaches` together: of several ratings for one statement the newest version's counts, of those the
        one that says least, and what lapsed does not.
        """
        best: dict[str, tuple[tuple[int, bool, str], Counts, bool]] = {}
        for statement, met, lapses_on in marks:
            for to in self.counts.get(statement, ()):
                order = (-to.number, met, statement)
                had = best.get(to.statement)
                if had is None or order < had[0]:
                    best[to.statement] = (order, to, met and (lapses_on is None or lapses_on > day))
        found: dict[str, int] = {}
        for _order, to, met in best.values():
            if met and to.rank <= needed.get(to.domain, -1):
                found[to.domain] = found.get(to.domain, 0) + 1
        return found


def reach_of(met: int, asked: int) -> Reach:
    """Where somebody is who meets so many of so many."""
    if not asked:
        return Reach.NOT_NEEDED
    return Reach.MEETS if met == asked else Reach.PARTLY if met else Reach.NOT_YET
