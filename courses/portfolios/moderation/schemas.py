"""Shapes of moderation; pages and the API share their fields."""

from marshmallow import Schema, fields

from courses.portfolios.moderation.models import WithdrawalGround
from courses.portfolios.schemas import LONGEST_COMMENT, PortfolioPersonOut
from lms.core.language import N_
from lms.core.web.fields import Text, one_of
from lms.core.web.paging import page_schema

CHOOSE = N_("Choose whether you agree")
GROUND = N_("Choose why it is withdrawn")


class ModerationIn(Schema):
    """`comment` is needed by whoever does not agree."""

    agrees = fields.Boolean(required=True, error_messages={"required": CHOOSE, "invalid": CHOOSE})
    comment = Text(max=LONGEST_COMMENT, lines=True, load_default="")


class SignOffWithdrawalIn(Schema):
    ground = fields.String(
        required=True,
        validate=one_of([each.value for each in WithdrawalGround if each is not WithdrawalGround.MODERATION], GROUND),
        error_messages={"required": GROUND},
    )
    reason = Text(max=LONGEST_COMMENT, lines=True, required=True, message=N_("Write why the signature is withdrawn"))


class SampleOut(Schema):
    id = fields.UUID(required=True)
    drawn_at = fields.AwareDateTime(required=True)
    percent = fields.Integer(required=True)
    learner = fields.Nested(PortfolioPersonOut, required=True)
    signatory = fields.String(required=True)
    version = fields.Integer(required=True)
    content_hash = fields.String(required=True)


class OutcomeOut(Schema):
    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    agrees = fields.Boolean(required=True)
    comment = fields.String(required=True)


class WithdrawalOut(Schema):
    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    ground = fields.String(required=True)
    reason = fields.String(required=True)


SamplesOut = page_schema(SampleOut)
