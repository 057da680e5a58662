"""Pages of whoever answers for a body: which rounds ask, what is needed, places offered, and who goes."""

import json
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _

from courses.needs import queries, views, wording, workbooks
from courses.needs.models import Round, RoundCourse, Via
from courses.needs.pages import answers
from courses.needs.pages.attempts import attempt
from courses.needs.rules import lines, timetable
from courses.needs.rules.lines import Line
from courses.needs.schemas.given import AcceptanceForm, InviteForm, PersonForm, SheetForm
from courses.needs.services import accepting, answering, nominating
from courses.needs.services.access import course_in, own
from courses.needs.wording import spoken
from lms.accounts.models import Organisation, Person
from lms.core import clock, spreadsheets
from lms.core.db import db
from lms.core.errors import NotFound, Refusal
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import SheetUnreadable
from lms.core.web import forms, streams
from lms.core.web.pages import Pages, Redirect, actor_language
from lms.core.web.paging import page_of

pages = Pages("needs", "courses.needs", template_folder="templates")

ANSWER = Permission.NEEDS_ANSWER
BODY = "/needs/<uuid:round_id>/<uuid:organisation_id>"
BOTH = ("GET", "POST")
PAGE = 20
PEOPLE = 20


@pages.page("GET", "/needs", needs=ANSWER, template="needs/mine.html")
def mine(actor: Actor) -> Any:
    """Rounds that ask the bodies for which I answer."""
    page = page_of(queries.rounds_to_answer(actor), request.args.get("cursor"), PAGE, key=(Round.id,), descending=True)
    found = queries.asked_of(actor, page.items)
    return {
        "rows": [(it, found.get(it.id, [])) for it in page.items], "wording": wording, "today": clock.today(),
        "next_url": url_for(".mine", cursor=page.next) if page.next else None,
        "first_url": url_for(".mine") if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page("GET", BODY, needs=ANSWER, template="needs/body.html")
def body(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """Where the round is, and what this body has to do next."""
    it, found = own(actor, round_id, organisation_id)
    offers = views.offers(it, organisation_id)
    last = queries.answer_of(it.id, organisation_id)
    figures = queries.figures(it.id, [organisation_id])
    asked = {(each.course.id, each.level): each for each in views.asked(queries.courses_of(it.id))}
    return {
        "round": it, "body": found, "offers": offers, "wording": wording, "today": clock.today(), "answer": last,
        "figures": [(asked[each.round_course_id, each.level], each) for each in figures],
        "closed": why_closed(it), "rules": queries.rules_of(it.id),
        "reviewed": bool(last and queries.reviews_of([last.id])),
    }  # fmt: skip


def why_closed(it: Round) -> Refusal | None:
    """Why no need can be entered today."""
    try:
        timetable.may_enter_need(it.state, it.dates, clock.today())
    except Refusal as refusal:
        return refusal
    return None


@pages.page(BOTH, f"{BODY}/answer", needs=ANSWER, template="needs/answer.html")
@spoken
def answer(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """How many people need which course, and why."""
    it, found = own(actor, round_id, organisation_id)
    timetable.may_enter_need(it.state, it.dates, clock.today())
    if request.method == "GET":
        form, shown = answers.begin(it, found)
        return shown | {"form": form, "link": False}
    shown, status = answers.about(it, found), 422
    form, given, people = answers.read(request.form, shown["asked"])
    if form.ok:
        with attempt(form) as tried:
            answering.answer(actor, round_id, organisation_id, _edition(), given, Via.PAGE, people)
        if form.ok:
            return _to_body(it, found, _("The need is entered. You can change it until the last day."))
        status = tried.status
    return shown | {"form": form, "link": False}, status


def _edition() -> int:
    text = request.form.get("edition", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _to_body(it: Round, found: Organisation, flash: str) -> Redirect:
    return Redirect("needs.body", round_id=it.id, organisation_id=found.id, flash=flash)


@pages.page("GET", f"{BODY}/sheet.xlsx", needs=ANSWER)
def template(actor: Actor, round_id: UUID, organisation_id: UUID) -> Response:
    """The spreadsheet to fill in."""
    it, found = own(actor, round_id, organisation_id)
    made = workbooks.template(it, found, views.asked(queries.courses_of(it.id)), answering.entered(it.id, found.id))
    return streams.file([made], f"needs-{found.code}.xlsx", spreadsheets.XLSX)


@pages.page(BOTH, f"{BODY}/sheet", needs=ANSWER, template="needs/sheet.html")
@spoken
def sheet(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """Choose the filled-in sheet; see what every row would do; then keep it, or not."""
    it, found = own(actor, round_id, organisation_id)
    timetable.may_enter_need(it.state, it.dates, clock.today())
    last = queries.answer_of(it.id, found.id)
    shown: dict[str, Any] = {
        "round": it, "body": found, "edition": last.edition if last else 0, "rows": None, "wording": wording,
        "most": workbooks.MOST_ROWS,
    }  # fmt: skip
    if request.method == "GET":
        return shown | {"form": forms.start(SheetForm)}
    levels = {each.course.code: each.levels for each in queries.courses_of(it.id)}
    before = answering.entered(it.id, found.id)
    if "rows" in request.form:
        return _keep_sheet(actor, it, found, shown, levels, before)
    form = forms.read(SheetForm, request.form, request.files)
    if not form.ok:
        return shown | {"form": form}, 422
    try:
        rows = workbooks.read(form.data["file"].read())
    except SheetUnreadable as refusal:
        for name, text in refusal.fields.items():
            form.refuse(name, _(text))
        return shown | {"form": form}, 422
    return shown | {"form": form} | _tried(lines.outcomes(rows, levels, before), before)


def _tried(outcomes: list[lines.Outcome], before: Any) -> dict[str, Any]:
    counts = queries.totals((each.became, 1) for each in outcomes)
    plain = [[each.row, *vars(each.line).values()] for each in outcomes]
    return {
        "rows": outcomes, "left_out": lines.left_out(outcomes, before), "counts": counts,
        "fit": not any(each.faults for each in outcomes), "kept": json.dumps(plain, ensure_ascii=False),
    }  # fmt: skip


def _keep_sheet(
    actor: Actor, it: Round, found: Organisation, shown: dict[str, Any], levels: lines.Levels, before: Any
) -> Any:
    """The rows come back from the page that showed them; they are judged again like anything that is sent."""
    try:
        rows = [_row(cells) for cells in json.loads(request.form["rows"])[: workbooks.MOST_ROWS]]
    except (ValueError, TypeError, IndexError):
        raise NotFound() from None
    form, tried = forms.FormState(), _tried(lines.outcomes(rows, levels, before), before)
    if not tried["fit"]:
        return shown | {"form": form} | tried, 422
    with attempt(form) as outcome:
        answering.answer(actor, it.id, found.id, _edition(), [line for _, line in rows], Via.SHEET)
    if form.ok:
        return _to_body(it, found, _("The sheet is kept as your need. You can change it until the last day."))
    return shown | {"form": form} | tried, outcome.status


def _row(cells: list[Any]) -> tuple[int, Line]:
    row, course, level, heads, reason, evidence = cells
    return int(row), Line(str(course), str(level), None if heads is None else int(heads), str(reason), str(evidence))


@pages.page(BOTH, f"{BODY}/places/<uuid:round_course_id>", needs=ANSWER, template="needs/places.html")
@spoken
def places(actor: Actor, round_id: UUID, organisation_id: UUID, round_course_id: UUID) -> Any:
    """How many places are offered, how the rule came to them, and how many we take."""
    it, found = own(actor, round_id, organisation_id)
    course = course_in(it.id, round_course_id)
    it_stands = accepting.standing(it, found.id, course.id)
    shown = {
        "round": it, "body": found, "title": wording.title_of(course), "standing": it_stands, "wording": wording,
        "open": clock.today() <= it_stands.share.allocation.accept_by,
    }  # fmt: skip
    if request.method == "GET":
        return shown | {"form": forms.start(AcceptanceForm)}
    form, status = forms.read(AcceptanceForm, request.form), 422
    if form.ok:
        answer = form.data["answer"]
        number = {"all": it_stands.share.places, "none": 0}.get(answer, form.data["accepted"])
        if number is None:
            form.refuse("accepted", _("Write how many places you take"))
        else:
            with attempt(form) as tried:
                accepting.accept(actor, it.id, found.id, course.id, number, form.data["reason"])
            if form.ok:
                return _to_body(it, found, _("Your answer is kept. You can change it until the last day."))
            status = tried.status
    return shown | {"form": form}, status


@pages.page(BOTH, f"{BODY}/people/<uuid:round_course_id>", needs=ANSWER, template="needs/people.html")
@spoken
def people(actor: Actor, round_id: UUID, organisation_id: UUID, round_course_id: UUID) -> Any:
    """Who goes: people of the body, or an address that is invited."""
    it, found = own(actor, round_id, organisation_id)
    course = course_in(it.id, round_course_id)
    if request.method == "GET":
        return _people_page(it, found, course, forms.start(InviteForm, {"language": actor_language(actor)}))
    here = (actor, it.id, found.id, course.id)
    known = "person_id" in request.form
    form, status = forms.read(PersonForm if known else InviteForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            named = (
                nominating.nominate(*here, form.data["person_id"])
                if known
                else nominating.invite(*here, form.data["name"], form.data["email"], form.data["language"])
            )
        if form.ok:
            said = _("%(who)s is enrolled.") if named.taken_at else _("%(who)s was invited by mail.")
            return Redirect(request.path, flash=said % {"who": named.name})
        status = tried.status
    return _people_page(it, found, course, form), status


def _people_page(it: Round, found: Organisation, course: RoundCourse, form: forms.FormState) -> dict[str, Any]:
    today, words = clock.today(), request.args.get("q", "")[:100]
    stands = accepting.standing(it, found.id, course.id)
    listed = queries.people_of(found.id, today, words).order_by(Person.display_name, Person.id).limit(PEOPLE + 1)
    named = queries.nominees_of(course.id, found.id)
    taken = {each.person_id for each in named if each.withdrawn_at is None}
    closed = None
    try:
        timetable.may_nominate(it.state, stands.share.allocation.nominate_by, today)
    except Refusal as refusal:
        closed = refusal
    known = list(db.session.scalars(listed))
    return {
        "round": it, "body": found, "course": course, "title": wording.title_of(course), "standing": stands,
        "people": [each for each in known[:PEOPLE] if each.id not in taken], "more": len(known) > PEOPLE, "words": words,
        "nominees": named, "form": form, "closed": closed, "free": max(stands.held - stands.named, 0),
    }  # fmt: skip


@pages.page("POST", f"{BODY}/people/<uuid:round_course_id>/<uuid:nominee_id>/off", needs=ANSWER)
@spoken
def take_off(actor: Actor, round_id: UUID, organisation_id: UUID, round_course_id: UUID, nominee_id: UUID) -> Redirect:
    named = nominating.take_off(actor, round_id, organisation_id, nominee_id)
    said = _("The place of %(who)s is free for another name.", who=named.name)
    there = {"round_id": round_id, "organisation_id": organisation_id, "round_course_id": round_course_id}
    return Redirect("needs.people", **there, flash=said)
