"""The round as files: everything that was said, decided and given, with who and when. No names of nominees."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from flask import Response, g
from flask_babel import gettext as _

from courses.needs import queries, views, wording
from courses.needs.models import Round
from courses.needs.views import Only
from lms.accounts.models import Organisation
from lms.accounts.queries import names_of, sectors
from lms.core import spreadsheets
from lms.core.clock import LONDON
from lms.core.spreadsheets import Cell
from lms.core.web import streams

Sheet = tuple[Sequence[str], Sequence[Sequence[Cell]]]


def round_sheet(it: Round, only: Only) -> Sheet:
    """What the round is, its days, and the rules that were published."""
    rows: list[list[Cell]] = [
        [_("Title"), it.title.en, it.title.cy],
        [_("Place"), it.place.name.en, it.place.name.cy],
        [_("Stage"), _(wording.STATES[it.state][0]), it.state.value],
    ]
    rows += [[_(wording.DATES[name]), day, ""] for name, day in it.dates.named().items()]
    for rule in queries.rules_of(it.id):
        said = f"{_(wording.METHODS[rule.method])}, {rule.reserved_percent} %"
        rows.append([_("Rule %(number)s", number=rule.edition), said, rule.reason])
    for room in views.rooms(it):
        if room.capacity:
            there = room.capacity
            rows.append([f"{_('Capacity')}: {room.course.course.code}", there.seats, there.pence / 100])
            rows.append([f"{_('Budget')}: {room.course.course.code}", there.budget / 100, room.places])
    return ([_("What"), _("Value"), _("More")], rows)


def need_sheet(it: Round, only: Only) -> Sheet:
    """Every line that bodies entered, and what counts after review."""
    figures = queries.figures(it.id, only)
    bodies = queries.organisations_by_id(each.organisation_id for each in figures)
    courses = {each.id: each for each in queries.courses_of(it.id)}
    return (
        [*_of_body(), _("Course"), _("Level"), _("Entered"), _("After review"), _("Why"), _("Evidence"),
         _("Why another figure")],
        [
            [*_body(bodies[each.organisation_id]), courses[each.round_course_id].course.code, each.level, each.entered,
             each.heads, each.reason, each.evidence, each.adjusted or ""]
            for each in figures
        ],
    )  # fmt: skip


def allocation_sheet(it: Round, only: Only) -> Sheet:
    """Every edition: what each body got, what it had before, and how the number came about."""
    courses = {each.id: each.course.code for each in queries.courses_of(it.id)}
    rows: list[list[Cell]] = []
    for edition in reversed(queries.allocations_of(it.id)):
        for each in queries.standings(edition):
            share = each.share
            if only is not None and share.organisation_id not in only:
                continue
            rows.append([
                edition.edition, _(wording.KINDS[edition.kind]), edition.at.astimezone(LONDON), edition.reason,
                *_body(share.organisation), courses[share.round_course_id], share.need, share.before, share.kept,
                share.places, each.accepted, " ".join(wording.workings(share.workings)),
            ])  # fmt: skip
    head = [_("Edition"), _("What"), _("When (Wales)"), _("Reason"), *_of_body(), _("Course"), _("Need"), _("Before"),
            _("Kept"), _("Places"), _("Accepted"), _("How it came about")]  # fmt: skip
    return head, rows


def outturn_sheet(it: Round, only: Only) -> Sheet:
    """From need to use, by body and course."""
    head = [*_of_body(), _("Course"), _("Need"), _("First offered"), _("Offered"), _("Accepted"), _("Named"),
            _("Begun"), _("Not named"), _("Cost in pounds")]  # fmt: skip
    return head, [
        [*_body(each.body), each.course.course.code, each.need, each.first, each.offered, each.accepted, each.named,
         each.used, each.returned, each.spent / 100]
        for each in views.outturn(it, only) if each.body
    ]  # fmt: skip


def history_sheet(it: Round, only: Only) -> Sheet:
    """Every stage, dated and attributed: what each body and each office said, in all editions."""
    found = queries.chronicle(it.id, only)
    names = names_of({each.by for each in found})
    bodies = queries.organisations_by_id(each.body for each in found if each.body)
    courses = {each.id: each.course.code for each in queries.courses_of(it.id)}
    head = [_("When (Wales)"), _("What"), *_of_body(), _("Course"), _("Level"), _("How many"), _("Who"), _("Reason")]
    return head, [
        [each.at.astimezone(LONDON), wording.deed(each), *(_body(bodies[each.body]) if each.body else [""] * 4),
         courses[each.course] if each.course else "", each.level, each.number, _who(each.by, each.by_name, names),
         wording.because(each)]
        for each in found
    ]  # fmt: skip


def _who(by: UUID | None, said: str, names: Mapping[UUID, str]) -> str:
    """By name; whoever answered by a link as they said they were called; else the house itself."""
    return names.get(by, "") if by else said or "Llwybr"


def demand_sheet(it: Round, only: Only) -> Sheet:
    """The national demand table: by course and level, as entered and after review, and from which sector."""
    rows = views.demand(it, only)
    named = [each for each in sectors() if any(row.sectors.get(each.code) for row in rows)]
    titles = [each.title.in_(g.lang) for each in named]
    return (
        [_("Course"), _("Title (English)"), _("Title (Welsh)"), _("Level"), _("Bodies"), _("Entered"), _("After review"), *titles],
        [
            [row.line.code, row.line.title.en, row.line.title.cy, row.line.level, row.bodies, row.entered, row.heads,
             *(row.sectors.get(each.code, 0) for each in named)]
            for row in rows
        ],
    )  # fmt: skip


TABLES: Mapping[str, Callable[[Round, Only], Sheet]] = {
    "round": round_sheet,
    "need": need_sheet,
    "demand": demand_sheet,
    "allocation": allocation_sheet,
    "outturn": outturn_sheet,
    "history": history_sheet,
}


def workbook(it: Round, only: Only = None) -> bytes:
    titles = {"round": _("Round"), "need": _("Need"), "demand": _("Demand"), "allocation": _("Allocation"),
              "outturn": _("Outturn"), "history": _("History")}  # fmt: skip
    return spreadsheets.workbook({titles[name]: sheet(it, only) for name, sheet in TABLES.items()})


def table(it: Round, name: str, only: Only = None) -> bytes:
    return spreadsheets.table_csv(*TABLES[name](it, only))


def _of_body() -> list[str]:
    return [_("Body code"), _("Body (English)"), _("Body (Welsh)"), _("Sector")]


def _body(body: Organisation) -> list[Cell]:
    return [body.code, body.name.en, body.name.cy, body.sector.value]


def file(it: Round, name: str, only: Only, language: str) -> Response:
    """`workbook`, or a table's name for CSV."""
    stem = f"needs-round-{it.opens_on.isoformat()}-{language}"
    if name == "workbook":
        return streams.file([workbook(it, only)], f"{stem}.xlsx", spreadsheets.XLSX)
    return streams.file([table(it, name, only)], f"{stem}-{name}.csv", spreadsheets.CSV)
