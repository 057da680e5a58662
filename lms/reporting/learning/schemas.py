"""Shapes of learning analytics."""

from typing import Any

from marshmallow import Schema, fields

from lms.reporting.learning.rules.shown import Shown
from lms.reporting.learning.services import Insight, QuestionShown
from lms.reporting.rules.disclosure import RULE
from lms.reporting.schemas import PEOPLE, DisclosureOut, TextOut

MINUTES = {"description": "A median; null: hidden, or the content tells no time"}
PERCENT = {"description": "null: hidden, or of too few people"}


class LearntOut(Schema):
    opened = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    finished = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    percent = fields.Integer(required=True, allow_none=True, metadata=PERCENT)
    stopped = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    minutes = fields.Integer(required=True, allow_none=True, metadata=MINUTES)


class LearntUnitOut(LearntOut):
    key = fields.UUID(required=True)
    title = fields.Nested(TextOut, required=True)


class LearntQuestionOut(Schema):
    activity = fields.String(required=True, metadata={"description": "As statements call it"})
    title = fields.Nested(TextOut, required=True)
    unit = fields.UUID(required=True)
    answered = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    right = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    percent = fields.Integer(required=True, allow_none=True, metadata=PERCENT)


class CourseLearntOut(Schema):
    """How a course is learnt, in all of Wales. `withheld` true: fewer than ten people have opened it."""

    course = fields.String(required=True)
    counted_until = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Everything that was stored until then is counted"}
    )
    disclosure = fields.Nested(DisclosureOut, required=True)
    withheld = fields.Boolean(required=True)
    whole = fields.Nested(LearntOut, required=True, allow_none=True)
    units = fields.List(fields.Nested(LearntUnitOut), required=True)
    questions = fields.List(fields.Nested(LearntQuestionOut), required=True)


def told(it: Insight) -> dict[str, Any]:
    """As CourseLearntOut tells it."""
    return {
        "course": it.course.code, "counted_until": it.counted_until, "withheld": it.withheld,
        "disclosure": {"id": RULE.id, "version": RULE.version, "words": RULE.words, "applied": True},
        "whole": _learnt(it.whole) if it.whole else None,
        "units": [_learnt(shown) | {"key": key, "title": title} for key, title, shown in it.units],
        "questions": [_question(each) for each in it.questions],
    }  # fmt: skip


def _learnt(it: Shown) -> dict[str, Any]:
    return {name: getattr(it, name) for name in ("opened", "finished", "percent", "stopped", "minutes")}


def _question(it: QuestionShown) -> dict[str, Any]:
    return vars(it) | {"activity": it.iri}
