"""Statistical disclosure control, rule SDC-1: one function for every page, chart, file and API answer.

Version 3, which is in force:

1. A count below ten is hidden, none at all included: zero is the best anchor for working out its neighbours. The counts
   to be kept secret are those of 1 to 4 (domain dossier §8, rule 1); 5 to 9 and zero are the cover around them.
2. Whatever is shown stands for its ten: 15 for 10 to 19, 25 for 20 to 29. Each count by itself (rule 2), so two tables,
   two moments or two months that differ by a person look the same, or differ by 10.
3. Inside one table further cells are hidden until no hidden one can be worked out even from exact totals, and until what
   is hidden in a row or column is at least two cells that hold at least ten people together (rule 3). Totals are hidden
   where cells do not suffice.
4. A group of fewer than ten people in all is not reported on at all, nor is one of nobody (rule 4).
5. What is hidden in a wider table stays hidden when a filter narrows to it (rule 3, linked totals).

Why the tens. Secondary cells do not hold across tables: another table shows them. What does hold is a rule that asks
nothing but the count itself, for it says the same everywhere. Then a reader of everything knows only of each count in
which ten it lies, from 10k to 10k + 9. What follows by adding and subtracting has ends made of such ends: the least is a
multiple of 10 less nines, the most is nines less multiples of 10. They meet at a count of 1 to 8 only if at least ten
counts stand at the very edges of their tens at once and also sum up so. Rounding to the nearest 5 with exact zeros
(version 2) let them meet with two or four: [1, 1, 1, 1] under a hidden total of 4.

What is proven and what is not: within a table nothing hidden follows from exact totals, and so not from rounded ones.
Across linked tables and two returns it is searched for by linear programming in many random cubes, for a reader who is
even told which cells are small (tests/reporting/rules/test_no_inference.py). There, a 9 or a zero can come out where
counts are put at the edges of their tens on purpose, and a small count in a few cubes of ones and nines alone. People who
count in two bodies make totals smaller than sums: that only loosens what a reader can write down, and is beyond linear
reasoning about a cube.

Percentages are taken from what is shown. Moments are limited to today and to ends of months (rules/periods.py), and the
ways in which people may be divided at once to the grid (queries.py). Settings belong to the data owner and have versions;
each output names the one that it was made under.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from lms.core.language import Bilingual

Place = tuple[int, int]
"""Row and column of a cell; TOTAL in either place is the margin."""
TOTAL = -1
GROUND = -2
"""Stands for a margin that the table does not have."""
Node = tuple[str, int]
Ways = dict[Node, list[tuple[Node, Place]]]


@dataclass(frozen=True)
class Settings:
    """Counts below `threshold` are small, below `sensitive` where a trait is. `cohort`: the smallest group reported on.

    What is shown is rounded to `base`; 1: not at all. `tens`: it stands for its ten (of `base`) instead, and zero is hidden
    like a small count. No percentage of fewer than `whole`.
    """

    id: str
    version: int
    threshold: int
    cohort: int
    words: Bilingual
    base: int = 1
    sensitive: int = 10
    tens: bool = False
    whole: int = 10


VERSIONS = (
    Settings(
        id="SDC-1",
        version=1,
        threshold=5,
        cohort=10,
        words=Bilingual(
            "Counts of 1 to 4 people are hidden and shown as *. Further counts are hidden where a small one could be "
            "worked out from the others. Zero is shown as 0. Groups of fewer than 10 people are not reported on.",
            "Mae cyfrifon o 1 i 4 o bobl wedi'u cuddio ac yn cael eu dangos fel *. Mae rhagor o gyfrifon wedi'u cuddio "
            "lle gellid cyfrifo un bach o'r lleill. Dangosir sero fel 0. Ni adroddir ar grwpiau o lai na 10 o bobl.",
        ),
    ),
    Settings(
        id="SDC-1",
        version=2,
        threshold=5,
        cohort=10,
        words=Bilingual(
            "Counts of 1 to 4 people (1 to 9 where people are divided by lived experience) are hidden and shown as *. "
            "Further counts are hidden where a small one could be worked out from the others. All other counts are "
            "rounded to the nearest 5, each by itself, so parts may not add up. Zero is shown as 0. Groups of fewer "
            "than 10 people are not reported on.",
            "Mae cyfrifon o 1 i 4 o bobl (1 i 9 lle rhennir pobl yn ôl profiad bywyd) wedi'u cuddio ac yn cael eu "
            "dangos fel *. Mae rhagor o gyfrifon wedi'u cuddio lle gellid cyfrifo un bach o'r lleill. Mae pob cyfrif "
            "arall wedi'i dalgrynnu i'r 5 agosaf, pob un ar ei ben ei hun, felly efallai na fydd y rhannau'n gwneud "
            "y cyfanswm. Dangosir sero fel 0. Ni adroddir ar grwpiau o lai na 10 o bobl.",
        ),
        base=5,
    ),
    Settings(
        id="SDC-1",
        version=3,
        threshold=10,
        cohort=10,
        words=Bilingual(
            "Counts of fewer than 10 people, none at all included, are hidden and shown as *. Further counts are hidden "
            "where a small one could be worked out from the others. All other counts stand for their ten, each by "
            "itself: 15 for 10 to 19, 25 for 20 to 29. So parts may not add up. Percentages are of these figures, and "
            "none is given of fewer than 50 people. Groups of fewer than 10 people are not reported on.",
            "Mae cyfrifon o lai na 10 o bobl, gan gynnwys dim un, wedi'u cuddio ac yn cael eu dangos fel *. Mae rhagor o "
            "gyfrifon wedi'u cuddio lle gellid cyfrifo un bach o'r lleill. Mae pob cyfrif arall yn sefyll dros ei ddeg, "
            "pob un ar ei ben ei hun: 15 am 10 i 19, 25 am 20 i 29. Felly efallai na fydd y rhannau'n gwneud y "
            "cyfanswm. Daw canrannau o'r ffigurau hyn, ac ni roddir canran o lai na 50 o bobl. Ni adroddir ar grwpiau o "
            "lai na 10 o bobl.",
        ),
        base=10,
        tens=True,
        whole=50,
    ),
)
"""Every version that outputs were made under. A change is a new one at the end."""
RULE = VERSIONS[-1]
SENSITIVE = frozenset({"lived_experience"})
"""Groups that tell something of somebody's health."""


@dataclass(frozen=True)
class Table:
    """Counts with their margins. None in a cell: hidden. A margin that is None as a whole does not exist."""

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...] | None = None
    column_totals: tuple[int | None, ...] | None = None
    total: int | None = None

    def values(self) -> dict[Place, int | None]:
        found: dict[Place, int | None] = {(i, j): v for i, row in enumerate(self.cells) for j, v in enumerate(row)}
        found |= {(i, TOTAL): v for i, v in enumerate(self.row_totals or ())}
        found |= {(TOTAL, j): v for j, v in enumerate(self.column_totals or ())}
        if self.row_totals is not None and self.column_totals is not None:
            found[TOTAL, TOTAL] = self.total
        return found

    def without(self, hidden: set[Place]) -> "Table":
        """The same table with those places hidden."""

        def shown(row: int, column: int, value: int | None) -> int | None:
            return None if (row, column) in hidden else value

        return replace(
            self,
            cells=tuple(tuple(shown(i, j, v) for j, v in enumerate(row)) for i, row in enumerate(self.cells)),
            row_totals=_each(self.row_totals, lambda i, v: shown(i, TOTAL, v)),
            column_totals=_each(self.column_totals, lambda j, v: shown(TOTAL, j, v)),
            total=shown(TOTAL, TOTAL, self.total),
        )

    def rounded(self, settings: Settings) -> "Table":
        """Every count that is shown, rounded by itself."""
        return replace(
            self,
            cells=tuple(tuple(rounded(v, settings) for v in row) for row in self.cells),
            row_totals=_each(self.row_totals, lambda _, v: rounded(v, settings)),
            column_totals=_each(self.column_totals, lambda _, v: rounded(v, settings)),
            total=rounded(self.total, settings),
        )


def rounded(value: int | None, settings: Settings = RULE) -> int | None:
    """To the nearest multiple of the base, half a step up; or the middle of its ten. Rounding twice changes nothing."""
    if value is None or settings.base == 1:
        return value
    if settings.tens:
        return value // settings.base * settings.base + settings.base // 2
    return (2 * value + settings.base) // (2 * settings.base) * settings.base


def alone(value: int | None, settings: Settings = RULE) -> int | None:
    """A count that stands in no table, as it may be shown."""
    if value is None or (value < settings.threshold and (value or settings.tens)):
        return None
    return rounded(value, settings)


def _each(
    margin: tuple[int | None, ...] | None, shown: Callable[[int, int | None], int | None]
) -> tuple[int | None, ...] | None:
    return None if margin is None else tuple(shown(n, v) for n, v in enumerate(margin))


def suppress(
    table: Table, settings: Settings = RULE, also: Iterable[Place] = (), sensitive: Iterable[Place] = ()
) -> Table:
    """The table as it may be shown. `also`: places that are hidden elsewhere and so must be hidden here.

    `sensitive`: places to which the stricter threshold applies.
    """
    values = {place: value or 0 for place, value in table.values().items()}
    hidden = {place for place, value in values.items() if 0 < value < settings.threshold}
    hidden |= {place for place in sensitive if 0 < values.get(place, 0) < settings.sensitive}
    hidden |= {place for place in also if values.get(place)}
    lattice = _Lattice(table, values)
    while (weak := lattice.weakness(hidden, settings.threshold)) is not None:
        hidden.add(weak)
    if settings.tens:
        hidden |= {place for place, value in values.items() if not value}
    return table.without(hidden).rounded(settings)


def suppress_list(
    counts: Iterable[int],
    total: int,
    settings: Settings = RULE,
    *,
    hide_total: bool = False,
    sensitive: Iterable[int] = (),
) -> tuple[list[int | None], int | None]:
    """The same for a list of counts and their one total. `sensitive`: which of them, by their number."""
    table = Table(cells=(tuple(counts),), row_totals=(total,))
    shown = suppress(table, settings, also=[(0, TOTAL)] if hide_total else [], sensitive=[(0, n) for n in sensitive])
    return list(shown.cells[0]), (shown.row_totals or (None,))[0]


def too_few(people: int, settings: Settings = RULE) -> bool:
    """Is this group too small to report on? Until version 3, nobody at all was not a secret."""
    return people < settings.cohort and (people > 0 or settings.tens)


def difference(now: int | None, before: int | None, settings: Settings = RULE) -> int | None:
    """The change between two counts as they are shown, or None where one is not."""
    now, before = alone(now, settings), alone(before, settings)
    if now is None or before is None:
        return None
    return None if 0 < abs(now - before) < settings.threshold else now - before


def percent(part: int | None, whole: int | None, settings: Settings = RULE) -> int | None:
    """A whole percentage of counts as they are shown; None of too small a whole (rule 2).

    Where the whole is known exactly, as headcounts are, the middle of a ten may lie beyond it: then the part is all.
    """
    if part is None or not whole or whole < settings.whole or 0 < part < settings.threshold:
        return None
    part = whole if whole < part <= whole + settings.base // 2 else part
    return (200 * part + whole) // (2 * whole)


def mean(sum_: int, count: int, settings: Settings = RULE) -> float | None:
    """A mean of answers on a short scale, to one decimal; None of fewer than a percentage is given of.

    The count is told by its ten only, and of 50 answers the decimal alone leaves five points of the sum open: more than
    one answer on a scale of five can make. So two means that differ by one person do not tell what that person said.
    """
    return None if count < settings.whole else round(sum_ / count, 1)


class _Lattice:
    """Which hidden counts could be otherwise.

    Rows and columns are nodes, counts are edges. With the signs of the margins turned, every node's edges sum to zero,
    so two tables with the same published counts differ by cycles through hidden edges (a transportation network). A
    hidden count is safe when such a cycle passes through it that leaves all hidden counts at 1 or more: a reader knows
    that zeros are shown. People who count in two rows make totals smaller than sums; the signs are the same then.
    """

    def __init__(self, table: Table, values: dict[Place, int]) -> None:
        self.values = values
        self.has_rows, self.has_columns = table.row_totals is not None, table.column_totals is not None
        found: dict[Node, list[Place]] = defaultdict(list)
        for place in values:
            for node in self.ends(place):
                if node[1] != GROUND:
                    found[node].append(place)
        self.lines = list(found.values())
        """Every row and every column that has a total."""
        self.safe: set[Place] = set()
        """Hidden counts that were found to be so. Hiding more opens ways and closes none, so they stay it."""

    def ends(self, place: Place) -> tuple[Node, Node]:
        row, column = place
        return ("row", row if self.has_rows else GROUND), ("column", column if self.has_columns else GROUND)

    def weakness(self, hidden: set[Place], threshold: int) -> Place | None:
        """The next place to hide, or None when all is well."""
        for line in self.lines:
            inside = [place for place in line if place in hidden]
            least = min(map(_margins, line))
            parts = [place for place in inside if _margins(place) == least]
            short = len(parts) == len(inside) and sum(self.values[place] for place in parts) < threshold
            if inside and (len(inside) < 2 or short) and (found := self._smallest(line, hidden)) is not None:
                return found
        ways = self._ways(hidden)
        for place in sorted(hidden - self.safe):
            if self._can_move(place, ways):
                self.safe.add(place)
            elif (found := self._partner(place, hidden)) is not None:
                return found
        return None

    def _smallest(self, line: Iterable[Place], hidden: set[Place]) -> Place | None:
        """The smallest count still shown, totals last; None when nothing but zeros is left."""
        left = [place for place in line if place not in hidden and self.values[place]]
        return min(left, key=lambda place: (_margins(place), self.values[place], place), default=None)

    def _partner(self, place: Place, hidden: set[Place]) -> Place | None:
        """What to hide so that this place can move: something on its own lines, or else anything."""
        own = [other for line in self.lines if place in line for other in line]
        found = self._smallest(own, hidden)
        return self._smallest(self.values, hidden) if found is None else found

    def _ways(self, hidden: set[Place]) -> Ways:
        """Along which edges a unit can pass: forwards where the signed count may grow, else backwards."""
        ways: Ways = defaultdict(list)
        for place in hidden:
            row, column = self.ends(place)
            may_grow, may_shrink = True, self.values[place] > 1
            if _margins(place) == 1:
                may_grow, may_shrink = may_shrink, may_grow
            if may_grow:
                ways[row].append((column, place))
            if may_shrink:
                ways[column].append((row, place))
        return ways

    def _can_move(self, place: Place, ways: Ways) -> bool:
        row, column = self.ends(place)
        forwards = any(edge == place for _, edge in ways[row]) and _reaches(column, row, ways, place)
        return forwards or (any(edge == place for _, edge in ways[column]) and _reaches(row, column, ways, place))


def _reaches(start: Node, goal: Node, ways: Ways, avoiding: Place) -> bool:
    seen, waiting = {start}, deque([start])
    while waiting:
        for there, edge in ways.get(waiting.popleft(), ()):
            if edge == avoiding or there in seen:
                continue
            if there == goal:
                return True
            seen.add(there)
            waiting.append(there)
    return False


def _margins(place: Place) -> int:
    return (place[0] == TOTAL) + (place[1] == TOTAL)
