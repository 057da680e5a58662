"""Shapes of saved views, for pages and the API alike."""

from typing import Any

from marshmallow import Schema, fields, validate

from lms.core.language import N_
from lms.reporting.reports import BY_SLUG
from lms.reporting.saved.models import SavedView

NAME = fields.String(
    required=True, validate=validate.Length(max=100, error=N_("Write a name of up to 100 characters")),
    error_messages={"required": N_("Write a name of up to 100 characters")},
)  # fmt: skip


class ViewNameIn(Schema):
    name = NAME


class ViewIn(ViewNameIn):
    """`query`: what the report's address chooses, as names and texts."""

    report = fields.String(required=True, validate=validate.OneOf(list(BY_SLUG)))
    query = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


class ViewOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    report = fields.String(required=True)
    query = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    letters = fields.Boolean(required=True, metadata={"description": "You get a letter about it once a month"})


class ViewsOut(Schema):
    items = fields.List(fields.Nested(ViewOut), required=True)
    next = fields.String(required=True, allow_none=True)


def shown(it: SavedView, letters: bool) -> dict[str, Any]:
    """As ViewOut tells it."""
    return {"id": it.id, "name": it.name, "report": it.report, "query": it.query, "letters": letters}
