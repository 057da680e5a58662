"""What has changed between two versions, so that people can read it. Pure."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, TypeVar

from frameworks.rules.content import Content, DomainSaid, LevelSaid, RequirementSaid, StatementSaid
from lms.core.language import Bilingual


class ChangeKind(StrEnum):
    ADDED = "added"
    REWORDED = "reworded"
    MOVED = "moved"
    LEVEL_CHANGED = "level_changed"
    KIND_CHANGED = "kind_changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    """What happened to a statement; several things may have happened to one."""

    kinds: frozenset[ChangeKind]
    old: StatementSaid | None
    new: StatementSaid | None


@dataclass(frozen=True)
class Word:
    """A stretch of text: "kept", "added" or "removed"."""

    change: str
    text: str


@dataclass(frozen=True)
class PartChange:
    """What happened to a level, a domain or a requirement: `old` None, it is new; `new` None, it is gone."""

    old: Any
    new: Any


@dataclass(frozen=True)
class Difference:
    """All that changed. `texts` are those of the version itself: (its field, old, new)."""

    statements: list[Change]
    levels: list[PartChange]
    domains: list[PartChange]
    requirements: list[PartChange]
    texts: list[tuple[str, Bilingual, Bilingual]]

    @property
    def empty(self) -> bool:
        return not (self.statements or self.levels or self.domains or self.requirements or self.texts)

    def count(self, kind: ChangeKind) -> int:
        return sum(kind in each.kinds for each in self.statements)


def difference(old: Content, new: Content) -> Difference:
    """Everything that a reader of the old version has to know."""
    return Difference(
        statements=changes(old.statements, new.statements),
        levels=_parts(old.levels, new.levels, _level_key),
        domains=_parts(old.domains, new.domains, _domain_key),
        requirements=_parts(old.requirements, new.requirements, _requirement_key),
        texts=[
            (name, getattr(old, name), getattr(new, name))
            for name in ("title", "short_title", "owner", "note")
            if getattr(old, name) != getattr(new, name)
        ],
    )


def changes(old: Sequence[StatementSaid], new: Sequence[StatementSaid]) -> list[Change]:
    """Each statement that is not as it was: first the new version's in their order, then those that are gone."""
    before = {each.key: each for each in old}
    moved = _moved(old, new)
    found = []
    for each in new:
        was = before.get(each.came_from or "")
        kinds = _kinds(was, each, moved)
        if kinds:
            found.append(Change(kinds, was, each))
    kept = {each.came_from for each in new}
    found += [Change(frozenset({ChangeKind.REMOVED}), each, None) for each in old if each.key not in kept]
    return found


def _kinds(was: StatementSaid | None, now: StatementSaid, moved: set[str]) -> frozenset[ChangeKind]:
    if was is None:
        return frozenset({ChangeKind.ADDED})
    told = {
        ChangeKind.REWORDED: was.wording != now.wording,
        ChangeKind.LEVEL_CHANGED: was.level != now.level,
        ChangeKind.KIND_CHANGED: was.kind != now.kind,
        ChangeKind.MOVED: was.domain != now.domain or now.key in moved,
    }
    return frozenset(kind for kind, true in told.items() if true)


def _moved(old: Sequence[StatementSaid], new: Sequence[StatementSaid]) -> set[str]:
    """Keys of the new statements that stand elsewhere among their neighbours: as few as explain the new order."""
    place = {each.key: number for number, each in enumerate(old)}
    domains = {each.key: each.domain for each in old}
    groups: dict[tuple[str | None, str | None], list[StatementSaid]] = {}
    for each in new:
        if each.came_from in place and domains[each.came_from] == each.domain:
            groups.setdefault((each.domain, each.level), []).append(each)
    found: set[str] = set()
    for group in groups.values():
        staying = longest_rising([place[each.came_from or ""] for each in group])
        found |= {each.key for number, each in enumerate(group) if number not in staying}
    return found


def longest_rising(numbers: Sequence[int]) -> set[int]:
    """Indexes of one longest strictly rising subsequence."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        spot = bisect_left(ends, number)
        ends[spot : spot + 1] = [number]
        at[spot : spot + 1] = [index]
        before.append(at[spot - 1] if spot else -1)
    found: set[int] = set()
    index = at[-1] if at else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found


def words(old: str, new: str) -> list[Word]:
    """The new text beside the old one, word by word: what stayed, what went, what came."""
    one, other = _split(old), _split(new)
    found: list[Word] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Word("kept", "".join(one[a:b])))
        else:
            found += [Word("removed", "".join(one[a:b]))] if a < b else []
            found += [Word("added", "".join(other[c:d]))] if c < d else []
    return found


def _split(text: str) -> list[str]:
    """Words, spaces and signs: put together they are the text again."""
    return re.findall(r"\w+(?:['’-]\w+)*|\s+|[^\w\s]", text)


T = TypeVar("T")


def _parts(old: Iterable[T], new: Iterable[T], key: Callable[[T], str]) -> list[PartChange]:
    before, after = {key(each): each for each in old}, {key(each): each for each in new}
    changed = [PartChange(before.get(name), each) for name, each in after.items() if before.get(name) != each]
    return changed + [PartChange(each, None) for name, each in before.items() if name not in after]


def _level_key(each: LevelSaid) -> str:
    return each.code


def _domain_key(each: DomainSaid) -> str:
    return each.code


def _requirement_key(each: RequirementSaid) -> str:
    return each.key
