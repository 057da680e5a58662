"""Shapes of certificates that registers contradict."""

from typing import Any

from marshmallow import Schema, fields

from certificates.attendance import letters, rules
from certificates.attendance.models import AwardDoubt
from certificates.attendance.rules import Settlement
from certificates.schemas import AwardOut, shown_award
from lms.core.language import LANGUAGES, N_
from lms.core.web.fields import BilingualField, Text, one_of
from lms.core.web.paging import page_schema

DECISIONS = tuple(each.value for each in (Settlement.REISSUED, Settlement.REVOKED, Settlement.KEPT))


class AwardDoubtDecisionIn(Schema):
    """`seen`: the edition that was looked at."""

    decision = fields.String(
        required=True, validate=one_of(DECISIONS, N_("Choose one of the answers")),
        error_messages={"required": N_("Choose one of the answers")},
    )  # fmt: skip
    note = Text(required=True, max=1000, lines=True, message=N_("Say what happened, for the record"))
    seen = fields.Integer(required=True)


class AwardDoubtOut(Schema):
    """`printed` is what the certificate says of attendance, `registers` what they say now; `enough`: still attended enough.

    `choices`: what can be decided, first what the registers ask for. `outcome` null: nobody has decided.
    """

    id = fields.UUID(required=True)
    award = fields.Nested(AwardOut, required=True)
    found_at = fields.DateTime(required=True)
    printed = BilingualField(required=True)
    registers = BilingualField(required=True)
    enough = fields.Boolean(required=True)
    reason = fields.String(required=True)
    edition = fields.Integer(required=True)
    choices = fields.List(fields.Enum(Settlement, by_value=True), required=True)
    settled_at = fields.DateTime(required=True, allow_none=True)
    outcome = fields.Enum(Settlement, by_value=True, required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


AwardDoubtPageOut = page_schema(AwardDoubtOut)


def shown_doubt(it: AwardDoubt) -> dict[str, Any]:
    """For AwardDoubtOut."""
    return {
        "id": it.id, "award": shown_award(it.award), "found_at": it.found_at, "enough": it.enough, "reason": it.reason,
        "printed": {each: letters.printed(it.award, each) for each in LANGUAGES},
        "registers": {each: letters.now(it, each) for each in LANGUAGES}, "edition": it.edition,
        "choices": rules.CHOICES[it.enough], "settled_at": it.settled_at, "outcome": it.outcome, "note": it.note,
    }  # fmt: skip
