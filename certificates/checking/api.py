"""JSON routes of checking many certificates at once."""

from typing import Any

from flask import request

from certificates.checking import reading, services
from certificates.checking.schemas import CheckedListOut, shown_answers
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import SheetUnreadable
from lms.core.web.api import Api

api = Api("checking", __name__, description="Many certificates checked at once")


@api.operation(
    "POST", "/verify/list", needs=Permission.CERTIFICATE_WATCH, returns=(200, CheckedListOut),
    raises=(SheetUnreadable,), takes="text/csv",
)  # fmt: skip
def check_list(actor: Actor) -> dict[str, Any]:
    """Check a CSV of at most 500 lines: a column `code`, or `number`, `surname` and `issued_on`. Nothing of it is kept."""
    return shown_answers(services.check_list(actor, reading.read(request.get_data())))
