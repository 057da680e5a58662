"""The file of an entry: add it, have it back, take it off. The same kinds, sizes and checks as for portfolios."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from flask_babel import gettext as _

from courses.cpd.pages.entries import ENTRY
from courses.cpd.pages.record import EDIT, READ, pages
from courses.cpd.schemas import CpdFileForm
from courses.cpd.services import own
from courses.portfolios import uploads
from courses.portfolios.downloads import download
from courses.portfolios.errors import FileRefused
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.refusals import attempt


@pages.page(("GET", "POST"), f"{ENTRY}/upload", needs=EDIT, template="cpd/upload.html")
def upload(actor: Actor, entry_id: UUID) -> Any:
    """A file, as a step of its own."""
    shown = own.entry(actor, entry_id)
    limit: int = current_app.config["MAX_UPLOAD"]
    more = {"accepted": uploads.ACCEPTED, "limit": limit // 1_000_000, "entry": shown}
    if request.method == "GET":
        return {"form": forms.start(CpdFileForm, {"edition": shown.edition}), **more}
    form, status = forms.read(CpdFileForm, request.form, request.files), 422
    if form.ok:
        file = form.data["file"]
        with attempt(form) as tried:
            own.attach_file(actor, shown.id, form.data["edition"], file.stream, file.filename or "", limit)
        if form.ok:
            return Redirect(".entry", entry_id=entry_id, flash=_("File added"))
        status = 422 if isinstance(tried.refusal, FileRefused) else tried.status
        form.values["edition"] = shown.edition
    return {"form": form, **more}, status


@pages.page("GET", f"{ENTRY}/file", needs=READ)
def file(actor: Actor, entry_id: UUID) -> Response:
    return download(*own.file_of(actor, entry_id))


@pages.page("POST", f"{ENTRY}/file/remove", needs=EDIT)
def remove_file(actor: Actor, entry_id: UUID) -> Redirect:
    own.remove_file(actor, entry_id, request.form.get("edition", 0, int))
    return Redirect(".entry", entry_id=entry_id, flash=_("File removed"))
