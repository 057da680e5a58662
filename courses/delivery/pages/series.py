"""Dates for organisers: plan, publish, change, copy, cancel, see who comes, import attendance."""

from typing import Any
from uuid import UUID

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from courses.catalogue.offered import on_offer
from courses.delivery import queries, words
from courses.delivery.models import ON_REGISTER, BookingState, Delivery, Mode, Series, SeriesState
from courses.delivery.pages import typed
from courses.delivery.pages.room import BOTH, refuse, said, told
from courses.delivery.schemas import AttendanceFileForm, NewSeriesForm, SeriesCancelIn, SeriesCopyIn, SeriesForm
from courses.delivery.services import booking, importing
from courses.delivery.services import publishing as services
from courses.delivery.services.offering import is_chosen
from courses.delivery.services.publishing import Given
from lms.accounts.queries import organisation_tree, sectors
from lms.core import clock
from lms.core.errors import Conflict, Invalid, NotFound, Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("series", "courses.delivery", template_folder="templates")

ALL = "/manage/dates"
ONE = f"{ALL}/<uuid:series_id>"
MANAGE = Permission.SERIES_MANAGE
PAGE = 25
E_LEARNING = ("elearning", "self_assessment")


@pages.page("GET", ALL, needs=MANAGE, template="delivery/series_list.html")
def listed(actor: Actor) -> dict[str, Any]:
    """This week, and every date where one organises."""
    past = request.args.get("past") == "yes"
    code = request.args.get("course", "").strip()[:60]
    found = queries.managed(actor, past=past, course_code=code or None)
    key = (Series.starts_at, Series.id)
    page = page_of(found, request.args.get("cursor"), PAGE, key=key, descending=past)
    ids = [each.id for each in page.items]
    kept: dict[str, Any] = {name: value for name, value in (("course", code), ("past", "yes" if past else "")) if value}
    return said(
        rows=page.items, taken={key: sum(of.values()) for key, of in queries.taken(ids).items()},
        waiting=queries.waiting_counts(ids), week=queries.this_week(actor), past=past, courses=_courses(),
        form=FormState.empty({"course": code}), filtered=bool(code),
        next_url=url_for(".listed", cursor=page.next, **kept) if page.next else None,
        first_url=url_for(".listed", **kept) if request.args.get("cursor") else None,
    )  # fmt: skip


@pages.page(BOTH, f"{ALL}/new", needs=MANAGE, template="delivery/edit.html")
def new(actor: Actor) -> Any:
    """Plan a date. Nobody sees it until it is published."""
    if request.method == "GET":
        given = {
            "language": "bilingual", "mode": "in_person", "booking_opens": clock.today(), "share": 100,
            "offer_hours": 48, "whole_course": "true", "course": request.args.get("course", ""),
        }  # fmt: skip
        return _form(actor, None, forms.start(NewSeriesForm, given), [], [])
    form = forms.read(NewSeriesForm, request.form)
    meetings, reserves = typed.typed(request.form)
    given_ = _given(form, meetings, reserves)
    if given_ is not None:
        try:
            made = services.draft(actor, form.data["course"], form.data["organisation"], given_)
            flash = _("The draft is kept. Look at it, then publish it.")
            return Redirect("series.series", series_id=made.id, flash=flash)
        except Invalid as refusal:
            refuse(form, refusal)
    return _form(actor, None, form, meetings, reserves), 422


@pages.page("GET", ONE, needs=MANAGE, template="delivery/series.html")
def series(actor: Actor, series_id: UUID) -> dict[str, Any]:
    """One date: how full it is, who comes, what they asked for, who waits."""
    return _series(actor, services.seen_by(actor, series_id))


def _series(actor: Actor, it: Series, problem: str = "") -> dict[str, Any]:
    everybody = queries.places(it.id, *BookingState)
    by_state = {state: [each for each in everybody if each.state is state] for state in BookingState}
    taken = queries.taken([it.id])[it.id]
    return said(
        it=it, by_state=by_state, State=BookingState, taken=sum(taken.values()), problem=problem,
        any_waiting=queries.waiting_for_any(it.course_id), chosen=is_chosen(it), changes=queries.changes(it.id),
        ended=[
            each for each in everybody
            if each.state not in (*ON_REGISTER, BookingState.OFFERED, BookingState.WAITING)
        ],
        sector_names={each.code: each.title for each in sectors()},
    )  # fmt: skip


@pages.page(BOTH, f"{ONE}/edit", needs=MANAGE, template="delivery/edit.html")
def edit(actor: Actor, series_id: UUID) -> Any:
    """Change it. Those booked hear in one mail what is different."""
    it = services.seen_by(actor, series_id)
    if it.state not in (SeriesState.DRAFT, SeriesState.PUBLISHED):
        return Redirect("series.series", series_id=series_id)
    meetings, reserves = typed.rows_of(it)
    if request.method == "GET":
        values = {name: getattr(it, name) for name in services.PLAIN}
        values["trainers"] = "\n".join(each.person.emails[0].address for each in it.trainers if each.person.emails)
        values["whole_course"] = "true" if it.whole_course else ""
        return _form(actor, it, forms.start(SeriesForm, values), meetings, reserves)
    form = forms.read(SeriesForm, request.form)
    meetings, reserves = typed.typed(request.form)
    given = _given(form, meetings, reserves)
    if given is not None:
        seen = request.form.get("sequence", "")
        try:
            services.edit(actor, series_id, int(seen) if seen.isdecimal() else -1, given)
            return Redirect("series.series", series_id=series_id, flash=_("Saved. Those booked are told what changed."))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal)
    return _form(actor, it, form, meetings, reserves), 422


def _given(form: FormState, meetings: list[typed.Row], reserves: list[typed.Row]) -> Given | None:
    when, kept = typed.meetings_of(meetings, form), typed.reserves_of(reserves, form)
    if not form.ok:
        return None
    plain = {name: form.data[name] for name in services.PLAIN}
    plain |= {"language": Delivery(plain["language"]), "mode": Mode(plain["mode"])}
    return Given(**plain, meetings=when, reserves=kept, trainers=form.data["trainers"].replace(",", " ").split())


def _form(
    actor: Actor, it: Series | None, form: FormState, meetings: list[typed.Row], reserves: list[typed.Row]
) -> dict[str, Any]:
    language = str(g.lang)
    places = []
    if it is None:
        tree = organisation_tree(language)
        places = [
            (each.organisation.code, "\u2003" * each.depth + each.organisation.name.in_(language))
            for each in tree if actor.may(MANAGE, at=each.organisation.lineage)
        ]  # fmt: skip
    rows, kept = typed.padded(meetings, reserves)
    return said(
        form=form, form_of=FormState.empty, it=it, meetings=rows, reserves=kept, courses=_courses(), organisations=places,
        sectors=[(each.code, each.title.in_(language)) for each in sectors()],
    )  # fmt: skip


def _courses() -> list[tuple[str, str]]:
    language = str(g.lang)
    return [
        (code, f"{code} {each.title.in_(language)}")
        for code, each in on_offer().items() if each.format_code not in E_LEARNING
    ]  # fmt: skip


@pages.page("POST", f"{ONE}/publish", needs=MANAGE, template="delivery/series.html")
def publish(actor: Actor, series_id: UUID) -> Any:
    try:
        services.publish(actor, series_id)
    except (Invalid, Conflict) as refusal:
        problem = _(next(iter(refusal.fields.values()), refusal.title))
        return _series(actor, services.seen_by(actor, series_id), problem), 422
    return Redirect("series.series", series_id=series_id, flash=_("Published. Learners can see it now."))


@pages.page("POST", f"{ONE}/give", needs=MANAGE, template="delivery/series.html")
def give(actor: Actor, series_id: UUID) -> Any:
    """A place for somebody who waits."""
    try:
        services.seen_by(actor, series_id)
        booking.give(actor, UUID(request.form.get("booking", "")), series_id)
    except ValueError:
        raise NotFound() from None
    except Conflict as refusal:
        return _series(actor, services.seen_by(actor, series_id), told(refusal)), 409
    return Redirect("series.series", series_id=series_id, flash=_("They have a place, and an e-mail that says so."))


@pages.page(BOTH, f"{ONE}/cancel", needs=MANAGE, template="delivery/cancel.html")
def cancel(actor: Actor, series_id: UUID) -> Any:
    """It is not held: why, and where those booked go."""
    it = services.seen_by(actor, series_id)
    if it.state not in (SeriesState.DRAFT, SeriesState.PUBLISHED):
        return Redirect("series.series", series_id=series_id)
    others = [each for each in queries.on_offer(it.course_id) if each.id != it.id]
    others = [each for each in others if actor.may(MANAGE, at=each.organisation_lineage)]
    language = str(g.lang)
    shown = said(
        it=it, taken=sum(queries.taken([it.id])[it.id].values()),
        others=[(str(each.id), f"{words.when(each, language)}, {each.area}") for each in others],
    )  # fmt: skip
    if request.method == "GET":
        return shown | {"form": forms.start(SeriesCancelIn)}
    form = forms.read(SeriesCancelIn, request.form)
    if form.ok:
        try:
            services.cancel(actor, series_id, **form.data)
            return Redirect("series.series", series_id=series_id, flash=_("Cancelled. Everybody booked is told."))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal)
    return shown | {"form": form}, 422


@pages.page(BOTH, f"{ONE}/copy", needs=MANAGE, template="delivery/copy.html")
def copy(actor: Actor, series_id: UUID) -> Any:
    """The same again, from another day."""
    it = services.seen_by(actor, series_id)
    if request.method == "GET":
        return said(it=it, form=forms.start(SeriesCopyIn))
    form = forms.read(SeriesCopyIn, request.form)
    if form.ok:
        try:
            made = services.copy(actor, series_id, form.data["first_day"])
            return Redirect(
                "series.edit", series_id=made.id, flash=_("This is the copy. Look at its days, then save it.")
            )
        except Invalid as refusal:
            form.refuse("first_day", _(next(iter(refusal.fields.values()), refusal.title)))
    return said(it=it, form=form), 422


@pages.page(BOTH, f"{ONE}/import", needs=MANAGE, template="delivery/import.html")
def bring_in(actor: Actor, series_id: UUID) -> Any:
    """Attendance from a spreadsheet: checked first, then kept."""
    it = services.seen_by(actor, series_id)
    shown = said(it=it, checked=None, faults=[], limit=current_app.config["MAX_UPLOAD"] // 1_000_000)
    if request.method == "GET":
        return shown | {"form": forms.start(AttendanceFileForm, {"mode": "check"})}
    form = forms.read(AttendanceFileForm, request.form, request.files)
    if form.ok:
        try:
            found = importing.bring_in(
                actor, series_id, form.data["file"].read(importing.LARGEST + 1), keep=form.data["mode"] == "keep"
            )
        except NotFound:
            raise
        except Refusal as refusal:
            refuse(form, refusal, "file")
        else:
            if found.kept:
                flash = _("Kept. Lines: %(count)s. Look at the registers, and close them.", count=found.rows)
                return Redirect("series.series", series_id=series_id, flash=flash)
            faults = [(each.line, _(each.text)) for each in found.faults]
            return shown | {"form": form, "checked": found, "faults": faults}
    return shown | {"form": form}, 422
