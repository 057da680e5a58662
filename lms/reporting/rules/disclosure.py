"""Statistical disclosure control, rule SDC-1: one function for every page, chart, file and API answer.

1. A count of 1 to 4 is hidden; zero stays zero (domain dossier §8, rule 1).
2. Further cells are hidden until no hidden one can be worked out from the totals, and until what is hidden in a row or
   column is at least two cells that hold at least five people together (rule 3). Totals are hidden where cells do not
   suffice.
3. A group of fewer than ten people in all is not reported on at all (rule 4).
4. What is hidden in a wider table stays hidden when a filter narrows to it (rule 3, linked totals).
5. Whatever is shown is rounded to the nearest 5, each count by itself (rule 2). Two tables, two moments or two months
   that differ by a person therefore look the same, or differ by 5: nobody is found by subtracting.
6. Where people are divided by lived experience, counts of 1 to 9 are hidden (rule 6).

Percentages are taken from what is shown. Moments are limited to today and to ends of months (rules/periods.py), and the
ways in which people may be divided at once to the grid (queries.py). Settings belong to the data owner and have versions;
each output names the one that it was made under. That no hidden count follows from everything published together is
proven for random tables by linear programming (tests/reporting/rules/test_no_inference.py).
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

    What is shown is rounded to `base`; 1: not at all.
    """

    id: str
    version: int
    threshold: int
    cohort: int
    words: Bilingual
    base: int = 1
    sensitive: int = 10


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

    def rounded(self, base: int) -> "Table":
        """Every count that is shown, to the nearest multiple of `base`."""
        return replace(
            self,
            cells=tuple(tuple(rounded(v, base) for v in row) for row in self.cells),
            row_totals=_each(self.row_totals, lambda _, v: rounded(v, base)),
            column_totals=_each(self.column_totals, lambda _, v: rounded(v, base)),
            total=rounded(self.total, base),
        )


def rounded(value: int | None, base: int) -> int | None:
    """To the nearest multiple; half a step up."""
    return None if value is None else (2 * value + base) // (2 * base) * base


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
    return table.without(hidden).rounded(settings.base)


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
    """Is this group too small to report on? Nobody at all is not a secret."""
    return 0 < people < settings.cohort


def difference(now: int | None, before: int | None, settings: Settings = RULE) -> int | None:
    """The change between two counts as they are shown, or None where one is not."""
    if now is None or before is None:
        return None
    changed = (rounded(now, settings.base) or 0) - (rounded(before, settings.base) or 0)
    return None if 0 < abs(changed) < settings.threshold else changed


def percent(part: int | None, whole: int | None) -> int | None:
    """A whole percentage of counts as they are shown; None under a part of 5 or a whole of 10 (rule 2)."""
    if part is None or not whole or whole < RULE.cohort or 0 < part < RULE.threshold:
        return None
    return (200 * part + whole) // (2 * whole)


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
        for place in sorted(hidden):
            if not self._can_move(place, ways) and (found := self._partner(place, hidden)) is not None:
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
