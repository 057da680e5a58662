"""Evidence that serves more than once, over JSON: for another requirement, and for statements of a framework."""

from typing import Any
from uuid import UUID

from courses.portfolios import errors, schemas, views
from courses.portfolios.api import shapes
from courses.portfolios.api.portfolios import CLOSED, EDIT, ITEM, api, tagged
from courses.portfolios.models import EvidenceItem
from courses.portfolios.services import access, reuse
from lms.core.db import db
from lms.core.errors import StaleEdit
from lms.core.permissions import Actor
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

CHANGING = (*CLOSED, errors.ItemWaits, StaleEdit)


def _own(actor: Actor, portfolio_id: UUID, position: int) -> EvidenceItem:
    return access.item_at(access.portfolio_by_id(actor, EDIT, portfolio_id), position)


@api.operation("GET", f"{ITEM}/reusable", needs=EDIT, query=PageQuery, returns=(200, page_schema(shapes.ReusableOut)))
def reusable(actor: Actor, portfolio_id: UUID, position: int, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """The learner's other items that say something, in any of their portfolios, newest first."""
    found = reuse.reusable(actor, _own(actor, portfolio_id, position))
    page = page_of(found, cursor, size, key=(EvidenceItem.saved_at, EvidenceItem.id), descending=True)
    return Page([_reusable(each) for each in page.items], page.next)


def _reusable(each: EvidenceItem) -> dict[str, Any]:
    return {
        "id": each.id, "portfolio_id": each.portfolio_id, "position": each.template_item.position,
        "course": each.portfolio.enrolment.version.title, "title": each.template_item.title, "saved_at": each.saved_at,
    }  # fmt: skip


@api.operation(
    "POST", f"{ITEM}/reuse", needs=EDIT, body=schemas.ReuseForm, returns=(200, schemas.EvidenceItemOut), raises=CHANGING
)
def reuse_earlier(actor: Actor, portfolio_id: UUID, position: int, edition: int, source: UUID) -> Any:
    """Put what an earlier item says into this one. Each is decided about by itself."""
    return tagged(actor, reuse.reuse(actor, _own(actor, portfolio_id, position).id, edition, source))


@api.operation(
    "POST", f"{ITEM}/also", needs=EDIT, body=shapes.AlsoIn, returns=(200, shapes.EvidenceItemsOut), raises=CHANGING
)
def use_also(actor: Actor, portfolio_id: UUID, position: int, positions: list[int]) -> dict[str, Any]:
    """Put what this item says into those others of the same portfolio that say nothing yet."""
    changed = reuse.use_also(actor, _own(actor, portfolio_id, position).id, positions)
    db.session.flush()  # what is shown has its ids
    return {"items": [views.item(actor, each) for each in changed]}


@api.operation("GET", f"{ITEM}/statements", needs=EDIT, returns=(200, shapes.StatementChoicesOut))
def statements(actor: Actor, portfolio_id: UUID, position: int) -> dict[str, Any]:
    """The statements of published frameworks that the course has to do with."""
    return {"items": reuse.statements_for(_own(actor, portfolio_id, position))}


@api.operation(
    "PUT", f"{ITEM}/statements", needs=EDIT, body=schemas.StatementsForm, returns=(200, schemas.EvidenceItemOut),
    raises=CHANGING,
)  # fmt: skip
def choose_statements(actor: Actor, portfolio_id: UUID, position: int, edition: int, statements: list[UUID]) -> Any:
    """Say which of them the item shows."""
    item = _own(actor, portfolio_id, position)
    return tagged(actor, reuse.choose_statements(actor, item.id, edition, statements))
