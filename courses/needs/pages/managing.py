"""Pages of whoever opens a round and moves it on, and of those who read it."""

from typing import Any
from uuid import UUID

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses.catalogue.models import Course, CourseLevel
from courses.needs import exporting, queries, views, wording
from courses.needs.models import Round
from courses.needs.pages.attempts import attempt
from courses.needs.rules.allocating import Method
from courses.needs.rules.timetable import Dates, RoundState
from courses.needs.schemas.given import DatesForm, NeedsRuleIn, RoundForm
from courses.needs.services import access, rounds
from courses.needs.wording import spoken
from lms.accounts.models import Organisation
from lms.accounts.queries import names_of, sectors
from lms.core import clock
from lms.core.db import db
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("needs_manage", "courses.needs", template_folder="templates")

READ, OPEN, COMMISSION = Permission.NEEDS_READ, Permission.NEEDS_OPEN, Permission.NEEDS_COMMISSION
ROUND = "/manage/needs/<uuid:round_id>"
BOTH = ("GET", "POST")
PAGE = 20


@pages.page("GET", "/manage/needs", needs=READ, template="needs_manage/rounds.html")
def listed(actor: Actor) -> Any:
    """Rounds, newest first."""
    page = page_of(queries.rounds_to_manage(actor), request.args.get("cursor"), PAGE, key=(Round.id,), descending=True)
    return {
        "rows": page.items, "wording": wording, "may_open": actor.might(OPEN),
        "next_url": url_for(".listed", cursor=page.next) if page.next else None,
        "first_url": url_for(".listed") if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page(BOTH, "/manage/needs/new", needs=OPEN, template="needs_manage/new.html")
@spoken
def new(actor: Actor) -> Any:
    """Title, courses, who may answer, days, and the rule."""
    if request.method == "GET":
        return _new_page(actor, forms.start(RoundForm, {"method": Method.GAP, "reserved_percent": 10}))
    form, status = forms.read(RoundForm, request.form), 422
    if form.ok:
        given = form.data
        levels = _levels(given["courses"]) if given["by_level"] else {}
        with attempt(form) as tried:
            made = rounds.open_round(
                actor, Bilingual(given["title_en"], given["title_cy"]), given["place_id"],
                [rounds.Wanted(code, levels.get(code, ())) for code in given["courses"]], _dates(given),
                Method(given["method"]), given["reserved_percent"], given["sectors"], given["areas"],
            )  # fmt: skip
        if form.ok:
            said = _("The round is open, and whoever answers for a body has been told.")
            return Redirect(".round", round_id=made.id, flash=said)
        status = tried.status
    return _new_page(actor, form), status


def _dates(given: dict[str, Any]) -> Dates:
    return Dates(**{name: given[name] for name in wording.DATES})


def _levels(codes: list[str]) -> dict[str, list[str]]:
    """The levels that each course serves."""
    found: dict[str, list[str]] = {}
    for row in db.session.execute(
        select(Course.code, CourseLevel.framework_code, CourseLevel.level_code)
        .join(CourseLevel, CourseLevel.version_id == Course.published_version_id)
        .where(Course.code.in_(codes))
        .order_by(Course.position, CourseLevel.framework_code, CourseLevel.id)
    ):
        found.setdefault(row.code, []).append(f"{row.framework_code}:{row.level_code}")
    return found


def _new_page(actor: Actor, form: forms.FormState) -> dict[str, Any]:
    reach = actor.reach(OPEN)
    bodies = list(db.session.scalars(select(Organisation).where(queries.within(reach)).order_by(Organisation.name_en)))
    areas = [each for each in bodies if each.kind in ("local_health_board", "health_board")]
    offered = db.session.execute(
        select(Course.code, Course)
        .options(joinedload(Course.published))
        .where(Course.published_version_id.is_not(None))
        .order_by(Course.position)
    )
    titles = [(code, f"{wording.of_course(course).in_(g.lang)} ({code})") for code, course in offered]
    places = sorted(bodies, key=lambda each: (len(each.lineage), each.name.in_(g.lang)))
    return {
        "form": form, "wording": wording, "courses": titles, "places": [(str(it.id), it.name.in_(g.lang)) for it in places],
        "areas": [(str(it.id), it.name.in_(g.lang)) for it in areas],
        "sectors": [(each.code, each.title.in_(g.lang)) for each in sectors()],
        "methods": [(each.value, _(text)) for each, text in wording.METHODS.items()],
    }  # fmt: skip


@pages.page("GET", ROUND, needs=READ, template="needs_manage/round.html")
def round(actor: Actor, round_id: UUID) -> Any:
    """Where a round is, what is next, and what happened."""
    it = access.readable(actor, round_id)
    steps = queries.steps_of(it.id)
    editions = queries.allocations_of(it.id)
    names = names_of(each.by for each in steps)
    answered, asked, reviewed = queries.progress(it, access.scope(actor, it))
    return {
        "round": it, "wording": wording, "rules": queries.rules_of(it.id), "today": clock.today(),
        "steps": [
            {"when": each.at, "text": _(wording.STEPS[each.kind]), "by": names.get(each.by) if each.by else None,
             "reason": each.reason, "dates": each.details.get("dates", {})}
            for each in reversed(steps)
        ],
        "answered": answered, "asked": asked, "reviewed": reviewed, "edition": editions[0] if editions else None,
        "states": list(RoundState), "may_open": actor.may(OPEN, at=it.place_lineage),
        "may_commission": actor.may(COMMISSION, at=it.place_lineage), "next": _next(it, editions),
    }  # fmt: skip


def _next(it: Round, editions: list[Any]) -> dict[str, Any]:
    """What may be done today to move the round on: the button, or the day from which it may."""
    today = clock.today()
    last = editions[0] if editions else None
    if it.state is RoundState.OPEN:
        return {"stage": "reviewed", "from": it.need_by, "ready": today > it.need_by}
    if it.state is RoundState.ALLOCATED and last:
        answered = all(each.answered for each in queries.standings(last))
        return {"stage": "accepted", "from": last.accept_by, "ready": answered or today > last.accept_by}
    if it.state is RoundState.ACCEPTED and last:
        return {"stage": "closed", "from": last.nominate_by, "ready": today > last.nominate_by}
    return {"stage": "", "from": None, "ready": False}


STAGES = {
    "reviewed": (rounds.finish_review, N_("The review is finished. Next, set capacity and budget.")),
    "accepted": (rounds.end_acceptance, N_("Acceptance is ended. What nobody took can be offered again.")),
    "closed": (rounds.close, N_("The round is closed. Its outturn stays.")),
}


@pages.page("POST", f"{ROUND}/<any(reviewed,accepted,closed):stage>", needs=READ)
@spoken
def move_on(actor: Actor, round_id: UUID, stage: str) -> Redirect:
    act, said = STAGES[stage]
    act(actor, round_id)
    return Redirect(".round", round_id=round_id, flash=_(said))


@pages.page(BOTH, f"{ROUND}/dates", needs=OPEN, template="needs_manage/dates.html")
@spoken
def dates(actor: Actor, round_id: UUID) -> Any:
    """Move days that are to come, and say why."""
    it = access.managed(actor, round_id, OPEN, lock=False)
    shown = {"round": it, "wording": wording}
    if request.method == "GET":
        return shown | {"form": forms.start(DatesForm, it.dates.named())}
    form, status = forms.read(DatesForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            rounds.move_dates(actor, round_id, _dates(form.data), form.data["reason"])
        if form.ok:
            return Redirect(".round", round_id=round_id, flash=_("The days are moved."))
        status = tried.status
    return shown | {"form": form}, status


@pages.page(BOTH, f"{ROUND}/rule", needs=COMMISSION, template="needs_manage/rule.html")
@spoken
def rule(actor: Actor, round_id: UUID) -> Any:
    """Publish another rule, and say why."""
    it = access.managed(actor, round_id, COMMISSION, lock=False)
    now = queries.rules_of(it.id)[0]
    shown = {
        "round": it, "wording": wording, "now": now,
        "methods": [(each.value, _(text)) for each, text in wording.METHODS.items()],
    }  # fmt: skip
    if request.method == "GET":
        given = {"method": now.method.value, "reserved_percent": now.reserved_percent}
        return shown | {"form": forms.start(NeedsRuleIn, given)}
    form, status = forms.read(NeedsRuleIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            rounds.change_rule(
                actor, round_id, Method(form.data["method"]), form.data["reserved_percent"], form.data["reason"]
            )
        if form.ok:
            return Redirect(
                ".round", round_id=round_id, flash=_("The rule is published. The one before stays readable.")
            )
        status = tried.status
    return shown | {"form": form}, status


@pages.page("GET", f"{ROUND}/demand", needs=READ, template="needs_manage/demand.html")
def demand(actor: Actor, round_id: UUID) -> Any:
    """The national demand table."""
    it = access.readable(actor, round_id)
    only = access.scope(actor, it)
    rows = views.demand(it, only)
    named = {each.code: each.title for each in sectors()}
    there = [code for code in named if any(row.sectors.get(code) for row in rows)]
    return {"round": it, "rows": rows, "sectors": [(code, named[code]) for code in there], "whole": only is None}


@pages.page("GET", f"{ROUND}/outturn", needs=READ, template="needs_manage/outturn.html")
def outturn(actor: Actor, round_id: UUID) -> Any:
    """What came of it: from need to use."""
    it = access.readable(actor, round_id)
    only = access.scope(actor, it)
    return {
        "round": it, "rows": views.by_course(views.outturn(it, only)), "wording": wording, "whole": only is None,
        "tables": [
            ("need", _("Need as entered and reviewed")), ("demand", _("Demand by course and level")),
            ("allocation", _("Every edition of the allocation, with reasons")),
            ("outturn", _("Outturn by body and course")),
            ("history", _("Every stage: what was said and decided, when and by whom")),
        ],
    }  # fmt: skip


@pages.page("GET", f"{ROUND}/export/<any(workbook,round,need,demand,allocation,outturn,history):name>", needs=READ)
def export(actor: Actor, round_id: UUID, name: str) -> Response:
    """The round as a workbook, or a table as CSV."""
    it = access.readable(actor, round_id)
    return exporting.file(it, name, access.scope(actor, it), g.lang)
