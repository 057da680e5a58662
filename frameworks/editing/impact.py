"""Who and what a new version touches, before it is published.

Rooms above say what of theirs is touched (`touched`). Whoever has none counts 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from frameworks import queries as frameworks
from frameworks import rules
from frameworks.editing import queries
from frameworks.models import FrameworkVersion
from frameworks.rules import Needed, Place
from frameworks.rules.carrying import Link, Outcome, carry
from frameworks.rules.content import Content
from frameworks.rules.differing import Difference, difference
from lms.accounts.models import Membership
from lms.accounts.queries import live
from lms.core.db import db
from lms.core.hooks import Hook
from lms.core.language import Bilingual


@dataclass(frozen=True)
class Becoming:
    """What the version does to an old statement: its code, its id, and what ratings of it come to."""

    code: str
    statement_id: str
    outcomes: tuple[Outcome, ...]


class Touch(NamedTuple):
    """How many things of a kind are touched, and people; `named`: (title, address) of those that may be named to an editor."""

    things: int
    people: int
    named: tuple[tuple[Bilingual, str], ...] = ()


Touched = Callable[[str, Sequence[Becoming]], Touch]
"""(framework's code, what each old statement comes to) → what is touched by it."""


@Hook
def touched() -> Mapping[str, Touched]:
    """Who knows, by the name of the things."""
    return {}


KNOWN = ("courses", "plans", "ratings")
"""What is always said, if only that there is none."""


@dataclass(frozen=True)
class RoleTouched:
    """A role and setting whose level changes, in the whole framework or in some domains, and how many have it today.

    `before` and `after` are codes of levels, None: nothing was, or is, asked.
    """

    role: str | None
    setting: str | None
    sector: str
    people: int
    changes: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True)
class Impact:
    roles: list[RoleTouched]
    touched: Mapping[str, Touch]
    outcomes: Mapping[Outcome, int]
    difference: Difference


def impact_of(version: FrameworkVersion, day: date) -> Impact | None:
    """What publishing a whole version would touch; None where it replaces nothing."""
    before = frameworks.version_before(version)
    if before is None:
        return None
    links = queries.links_of(version, before)
    old, new = frameworks.content_of(before), frameworks.content_of(version)
    becoming = [_becoming(each.code, each.key, links) for each in old.statements]
    changed = [each for each in becoming if each.outcomes != (Outcome.CARRIED,)]
    counts = {outcome: sum(outcome in each.outcomes for each in becoming) for outcome in Outcome}
    asked = {name: found(version.framework.code, changed) for name, found in touched().items()}
    return Impact(
        roles=_roles(old, new, day),
        touched={name: asked.get(name, Touch(0, 0)) for name in (*KNOWN, *asked)},
        outcomes=counts,
        difference=difference(old, new),
    )


def _becoming(code: str, key: str, links: Sequence[Link]) -> Becoming:
    return Becoming(code, key, tuple(each.outcome for each in carry(key, links)))


def _roles(old: Content, new: Content, day: date) -> list[RoleTouched]:
    """Places that people have today, and what changes for them, those with most people first. One query."""
    rows = db.session.execute(
        select(
            Membership.job_role_code, Membership.setting_code, Membership.sector,
            func.count(Membership.person_id.distinct()),
        )
        .where(live(day))
        .group_by(Membership.job_role_code, Membership.setting_code, Membership.sector)
    ).all()  # fmt: skip
    before, after = _needs(old), _needs(new)
    domains = list(dict.fromkeys(each.code for each in (*new.domains, *old.domains))) or [""]
    found = []
    for role, setting, sector, people in rows:
        place = Place(role, setting, sector.value)
        was = rules.required_levels(before, [place], domains)
        now = rules.required_levels(after, [place], domains)
        changes = tuple(
            (domain, _code(was.get(domain)), _code(now.get(domain)))
            for domain in domains
            if _code(was.get(domain)) != _code(now.get(domain))
        )
        if changes:
            found.append(RoleTouched(role, setting, sector.value, people, changes))
    return sorted(found, key=lambda each: -each.people)


def _needs(content: Content) -> list[Needed]:
    ranks = {each.code: each.rank for each in content.levels}
    return [Needed(each.condition, each.level, ranks[each.level], domain=each.domain) for each in content.requirements]


def _code(needed: Needed | None) -> str | None:
    return needed.level if needed else None
