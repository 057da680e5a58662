"""Where people stand beside what their work asks of a framework: by organisation, sector, role or level.

Everybody with an account whose work asks for something counts, whether they share their ratings or not; nobody is named, and
every count goes through the disclosure rule. Where a headcount was recorded for exactly those people, a share is given;
elsewhere it is said that there is no denominator.

It is of one framework and of today alone, for what somebody met at the end of a month is not kept.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from courses.needs.upstairs import Gaps
from frameworks.assessment import queries as assessment
from frameworks.queries import place_names
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups
from lms.reporting.queries import Dimension
from lms.reporting.reach import folding, reading
from lms.reporting.reach.counting import Counts, Grouping, Where
from lms.reporting.reach.folding import Freshness
from lms.reporting.reports.report import NO_DENOMINATOR, Answer, Column, Report, Row, Sheet, Value, leaders
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import Definition
from lms.reporting.rules.disclosure import TOTAL, Table
from lms.reporting.services import Asked, View, view

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
SHARE = Definition(
    "FRAMEWORK-SHARE", 1, Bilingual("Share who meet", "Cyfran sy'n bodloni"),
    Bilingual(
        "People who meet all that their work asks, out of the headcount of the same people that was recorded last, whether they "
        "have an account here or not. A headcount of a body counts everybody in it and below it, so it is set beside bodies "
        "that have none below them. Without a headcount there is no percentage.",
        "Pobl sy'n bodloni'r cyfan y mae eu gwaith yn gofyn amdano, o gyfrif pennau yr un bobl a gofnodwyd ddiwethaf, p'un a oes "
        "ganddynt gyfrif yma ai peidio. Mae cyfrif pennau corff yn cyfrif pawb ynddo ac oddi tano, felly fe'i rhoddir wrth ymyl "
        "cyrff heb un oddi tanynt. Heb gyfrif pennau, nid oes canran.",
    ),
)  # fmt: skip
COLUMNS = (
    Column("meets", Bilingual("Meets", "Yn bodloni")), Column("partly", Bilingual("Partly", "Yn rhannol")),
    Column("not_yet", Bilingual("Not yet", "Ddim eto")), Column("total", Bilingual("Together", "Gyda'i gilydd")),
    Column("headcount", Bilingual("Headcount", "Cyfrif pennau"), "number"), Column("share", SHARE.title, "percent"),
)  # fmt: skip
HEADINGS = {
    Grouping.ORGANISATION: Bilingual("Organisation", "Sefydliad"), Grouping.SECTOR: Bilingual("Sector", "Sector"),
    Grouping.ROLE: Bilingual("Role", "Rôl"), Grouping.LEVEL: Bilingual("Level", "Lefel"),
}  # fmt: skip


NOT_YET = list(Where).index(Where.NOT_YET)
NAMED = 3
"""Groups that a finding names at most."""
ALIKE = Bilingual("Too few people to compare the groups", "Rhy ychydig o bobl i gymharu'r grwpiau")


@dataclass(frozen=True)
class GapLine:
    """One group. None: hidden; of `headcount`: not known, so there is no share."""

    code: str
    name: Bilingual
    people: Mapping[Where, int | None]
    total: int | None
    headcount: int | None = None

    @property
    def share(self) -> int | None:
        """Of the headcount, as far as both are shown: a whole percentage."""
        return disclosure.percent(self.people[Where.MEETS], self.headcount)


@dataclass(frozen=True)
class FrameworkGaps:
    """`together`: the line of everybody, counted once. `denominator`: its headcount, None: not known."""

    code: str
    framework: Bilingual
    version: int
    group: Grouping
    lines: list[GapLine]
    together: GapLine
    withheld: bool
    fresh: Freshness | None
    """Until when what changed is in the figures. None: nobody has been counted yet."""
    view: View

    @property
    def totals(self) -> Mapping[Where, int | None]:
        return self.together.people

    @property
    def total(self) -> int | None:
        return self.together.total

    @property
    def has_headcounts(self) -> bool:
        return any(each.headcount for each in (*self.lines, self.together))

    @property
    def denominator(self) -> int | None:
        return self.together.headcount

    @property
    def known_at(self) -> datetime | None:
        """What changed before then is in the figures."""
        return self.fresh.known_at if self.fresh else None


def framework_gaps(actor: Actor, asked: Asked) -> FrameworkGaps:
    """What this reader may see of the framework that they ask for, or of the first. Raises Forbidden, NotFound, Invalid.

    Four queries, while reference data hold.
    """
    seen, group = replace(view(actor, asked), exact=False), Grouping(asked.group.value)
    it = assessment.outline(asked.framework) if asked.framework else first_framework()
    place = seen.filters.place
    bodies = None if place is None else [each.id for each in groups.within(frozenset({place.id}))]
    found, fresh = reading.counts(it, group, bodies), folding.freshness(it)
    total = found.get((None, None), 0)
    withheld = disclosure.too_few(total)
    keys = sorted({key for key, _reach in found if key is not None})
    shown = _suppressed(found, keys, total, withheld)
    names, heads = _names(it, group), {} if withheld else _headcounts(seen, group)
    lines = [
        GapLine(
            _public(key, group), names.get(key, Bilingual(key, key)), dict(zip(Where, shown.cells[n], strict=True)),
            (shown.row_totals or ())[n], heads.get(key),
        )
        for n, key in enumerate(keys)
    ]  # fmt: skip
    totals = dict(zip(Where, shown.column_totals or (None,) * len(Where), strict=True))
    together = GapLine("total", COLUMNS[3].title, totals, shown.total, heads.get(None))
    number = fresh.number if fresh else it.number
    return FrameworkGaps(it.code, it.title, number, group, lines, together, withheld, fresh, seen)


def first_framework() -> assessment.Outline:
    """Raises NotFound where there is none."""
    for it in assessment.rateable():
        return it
    raise NotFound()


def _headcounts(seen: View, group: Grouping) -> Mapping[str | None, int]:
    """By key of a line, where one was recorded of exactly those people; None: of all of them together. One query."""
    dimension = None if group is Grouping.LEVEL else Dimension(group.value)
    told = asking.headcounts(seen.filters, dimension)
    found = {key: each.people for key, each in told.items()}
    if group is not Grouping.ORGANISATION:
        return found
    above = {str(id) for each in groups.organisations() for id in each.lineage if id != each.id}
    return {key: people for key, people in found.items() if key not in above}


def run(actor: Actor, asked: Asked) -> Answer:
    """The same as any other report tells it."""
    return answer_of(framework_gaps(actor, asked), asked)


def answer_of(report: FrameworkGaps, asked: Asked) -> Answer:
    """In a table. One query."""
    made = asking.made(REPORT, report.view, asked) | {"known_at": report.known_at}
    if report.withheld:
        return Answer(finding=TOO_FEW, sheets=(), withheld=True, **made)
    rows = [_row(line) for line in report.lines]
    finding = _finding(first) if (first := leaders(rows, NOT_YET)) else ALIKE
    heading, it = HEADINGS[report.group], report.framework
    sheet = Sheet(
        key=f"{report.code}-{report.group.value}".lower(),
        title=Bilingual(f"{it.en}, version {report.version}: people by how much of what their work asks they meet",
                        f"{it.cy}, fersiwn {report.version}: pobl yn ôl faint o ofynion eu gwaith y maent yn eu bodloni"),
        heading=heading, columns=COLUMNS, rows=rows, total=_row(report.together),
        chart=NOT_YET,
    )  # fmt: skip
    return Answer(finding=finding, sheets=(sheet,), **made)


def _finding(first: Sequence[Row]) -> Bilingual:
    if len(first) > NAMED:
        return Bilingual(
            f"The most people who meet none of it yet are in {len(first)} groups alike",
            f"Mae'r nifer fwyaf o bobl nad ydynt yn bodloni dim ohono eto mewn {len(first)} grŵp fel ei gilydd",
        )
    english, welsh = ", ".join(row.name.en for row in first), ", ".join(row.name.cy for row in first)
    return Bilingual(
        f"Most people who meet none of it yet: {english}",
        f"Y nifer fwyaf o bobl nad ydynt yn bodloni dim ohono eto: {welsh}",
    )


def _row(line: GapLine) -> Row:
    shares: tuple[Value, ...] = (line.headcount, line.share) if line.headcount else (NO_DENOMINATOR, NO_DENOMINATOR)
    return Row(line.code, line.name, (*(line.people[where] for where in Where), line.total, *shares))


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


TOO_FEW = Bilingual("Too few people to report on", "Rhy ychydig o bobl i adrodd arnynt")
REPORT = Report(
    id="FRAMEWORK-GAPS-1",
    version=1,
    slug="framework-gaps",
    run=run,
    endpoint="framework_gaps.gaps",
    counts_others=True,
    title=Bilingual("Gaps beside the frameworks", "Bylchau o'u cymharu â'r fframweithiau"),
    words=Bilingual(
        "Where people stand today beside what their work asks of a framework, by organisation, sector, role or level. Everybody "
        "with an account whose work asks for something counts; nobody is named. Headcounts are those that were recorded; "
        "without one there is no share.",
        "Ble mae pobl arni heddiw o'u cymharu â'r hyn y mae eu gwaith yn ei ofyn gan fframwaith, yn ôl sefydliad, sector, rôl neu "
        "lefel. Mae pawb â chyfrif y mae eu gwaith yn gofyn am rywbeth yn cyfrif; ni enwir neb. Y cyfrifon pennau yw'r rhai a "
        "gofnodwyd; heb un nid oes cyfran.",
    ),
    definitions=(GAPS, SHARE),
    filters=("framework", "organisation", "group"),
)
