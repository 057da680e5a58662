"""The record itself: how far it is, and its entries."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from courses.cpd import queries, rules, views
from courses.cpd.models import CpdEntry
from courses.cpd.pages import words
from courses.cpd.schemas import CpdAskedForm
from lms.core.errors import Invalid
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages
from lms.core.web.paging import page_of

pages = Pages("cpd", "courses.cpd", template_folder="templates")

READ, EDIT = Permission.CPD_READ, Permission.CPD_EDIT
PAGE = 20
ORDER = (CpdEntry.happened_on, CpdEntry.id)


@pages.page("GET", "/record/cpd", needs=READ, template="cpd/record.html")
def record(actor: Actor) -> Any:
    """For which register, in which days, and what is in it."""
    it, form = asked_in_address(actor)
    counted, left_out, withdrawn = queries.counted(actor.me, it.period)
    found = queries.entries_of(actor.me, it.period, left_out=False)
    page = page_of(found, request.args.get("cursor"), PAGE, key=ORDER, descending=True)
    return {
        "it": it, "form": form, "words": words, "counted": counted, "withdrawn": withdrawn, "left_out": left_out,
        "reached": rules.reached(it.rule, counted), "rows": [words.row(each, it.rule) for each in page.items],
        "here": address_of(it), "first": "cursor" not in request.args,
        "next_url": url_for(".record", **address_of(it), cursor=page.next) if page.next else None,
    }, 200 if form.ok else 422  # fmt: skip


@pages.page("GET", "/record/cpd/left-out", needs=READ, template="cpd/left_out.html")
def left_out(actor: Actor) -> dict[str, Any]:
    """What the person does not want in it, from all times."""
    found = queries.entries_of(actor.me, left_out=True)
    page = page_of(found, request.args.get("cursor"), PAGE, key=ORDER, descending=True)
    return {
        "rows": page.items, "words": words,
        "next_url": url_for(".left_out", cursor=page.next) if page.next else None,
    }  # fmt: skip


def asked_in_address(actor: Actor) -> tuple[views.Asked, FormState]:
    """What the address asks for. Where that makes no sense: what is usual, and a form that says why."""
    form = forms.read(CpdAskedForm, request.args)
    if form.ok:
        given = form.data
        try:
            it = views.asked(actor.me, given["register"], given["period"], given["starts"], given["ends"])
            return it, _filled(form, it)
        except Invalid as refusal:
            names = {"from": "starts", "to": "ends"}
            for name, message in refusal.fields.items():
                form.refuse(names.get(name, name), _(message))
    return views.asked(actor.me), form


def _filled(form: FormState, it: views.Asked) -> FormState:
    """The form shows what is shown, and the days that it comes to."""
    form.values |= {"register": it.registered.code, "period": it.kind}
    for name, day in (("starts", it.period.starts_on), ("ends", it.period.ends_on)):
        form.values |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    return form


def address_of(it: views.Asked) -> dict[str, Any]:
    """The parts of an address that ask for the same again."""
    said: dict[str, Any] = {"register": it.registered.code, "period": it.kind}
    if it.kind == views.DATES:
        for name, day in (("starts", it.period.starts_on), ("ends", it.period.ends_on)):
            said |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
    return said
