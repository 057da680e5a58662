"""Lines of a body's need, typed on a page, in a spreadsheet or sent by a machine: all judged the same. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core.language import N_

MOST_HEADS = 20_000
LONGEST = 1000
"""Characters of a reason, and of evidence."""

Levels = Mapping[str, Collection[str]]
"""By course code of the round: its levels, or none where heads are not told apart."""
Key = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """`heads` None: left empty. `level` is framework and level, or ""."""

    course: str
    level: str
    heads: int | None
    reason: str = ""
    evidence: str = ""

    @property
    def key(self) -> Key:
        return self.course, self.level


class Became(StrEnum):
    """What a row would do. `fault`: nothing of the sheet is taken."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    EMPTY = "empty"
    FAULT = "fault"


@dataclass(frozen=True)
class Outcome:
    """`row` as the spreadsheet numbers it. `faults` are msgids. `before`: heads that were entered earlier."""

    row: int
    line: Line
    became: Became
    before: int | None = None
    faults: tuple[str, ...] = ()


def faults(line: Line, levels: Levels) -> tuple[str, ...]:
    """Everything that is wrong with a line."""
    found = []
    if line.course not in levels:
        found.append(N_("This round does not have a course with that code"))
    elif levels[line.course] and line.level not in levels[line.course]:
        found.append(N_("This round does not have that course at that level"))
    elif not levels[line.course] and line.level:
        found.append(N_("This course has no levels in this round: leave the level empty"))
    if line.heads is not None and not 0 <= line.heads <= MOST_HEADS:
        found.append(N_("Write how many people as a whole number, such as 12"))
    if line.heads and not line.reason:
        found.append(N_("Write why: who they are, and what they cannot do without it"))
    if len(line.reason) > LONGEST or len(line.evidence) > LONGEST:
        found.append(N_("Write at most 1,000 characters for the reason, and as many for the evidence"))
    return tuple(found)


def outcomes(rows: Sequence[tuple[int, Line]], levels: Levels, before: Mapping[Key, Line]) -> list[Outcome]:
    """What each row would do, in the order of the sheet. A row that repeats another is a fault."""
    seen: set[Key] = set()
    found = []
    for number, line in rows:
        wrong = faults(line, levels)
        if line.key in seen:
            wrong = (*wrong, N_("This course and level is in the sheet twice"))
        seen.add(line.key)
        found.append(_outcome(number, line, wrong, before.get(line.key)))
    return found


def _outcome(number: int, line: Line, wrong: tuple[str, ...], earlier: Line | None) -> Outcome:
    was = earlier.heads if earlier else None
    if wrong:
        became = Became.FAULT
    elif not line.heads:
        became = Became.EMPTY if earlier is None else Became.CHANGED
    elif earlier is None:
        became = Became.NEW
    else:
        became = Became.SAME if earlier == line else Became.CHANGED
    return Outcome(number, line, became, was, wrong)


def left_out(rows: Iterable[Outcome], before: Mapping[Key, Line]) -> list[Line]:
    """What was entered before and the sheet does not name: it would go, for the sheet is the whole answer."""
    named = {each.line.key for each in rows}
    return [line for key, line in before.items() if key not in named]
