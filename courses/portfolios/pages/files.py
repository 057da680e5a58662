"""Files of evidence: add one, see a small picture of it, take it off, and have it back as it was signed."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from flask_babel import gettext as _

from courses.portfolios import schemas, uploads
from courses.portfolios.downloads import download, shown_inline
from courses.portfolios.errors import FileRefused
from courses.portfolios.pages.learner import EDIT, ITEM, READ, WHOLE, about_portfolio, own_item, pages, why_not
from courses.portfolios.services import access, evidence, files
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.files import StoredFile
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.refusals import attempt


@pages.page(("GET", "POST"), f"{ITEM}/upload", needs=EDIT, template="portfolios/upload.html")
def upload(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """A file, as a step of its own: it is kept with the draft at once."""
    shown = own_item(actor, enrolment_id, position)
    limit: int = current_app.config["MAX_UPLOAD"]
    more = {"accepted": uploads.ACCEPTED, "limit": limit // 1_000_000, "item": shown, "why_not": why_not(shown)}
    if request.method == "GET":
        return about_portfolio(shown.portfolio, form=forms.start(schemas.FileForm, {"edition": shown.edition}), **more)
    form = forms.read(schemas.FileForm, request.form, request.files)
    status = 422
    if form.ok:
        file = form.data["file"]
        with attempt(form) as tried:
            evidence.attach_file(actor, shown.id, form.data["edition"], file.stream, file.filename or "", limit)
        if form.ok:
            return Redirect(".item", enrolment_id=enrolment_id, position=position, flash=_("File added to your draft"))
        status = 422 if isinstance(tried.refusal, FileRefused) else tried.status
        form.values["edition"] = shown.edition
    return about_portfolio(shown.portfolio, form=form, **more), status


@pages.page("GET", f"{ITEM}/file", needs=READ)
def file(actor: Actor, enrolment_id: UUID, position: int) -> Response:
    return download(*access.file_of(actor, access.portfolio_by_enrolment(actor, READ, enrolment_id), position))


@pages.page("POST", f"{ITEM}/file/remove", needs=EDIT)
def remove_file(actor: Actor, enrolment_id: UUID, position: int) -> Redirect:
    shown = own_item(actor, enrolment_id, position)
    evidence.remove_file(actor, shown.id, request.form.get("edition", 0, int))
    return Redirect(".item", enrolment_id=enrolment_id, position=position, flash=_("File removed"))


@pages.page("GET", f"{WHOLE}/signed/<int:version>/<int:position>/file", needs=READ)
def signed_file(actor: Actor, enrolment_id: UUID, version: int, position: int) -> Response:
    """The file as it was signed, whatever lies in the portfolio now."""
    signature = access.signature_of(access.portfolio_by_enrolment(actor, READ, enrolment_id), version)
    return download(*access.signed_file(signature, position))


@pages.page("GET", f"{ITEM}/preview", needs=READ)
def preview(actor: Actor, enrolment_id: UUID, position: int) -> Response:
    """A small picture of the file, for whoever may open the file."""
    shown = access.portfolio_by_enrolment(actor, READ, enrolment_id)
    access.file_of(actor, shown, position)
    kept = files.preview_of(actor, access.item_at(shown, position))
    if kept is None:
        raise NotFound()
    return shown_inline(db.session.get_one(StoredFile, kept.preview_id))
