"""Shapes of requests for another name."""

from marshmallow import Schema, fields

from certificates.models import NameChangeState
from lms.core.language import N_
from lms.core.web.fields import Text, one_of


class NameChangeIn(Schema):
    new_name = Text(required=True, max=200, message=N_("Write the name as it should be printed"))
    reason = Text(required=True, max=1000, lines=True, message=N_("Say why, so that somebody can decide"))


class NameDecisionIn(Schema):
    decision = fields.String(
        required=True, validate=one_of(("approve", "decline"), N_("Choose an answer")),
        error_messages={"required": N_("Choose an answer")},
    )  # fmt: skip
    note = Text(load_default="", max=1000, lines=True)


class NameChangeOut(Schema):
    id = fields.UUID(required=True)
    learner_id = fields.UUID(required=True)
    old_name = fields.String(required=True)
    new_name = fields.String(required=True)
    reason = fields.String(required=True)
    asked_at = fields.DateTime(required=True)
    state = fields.Enum(NameChangeState, by_value=True, required=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
