"""One entry: write it down, say more of it, leave it out, delete it."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import gettext as _

from courses.cpd import queries, views
from courses.cpd.models import CpdEntry
from courses.cpd.pages import words
from courses.cpd.pages.record import EDIT, pages
from courses.cpd.registers import GENERAL
from courses.cpd.schemas import LONGEST, TITLE, WHEN, CpdDraftForm, CpdNewForm, with_texts
from courses.cpd.services import own
from courses.portfolios.identifiers import Finding
from courses.portfolios.queries import check_of
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, StaleEdit
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect, actor_language
from lms.core.web.refusals import attempt, sentence

ENTRY = "/record/cpd/<uuid:entry_id>"
ALWAYS = ("reflection", "impact")
"""Texts that are offered first, whoever asks for them."""
NEW, DRAFT = with_texts(CpdNewForm), with_texts(CpdDraftForm)


@pages.page(("GET", "POST"), "/record/cpd/new", needs=EDIT, template="cpd/new.html")
def new(actor: Actor) -> Any:
    """What, when, how long: enough for a corridor. The rest can come later."""
    if request.method == "GET":
        return _new(forms.start(NEW, {"happened_on": clock.today()}))
    form, status = forms.read(NEW, request.form), 422
    if not form.ok:
        return _new(form), status
    given = _given(form)
    found = own.identifiers_in(given["title"], given["texts"])
    if found and "harmless" not in request.form:
        return _new(_warned(form), found), status
    with attempt(form) as tried:
        made = own.add(actor, language=actor_language(actor), **given)
    if form.ok:
        return Redirect(
            ".entry", entry_id=made.id, flash=_("It is in your CPD record. You can add to it whenever you like.")
        )
    return _new(form), tried.status


def _new(form: FormState, found: list[Finding] | None = None) -> dict[str, Any]:
    return {"form": form, "words": words, "found": found or [], "longest": LONGEST}


@pages.page(("GET", "POST"), ENTRY, needs=EDIT, template="cpd/entry.html")
def entry(actor: Actor, entry_id: UUID) -> Any:
    """Read it and say more of it. What came by itself keeps its title and its day."""
    shown = own.entry(actor, entry_id)
    if request.method == "GET":
        return _entry(actor, shown, forms.start(DRAFT, queries.facts_of(shown)))
    form = forms.read(DRAFT, request.form)
    if shown.origin is None:
        for name, message in (("title", TITLE), ("happened_on", WHEN)):
            if form.ok and form.data[name] is None:
                form.refuse(name, _(message))
    if not form.ok:
        return _entry(actor, shown, form), 422
    given = _given(form, shown)
    found = own.identifiers_in(given["title"] if shown.origin is None else None, given["texts"], given["links"])
    if found and "harmless" not in request.form:
        return _entry(actor, shown, _warned(form), found=found), 422
    with attempt(form) as tried:
        own.save(actor, shown.id, form.data["edition"], language=actor_language(actor), **given)
    if form.ok:
        following = ".upload" if request.form.get("next") == "upload" else ".entry"
        return Redirect(following, entry_id=shown.id, flash=_("Saved") if following == ".entry" else None)
    if isinstance(tried.refusal, StaleEdit):  # what was typed stays in the boxes, what is saved is shown beside it
        form.errors = {"_": _("This was saved from another tab or device since you opened it. Compare the two.")}
        form.values["edition"] = shown.edition
        return _entry(actor, shown, form, saved=shown), 409
    return _entry(actor, shown, form), tried.status


def _entry(actor: Actor, shown: CpdEntry, form: FormState, **more: Any) -> dict[str, Any]:
    known = queries.registered(actor.me)
    on = [each for each in known if each.code != GENERAL]
    wanted = views.wanted(known, shown.happened_on)
    usual: dict[str, Any] = {"saved": None, "found": []}
    return {
        "entry": shown, "form": form, "words": words, "longest": LONGEST, "registers": on,
        "wanted": wanted, "first": [each.code for each in wanted if each.by or each.code in ALWAYS],
        "filled": [code for code in shown.texts if shown.texts[code]] + [*form.errors],
        "participatory": views.asks_for(known, shown.happened_on, "participatory_hours"),
        "standards": words.standard_options([each.code for each in on], shown),
        "check": check_of(shown.file_id) if shown.file_id else None,
    } | usual | more  # fmt: skip


@pages.page("POST", f"{ENTRY}/draft", needs=EDIT, keeps=False)
def draft(actor: Actor, entry_id: UUID) -> Response:
    """What the script sends while somebody types: 200 with the new edition, as ETag too; 409 and 422 say why not.

    What is half typed in a date, an address or a number waits; the rest is kept meanwhile.
    """
    shown = own.entry(actor, entry_id, to=EDIT)
    form = forms.read(DRAFT, request.form)
    if half := set(form.errors) & {"happened_on", "links", "hours", "participatory_hours", "title"}:
        sent = request.form.copy()
        for name in [each for each in sent if each in half or each.rpartition("-")[0] in half]:
            sent.pop(name, None)
        form = forms.read(DRAFT, sent)
    if not form.ok:
        return _answered({"errors": form.errors}, 422)
    given = _given(form, shown)
    if "links" in half:
        given["links"] = shown.links
    try:
        with db.session.begin_nested():
            own.save(actor, shown.id, form.data["edition"], language=actor_language(actor), **given)
    except (Conflict, Invalid) as refusal:
        errors = {name: _(text) for name, text in refusal.fields.items()}
        return _answered({"title": _(refusal.title), "errors": errors}, 409 if isinstance(refusal, Conflict) else 422)
    answer = _answered({"edition": shown.edition, "found": len(own.identifiers_of(shown))}, 200)
    answer.set_etag(str(shown.edition))
    return answer


@pages.page("POST", f"{ENTRY}/left-out", needs=EDIT)
def leave_out(actor: Actor, entry_id: UUID) -> Redirect:
    out = request.form.get("left_out") == "yes"
    own.leave_out(actor, entry_id, left_out=out)
    flash = (
        _("It is left out of your CPD record. Your learning here is not touched.")
        if out
        else _("It is in your CPD record again.")
    )
    return Redirect(".entry", entry_id=entry_id, flash=flash)


@pages.page(("GET", "POST"), f"{ENTRY}/delete", needs=EDIT, template="cpd/delete.html")
def delete(actor: Actor, entry_id: UUID) -> Any:
    """Ask once more: it cannot be undone."""
    shown = own.entry(actor, entry_id)
    if request.method == "GET":
        return {"entry": shown, "why_not": None}
    try:
        own.delete(actor, entry_id)
    except Conflict as refusal:
        return {"entry": shown, "why_not": sentence(refusal)}, 409
    return Redirect(".record", flash=_("The entry is deleted."))


def _given(form: FormState, shown: CpdEntry | None = None) -> dict[str, Any]:
    """What the form says, for the use case. A field that was not in the form keeps what is there."""
    sent, data = request.form, form.data
    return {
        "title": data["title"], "happened_on": data["happened_on"], "minutes": _kept(data, "hours", shown and shown.minutes),
        "participatory_minutes": _kept(data, "participatory_hours", shown and shown.participatory_minutes),
        "method": data["method"] if "method" in sent else shown and shown.method,
        "texts": views.texts_in({name: text for name, text in data.items() if name in sent}),
        "standards": data["standards"] if "standards" in sent or "offered" in sent else shown.standards if shown else [],
        "links": data["links"] if "links" in sent else shown.links if shown else [],
    }  # fmt: skip


def _kept(data: dict[str, Any], name: str, before: int | None) -> int | None:
    given: int | None = data[name]
    return given if name in request.form else before


def _warned(form: FormState) -> FormState:
    return form.refuse("harmless", _("This may point to a real person. It is not saved yet."))


def _answered(body: dict[str, Any], status: int) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    return answer
