"""Reads for those who write portfolio templates."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from courses.portfolios.models import Portfolio, PortfolioState, PortfolioTemplate
from lms.core.db import db
from lms.core.language import Bilingual


def template_versions(code: str) -> list[PortfolioTemplate]:
    """Every version of a template, drafts too, newest first."""
    return list(
        db.session.scalars(
            select(PortfolioTemplate)
            .where(PortfolioTemplate.code == code)
            .options(selectinload(PortfolioTemplate.items))
            .order_by(PortfolioTemplate.number.desc())
        )
    )


@dataclass(frozen=True)
class TemplateLine:
    """A template in the list: its title, newest published number (None: only a draft), and portfolios in progress."""

    code: str
    title: Bilingual
    number: int | None
    has_draft: bool
    items: int
    in_progress: int


def templates_listed() -> list[TemplateLine]:
    """All templates by code. There are some tens."""
    in_progress: dict[str, int] = dict(
        db.session.execute(
            select(PortfolioTemplate.code, func.count())
            .join(Portfolio, Portfolio.template_id == PortfolioTemplate.id)
            .where(Portfolio.state == PortfolioState.IN_PROGRESS)
            .group_by(PortfolioTemplate.code)
        ).all()
    )
    found: dict[str, list[PortfolioTemplate]] = {}
    for each in db.session.scalars(
        select(PortfolioTemplate)
        .options(selectinload(PortfolioTemplate.items))
        .order_by(PortfolioTemplate.code, PortfolioTemplate.number.desc())
    ):
        found.setdefault(each.code, []).append(each)
    lines = []
    for code, versions in found.items():
        published = [each for each in versions if each.published_at]
        newest = (published or versions)[0]
        lines.append(
            TemplateLine(
                code, newest.title, newest.number if published else None, len(published) < len(versions),
                len(newest.items), in_progress.get(code, 0),
            )
        )  # fmt: skip
    return lines


def template_counts(code: str) -> dict[int, int]:
    """Portfolios that are not signed off, by the number of the version that they were opened with."""
    return dict(
        db.session.execute(
            select(PortfolioTemplate.number, func.count())
            .join(Portfolio, Portfolio.template_id == PortfolioTemplate.id)
            .where(PortfolioTemplate.code == code, Portfolio.state != PortfolioState.SIGNED_OFF)
            .group_by(PortfolioTemplate.number)
        ).all()
    )
