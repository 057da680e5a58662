"""Shapes of why something is not complete."""

from marshmallow import Schema, fields

from courses.launch.completion.words import next_sentence, passed_over_sentence
from courses.launch.formats.structure import MoveOn
from lms.core.language import N_
from lms.core.web.fields import Day, Text

WHOLE = "all"


class HeardOut(Schema):
    """A piece of evidence: what it says, when it happened, when we were told, and who granted it if somebody did."""

    fact = fields.String()
    at = fields.AwareDateTime()
    heard_at = fields.AwareDateTime()
    source = fields.String(metadata={"description": "statement, commit or correction"})
    said_by = fields.UUID(allow_none=True, metadata={"description": "The statement, or the SCORM commit"})
    by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


class UnitAskedOut(Schema):
    """A unit of the content, and what it asks for."""

    key = fields.UUID()
    title = fields.Dict(metadata={"description": "Text by language tag"})
    move_on = fields.Enum(MoveOn, by_value=True)
    satisfied_at = fields.AwareDateTime(allow_none=True)
    missing = fields.List(fields.String())
    evidence = fields.List(fields.Nested(HeardOut), attribute="heard")
    scaled = fields.Decimal(as_string=False, allow_none=True, metadata={"description": "Best score, 0 to 1"})
    progress = fields.Integer(metadata={"description": "Per cent"})
    failed_at = fields.AwareDateTime(allow_none=True)


class PassedOverOut(Schema):
    """A report that did not count, and why."""

    at = fields.AwareDateTime()
    detail = fields.Function(passed_over_sentence, metadata={"type": "string"})
    verb = fields.String()


class ExplanationOut(Schema):
    """Why an enrolment is complete, or not."""

    complete = fields.Function(lambda it: it.enrolment.completed_on is not None, metadata={"type": "boolean"})
    content_done_at = fields.AwareDateTime(attribute="enrolment.learning_completed_at", allow_none=True)
    portfolio_signed_off_at = fields.AwareDateTime(attribute="enrolment.portfolio_signed_off_at", allow_none=True)
    units = fields.List(fields.Nested(UnitAskedOut))
    passed_over = fields.List(fields.Nested(PassedOverOut))
    next_step = fields.Function(next_sentence, metadata={"type": "string"})


class EvaluationOut(Schema):
    changed = fields.Boolean(metadata={"description": "Something followed from the evidence that had not before"})


class CorrectionIn(Schema):
    """Units by their keys, or none for all of the content; the day on which it was truly done, and why it is known."""

    units = fields.List(fields.UUID(), load_default=list)
    on = Day(required=True, error_messages={"required": N_("Enter the day on which it was done")})
    reason = Text(max=500, required=True, lines=True, message=N_("Say how you know that it was done"))


class CorrectionForm(Schema):
    unit = fields.String(load_default=WHOLE)
    on = Day(required=True, error_messages={"required": N_("Enter the day on which it was done")})
    reason = Text(max=500, required=True, lines=True, message=N_("Say how you know that it was done"))
