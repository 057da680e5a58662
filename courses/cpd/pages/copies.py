"""A copy of my record: a file at once, or a PDF that is made meanwhile."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import gettext as _

from courses.cpd import exporting, queries
from courses.cpd.models import CpdCopy, CpdEntry
from courses.cpd.pages import words
from courses.cpd.pages.record import READ, address_of, asked_in_address, pages
from courses.cpd.schemas import CpdCopyForm
from courses.cpd.services import own
from courses.cpd.views import Asked
from courses.portfolios.downloads import download
from courses.portfolios.retention import purposes
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect, actor_language

SHOWN = 10
"""Entries to look at once more that are named; the rest are counted."""


@pages.page(("GET", "POST"), "/record/cpd/copy", needs=READ, template="cpd/copy.html")
def copy(actor: Actor) -> Any:
    """What will be in it and what will not; in which form and language."""
    it, asked = asked_in_address(actor)
    if request.method == "GET":
        form = forms.start(CpdCopyForm, {"kind": "pdf", "language": actor_language(actor)})
        return _copy(actor, it, form), 200 if asked.ok else 422
    form = forms.read(CpdCopyForm, request.form)
    if not form.ok:
        return _copy(actor, it, form), 422
    kind, language = form.data["kind"], form.data["language"]
    if kind == "pdf":
        exporting.ask(actor, it, language)
        return Redirect(".copy", **address_of(it))
    data, media_type, name = exporting.as_file(exporting.content_of(actor, it), kind, language)
    answer = Response(data, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _copy(actor: Actor, it: Asked, form: forms.FormState) -> dict[str, Any]:
    counted, left_out, withdrawn = queries.counted(actor.me, it.period)
    pointing = _pointing(actor, it)
    return {
        "it": it, "form": form, "words": words, "counted": counted, "left_out": left_out, "withdrawn": withdrawn,
        "pointing": pointing[:SHOWN], "more_pointing": len(pointing) - SHOWN, "here": address_of(it), "text": told,
        "copies": queries.copies_of(actor.me), "days": purposes()["export"].days,
    }  # fmt: skip


def _pointing(actor: Actor, it: Asked) -> list[CpdEntry]:
    """Entries of the copy in which something may point to a real person."""
    found = queries.entries_of(actor.me, it.period, left_out=False).where(CpdEntry.withdrawn_at.is_(None))
    written = found.where((CpdEntry.texts != {}) | CpdEntry.origin.is_(None)).limit(exporting.MOST)
    return [each for each in db.session.scalars(written) if own.identifiers_of(each)]


@pages.page("GET", "/record/cpd/copy/<uuid:copy_id>", needs=READ)
def copied(actor: Actor, copy_id: UUID) -> Response:
    """The PDF itself."""
    found = exporting.copy_of(actor, copy_id)
    if found.file is None:
        raise NotFound()
    name = "dpp" if found.language == "cy" else "cpd"
    return download(found.file, f"{name}-{found.asked['register'].lower()}-{found.asked['to']}.pdf")


@pages.page("GET", "/record/cpd/copy/<uuid:copy_id>/progress", needs=READ)
def copy_progress(actor: Actor, copy_id: UUID) -> Response:
    found = exporting.copy_of(actor, copy_id)
    return jsonify({"done": found.ended_at is not None, "percent": None, "text": told(found)})


def told(found: CpdCopy) -> str:
    return _("It is there.") if found.ended_at else _("The copy is being made.")
