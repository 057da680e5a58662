"""Shapes of evaluation; pages and the API share their fields."""

from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate

from courses.evaluation.forms import SCALE, Form, Kind, Which
from courses.evaluation.models import RejectReason, TextState
from courses.evaluation.rules import LONGEST, NOT_OFFERED, Said
from lms.core.language import N_
from lms.core.web.fields import Text, one_of
from lms.core.web.paging import page_schema

DECISIONS = ("release", "redact", "reject")


class EvaluationAnswerIn(Schema):
    """What somebody says. Whatever is left out is not answered; `language` is that of what is written."""

    ratings = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)), values=fields.Integer(strict=True),
        load_default=dict, metadata={"description": "By question: 1 to 5"},
    )  # fmt: skip
    chosen = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.List(fields.String(validate=validate.Length(max=40)), validate=validate.Length(max=20)),
        load_default=dict, metadata={"description": "By question: codes of choices"},
    )  # fmt: skip
    texts = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)), values=Text(max=LONGEST, lines=True, min=0),
        load_default=dict, metadata={"description": "By question: words without names, read by a reviewer first"},
    )  # fmt: skip
    language = Text(load_default="en", validate=one_of(("en", "cy")))


class EvaluationAskingIn(Schema):
    asked = fields.Boolean(required=True, metadata={"description": "false: do not ask me about courses"})


class EvaluationAskingOut(Schema):
    asked = fields.Boolean(required=True)


class EvaluationChoiceOut(Schema):
    code = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class EvaluationQuestionOut(Schema):
    code = fields.String(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    choices = fields.List(fields.Nested(EvaluationChoiceOut), required=True)


class EvaluationFormOut(Schema):
    form = fields.Enum(Which, by_value=True, required=True)
    edition = fields.Integer(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    questions = fields.List(fields.Nested(EvaluationQuestionOut), required=True)


class EvaluationInvitationOut(Schema):
    """Something that you are asked. `open` false: it was answered or declined, or its time is over."""

    id = fields.UUID(required=True)
    course = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    until = fields.Date(required=True)
    open = fields.Boolean(required=True)
    asks = fields.Nested(EvaluationFormOut, required=True)


class EvaluationTextOut(Schema):
    """Words of somebody unknown. What was rejected has none any more."""

    id = fields.UUID(required=True)
    form = fields.Enum(Which, by_value=True, required=True)
    question = fields.String(required=True)
    course = fields.String(required=True, metadata={"description": "The course's code"})
    language = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.Enum(TextState, by_value=True, required=True)
    reason = fields.Enum(RejectReason, by_value=True, required=True, allow_none=True)


class EvaluationDecisionIn(Schema):
    """`text` goes with `redact`: the words that are left, with […] where some were taken out. `reason` goes with `reject`."""

    decision = Text(required=True, validate=one_of(DECISIONS))
    text = Text(max=LONGEST + 100, lines=True, load_default="", min=0)
    reason = Text(load_default=None, validate=one_of(RejectReason))


class RedactForm(Schema):
    text = Text(max=LONGEST + 100, lines=True, required=True)


class RejectForm(Schema):
    reason = Text(required=True, validate=one_of(RejectReason), message=N_("Choose a reason"))


EvaluationInvitationPage = page_schema(EvaluationInvitationOut)
EvaluationTextPage = page_schema(EvaluationTextOut)


@cache
def shape_of(form: Form) -> type[Schema]:
    """The questionnaire as a page's form: a field for each question, none of them needed."""
    made: dict[str, fields.Field[Any]] = {}
    for each in form.questions:
        if each.kind is Kind.TEXT:
            made[each.code] = Text(max=LONGEST, lines=True, load_default="")
        elif each.kind is Kind.CHOICES:
            made[each.code] = fields.List(
                fields.String(validate=one_of([it.code for it in each.choices])), load_default=list
            )
        else:
            offered = SCALE if each.is_scale else [it.code for it in each.choices]
            made[each.code] = Text(load_default="", validate=one_of(offered, NOT_OFFERED))
    shape: type[Schema] = Schema.from_dict(made, name=f"Evaluation{form.which.value.title()}{form.edition}Form")
    return shape


def said(form: Form, data: dict[str, Any]) -> Said:
    """What a page's form says."""
    return Said(
        {it.code: int(data[it.code]) for it in form.of_kind(Kind.AGREEMENT, Kind.CONFIDENCE) if data[it.code]},
        {
            it.code: tuple(data[it.code]) if it.kind is Kind.CHOICES else (data[it.code],)
            for it in form.of_kind(Kind.CHOICE, Kind.CHOICES) if data[it.code]
        },
        {it.code: data[it.code] for it in form.of_kind(Kind.TEXT) if data[it.code]},
    )  # fmt: skip
