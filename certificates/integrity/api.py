"""JSON routes of checks of the ledger."""

from typing import Any

from certificates.integrity import queries, services
from certificates.integrity.models import LedgerCheck
from certificates.integrity.schemas import LedgerCheckOut, LedgerCheckPageOut, shown_ledger_check
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import PageQuery, page_of

api = Api("ledger_checks", __name__, description="Whether every certificate is still as it was issued")

READ = Permission.AUDIT_READ
ALL = "/ledger-checks"
Json = dict[str, Any]


@api.operation("GET", ALL, needs=READ, query=PageQuery, returns=(200, LedgerCheckPageOut))
def checks(actor: Actor, cursor: str | None, size: int) -> Json:
    """What the nightly checks found, the newest first; also one that is under way."""
    page = page_of(queries.checks(), cursor, size, key=(LedgerCheck.started_at, LedgerCheck.id), descending=True)
    return {"items": [shown_ledger_check(each) for each in page.items], "next": page.next}


@api.operation("POST", ALL, needs=READ, returns=(202, LedgerCheckOut))
def check(actor: Actor) -> Json:
    """Have everything looked at now, by a job. One that is under way is not begun twice."""
    return shown_ledger_check(services.begin(actor))
