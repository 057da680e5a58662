"""What a rating of an old statement is worth under the new version. Pure; self-assessment calls it.

A rating is never dropped without a word: whoever asks about an old statement is told one outcome at least, and a
statement that nobody decided about comes out as one to rate again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from frameworks.rules.content import StatementSaid

SAME, EQUIVALENT, NEEDS_RERATING, NO_SUCCESSOR = "same", "equivalent", "needs_rerating", "no_successor"
KINDS = (SAME, EQUIVALENT, NEEDS_RERATING, NO_SUCCESSOR)


class Outcome(StrEnum):
    """From the best to the worst. Carried: it counts as it is. Equivalent: it counts, and says that the words changed."""

    CARRIED = "carried"
    EQUIVALENT = "equivalent"
    NEEDS_RERATING = "needs_rerating"
    NO_SUCCESSOR = "no_successor"


_OUTCOME = {
    SAME: Outcome.CARRIED, EQUIVALENT: Outcome.EQUIVALENT, NEEDS_RERATING: Outcome.NEEDS_RERATING,
    NO_SUCCESSOR: Outcome.NO_SUCCESSOR,
}  # fmt: skip
_ORDER = list(Outcome)


@dataclass(frozen=True)
class Link:
    """What the old statement has become: `new` None exactly where `kind` says that it has no successor."""

    old: str
    new: str | None
    kind: str


@dataclass(frozen=True)
class Carried:
    """What a rating comes to, and under which new statement (None: it stays in the history, under none)."""

    new: str | None
    outcome: Outcome


def carry(old: str, links: Iterable[Link]) -> tuple[Carried, ...]:
    """What a rating of `old` comes to: one for each successor, and never nothing.

    An old statement that no link speaks of has no successor that anybody named, so that is what its rating is told.
    """
    found = tuple(Carried(link.new, _OUTCOME[link.kind]) for link in links if link.old == old)
    successors = tuple(each for each in found if each.new is not None)
    return successors or (Carried(None, Outcome.NO_SUCCESSOR),)


def carry_on(old: str, steps: Sequence[Sequence[Link]]) -> tuple[Carried, ...]:
    """The same across several versions, oldest step first. Of two steps the worse outcome counts.

    Where two ways lead to one statement, the better one does: a rating that counts need not be asked for again.
    """
    held: tuple[Carried, ...] = (Carried(old, Outcome.CARRIED),)
    for links in steps:
        held = tuple(
            Carried(after.new, _worse(before.outcome, after.outcome))
            for before in held
            for after in (carry(before.new, links) if before.new is not None else (before,))
        )
    best: dict[str | None, Outcome] = {}
    for each in held:
        best[each.new] = min(best.get(each.new, each.outcome), each.outcome, key=_ORDER.index)
    return tuple(Carried(new, outcome) for new, outcome in best.items())


def _worse(one: Outcome, other: Outcome) -> Outcome:
    return max(one, other, key=_ORDER.index)


def proposed(old: StatementSaid, successors: Sequence[StatementSaid]) -> list[Link]:
    """What we take an old statement to have become, unless an editor says otherwise.

    Unchanged words in both languages, at the level it had: the same. Anything else is to be rated again.
    """
    if not successors:
        return [Link(old.key, None, NO_SUCCESSOR)]
    return [
        Link(
            old.key, new.key,
            SAME if (new.wording, new.level, new.kind) == (old.wording, old.level, old.kind) else NEEDS_RERATING,
        )
        for new in successors
    ]  # fmt: skip


def links(
    before: Sequence[StatementSaid], after: Sequence[StatementSaid], decided: Mapping[str, Sequence[Link]]
) -> list[Link]:
    """What every old statement has become: as decided, else as proposed. A decision for what is gone does not count."""
    there = {each.key for each in after}
    successors: dict[str, list[StatementSaid]] = {}
    for new in after:
        if new.came_from is not None:
            successors.setdefault(new.came_from, []).append(new)
    found: list[Link] = []
    for old in before:
        said = [link for link in decided.get(old.key, ()) if link.new is None or link.new in there]
        found += said or proposed(old, successors.get(old.key, ()))
    return found
