"""Use cases: what may this reader see, and of whom?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select

from courses.enrolments.models import Enrolment
from lms.core import audit, clock
from lms.core.errors import Invalid
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission
from lms.reporting import groups, queries
from lms.reporting.errors import NoSuchPeriod, NotAMoment
from lms.reporting.groups import Body
from lms.reporting.models import Baseline
from lms.reporting.queries import Dimension, Filters
from lms.reporting.rules import disclosure, periods
from lms.reporting.rules.explored import Explored
from lms.reporting.rules.measures import Measure

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """What a reader asks of the uptake report: codes as they stand in an address. Months are their first days."""

    sector: str | None = None
    organisation: str | None = None
    programme: str | None = None
    course: str | None = None
    level: str | None = None
    first: date | None = None
    last: date | None = None
    as_at: date | None = None
    group: Dimension = Dimension.SECTOR
    columns: Dimension | None = None
    measure: Measure = Measure.COMPLETED
    counted: Explored = Explored.ENROLLED
    """Of exploring, which knows more measures."""
    framework: str | None = None
    """Of gaps beside a framework; None: the first."""


@dataclass(frozen=True)
class View:
    """One reader's view of the report: the filters, the names of all that may appear, and whether small counts may."""

    filters: Filters
    sectors: Mapping[str, Bilingual]
    organisations: list[Body]
    """Those in reach, in the order of their codes."""
    programmes: Mapping[str, Bilingual]
    courses: Mapping[UUID, tuple[str, str | None, Bilingual]]
    """(code, programme, title)."""
    everywhere: bool
    exact: bool


def view(actor: Actor, asked: Asked) -> View:
    """What this reader may see of what they ask for.

    Raises Forbidden; NotFound for an organisation out of reach; Invalid for unknown codes and impossible periods.
    """
    reach = actor.reach(Permission.UPTAKE_READ)
    everywhere = groups.root_among(reach)
    if not everywhere and not reach.places:
        actor.require(Permission.UPTAKE_READ)
    sectors, programmes, courses = groups.sectors(), groups.programmes(), groups.courses()
    body = _named(asked.organisation, {each.code: each for each in groups.organisations()}, "organisation")
    if body is not None and not everywhere:
        actor.require_or_hide(Permission.UPTAKE_READ, at=body.lineage)
    filters = Filters(
        period=_period(asked),
        scope=None if everywhere else groups.top_of(reach.places),
        sector=_named(asked.sector, {code: code for code in sectors}, "sector"),
        organisation=body,
        programme=_named(asked.programme, {code: code for code in programmes}, "programme"),
        course=_named(asked.course, {code: id for id, (code, _, _) in courses.items()}, "course"),
        level=_named(asked.level, {code: code for code in groups.levels()}, "level"),
    )
    within = groups.within(None if everywhere else reach.places)
    return View(filters, sectors, within, programmes, courses, everywhere, _sees_names(actor, filters))


def narrowed_too_far(seen: View) -> bool:
    """Do so few people remain under these filters that nothing may be said? Never for who may see names."""
    return not seen.exact and disclosure.too_few(queries.totals(seen.filters, seen.filters.period)[0])


def people(actor: Actor, asked: Asked) -> tuple[View, Select[Enrolment]]:
    """The people behind the figures, by name; that they were read is recorded.

    Raises NotFound unless the reader may see names everywhere that they ask for.
    """
    seen = view(actor, asked)
    if not seen.exact:
        actor.require_or_hide(Permission.UPTAKE_READ_NAMES)
    audit.record(actor, "uptake.names_read", filters={key: str(value) for key, value in vars(asked).items() if value})
    return seen, queries.people(seen.filters)


def baselines(actor: Actor) -> list[Baseline]:
    """Published figures in their order."""
    if not actor.might(Permission.UPTAKE_READ):
        actor.require(Permission.UPTAKE_READ)
    return queries.baselines()


def _sees_names(actor: Actor, filters: Filters) -> bool:
    """May this reader see names, and so small counts, of everybody whom the filters reach?"""
    reach = actor.reach(Permission.UPTAKE_READ_NAMES)
    if groups.root_among(reach):
        return True
    place = filters.organisation or filters.scope
    return place is not None and bool(reach.places & set(place.lineage))


def _period(asked: Asked) -> periods.Period:
    today = clock.today()
    if asked.as_at is not None and asked.as_at not in periods.offered_moments(today):
        raise NotAMoment(fields={"as_at": NotAMoment.title})
    period = periods.chosen(today, asked.first, asked.last, asked.as_at)
    if period is None:
        raise NoSuchPeriod(fields={"first": NoSuchPeriod.title})
    return period


def _named(code: str | None, known: Mapping[str, T], field: str) -> T | None:
    if code is None:
        return None
    if code not in known:
        raise Invalid(fields={field: N_("Choose one of the answers")})
    return known[code]
