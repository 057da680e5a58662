"""Shapes of self-assessment; pages and the API share their fields."""

from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate

from frameworks.assessment.rules import RatingState, Reach
from frameworks.assessment.services import LONGEST
from lms.core.language import N_
from lms.core.web.fields import INVALID, REQUIRED, BilingualField, Code, Day, Instant, Text, WholeNumber


def edition(least: int = 0) -> fields.Integer:
    return fields.Integer(
        required=True, validate=validate.Range(least, error=INVALID),
        error_messages={"required": REQUIRED, "null": REQUIRED, "invalid": INVALID},
    )  # fmt: skip


def field_of(code: str) -> str:
    """A statement's code in the name of a field: marshmallow reads a dot in it as a way into something."""
    return code.replace(".", "~")


def code_of(field: str) -> str:
    return field.replace("~", ".")


@cache
def ratings_form(codes: tuple[str, ...]) -> type[Schema]:
    """A form with a value, a comment and evidence for each statement."""
    made: dict[str, Any] = {"edition": edition()}
    for code in map(field_of, codes):
        made[f"value-{code}"] = Text(max=40, load_default=None)
        made[f"comment-{code}"] = Text(max=LONGEST, lines=True, load_default="")
        made[f"evidence-{code}"] = fields.List(Text(max=80), load_default=list)
    found: type[Schema] = Schema.from_dict(made, name="AssessmentRatingsForm")
    return found


class AssessmentRatingIn(Schema):
    statement = Text(max=60, required=True, metadata={"description": "The statement's code in the version in force"})
    value = Code(required=True, metadata={"description": "A point of the scale"})
    comment = Text(max=LONGEST, lines=True, load_default="")
    evidence = fields.List(
        Text(max=80), load_default=list, metadata={"description": '"<kind>:<id>" of things of one\'s own'}
    )


class AssessmentRatingsIn(Schema):
    """What one says about statements of one domain."""

    edition = edition()
    ratings = fields.List(fields.Nested(AssessmentRatingIn), required=True, validate=validate.Length(1, 200))


class AssessmentSharingIn(Schema):
    """Who may see one's ratings in a framework."""

    to_supervisor = fields.Boolean(required=True)
    to_manager = fields.Boolean(required=True)


class AssessmentSharingOut(AssessmentSharingIn):
    changed_at = Instant()


class AssessmentSharingForm(Schema):
    who = fields.List(Text(max=20, validate=validate.OneOf(["supervisor", "manager"])), load_default=list)


class AssessmentPickIn(Schema):
    statement_id = fields.UUID(required=True)
    edition = edition(1)


class AssessmentAnswerIn(Schema):
    """A supervisor's answer to ratings that wait."""

    ratings = fields.List(fields.Nested(AssessmentPickIn), required=True, validate=validate.Length(1, 500))
    confirmed = fields.Boolean(required=True)
    reason = Text(max=LONGEST, lines=True, load_default="", metadata={"description": "Needed to return them"})
    lapses_on = Day(load_default=None)


class AssessmentAnswerForm(Schema):
    """`picks`: those that were ticked; with `everything`, all that were `shown`."""

    picks = fields.List(Text(max=80), load_default=list)
    shown = fields.List(Text(max=80), load_default=list)
    everything = Text(max=5, load_default="")
    outcome = Text(max=20, required=True, validate=validate.OneOf(["confirm", "return"]))
    reason = Text(max=LONGEST, lines=True, load_default="")
    lapses_on = Day(load_default=None)


class AssessmentLapseIn(Schema):
    months = WholeNumber(most=120, load_default=None, allow_none=True)


class AssessmentCountOut(Schema):
    ratings = fields.Integer(required=True)


class AssessmentEditionOut(Schema):
    edition = fields.Integer(required=True)


class AssessmentStatementOut(Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    domain = fields.String(required=True)
    level = fields.String(allow_none=True)
    wording = BilingualField(required=True)
    needed = fields.Boolean(required=True, metadata={"description": "One's work asks for it"})
    value = fields.String(allow_none=True)
    state = fields.Enum(RatingState, by_value=True, allow_none=True)
    met = fields.Boolean(required=True)
    rate_again = fields.Boolean(required=True, metadata={"description": "Its words changed since, or it lapsed"})
    carried = fields.Boolean(
        required=True, metadata={"description": "It was made under an earlier version, and counts"}
    )
    made_for_version = fields.Integer(allow_none=True)
    made_for_level = fields.String(allow_none=True)
    made_at = Instant(allow_none=True)
    lapses_on = fields.Date(allow_none=True)
    comment = fields.String(allow_none=True, metadata={"description": "None: not for this reader"})
    evidence = fields.List(fields.String(), allow_none=True)
    edition = fields.Integer(allow_none=True)


class AssessmentDomainOut(Schema):
    code = fields.String(required=True)
    title = BilingualField(required=True)
    needed = fields.String(allow_none=True, metadata={"description": "The level that one's work asks for"})
    reach = fields.Enum(Reach, by_value=True, required=True)
    edition = fields.Integer(required=True)


class AssessmentOut(Schema):
    """How somebody stands to a framework. There is no total, for levels are no score."""

    framework = fields.String(required=True)
    version = fields.Integer(required=True)
    shared = fields.Nested(AssessmentSharingIn, required=True)
    domains = fields.List(fields.Nested(AssessmentDomainOut), required=True)
    statements = fields.List(fields.Nested(AssessmentStatementOut), required=True)


class AssessmentHistoryLine(Schema):
    statement = fields.String(required=True)
    version = fields.Integer(required=True)
    value = fields.String(required=True)
    bar = fields.String(allow_none=True)
    made_at = Instant(required=True)
    comment = fields.String()
    confirmed = fields.Boolean(allow_none=True)
    reason = fields.String(allow_none=True)


class AssessmentHistoryOut(Schema):
    items = fields.List(fields.Nested(AssessmentHistoryLine), required=True)


class AssessmentWaitOut(Schema):
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    framework = fields.String(required=True)
    waiting = fields.Integer(required=True)
    since = Instant(allow_none=True)


class AssessmentWaitsOut(Schema):
    items = fields.List(fields.Nested(AssessmentWaitOut), required=True)


AGAIN = N_("This was saved from another tab or device since you opened it. Look at what is saved, and change it there.")
