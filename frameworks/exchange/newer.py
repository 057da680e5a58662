"""What a newer edition of a CASE document would do to a version here, part by part, before anything changes. Pure.

A part is known by its identifier: the one that it has here, or the one that it came with; a level also by its code, and a
level is never removed. What the file does not speak of stays: the Welsh beside English words that are the same, the level
of a statement where the file has no levels, the courses of a domain. Where words changed and the file has them in one
language, the other one is empty from then on, so that nothing is published with words that say something else.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from frameworks.case.reading import Item, LevelRead, Read
from frameworks.exchange.rules import COLUMNS, PLACED, USED, Action, Row, Step
from frameworks.rules.differing import longest_rising
from lms.core.language import Bilingual

Given = TypeVar("Given", Item, LevelRead)
DOCUMENT = "document"
BLANK: Row = dict.fromkeys(COLUMNS, "")


@dataclass(frozen=True)
class Part:
    """A level, domain or statement of the version here, as a row. `key`: of its own; `needed`: a requirement names it."""

    key: str
    known_as: frozenset[str]
    row: Row
    needed: bool = False


@dataclass(frozen=True)
class Pair:
    """What the file says, and what is here. None: it is new; or it is not in the file."""

    step: Step
    given: Item | LevelRead | None
    part: Part | None


@dataclass(frozen=True)
class Newer:
    """`known`: how many parts of the file are here already."""

    pairs: Sequence[Pair]
    known: int

    @property
    def steps(self) -> list[Step]:
        return [each.step for each in self.pairs]

    @property
    def faulty(self) -> bool:
        return any(Action.FAULT in step.actions for step in self.steps)

    def count(self, action: Action) -> int:
        return sum(action in step.actions for step in self.steps)

    @property
    def lost_words(self) -> int:
        """Texts that will have to be written anew in the language that the file does not have."""
        return sum(
            bool(step.before and step.before[name] and not step.row[name])
            for step in self.steps
            if step.line
            for name in ("english", "welsh")
        )


def merged(was: Bilingual, now: Bilingual) -> Bilingual:
    """The words from now on. A language that the file does not have stays as long as the other one says the same."""
    if now.en and not now.cy:
        return Bilingual(now.en, was.cy if now.en == was.en else "")
    if now.cy and not now.en:
        return Bilingual(was.en if now.cy == was.cy else "", now.cy)
    return now if now.en else was


def compare(title: Bilingual, code: str, here: Sequence[Part], read: Read, removes_missing: bool) -> Newer:
    """Every part with what would happen to it. With a fault anywhere, nothing is to be brought in."""
    levels = _matched(_of("level", here), read.levels, by_code=True)
    domains = _matched(_of("domain", here), read.domains)
    statements = _matched(_of("statement", here), read.statements)
    seen = {part.key for _given, part in (*levels, *domains, *statements) if part}
    rest = [part for part in here if part.key not in seen]
    codes = _codes([*domains, *statements], [part.row["code"] for part in rest])
    level_codes = _level_codes(levels, {part.row["code"] for part in _of("level", here)})
    renamed = {part.row["code"]: codes[given.identifier] for given, part in domains if part}
    pairs = _titled(title, code, read)
    pairs += [_pair(given, part, _level(given, part, level_codes)) for given, part in levels]
    behind = (
        [_behind(part, len(levels) + place) for place, part in enumerate(_of("level", rest), start=1)] if levels else []
    )
    pairs += [_pair(given, part, _domain(given, part, codes)) for given, part in domains]
    for given, part in statements:
        was = (
            replace(part, row={**part.row, "domain": renamed.get(part.row["domain"], part.row["domain"])})
            if part
            else None
        )
        pairs.append(_pair(given, was, _statement(given, was, codes, level_codes if read.levels else None)))
    pairs = _numbered(_with_moves(pairs, here)) + [pair for pair in behind if pair]
    rest = [part for part in rest if part.row["kind"] != "level"]
    if removes_missing:
        pairs += [_gone(part) for part in rest]
    else:
        pairs = _with_codes_taken(pairs, {(part.row["kind"], part.row["code"]) for part in rest})
    return Newer(pairs, sum(part is not None for _given, part in (*domains, *statements)))


def _of(kind: str, here: Iterable[Part]) -> list[Part]:
    return [part for part in here if part.row["kind"] == kind]


def _matched(here: Sequence[Part], given: Sequence[Given], *, by_code: bool = False) -> list[tuple[Given, Part | None]]:
    known = {identifier: part for part in here for identifier in sorted(part.known_as)}
    found = [(each, known.get(each.identifier)) for each in given]
    if by_code:
        taken = {part.key for _each, part in found if part}
        codes = {part.row["code"]: part for part in here if part.key not in taken}
        found = [(each, part or codes.get(each.code)) for each, part in found]
    return found


def _codes(matched: Sequence[tuple[Item, Part | None]], others: Collection[str]) -> dict[str, str]:
    """The code of each item from now on: the file's own, else what it is called here, else one that nothing has."""
    found = {given.identifier: given.code for given, _part in matched if _has_own_code(given)}
    taken = {*found.values(), *others}
    for given, part in matched:
        if given.identifier in found:
            continue
        code, number = part.row["code"] if part else given.code, 1
        while code in taken:
            code, number = f"I{number}", number + 1
        found[given.identifier] = code
        taken.add(code)
    return found


def _level_codes(matched: Sequence[tuple[LevelRead, Part | None]], taken: set[str]) -> dict[str, str]:
    """A level is called what it is called here; a new one as in the file, unless another one is called so."""
    found = {}
    for given, part in matched:
        code, number = part.row["code"] if part else given.code, 1
        while part is None and code in taken:
            code, number = f"level{number}", number + 1
        taken = taken | {code}
        found[given.identifier] = code
    return found


def _has_own_code(given: Item) -> bool:
    return given.raw.get("humanCodingScheme") == given.code


def _words(part: Part | None, now: Bilingual, prefix: str = "") -> Row:
    was = Bilingual(part.row[f"{prefix}english"], part.row[f"{prefix}welsh"]) if part else Bilingual("", "")
    words = merged(was, now)
    return {f"{prefix}english": words.en, f"{prefix}welsh": words.cy}


def _level(given: LevelRead, part: Part | None, codes: dict[str, str]) -> Row:
    return {**BLANK, "kind": "level", "code": codes[given.identifier], "order": str(given.rank),
            **_words(part, given.title), **_words(part, given.audience, "audience_")}  # fmt: skip


def _domain(given: Item, part: Part | None, codes: dict[str, str]) -> Row:
    return {**BLANK, "kind": "domain", "code": codes[given.identifier], "courses": part.row["courses"] if part else "",
            **_words(part, given.text)}  # fmt: skip


def _statement(given: Item, part: Part | None, codes: dict[str, str], levels: dict[str, str] | None) -> Row:
    level = part.row["level"] if part and levels is None else (levels or {}).get(given.level or "", "")
    return {**BLANK, "kind": "statement", "code": codes[given.identifier], "level": level,
            "domain": codes[given.domain] if given.domain else "",
            "type": given.kind or (part.row["type"] if part else ""), **_words(part, given.text)}  # fmt: skip


def _titled(title: Bilingual, code: str, read: Read) -> list[Pair]:
    """The document's title, where it changed."""
    now = merged(title, read.title)
    if now == title:
        return []
    before = {**BLANK, "kind": DOCUMENT, "code": code, "english": title.en, "welsh": title.cy}
    row = {**before, "english": now.en, "welsh": now.cy}
    return [Pair(Step(1, DOCUMENT, code, frozenset({Action.EDIT}), row, before), None, None)]


def _pair(given: Item | LevelRead, part: Part | None, row: Row) -> Pair:
    kind = row["kind"]
    if part is None:
        return Pair(Step(1, kind, row["code"], frozenset({Action.ADD}), row), given, None)
    changed = {name for name in USED[kind] if row[name] != part.row[name]}
    placed = set(PLACED[kind])
    actions = ({Action.MOVE} if changed & placed else set()) | ({Action.EDIT} if changed - placed else set())
    return Pair(Step(1, kind, row["code"], frozenset(actions or {Action.NOTHING}), row, part.row), given, part)


def _with_moves(pairs: list[Pair], here: Sequence[Part]) -> list[Pair]:
    """Those that stand elsewhere among those of their kind, as few as explain the new order."""
    place = {part.key: number for number, part in enumerate(here)}
    found = list(pairs)
    for kind in ("domain", "statement"):
        held = [(n, place[pair.part.key]) for n, pair in enumerate(pairs) if pair.part and pair.step.kind == kind]
        staying = longest_rising([number for _n, number in held])
        for spot, (n, _number) in enumerate(held):
            if spot not in staying:
                step = pairs[n].step
                found[n] = replace(
                    pairs[n], step=replace(step, actions=(step.actions - {Action.NOTHING}) | {Action.MOVE})
                )
    return found


def _numbered(pairs: list[Pair]) -> list[Pair]:
    """The place of each in the file, as a person counts."""
    return [replace(pair, step=replace(pair.step, line=number)) for number, pair in enumerate(pairs, start=1)]


def _behind(part: Part, order: int) -> Pair | None:
    """A level that the file does not have stays, behind those that it has. None: it stands there already."""
    if part.row["order"] == str(order):
        return None
    row = {**part.row, "order": str(order)}
    return Pair(Step(0, "level", part.row["code"], frozenset({Action.MOVE}), row, part.row), None, part)


def _gone(part: Part) -> Pair:
    kind, code = part.row["kind"], part.row["code"]
    if part.needed:
        return Pair(Step(0, kind, code, frozenset({Action.FAULT}), part.row, part.row, "needed_here", code), None, part)
    return Pair(Step(0, kind, code, frozenset({Action.REMOVE}), part.row, part.row), None, part)


def _with_codes_taken(pairs: list[Pair], staying: Collection[tuple[str, str]]) -> list[Pair]:
    """A code of the file that something else has, which stays."""
    return [
        replace(pair, step=replace(step, actions=frozenset({Action.FAULT}), fault="code_stays", detail=step.code))
        if ((step := pair.step).kind, step.code) in staying and step.kind != "level"
        else pair
        for pair in pairs
    ]
