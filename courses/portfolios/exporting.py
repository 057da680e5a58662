"""A copy of a portfolio for its learner: a tagged PDF, or a zip with everything in it. A job makes it, step by step.

What is drawn is put in by the roof (`draw`): this room knows what is in the copy, not how a
PDF is made.
"""

import io
import zipfile
from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson
from flask_babel import force_locale
from sqlalchemy import select

from courses.portfolios import signing
from courses.portfolios.models import CheckState, EvidenceItem, ExportKind, Portfolio, PortfolioExport
from courses.portfolios.queries import check_of
from courses.portfolios.services.access import portfolio_by_id
from lms.core import audit, clock, files
from lms.core.db import db, record, transaction
from lms.core.files import StoredFile
from lms.core.hooks import Hook
from lms.core.jobs import enqueue, job
from lms.core.permissions import Actor, Permission

PDF, ZIP = "application/pdf", "application/zip"


@Hook
def draw(_content: dict[str, Any], _language: str) -> bytes:
    """The copy as a PDF. Hung in by the roof, which has the drawing."""
    raise LookupError("Nobody draws it")


def ask(actor: Actor, portfolio_id: UUID, kind: ExportKind, language: str) -> PortfolioExport:
    """Ask for a copy. One that is on its way in that form is not asked for twice."""
    portfolio = portfolio_by_id(actor, Permission.PORTFOLIO_EDIT, portfolio_id, lock=True)
    for each in exports_of(portfolio.id):
        if each.ended_at is None and (each.kind, each.language) == (kind, language):
            return each
    files_in = sum(item.file_id is not None for item in portfolio.items) if kind is ExportKind.ZIP else 0
    made = record(
        PortfolioExport(
            portfolio=portfolio,
            kind=kind,
            language=language,
            asked_at=clock.now(),
            of=len(portfolio.items) + files_in + 1,
        )
    )
    audit.record(actor, "portfolio.exported", about=portfolio.learner_id, thing=portfolio, kind=kind, language=language)
    enqueue(make, export_id=str(made.id))
    return made


def exports_of(portfolio_id: UUID) -> list[PortfolioExport]:
    """The newest first."""
    asked = select(PortfolioExport).where(PortfolioExport.portfolio_id == portfolio_id)
    return list(db.session.scalars(asked.order_by(PortfolioExport.asked_at.desc()).limit(10)))


def export_of(actor: Actor, portfolio: Portfolio, export_id: UUID) -> PortfolioExport | None:
    """One of this portfolio's copies, for its learner."""
    actor.require(Permission.PORTFOLIO_EDIT, about=portfolio.learner_id)
    return next((each for each in exports_of(portfolio.id) if each.id == export_id), None)


def percent(made: PortfolioExport) -> int:
    return 100 if made.ended_at else round(100 * made.done / max(made.of, 1))


@job("portfolios.export", whole=False)
def make(export_id: str) -> None:
    """Make the copy. How far it is, is committed as it goes; done again it makes the same once more."""
    with transaction():
        asked = db.session.get(PortfolioExport, UUID(export_id))
        if asked is None or asked.ended_at is not None:
            return
        kind, language = asked.kind, asked.language
        portfolio = portfolio_by_id(Actor.system(), Permission.PORTFOLIO_READ, asked.portfolio_id)
        content = content_of(portfolio)
        brought = [(item.template_item.position, item.file_name or "", item.file_id) for item in _with_files(portfolio)]
        asked.done = len(portfolio.items)
    with force_locale("cy" if language == "cy" else "en_GB"):
        drawn = draw(content, language)
    if kind is ExportKind.ZIP:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("portffolio.pdf" if language == "cy" else "portfolio.pdf", drawn)
            package.writestr("portfolio.json", orjson.dumps(content, option=orjson.OPT_INDENT_2))
            for position, name, file_id in brought:
                with transaction():
                    package.writestr(
                        f"{position:03d} {name}", files.content_of(db.session.get_one(StoredFile, file_id))
                    )
                    _further(UUID(export_id))
        drawn = out.getvalue()
    with transaction():
        made = db.session.get(PortfolioExport, UUID(export_id), with_for_update=True)
        if made is None:  # something was redacted meanwhile
            return
        made.file = files.store(drawn, ZIP if kind is ExportKind.ZIP else PDF)
        made.done, made.ended_at = made.of, clock.now()


def _further(export_id: UUID) -> None:
    made = db.session.get(PortfolioExport, export_id)
    if made is not None:
        made.done += 1


def content_of(portfolio: Portfolio) -> dict[str, Any]:
    """All that the portfolio says, its decisions and signatures, as plain values."""
    return {
        **signing.evidence_content(portfolio),
        "form": "llwybr-portfolio-export-1",
        "state": str(portfolio.state),
        "exported_at": signing.instant(clock.now()),
        "items": [
            signing.item_content(item)
            | {
                "state": str(item.state),
                "decisions": [
                    {
                        "by": each.decided_by.display_name, "at": signing.instant(each.at), "outcome": str(each.outcome),
                        "comment": each.comment, "individually_supervised": each.individually_supervised,
                    }
                    for each in item.decisions
                ],
            }
            for item in signing.in_order(portfolio)
        ],
        "signatures": [
            {
                "version": each.version, "name": each.signatory_name, "role": each.content["signature"]["role"],
                "licence": each.licence_number, "at": signing.instant(each.signed_at), "statement": each.statement,
                "content_hash": each.content_hash,
            }
            for each in portfolio.sign_offs
        ],
    }  # fmt: skip


def forget(made: PortfolioExport) -> None:
    """The copy goes, and that it was asked for stays in the audit trail alone."""
    file_id = made.file_id
    db.session.delete(made)
    db.session.flush()  # nothing refers to the file any more
    if file_id is not None:
        files.drop(file_id)


def forget_all(portfolio_ids: Collection[UUID]) -> None:
    """Every copy of these portfolios: what was taken out of them is not to be kept there."""
    for each in db.session.scalars(select(PortfolioExport).where(PortfolioExport.portfolio_id.in_(portfolio_ids))):
        forget(each)


def _with_files(portfolio: Portfolio) -> list[EvidenceItem]:
    """The items with files that may be opened."""
    found = []
    for item in signing.in_order(portfolio):
        check = check_of(item.file_id) if item.file_id else None
        if item.file_id is not None and (check is None or check.state is CheckState.CLEAN):
            found.append(item)
    return found
