"""Where people stand beside what their work asks of a framework: by organisation, sector, role or level.

Everybody with an account whose work asks for something counts, whether they share their ratings or not; nobody is named, and
every count goes through the disclosure rule. How many people a workforce has is not known here, so there is no denominator.

It is no `Answer` like other reports: those are of a period and as at a moment of the past, and of one programme or course,
while this is of one framework and of today alone, for what somebody met at the end of a month is not kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from courses.needs.upstairs import Gaps
from frameworks.assessment import queries as assessment
from frameworks.queries import place_names
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.reporting import groups
from lms.reporting.reach import folding, reading
from lms.reporting.reach.counting import Counts, Grouping, Where
from lms.reporting.reach.folding import Freshness
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import Definition
from lms.reporting.rules.disclosure import TOTAL, Table

NO_DENOMINATOR = Bilingual(
    "No denominator: how many people work there in all is not known, so no share is given. People are counted who have an "
    "account here.",
    "Dim enwadur: nid yw'n hysbys faint o bobl sy'n gweithio yno i gyd, felly ni roddir cyfran. Cyfrifir pobl sydd â chyfrif yma.",
)
GAPS = Definition(
    "FRAMEWORK-GAPS", 2, Bilingual("Where people are", "Ble mae pobl arni"),
    Bilingual(
        "People whose work asks for a level of the framework today, by how much of it they meet in all domains together: by "
        "their own rating, confirmed or not, as far as it counts under the version in force. Somebody with two places is held "
        "against what both ask, and counts in both and once in the total.",
        "Pobl y mae eu gwaith yn gofyn am lefel o'r fframwaith heddiw, yn ôl faint ohoni y maent yn ei bodloni yn yr holl feysydd "
        "gyda'i gilydd: yn ôl eu hasesiad eu hunain, wedi'i gadarnhau neu beidio, i'r graddau y mae'n cyfrif dan y fersiwn mewn "
        "grym. Mae rhywun â dau le yn cael ei fesur yn erbyn yr hyn y mae'r ddau yn gofyn amdano, ac yn cyfrif yn y ddau ac "
        "unwaith yn y cyfanswm.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class GapLine:
    """One group. None: hidden."""

    code: str
    name: Bilingual
    people: Mapping[Where, int | None]
    total: int | None


@dataclass(frozen=True)
class FrameworkGaps:
    framework: Bilingual
    version: int
    group: Grouping
    lines: list[GapLine]
    totals: Mapping[Where, int | None]
    total: int | None
    withheld: bool
    fresh: Freshness | None
    """Until when what changed is in the figures. None: nobody has been counted yet."""
    denominator: None = None
    """Always: see NO_DENOMINATOR."""

    @property
    def known_at(self) -> datetime | None:
        """What changed before then is in the figures."""
        return self.fresh.known_at if self.fresh else None


def framework_gaps(actor: Actor, code: str, group: Grouping) -> FrameworkGaps:
    """What this reader may see of it. Raises Forbidden, NotFound. Three queries, while reference data hold."""
    if not actor.might(Permission.UPTAKE_READ):
        actor.require(Permission.UPTAKE_READ)
    reach = actor.reach(Permission.UPTAKE_READ)
    bodies = None if groups.root_among(reach) else [each.id for each in groups.within(reach.places)]
    it = assessment.outline(code)
    found, fresh = reading.counts(it, group, bodies), folding.freshness(it)
    total = found.get((None, None), 0)
    withheld = disclosure.too_few(total)
    keys = sorted({key for key, _reach in found if key is not None})
    shown = _suppressed(found, keys, total, withheld)
    names = _names(it, group)
    lines = [
        GapLine(
            _public(key, group), names.get(key, Bilingual(key, key)),
            dict(zip(Where, shown.cells[n], strict=True)), (shown.row_totals or ())[n],
        )
        for n, key in enumerate(keys)
    ]  # fmt: skip
    totals = dict(zip(Where, shown.column_totals or (None,) * len(Where), strict=True))
    number = fresh.number if fresh else it.number
    return FrameworkGaps(it.title, number, group, lines, totals, shown.total, withheld, fresh)


def _suppressed(found: Counts, keys: list[str], total: int, withheld: bool) -> Table:
    table = Table(
        cells=tuple(tuple(found.get((key, where), 0) for where in Where) for key in keys),
        row_totals=tuple(found.get((key, None), 0) for key in keys),
        column_totals=tuple(found.get((None, where), 0) for where in Where), total=total,
    )  # fmt: skip
    if withheld:
        return table.without({(i, j) for i in (*range(len(keys)), TOTAL) for j in (0, 1, 2, TOTAL)})
    small = [
        (n, j) for n, key in enumerate(keys) if disclosure.too_few(found.get((key, None), 0)) for j in (0, 1, 2, TOTAL)
    ]
    return disclosure.suppress(table, also=small)


def _names(it: assessment.Outline, group: Grouping) -> dict[str, Bilingual]:
    nowhere = {"none": Bilingual("Not said", "Heb ei nodi")}
    if group is Grouping.ORGANISATION:
        return {str(each.id): each.name for each in groups.organisations()} | nowhere
    if group is Grouping.LEVEL:
        return {str(each.rank): each.title for each in it.levels}
    kind = "sector" if group is Grouping.SECTOR else "role"
    return {code: name for (of, code), name in place_names().items() if of == kind} | nowhere


def _public(key: str, group: Grouping) -> str:
    """The code by which the world knows a group: ids stay inside."""
    if group is Grouping.ORGANISATION:
        return next((each.code for each in groups.organisations() if str(each.id) == key), key)
    return key


def gaps_of(organisations: Collection[UUID], courses: Collection[UUID], _day: date) -> Gaps:
    """For the needs rounds: people below what their work asks, by body and course, where the course's levels say which
    framework. A body's own people only; through the disclosure rule (None: hidden). As they are kept: of today."""
    frameworks = _frameworks_of(courses)
    found: dict[tuple[UUID, UUID], int | None] = {}
    for code in {each for some in frameworks.values() for each in some}:
        it = assessment.outlines().get(code)
        if it is None or not it.statements:
            continue
        raw = reading.counts(it, Grouping.ORGANISATION, organisations)
        for body in organisations:
            people = raw.get((str(body), None), 0)
            below = people - raw.get((str(body), Where.MEETS), 0)
            if not people:
                continue
            told = None if disclosure.too_few(people) else disclosure.alone(below)
            for course, some in frameworks.items():
                if code in some:
                    found[body, course] = told
    return found


def _frameworks_of(courses: Collection[UUID]) -> dict[UUID, set[str]]:
    rows = db.session.execute(
        text(
            "SELECT c.id, l.framework_code FROM course c JOIN course_level l ON l.version_id = c.published_version_id"
            " WHERE c.id = ANY(:courses)"
        ),
        {"courses": list(courses)},
    )
    found: dict[UUID, set[str]] = {}
    for course, code in rows:
        found.setdefault(course, set()).add(code)
    return found
