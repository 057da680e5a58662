"""JSON routes of requests for another name."""

from typing import Any
from uuid import UUID

from certificates.errors import NameNotPrintable
from certificates.models import NameChange
from certificates.names import queries, services
from certificates.names.errors import AlreadyAsked, AlreadyDecided, OwnNameChange, SameName
from certificates.names.schemas import NameChangeIn, NameChangeOut, NameDecisionIn
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

api = Api("name_changes", __name__, description="Certificates in another name: asked for, decided by somebody else")

ONE = "/name-changes/<uuid:change_id>"


@api.operation(
    "POST", "/name-changes", needs=Permission.AWARD_SHARE, body=NameChangeIn, returns=(201, NameChangeOut),
    raises=(AlreadyAsked, SameName, NameNotPrintable),
)  # fmt: skip
def ask(actor: Actor, new_name: str, reason: str) -> NameChange:
    """Ask for your certificates in another name."""
    return services.ask(actor, new_name, reason)


@api.operation(
    "POST", f"{ONE}/withdrawal", needs=Permission.AWARD_SHARE, returns=(200, NameChangeOut), raises=(AlreadyDecided,)
)
def take_back(actor: Actor, change_id: UUID) -> NameChange:
    """Take your request back."""
    return services.take_back(actor, change_id)


@api.operation(
    "GET", "/name-changes", needs=Permission.AWARD_RENAME, query=PageQuery, returns=(200, page_schema(NameChangeOut))
)
def waiting(actor: Actor, cursor: str | None, size: int) -> Page[NameChange]:
    """Requests that wait for an answer of somebody like you, oldest first."""
    return page_of(queries.waiting_in(actor.reach(Permission.AWARD_RENAME)), cursor, size, key=(NameChange.id,))


@api.operation("GET", ONE, needs=Permission.AWARD_RENAME, returns=(200, NameChangeOut))
def change(actor: Actor, change_id: UUID) -> NameChange:
    """One request."""
    return services.change(actor, change_id)


@api.operation(
    "POST", f"{ONE}/decision", needs=Permission.AWARD_RENAME, body=NameDecisionIn, returns=(200, NameChangeOut),
    raises=(OwnNameChange, AlreadyDecided),
)  # fmt: skip
def decide(actor: Actor, change_id: UUID, decision: str, note: str) -> Any:
    """Approve, and have their certificates issued again in that name; or decline. Never about yourself."""
    return services.decide(actor, change_id, approve=decision == "approve", note=note)
