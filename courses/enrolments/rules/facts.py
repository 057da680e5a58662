"""What the rules may look at. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from courses.catalogue.rules.conditions import Names
from courses.supervision.rules import Supervised
from lms.core.language import Bilingual

NOBODY = Supervised(None, False, None, None)


@dataclass(frozen=True)
class Place:
    """One of a learner's memberships, or none at all: then the learner is a member of the public.

    `lineage` is the organisation's, root first. `levels`: the rank that this work needs, by framework.
    """

    membership_id: UUID | None = None
    sector: str = "public"
    organisation_id: UUID | None = None
    organisation: Bilingual | None = None
    lineage: tuple[UUID, ...] = ()
    setting: str | None = None
    role: str | None = None
    staff_group: str | None = None
    clinical: bool = False
    paid: bool | None = None
    levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """The course. `seats_left` None: as many as come. `eligibility` and `prerequisites` as the catalogue has them.

    `chosen`: an organiser gives the places, so nobody takes one by themselves.
    """

    code: str
    title: Bilingual
    programme: str | None = None
    programme_title: Bilingual | None = None
    sectors: tuple[str, ...] = ()
    eligibility: Mapping[str, Any] = field(default_factory=dict)
    prerequisites: Mapping[str, Any] = field(default_factory=dict)
    seats_left: int | None = None
    chosen: bool = False


@dataclass(frozen=True)
class Application:
    """A learner who asks for a course, from one place, on a day.

    `completed`: codes of courses completed, with the portfolio signed off where there is one. `declared`: keys of facts
    that the learner confirmed; `vouched`: of those that need no word, for another room holds them. `ranks`: of a framework's
    levels, by (framework, level). `names`: what codes are called.
    """

    offer: Offer
    place: Place
    on: date
    registers: frozenset[str] = frozenset()
    completed: frozenset[str] = frozenset()
    supervised: Supervised = NOBODY
    declared: frozenset[str] = frozenset()
    vouched: frozenset[str] = frozenset()
    ranks: Mapping[tuple[str, str], int] = field(default_factory=dict)
    names: Names = field(default_factory=dict)


def listed(texts: tuple[Bilingual, ...] | list[Bilingual]) -> Bilingual:
    """Several texts as one: "A, B and C", "A, B ac C"."""
    return Bilingual(_listed([each.en for each in texts], "and"), _listed([each.in_("cy") for each in texts], None))


def _listed(texts: list[str], word: str | None) -> str:
    if len(texts) < 2:
        return "".join(texts)
    word = word or ("ac" if texts[-1][:1].lower() in tuple("aeiouwyâêîôûŵŷ") else "a")
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def the_same(text: str) -> Bilingual:
    """A text that both languages write alike, such as a code."""
    return Bilingual(text, text)
