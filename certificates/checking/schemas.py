"""Shapes of checking many certificates at once."""

from typing import Any

from marshmallow import Schema, fields

from certificates.checking.services import Answer
from certificates.schemas import VerificationOut, shown_check
from lms.core.language import N_


class CheckListIn(Schema):
    file = fields.Raw(required=True, error_messages={"required": N_("Choose a file")})


class CheckedLineOut(Schema):
    """A line of the list. `certificate` null: we have none that the line means."""

    row = fields.Integer(required=True)
    given = fields.String(required=True)
    certificate = fields.Nested(VerificationOut, required=True, allow_none=True)


class CheckedListOut(Schema):
    items = fields.List(fields.Nested(CheckedLineOut), required=True)
    found = fields.Integer(required=True)


def shown_answers(answers: list[Answer]) -> dict[str, Any]:
    """For CheckedListOut."""
    items = [
        {"row": each.line.row, "given": each.line.typed, "certificate": shown_check(each.found) if each.found else None}
        for each in answers
    ]
    return {"items": items, "found": sum(each.found is not None for each in answers)}
