"""What supervision asks of portfolios, which it does not know: it hangs in `lms/app.py`."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, tuple_

from courses.portfolios import rules
from courses.portfolios.models import Portfolio, PortfolioState, PortfolioTemplate, TemplateItem
from courses.supervision.sessions.rules import Task
from lms.core.db import db
from lms.core.language import Bilingual


def tasks_of(learner_ids: Iterable[UUID]) -> list[Task]:
    """What the open portfolios of these learners ask for, each once, by template and position."""
    templates = (
        select(Portfolio.template_id)
        .where(Portfolio.learner_id.in_(list(learner_ids)), Portfolio.state != PortfolioState.SIGNED_OFF)
        .distinct()
    )
    rows = db.session.execute(
        select(PortfolioTemplate, TemplateItem)
        .join(TemplateItem, TemplateItem.template_id == PortfolioTemplate.id)
        .where(PortfolioTemplate.id.in_(templates))
        .order_by(PortfolioTemplate.code, TemplateItem.position, PortfolioTemplate.number.desc())
        .limit(200)
    )
    return list({task.key: task for task in (_task(template, item) for template, item in rows)}.values())


def titles_of(keys: Iterable[str]) -> dict[str, Task]:
    """Tasks by "<template>/<position>", as their newest templates call them."""
    wanted = [
        (code, int(position))
        for code, _, position in (key.rpartition("/") for key in keys)
        if position.isdecimal() and len(position) < 4
    ]
    if not wanted:
        return {}
    rows = db.session.execute(
        select(PortfolioTemplate, TemplateItem)
        .join(TemplateItem, TemplateItem.template_id == PortfolioTemplate.id)
        .where(tuple_(PortfolioTemplate.code, TemplateItem.position).in_(wanted))
        .order_by(PortfolioTemplate.code, TemplateItem.position, PortfolioTemplate.number)
    )
    return {task.key: task for task in (_task(template, item) for template, item in rows)}


def _task(template: PortfolioTemplate, item: TemplateItem) -> Task:
    named = Bilingual(f"{template.code}: {item.title.en}", f"{template.code}: {item.title.cy}")
    group = rules.may_be_in_group(template.supervision, item.individual_only)
    return Task(f"{template.code}/{item.position}", named, group)
