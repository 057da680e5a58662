"""Which level a role and setting need, and where a value comes from. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.core.language import N_

CONDITIONS = frozenset({"role", "setting_in", "sector_in", "clinical", "enhanced_role"})
"""What a requirement may ask of a person's place. All that are given must hold."""


@dataclass(frozen=True)
class Needed:
    """One requirement: whoever fits the condition needs the level. `rank` orders the levels, lowest first."""

    condition: Mapping[str, Any]
    level: str
    rank: int
    illustrative: bool = False
    domain: str | None = None
    """The domain's code; None: in the whole framework."""


@dataclass(frozen=True)
class Place:
    """What somebody does and where. `clinical` and `enhanced`: carries clinical, or enhanced, responsibility there."""

    role: str | None
    setting: str | None
    sector: str | None
    clinical: bool = False
    enhanced: bool = False


def required_level(
    requirements: Iterable[Needed],
    role: str | None,
    setting: str | None,
    sector: str | None,
    clinical: bool = False,
    enhanced: bool = False,
) -> Needed | None:
    """The highest of the requirements that this place meets, or None when none applies.

    A setting can raise what a role needs, and never lowers it. Source: frameworks.yaml `level_rules`, `role_mapping`.
    """
    return _highest(
        each for each in requirements
        if each.domain is None and applies(each.condition, Place(role, setting, sector, clinical, enhanced))
    )  # fmt: skip


def required_levels(
    requirements: Iterable[Needed], places: Iterable[Place], domains: Iterable[str]
) -> Mapping[str, Needed]:
    """What somebody who has all these places needs in each domain; a domain in which nothing is needed is absent.

    The highest counts, over all places, and over what is asked of the whole framework and of the domain alone. So one
    more role, setting or requirement never lowers anything.
    """
    places = list(places)
    fitting = [each for each in requirements if any(applies(each.condition, place) for place in places)]
    found = {}
    for domain in domains:
        if need := _highest(each for each in fitting if each.domain in (None, domain)):
            found[domain] = need
    return found


def _highest(found: Iterable[Needed]) -> Needed | None:
    return max(found, key=lambda each: each.rank, default=None)


def applies(condition: Mapping[str, Any], place: Place) -> bool:
    """Whether every given part of the condition holds. Raises ValueError on a part that we do not know."""
    if unknown := condition.keys() - CONDITIONS:
        raise ValueError(f"unknown condition: {', '.join(sorted(unknown))}")
    return (
        ("role" not in condition or condition["role"] == place.role)
        and ("setting_in" not in condition or place.setting in condition["setting_in"])
        and ("sector_in" not in condition or place.sector in condition["sector_in"])
        and ("clinical" not in condition or bool(condition["clinical"]) == place.clinical)
        and ("enhanced_role" not in condition or bool(condition["enhanced_role"]) == place.enhanced)
    )


def at_or_below(ranks: Mapping[str, int], level: str) -> Collection[str]:
    """The levels that a level takes in: levels are cumulative (frameworks.yaml `rules.cumulative`)."""
    return [code for code, rank in ranks.items() if rank <= ranks[level]]


SOURCES = {
    "000": N_("Review of the Strategic Mental Health Workforce Plan for Wales"),
    "001": N_("South West Clinical Senate review"),
    "002": N_("Norfolk and Waveney workforce plan"),
    "003": N_("Good Governance Institute article"),
    "004": N_("Cheshire and Merseyside workforce plan"),
}
"""What the numbered documents are that our reference data name (`seed:<number>:L<line>`)."""
OURS = N_("Our own placeholder")

_DOCUMENT = re.compile(r"^seed:(\d{3})(?::L?[\d,\- ]+)?\s*(.*)$")


def sources(source: str | None) -> Sequence[tuple[str, str]]:
    """(msgid of a document's name, remark) or ("", site) for each part of a `source`, each once, in order.

    The lines of a document are for those who keep the data, not for readers.
    """
    found: dict[tuple[str, str], None] = {}
    for part in filter(None, map(str.strip, (source or "").split(";"))):
        if part == "ours":
            found[OURS, ""] = None
        elif (match := _DOCUMENT.match(part)) and match[1] in SOURCES:
            found[SOURCES[match[1]], match[2]] = None
        else:
            found["", part.removeprefix("web:").strip()] = None
    return list(found)
