"""The mentors of a programme: who may mentor and until when, and handing over when one of them stops."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from courses.mentoring import queries, services, suggesting
from courses.mentoring.models import MentorStanding
from courses.mentoring.pages.room import manage_pages
from courses.mentoring.rules import Side
from courses.mentoring.schemas import MentorWithdrawalIn, StandingForm
from lms.accounts.queries import person_at
from lms.core.db import get_or_refuse
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import refuse

MANAGE = Permission.MENTORING_MANAGE
BOTH = ("GET", "POST")
PAGE = 25


@manage_pages.page(BOTH, "/manage/mentoring/<code>/mentors", needs=MANAGE, template="mentoring/mentors.html")
def mentors(actor: Actor, code: str) -> Any:
    """Who may mentor, and making somebody a mentor."""
    it = services.managed(actor, code)
    form = forms.start(StandingForm) if request.method == "GET" else forms.read(StandingForm, request.form)
    if request.method == "POST" and form.ok:
        person = person_at(form.data["email"])
        if person is None:
            form.refuse("email", _("Nobody here has this address"))
        else:
            try:
                services.give_standing(
                    actor, code, person.id, starts_on=form.data["starts_on"], ends_on=form.data["ends_on"]
                )
            except Invalid as refusal:
                refuse(form, refusal)
            else:
                flash = _("%(name)s may mentor here, and is told.", name=person.display_name)
                return Redirect(".mentors", code=code, flash=flash)
    page = page_of(queries.mentors_of(it.id), request.args.get("cursor"), PAGE, key=(MentorStanding.id,))
    shown = {
        "it": it, "form": form, "rows": page.items,
        "taken": queries.taken_in(it.id, [each.person_id for each in page.items]),
        "next_url": url_for(".mentors", code=code, cursor=page.next) if page.next else None,
        "first_url": url_for(".mentors", code=code) if request.args.get("cursor") else None,
    }  # fmt: skip
    return shown if request.method == "GET" else (shown, 422)


@manage_pages.page(
    BOTH, "/manage/mentoring/<code>/mentors/<uuid:standing_id>/withdraw", needs=MANAGE,
    template="mentoring/withdraw_standing.html",
)  # fmt: skip
def withdraw_standing(actor: Actor, code: str, standing_id: UUID) -> Any:
    programme = services.managed(actor, code)
    it = get_or_refuse(MentorStanding, standing_id)
    if it.programme_id != programme.id:
        raise NotFound()
    shown = {"it": it, "programme": programme, "count": queries.mentees_now(it.person_id, programme.id)}
    if request.method == "GET":
        return shown | {"form": forms.start(MentorWithdrawalIn)}
    form = forms.read(MentorWithdrawalIn, request.form)
    if form.ok:
        try:
            services.withdraw_standing(actor, code, standing_id, form.data["reason"])
        except Conflict as refusal:
            refuse(form, refusal)
        else:
            return Redirect(".mentors", code=code, flash=_("They take no more mentees, from today."))
    return shown | {"form": form}, 422


@manage_pages.page(
    BOTH, "/manage/mentoring/<code>/handover/<uuid:mentor_id>", needs=MANAGE, template="mentoring/handover.html"
)
def handover(actor: Actor, code: str, mentor_id: UUID) -> Any:
    """Every mentee of one mentor to others, in one step."""
    programme = services.managed(actor, code)
    held = queries.held_by(mentor_id, programme.id)
    if not held:
        raise NotFound()
    names = {
        str(each.person_id): _("%(name)s: %(free)s free", name=each.name, free=each.free)
        for each in suggesting.listed(programme, Side.MENTOR)
        if each.person_id != mentor_id
    }
    shown = {"programme": programme, "held": held, "mentors": list(names.items())}
    form = forms.FormState.empty()
    if request.method == "GET":
        return shown | {"form": form}
    chosen = {each.mentee_id: request.form.get(f"to-{each.mentee_id}", "") for each in held}
    form.values = {f"to-{mentee}": to for mentee, to in chosen.items()}
    for mentee, to in chosen.items():
        if to not in names:
            form.refuse(f"to-{mentee}", _("Choose a mentor"))
    if form.ok:
        try:
            services.hand_over(actor, code, mentor_id, {mentee: UUID(to) for mentee, to in chosen.items()})
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal)
        else:
            return Redirect(".programme", code=code, flash=_("Handed over. They and their new mentors are told."))
    return shown | {"form": form}, 422
