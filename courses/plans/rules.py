"""Which learning fits somebody's gaps, and which steps a goal may take. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST = 12
"""Suggestions that are shown: more would not help anybody to choose."""


@dataclass(frozen=True)
class Gap:
    """A statement that somebody's work asks for and is not met. `level`: its code, None: at every level."""

    statement: str
    domain: str
    level: str | None


@dataclass(frozen=True)
class Learning:
    """A course on offer. `statements`: those of the framework that it says it covers; `levels`: those that it serves."""

    code: str
    languages: tuple[str, ...]
    statements: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Suggestion:
    """A course and the gaps that it covers (codes of statements), of all the gaps in `level`; and whether it is open now.

    `named`: only the framework's own list of courses for a domain says so, not the course itself.
    """

    code: str
    covers: tuple[str, ...]
    of: int
    level: str | None
    is_open: bool
    begun: bool
    languages: tuple[str, ...]
    named: bool

    def in_language(self, language: str) -> bool:
        return language in self.languages


def suggest(
    gaps: Sequence[Gap], learning: Iterable[Learning], named: Mapping[str, Collection[str]], open_to: Collection[str],
    begun: Collection[str], language: str,
) -> list[Suggestion]:  # fmt: skip
    """The courses that cover a gap: open ones first, then those that cover most, in the person's language, then by code.

    `named`: the courses that the framework names for each domain. `level` is the one in which most of what it covers lies.
    """
    found = []
    for each in learning:
        covered, by_name = _covered(gaps, each, named)
        if not covered:
            continue
        levels = [gap.level for gap in covered]
        level = max(dict.fromkeys(levels), key=levels.count)
        inside = [gap for gap in gaps if gap.level == level]
        shown = tuple(gap.statement for gap in covered if gap.level == level)
        found.append(
            Suggestion(
                each.code, shown, len(inside), level, each.code in open_to, each.code in begun, each.languages, by_name
            )
        )
    found.sort(
        key=lambda it: (not it.is_open, it.begun, -len(it.covers), not it.in_language(language), it.named, it.code)
    )
    return found[:MOST]


def _covered(gaps: Sequence[Gap], course: Learning, named: Mapping[str, Collection[str]]) -> tuple[list[Gap], bool]:
    """What the course says itself; where it says nothing, what the framework names it for at the levels it serves."""
    own = [gap for gap in gaps if gap.statement in course.statements]
    if own:
        return own, False
    return [
        gap for gap in gaps
        if course.code in named.get(gap.domain, ()) and (gap.level in course.levels or not course.levels or not gap.level)
    ], True  # fmt: skip
