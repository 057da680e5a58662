"""A copy of my portfolio, to keep: asked for, on its way, there."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import gettext as _

from courses.portfolios import exporting, schemas
from courses.portfolios.downloads import download
from courses.portfolios.models import ExportKind, Portfolio, PortfolioExport
from courses.portfolios.pages.learner import EDIT, WHOLE, about_portfolio, pages
from courses.portfolios.retention import purposes
from courses.portfolios.services import access
from lms.core.errors import NotFound
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect, actor_language
from lms.core.web.refusals import attempt


@pages.page(("GET", "POST"), f"{WHOLE}/export", needs=EDIT, template="portfolios/export.html")
def export(actor: Actor, enrolment_id: UUID) -> Any:
    """Ask for a copy, and see those that there are."""
    shown = access.portfolio_by_enrolment(actor, EDIT, enrolment_id)
    more = {"exports": exporting.exports_of(shown.id), "text": told, "days": purposes()["export"].days}
    if request.method == "GET":
        values = {"kind": ExportKind.PDF, "language": actor_language(actor)}
        return about_portfolio(shown, form=forms.start(schemas.ExportForm, values), **more)
    form, status = forms.read(schemas.ExportForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            exporting.ask(actor, shown.id, ExportKind(form.data["kind"]), form.data["language"])
        if form.ok:
            return Redirect(".export", enrolment_id=enrolment_id)
        status = tried.status
    return about_portfolio(shown, form=form, **more), status


@pages.page("GET", f"{WHOLE}/export/<uuid:export_id>", needs=EDIT)
def exported(actor: Actor, enrolment_id: UUID, export_id: UUID) -> Response:
    """The copy itself."""
    shown, made = _found(actor, enrolment_id, export_id)
    if made.file is None:
        raise NotFound()
    ending = "pdf" if made.kind is ExportKind.PDF else "zip"
    return download(made.file, f"{shown.enrolment.course.code}-{made.language}.{ending}")


@pages.page("GET", f"{WHOLE}/export/<uuid:export_id>/progress", needs=EDIT)
def export_progress(actor: Actor, enrolment_id: UUID, export_id: UUID) -> Response:
    made = _found(actor, enrolment_id, export_id)[1]
    return jsonify({"done": made.ended_at is not None, "percent": exporting.percent(made), "text": told(made)})


def told(made: PortfolioExport) -> str:
    """How far it is, in words."""
    return _("%(done)s of %(of)s parts are in it", done=made.done, of=made.of)


def _found(actor: Actor, enrolment_id: UUID, export_id: UUID) -> tuple[Portfolio, PortfolioExport]:
    shown = access.portfolio_by_enrolment(actor, EDIT, enrolment_id)
    made = exporting.export_of(actor, shown, export_id)
    if made is None:
        raise NotFound()
    return shown, made
