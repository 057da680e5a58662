"""JSON routes of saved views."""

from typing import Any
from uuid import UUID

from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import PageQuery, page_of
from lms.reporting.saved import services
from lms.reporting.saved.models import SavedView
from lms.reporting.saved.schemas import ViewIn, ViewNameIn, ViewOut, ViewsOut, shown
from lms.reporting.saved.services import TooManyViews

api = Api("saved_views", __name__, description="Saved views of reports, and monthly letters about them")

Json = dict[str, Any]
READ = Permission.UPTAKE_READ
ONE = "/report-views/<uuid:view_id>"


@api.operation("GET", "/report-views", needs=READ, query=PageQuery, returns=(200, ViewsOut), raises=(Invalid,))
def views(actor: Actor, cursor: str | None, size: int) -> Json:
    """Your saved views, by name."""
    page = page_of(services.mine(actor), cursor, size, key=(SavedView.name, SavedView.id))
    told = services.subscribed(actor, [each.id for each in page.items])
    return {"items": [shown(each, each.id in told) for each in page.items], "next": page.next}


@api.operation(
    "POST", "/report-views", needs=READ, body=ViewIn, returns=(201, ViewOut), raises=(TooManyViews, NotFound)
)
def save(actor: Actor, name: str, report: str, query: dict[str, str]) -> Json:
    """Keep a report with its filters under a name."""
    return shown(services.save(actor, name, report, query), False)


@api.operation("GET", ONE, needs=READ, returns=(200, ViewOut))
def one(actor: Actor, view_id: UUID) -> Json:
    """A view, yours or one that you were given the address of. Ask its report to see what you may see of it."""
    return _seen(actor, view_id)


@api.operation("POST", f"{ONE}/name", needs=READ, body=ViewNameIn, returns=(200, ViewOut))
def rename(actor: Actor, view_id: UUID, name: str) -> Json:
    """Call one of your views something else."""
    services.rename(actor, view_id, name)
    return _seen(actor, view_id)


@api.operation("DELETE", ONE, needs=READ, returns=(204, None))
def delete(actor: Actor, view_id: UUID) -> None:
    """Delete one of your views; letters about it end."""
    services.delete(actor, view_id)


@api.operation("POST", f"{ONE}/letters", needs=READ, returns=(200, ViewOut))
def subscribe(actor: Actor, view_id: UUID) -> Json:
    """Get a letter about it on the first working day of each month."""
    services.subscribe(actor, view_id)
    return _seen(actor, view_id)


@api.operation("DELETE", f"{ONE}/letters", needs=READ, returns=(204, None))
def unsubscribe(actor: Actor, view_id: UUID) -> None:
    """Get no more of them."""
    services.unsubscribe(actor, view_id)


def _seen(actor: Actor, view_id: UUID) -> Json:
    found = services.opened(actor, view_id)
    return shown(found.it, found.subscribed)
