"""Whoever runs a programme: making and changing it, who has whom, and bringing two together."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from courses.catalogue.offered import on_offer
from courses.mentoring import queries, services, suggesting
from courses.mentoring.models import MentorProgramme, Mentorship
from courses.mentoring.pages.room import language, manage_pages
from courses.mentoring.rules import CAPACITY, Side
from courses.mentoring.schemas import ArrangeForm, NewProgrammeForm, ProgrammeForm
from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import refuse

MANAGE = Permission.MENTORING_MANAGE
BOTH = ("GET", "POST")
PAGE = 25
PLAIN = ("mentor_course", "next_course", "capacity", "months", "meetings", "feedback", "standing_months", "is_open")


@manage_pages.page("GET", "/manage/mentoring", needs=MANAGE, template="mentoring/manage.html")
def manage(actor: Actor) -> dict[str, Any]:
    """The programmes that I may change, and how they stand."""
    found = queries.programmes_managed(actor.reach(MANAGE))
    page = page_of(found, request.args.get("cursor"), PAGE, key=(MentorProgramme.code,))
    return {
        "rows": page.items, "counts": queries.counts_of(each.id for each in page.items),
        "next_url": url_for(".manage", cursor=page.next) if page.next else None,
        "first_url": url_for(".manage") if request.args.get("cursor") else None,
    }  # fmt: skip


@manage_pages.page(BOTH, "/manage/mentoring/new", needs=MANAGE, template="mentoring/edit.html")
def new(actor: Actor) -> Any:
    shown = {"programme": None, "courses": _courses()}
    if request.method == "GET":
        start = {
            "capacity": CAPACITY,
            "months": 6,
            "meetings": 6,
            "standing_months": 36,
            "is_open": True,
            "feedback": True,
        }
        return shown | {"form": forms.start(NewProgrammeForm, start)}
    form = forms.read(NewProgrammeForm, request.form)
    if form.ok:
        try:
            made = services.create(actor, form.data["code"], form.data["organisation"], **_given(form.data))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, "code")
        except Forbidden as refusal:
            refuse(form, refusal, "organisation")
        else:
            return Redirect(".programme", code=made.code, flash=_("The programme is made."))
    return shown | {"form": form}, 422


@manage_pages.page(BOTH, "/manage/mentoring/<code>/edit", needs=MANAGE, template="mentoring/edit.html")
def edit(actor: Actor, code: str) -> Any:
    it = services.managed(actor, code)
    shown = {"programme": it, "courses": _courses()}
    if request.method == "GET":
        start = {name: getattr(it, name) for name in (*PLAIN, "edition")}
        for name, text in (("title", it.title), ("purpose", it.purpose)):
            start |= {f"{name}_en": text.en, f"{name}_cy": text.cy}
        return shown | {"form": forms.start(ProgrammeForm, start)}
    form = forms.read(ProgrammeForm, request.form)
    if form.ok:
        try:
            services.edit(actor, code, form.data["edition"], **_given(form.data))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal)
        else:
            return Redirect(".programme", code=code, flash=_("Changed. It counts from now."))
    return shown | {"form": form}, 422


def _given(data: dict[str, Any]) -> dict[str, Any]:
    both = {name: Bilingual(data[f"{name}_en"], data[f"{name}_cy"]) for name in ("title", "purpose")}
    return both | {name: data[name] for name in PLAIN}


def _courses() -> list[tuple[str, str]]:
    named = [(code, f"{it.title.in_(language())} ({code})") for code, it in on_offer().items()]
    return sorted(named, key=lambda each: each[1])


@manage_pages.page(BOTH, "/manage/mentoring/<code>", needs=MANAGE, template="mentoring/programme.html")
def programme(actor: Actor, code: str) -> Any:
    """How a programme stands: who has whom, who waits, and bringing two together."""
    it = services.managed(actor, code)
    if request.method == "GET":
        return _programme(it, forms.start(ArrangeForm))
    form = forms.read(ArrangeForm, request.form)
    if form.ok:
        try:
            services.arrange(actor, code, form.data["mentor"], form.data["mentee"])
        except Conflict as refusal:
            refuse(form, refusal, "mentor")
        else:
            return Redirect(".programme", code=code, flash=_("Their mentoring begins today, and both are told."))
    return _programme(it, form), 422


def _programme(it: MentorProgramme, form: forms.FormState) -> dict[str, Any]:
    page = page_of(queries.pairs_of(it.id), request.args.get("cursor"), PAGE, key=(Mentorship.id,))
    return {
        "it": it, "form": form, "rows": page.items, "totals": queries.totals(each.id for each in page.items),
        "counts": queries.counts_of([it.id])[it.id],
        "mentees": [(str(each.person_id), each.name) for each in suggesting.listed(it, Side.MENTEE)],
        "mentors": [
            (str(each.person_id), _("%(name)s: %(free)s free", name=each.name, free=each.free))
            for each in suggesting.listed(it, Side.MENTOR)
        ],
        "next_url": url_for(".programme", code=it.code, cursor=page.next) if page.next else None,
        "first_url": url_for(".programme", code=it.code) if request.args.get("cursor") else None,
    }  # fmt: skip
