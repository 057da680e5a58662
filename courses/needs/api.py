"""JSON routes of needs rounds: everything that the pages do."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, g, request
from flask_babel import gettext as _

from courses.needs import errors, exporting, queries, views, wording, workbooks
from courses.needs.models import Allocation, Nominee, Round, RoundCourse, Via
from courses.needs.queries import Figure, Standing
from courses.needs.rules import lines
from courses.needs.rules.allocating import Method
from courses.needs.rules.lines import Line
from courses.needs.rules.timetable import Dates
from courses.needs.schemas import given as schemas
from courses.needs.schemas import told
from courses.needs.services import accepting, access, answering, nominating, reviewing, rounds, sharing
from courses.needs.services.answering import People
from courses.needs.services.sharing import Bought
from courses.needs.wording import spoken
from lms.accounts.models import Organisation
from lms.core import spreadsheets
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import SheetUnreadable
from lms.core.web import streams
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("needs", __name__, description="Training-needs rounds, from need to outturn")

P = Permission
ROUND = "/needs-rounds/<uuid:round_id>"
BODY = f"{ROUND}/bodies/<uuid:organisation_id>"
COURSE = f"{BODY}/courses/<code>"
STAGES = {"reviewed": rounds.finish_review, "accepted": rounds.end_acceptance, "closed": rounds.close}
FILE_TYPES = (spreadsheets.XLSX, spreadsheets.CSV)


@api.operation("GET", "/needs-rounds", needs=P.NEEDS_READ, query=PageQuery, returns=(200, told.NeedsRoundsOut))
def listed(actor: Actor, cursor: str | None, size: int) -> Page[Round]:
    """Rounds that one manages, or that reach into one's area; newest first."""
    return page_of(queries.rounds_to_manage(actor), cursor, size, key=(Round.id,), descending=True)


@api.operation(
    "GET", "/needs-rounds-to-answer", needs=P.NEEDS_ANSWER, query=PageQuery, returns=(200, told.NeedsRoundsOut)
)
def to_answer(actor: Actor, cursor: str | None, size: int) -> Page[Round]:
    """Rounds that ask bodies for which one answers."""
    return page_of(queries.rounds_to_answer(actor), cursor, size, key=(Round.id,), descending=True)


@api.operation(
    "POST", "/needs-rounds", needs=P.NEEDS_OPEN, body=schemas.NeedsRoundIn, returns=(201, told.NeedsRoundDetailOut),
    raises=(errors.DatesOutOfOrder, errors.NotInRound),
)  # fmt: skip
@spoken
def open_round(
    actor: Actor, title: Bilingual, place_id: UUID, courses: list[dict[str, Any]], method: str, reserved_percent: int,
    sectors: list[str], areas: list[UUID], **dates: date,
) -> Any:  # fmt: skip
    """Open a round."""
    wanted = [rounds.Wanted(each["course"], each["levels"]) for each in courses]
    made = rounds.open_round(
        actor, title, place_id, wanted, Dates(**dates), Method(method), reserved_percent, sectors, areas
    )
    return _detail(made)


@api.operation("GET", ROUND, needs=P.NEEDS_READ, returns=(200, told.NeedsRoundDetailOut))
def one(actor: Actor, round_id: UUID) -> Any:
    """A round with its courses, the rules that were published, and what happened to it."""
    return _detail(access.readable(actor, round_id))


def _detail(it: Round) -> dict[str, Any]:
    courses = [
        {"course": each.course.code, "title": wording.title_of(each), "levels": each.levels}
        for each in queries.courses_of(it.id)
    ]
    plain = {name: getattr(it, name) for name in ("id", "title", "state", "place", "sectors", "areas")}
    return plain | dict(it.dates.named()) | {
        "courses": courses, "rules": queries.rules_of(it.id), "steps": queries.steps_of(it.id)
    }  # fmt: skip


@api.operation("GET", f"{ROUND}/rule", needs=P.PUBLIC_READ, returns=(200, told.PublicRuleOut))
def rule(actor: Actor, round_id: UUID) -> Any:
    """The rule as anybody may read it, newest first."""
    it = rounds.public(actor, round_id)
    return {"title": it.title, "rules": queries.rules_of(it.id)}


@api.operation(
    "POST", f"{ROUND}/rules", needs=P.NEEDS_COMMISSION, body=schemas.NeedsRuleIn, returns=(201, told.NeedsRuleOut),
    raises=(errors.AtAnotherStage,),
)  # fmt: skip
@spoken
def change_rule(actor: Actor, round_id: UUID, method: str, reserved_percent: int, reason: str) -> Any:
    """Publish another rule, and why."""
    return rounds.change_rule(actor, round_id, Method(method), reserved_percent, reason)


@api.operation(
    "POST", f"{ROUND}/dates", needs=P.NEEDS_OPEN, body=schemas.DatesForm, returns=(200, told.NeedsRoundOut),
    raises=(errors.DatesOutOfOrder, errors.DatePassed),
)  # fmt: skip
@spoken
def move_dates(actor: Actor, round_id: UUID, reason: str, **dates: date) -> Any:
    """Move days that are to come."""
    return rounds.move_dates(actor, round_id, Dates(**dates), reason)


@api.operation(
    "POST", f"{ROUND}/stage", needs=P.NEEDS_READ, body=schemas.StageIn, returns=(200, told.NeedsRoundOut),
    raises=(errors.AtAnotherStage, errors.TooEarly),
)  # fmt: skip
@spoken
def stage(actor: Actor, round_id: UUID, stage: str) -> Any:
    """Move the round on: review finished, acceptance ended, or closed."""
    return STAGES[stage](actor, round_id)


@api.operation("GET", BODY, needs=P.HOME_READ, returns=(200, told.NeedsAnswerOut))
def answer_of(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """What a body needs: one's own, or in one's area."""
    return _answer(*_seen(actor, round_id, organisation_id))


def _seen(actor: Actor, round_id: UUID, organisation_id: UUID) -> tuple[Round, Organisation]:
    try:
        return access.own(actor, round_id, organisation_id)
    except NotFound:
        return access.in_area(actor, round_id, organisation_id, P.NEEDS_READ)


def _answer(it: Round, body: Organisation) -> dict[str, Any]:
    last = queries.answer_of(it.id, body.id)
    codes = {each.id: each.course.code for each in queries.courses_of(it.id)}
    heads = queries.headcounts_of(it.id, [body.id]).get(body.id)
    return {
        "body": body, "edition": last.edition if last else 0, "at": last.at if last else None,
        "via": last.via if last else None, "headcount": heads.people if heads else None,
        "reviewed": bool(last and queries.reviews_of([last.id])),
        "lines": [_line(each, codes) for each in queries.figures(it.id, [body.id])],
    }  # fmt: skip


def _line(each: Figure, codes: Mapping[UUID, str]) -> dict[str, Any]:
    return vars(each) | {"course": codes[each.round_course_id]}


@api.operation(
    "POST", f"{BODY}/answer", needs=P.NEEDS_ANSWER, body=schemas.NeedsAnswerIn, returns=(201, told.NeedsAnswerOut),
    raises=(errors.NotOpenYet, errors.NeedClosed, errors.NotInRound),
)  # fmt: skip
@spoken
def answer(
    actor: Actor, round_id: UUID, organisation_id: UUID, edition: int, lines: list[dict[str, Any]],
    headcount: dict[str, Any] | None,
) -> Any:  # fmt: skip
    """Enter the body's whole need as a new edition."""
    people = People(**headcount) if headcount else None
    answering.answer(actor, round_id, organisation_id, edition, [Line(**each) for each in lines], Via.API, people)
    return _answer(*access.own(actor, round_id, organisation_id))


@api.operation(
    "POST", f"{BODY}/sheet", needs=P.NEEDS_ANSWER, takes="application/octet-stream", returns=(200, told.SheetOut),
    raises=(SheetUnreadable,),
)  # fmt: skip
def try_sheet(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """What an uploaded spreadsheet (.xlsx or .csv) would do, row by row. Nothing is kept: send the lines to `answer`."""
    it, body = access.own(actor, round_id, organisation_id)
    levels = {each.course.code: each.levels for each in queries.courses_of(it.id)}
    before = answering.entered(it.id, body.id)
    found = lines.outcomes(workbooks.read(request.get_data()), levels, before)
    last = queries.answer_of(it.id, body.id)
    return {
        "edition": last.edition if last else 0,
        "fit": not any(each.faults for each in found),
        "rows": [
            vars(each.line) | {
                "row": each.row, "before": each.before, "became": each.became.value,
                "faults": [_(fault) for fault in each.faults],
            }
            for each in found
        ],
        "left_out": [vars(each) for each in lines.left_out(found, before)],
    }  # fmt: skip


@api.operation("GET", f"{BODY}/sheet", needs=P.NEEDS_ANSWER, returns=(200, None), media_type=spreadsheets.XLSX)
def sheet(actor: Actor, round_id: UUID, organisation_id: UUID) -> Response:
    """The spreadsheet to fill in, in both languages, with what was entered already."""
    it, body = access.own(actor, round_id, organisation_id)
    made = workbooks.template(it, body, views.asked(queries.courses_of(it.id)), answering.entered(it.id, body.id))
    return streams.file([made], f"needs-{body.code}.xlsx", spreadsheets.XLSX)


@api.operation(
    "POST",
    f"{BODY}/link",
    needs=P.NEEDS_REVIEW,
    body=schemas.LinkForm,
    returns=(204, None),
    raises=(errors.NeedClosed,),
)
@spoken
def send_link(actor: Actor, round_id: UUID, organisation_id: UUID, email: str, language: str) -> None:
    """Mail a link by which the body answers once."""
    answering.send_link(actor, round_id, organisation_id, email, language)


@api.operation(
    "POST", f"{BODY}/headcount", needs=P.NEEDS_REVIEW, body=schemas.HeadcountIn, returns=(200, told.NeedsAnswerOut)
)
def set_headcount(actor: Actor, round_id: UUID, organisation_id: UUID, people: int, source: str) -> Any:
    """A headcount for a body that gave none."""
    answering.set_headcount(actor, round_id, organisation_id, People(people, source))
    return _answer(*_seen(actor, round_id, organisation_id))


@api.operation(
    "POST", f"{BODY}/review", needs=P.NEEDS_REVIEW, body=schemas.NeedsReviewIn, returns=(201, told.NeedsAnswerOut),
    raises=(errors.AtAnotherStage,),
)  # fmt: skip
@spoken
def review(
    actor: Actor, round_id: UUID, organisation_id: UUID, edition: int, comment: str, adjustments: list[dict[str, Any]]
) -> Any:
    """Look at an answer, and adjust figures with a reason each. What was entered stays."""
    figures = {each["entry_id"]: (each["heads"], each["reason"]) for each in adjustments}
    reviewing.review(actor, round_id, organisation_id, edition, figures, comment)
    return _answer(*_seen(actor, round_id, organisation_id))


@api.operation("GET", f"{ROUND}/demand", needs=P.NEEDS_READ, returns=(200, told.NeedsDemandOut))
def demand(actor: Actor, round_id: UUID) -> Any:
    """The national table: by course and level, as entered and after review; of one's area where one has no more."""
    it = access.readable(actor, round_id)
    items = [
        vars(each) | {"course": each.line.code, "level": each.line.level}
        for each in views.demand(it, access.scope(actor, it))
    ]
    return {"items": items}


@api.operation("GET", f"{ROUND}/capacity", needs=P.NEEDS_READ, returns=(200, told.CapacitiesOut))
def capacity(actor: Actor, round_id: UUID) -> Any:
    """Seats, price, budget and what they come to, beside the need."""
    it = access.readable(actor, round_id)
    return {"items": [
        {"course": each.course.course.code, "need": each.need, "places": each.places}
        | {name: getattr(each.capacity, name) if each.capacity else None for name in ("seats", "pence", "budget")}
        for each in views.rooms(it, access.scope(actor, it))
    ]}  # fmt: skip


@api.operation(
    "POST", f"{ROUND}/capacity", needs=P.NEEDS_COMMISSION, body=schemas.CapacitiesIn, returns=(200, told.CapacitiesOut),
    raises=(errors.AtAnotherStage, errors.NotInRound),
)  # fmt: skip
@spoken
def set_capacity(actor: Actor, round_id: UUID, courses: list[dict[str, Any]]) -> Any:
    """Set them; what was set before stays readable."""
    access.readable(actor, round_id)
    known = {each.course.code: each.id for each in queries.courses_of(round_id)}
    if any(each["course"] not in known for each in courses):
        raise errors.NotInRound(fields={"courses": N_("This round does not have a course with that code")})
    bought = {known[each["course"]]: Bought(each["seats"], each["pence"], each["budget"]) for each in courses}
    sharing.set_capacity(actor, round_id, bought)
    return capacity(actor, round_id)


@api.operation("GET", f"{ROUND}/allocation", needs=P.NEEDS_READ, returns=(200, told.NeedsAllocationOut))
def allocation(actor: Actor, round_id: UUID) -> Any:
    """The newest edition, with how each number came about."""
    it = access.readable(actor, round_id)
    editions = queries.allocations_of(it.id)
    if not editions:
        raise NotFound()
    return _allocation(it, editions[0], access.scope(actor, it))


def _allocation(it: Round, made: Allocation, only: set[UUID] | None) -> dict[str, Any]:
    codes = {each.id: each.course.code for each in queries.courses_of(it.id)}
    found = [each for each in queries.standings(made) if only is None or each.share.organisation_id in only]
    plain = {
        name: getattr(made, name) for name in ("edition", "kind", "at", "reason", "accept_by", "nominate_by", "rule")
    }
    return plain | {"places": [_places(each, codes) for each in found]}


def _places(each: Standing, codes: Mapping[UUID, str]) -> dict[str, Any]:
    share = each.share
    return {name: getattr(share, name) for name in ("need", "before", "kept", "places")} | {
        "body": share.organisation, "course": codes[share.round_course_id], "accepted": each.accepted,
        "named": each.named, "begun": each.used, "workings": wording.workings(share.workings),
    }  # fmt: skip


@api.operation(
    "POST", f"{ROUND}/allocation", needs=P.NEEDS_COMMISSION, body=schemas.AllocationIn,
    returns=(201, told.NeedsAllocationOut),
    raises=(errors.AtAnotherStage, errors.OffersAnswered, errors.CapacityMissing, errors.HeadcountMissing),
)  # fmt: skip
@spoken
def share_out(actor: Actor, round_id: UUID, edition: int, reason: str) -> Any:
    """Share places out by the rule in force. Anew is a new edition, and needs a reason."""
    made = sharing.share_out(actor, round_id, edition, reason)
    return _allocation(access.readable(actor, round_id), made, None)


@api.operation(
    "POST", f"{ROUND}/reoffer", needs=P.NEEDS_COMMISSION, body=schemas.ReofferIn,
    returns=(201, told.NeedsAllocationOut), raises=(errors.AtAnotherStage, errors.TooEarly, errors.NothingReturned),
)  # fmt: skip
@spoken
def reoffer(actor: Actor, round_id: UUID, edition: int, reason: str, accept_by: date, nominate_by: date) -> Any:
    """Offer again what came back, by the same rule."""
    made = sharing.reoffer(actor, round_id, edition, accept_by, nominate_by, reason)
    return _allocation(access.readable(actor, round_id), made, None)


def _course(round_id: UUID, code: str) -> RoundCourse:
    found = next((each for each in queries.courses_of(round_id) if each.course.code == code), None)
    if found is None:
        raise NotFound()
    return found


@api.operation(
    "POST", f"{COURSE}/acceptance", needs=P.NEEDS_ANSWER, body=schemas.AcceptanceIn, returns=(201, told.AcceptanceOut),
    raises=(errors.AtAnotherStage, errors.AcceptanceClosed, errors.MoreThanOffered),
)  # fmt: skip
@spoken
def accept(actor: Actor, round_id: UUID, organisation_id: UUID, code: str, accepted: int, reason: str) -> Any:
    """Take all, fewer or none of the places."""
    access.own(actor, round_id, organisation_id)
    return accepting.accept(actor, round_id, organisation_id, _course(round_id, code).id, accepted, reason)


@api.operation("GET", f"{COURSE}/nominees", needs=P.NEEDS_ANSWER, returns=(200, told.NomineesOut))
def nominees(actor: Actor, round_id: UUID, organisation_id: UUID, code: str) -> Any:
    """Who was named for the body's places, those who were taken off too."""
    access.own(actor, round_id, organisation_id)
    return {"items": queries.nominees_of(_course(round_id, code).id, organisation_id)}


@api.operation(
    "POST", f"{COURSE}/nominees", needs=P.NEEDS_ANSWER, body=schemas.NomineeIn, returns=(201, told.NomineeOut),
    raises=(errors.NominationClosed, errors.NoPlaceLeft, errors.AlreadyNominated),
)  # fmt: skip
@spoken
def nominate(
    actor: Actor, round_id: UUID, organisation_id: UUID, code: str, person_id: UUID | None, name: str,
    email: str | None, language: str,
) -> Nominee:  # fmt: skip
    """Name a person of the body, who is enrolled; or a name and an address, which is invited."""
    access.own(actor, round_id, organisation_id)
    place = (actor, round_id, organisation_id, _course(round_id, code).id)
    if person_id is not None:
        return nominating.nominate(*place, person_id)
    if not name or not email:
        raise Invalid(fields={"email": N_("Give a person, or a name with an address")})
    return nominating.invite(*place, name, email, language)


@api.operation("DELETE", f"{BODY}/nominees/<uuid:nominee_id>", needs=P.NEEDS_ANSWER, returns=(200, told.NomineeOut))
@spoken
def take_off(actor: Actor, round_id: UUID, organisation_id: UUID, nominee_id: UUID) -> Nominee:
    """Take a name off a place that nobody has begun."""
    return nominating.take_off(actor, round_id, organisation_id, nominee_id)


@api.operation("GET", f"{ROUND}/outturn", needs=P.NEEDS_READ, returns=(200, told.OutturnOut))
def outturn(actor: Actor, round_id: UUID) -> Any:
    """From need to use, by course."""
    it = access.readable(actor, round_id)
    found = views.by_course(views.outturn(it, access.scope(actor, it)))
    return {"items": [vars(each) | {"course": each.course.course.code, "spent": each.spent} for each in found]}


@api.operation(
    "GET", f"{ROUND}/export/<any(workbook,round,need,demand,allocation,outturn,history):name>", needs=P.NEEDS_READ,
    returns=(200, None), media_type=FILE_TYPES,
)  # fmt: skip
def export(actor: Actor, round_id: UUID, name: str) -> Response:
    """The whole round as a workbook, or one of its tables as CSV, in the language of Accept-Language."""
    it = access.readable(actor, round_id)
    return exporting.file(it, name, access.scope(actor, it), g.get("lang", "en"))
