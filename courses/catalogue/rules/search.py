"""How a search reads what was typed, and how facets count. Pure: whatever is typed has an answer."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from courses.catalogue.rules.sorting import folded
from lms.core.language import Bilingual

MOST_WORDS = 8
LONGEST_WORD = 40

MUTATIONS: dict[str, tuple[str, ...]] = {
    "p": ("b", "mh", "ph"), "t": ("d", "nh", "th"), "c": ("g", "ngh", "ch"), "b": ("f", "m"), "d": ("dd", "n"),
    "g": ("", "ng"), "ll": ("l",), "m": ("f",), "rh": ("r",),
}  # fmt: skip
"""What Welsh makes of the first letter of a word: its soft, nasal and aspirate forms."""
_INITIALS = ("ngh", "mh", "nh", "ch", "dd", "ff", "ng", "ll", "ph", "rh", "th")
_AFTER_LOST_G = "aeiouwylrn"
_SHORTEST = 4
"""Letters that a word needs before its mutations are tried: shorter ones would find too much."""


def words(text: str) -> list[str]:
    """The first words of it, folded; figures count as words, and signs only part them."""
    return [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", folded(text))[:MOST_WORDS]]


def tsquery(found: list[str], *, only: str = "") -> str:
    """For `to_tsquery`: all of the words, the last one as the beginning of a word; `only` A: in titles.

    Words are letters and figures only, so nothing in them can be read as a sign of the query language.
    """
    return " & ".join(_term(word, last=at == len(found), only=only) for at, word in enumerate(found, start=1))


def welsh_tsquery(found: list[str], *, only: str = "") -> str:
    """The same, each word in any of its mutations: who looks for "goruchwylio" also finds "oruchwylio"."""
    return " & ".join(
        "(" + " | ".join(_term(form, last=at == len(found), only=only) for form in sorted(mutations(word))) + ")"
        for at, word in enumerate(found, start=1)
    )


def _term(word: str, *, last: bool, only: str) -> str:
    marks = "*" * last + only
    return f"'{word}':{marks}" if marks else f"'{word}'"


def code_prefix(text: str) -> str | None:
    """What was typed, if it may be the beginning of a course's code such as ECAMHS-4. Holds no pattern signs."""
    typed = text.strip().upper()
    return typed if re.fullmatch(r"[A-Z0-9][A-Z0-9-]{2,30}", typed) else None


def mutations(word: str) -> set[str]:
    """The word, the words it may come from, and every mutation of those."""
    if len(word) < _SHORTEST:
        return {word}
    first, rest = _split(word)
    radicals = {word} | {radical + rest for radical, forms in MUTATIONS.items() if first in forms}
    if first in _AFTER_LOST_G:
        radicals.add("g" + word)
    return radicals | {form + _split(each)[1] for each in radicals for form in MUTATIONS.get(_split(each)[0], ())}


def _split(word: str) -> tuple[str, str]:
    first = next((initial for initial in _INITIALS if word.startswith(initial)), word[:1])
    return first, word[len(first) :]


@dataclass(frozen=True)
class Offer:
    """A course on offer as the search sees it. `levels` are "PIMH:skilled"; a higher `rank` fits the words better."""

    version_id: UUID
    code: str
    title: Bilingual
    format: str
    topic: str
    sectors: tuple[str, ...]
    languages: tuple[str, ...]
    levels: tuple[str, ...]
    position: int
    rank: float = 0.0
    open_to_me: bool = False

    def values(self, facet: str) -> tuple[str, ...]:
        """What this course is, by that facet."""
        if facet == "open":
            return ("me",) if self.open_to_me else ()
        return {
            "level": self.levels, "sector": self.sectors, "topic": (self.topic,), "format": (self.format,),
            "language": self.languages,
        }[facet]  # fmt: skip


FACETS = ("open", "level", "sector", "topic", "format", "language")
"""In the order of the page."""

Chosen = Mapping[str, frozenset[str]]
"""The chosen values of each facet. Within a facet any will do; every facet that has some must be met."""


def refine(offers: Iterable[Offer], chosen: Chosen) -> tuple[list[Offer], dict[str, Counter[str]]]:
    """The offers that meet every facet, and for each facet how many each value would give under all the others."""
    found: list[Offer] = []
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    for offer in offers:
        unmet = [facet for facet in FACETS if chosen.get(facet) and not chosen[facet].intersection(offer.values(facet))]
        if not unmet:
            found.append(offer)
        for facet in FACETS if not unmet else unmet if len(unmet) == 1 else ():
            counts[facet].update(set(offer.values(facet)))
    return found, counts
