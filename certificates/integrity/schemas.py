"""Shapes of checks of the ledger."""

from typing import Any

from marshmallow import Schema, fields

from certificates.integrity.models import LedgerCheck
from certificates.integrity.wording import FAULTS, told
from lms.core.web.fields import BilingualField
from lms.core.web.paging import page_schema


class LedgerFaultOut(Schema):
    """`what`: `award` or `unlisted`, then `which` is a certificate's number; or `ledger`, then it is a line's."""

    what = fields.String(required=True, metadata={"enum": list(FAULTS)})
    which = fields.String(required=True)
    text = BilingualField(required=True)


class LedgerCheckOut(Schema):
    """One look at all certificates and the ledger. `ended_at` null: under way, or lost. `found`: how much does not match, of
    which the first are named. `line_hash`: of the last of `lines`; kept elsewhere, it shows later that nothing before changed."""

    id = fields.UUID(required=True)
    started_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    awards = fields.Integer(required=True)
    lines = fields.Integer(required=True)
    line_hash = fields.String(required=True)
    found = fields.Integer(required=True)
    faults = fields.List(fields.Nested(LedgerFaultOut), required=True)


LedgerCheckPageOut = page_schema(LedgerCheckOut)


def shown_ledger_check(it: LedgerCheck) -> dict[str, Any]:
    """For LedgerCheckOut."""
    return {
        "id": it.id, "started_at": it.started_at, "ended_at": it.ended_at, "awards": it.awards, "lines": it.lines,
        "line_hash": it.line_hash, "found": it.found, "faults": [each | {"text": told(each)} for each in it.faults],
    }  # fmt: skip
