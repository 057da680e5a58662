"""A copy of one's portfolio over JSON: asked for, made by a job, fetched."""

from typing import Any
from uuid import UUID

from flask import Response

from courses.portfolios import exporting, schemas
from courses.portfolios.api import shapes
from courses.portfolios.api.portfolios import EDIT, api
from courses.portfolios.downloads import download
from courses.portfolios.models import ExportKind, PortfolioExport
from courses.portfolios.services import access
from lms.core.errors import NotFound
from lms.core.permissions import Actor

ALL = "/portfolios/<uuid:portfolio_id>/exports"
ONE = f"{ALL}/<uuid:export_id>"


@api.operation("GET", ALL, needs=EDIT, returns=(200, shapes.PortfolioExportsOut))
def exports(actor: Actor, portfolio_id: UUID) -> dict[str, Any]:
    """The copies that there are, newest first."""
    portfolio = access.portfolio_by_id(actor, EDIT, portfolio_id)
    return {"items": [_shown(each) for each in exporting.exports_of(portfolio.id)]}


@api.operation("POST", ALL, needs=EDIT, body=schemas.ExportForm, returns=(202, shapes.PortfolioExportOut))
def export(actor: Actor, portfolio_id: UUID, kind: str, language: str) -> dict[str, Any]:
    """Ask for a copy. One that is on its way in that form is not asked for twice."""
    return _shown(exporting.ask(actor, portfolio_id, ExportKind(kind), language))


@api.operation("GET", ONE, needs=EDIT, returns=(200, shapes.PortfolioExportOut))
def export_progress(actor: Actor, portfolio_id: UUID, export_id: UUID) -> dict[str, Any]:
    """How far it is."""
    return _shown(_found(actor, portfolio_id, export_id))


@api.operation("GET", f"{ONE}/file", needs=EDIT, returns=(200, None), media_type=("application/pdf", "application/zip"))
def exported(actor: Actor, portfolio_id: UUID, export_id: UUID) -> Response:
    """The copy itself, once it is made."""
    made = _found(actor, portfolio_id, export_id)
    if made.file is None:
        raise NotFound()
    ending = "pdf" if made.kind is ExportKind.PDF else "zip"
    return download(made.file, f"{made.portfolio.enrolment.course.code}-{made.language}.{ending}")


def _found(actor: Actor, portfolio_id: UUID, export_id: UUID) -> PortfolioExport:
    made = exporting.export_of(actor, access.portfolio_by_id(actor, EDIT, portfolio_id), export_id)
    if made is None:
        raise NotFound()
    return made


def _shown(made: PortfolioExport) -> dict[str, Any]:
    return {
        "id": made.id, "kind": made.kind, "language": made.language, "asked_at": made.asked_at,
        "ended_at": made.ended_at, "percent": exporting.percent(made),
    }  # fmt: skip
