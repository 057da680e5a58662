"""Shapes of returns, for pages and the API alike."""

from typing import Any

from marshmallow import Schema, fields, validate

from lms.core.language import N_
from lms.core.web.fields import Code
from lms.reporting.returns.content import FREEZABLE
from lms.reporting.returns.queries import Listed
from lms.reporting.returns.rules import Span, Standing
from lms.reporting.schemas import TextOut

CHOOSE: dict[str, str | list[Any] | dict[Any, Any]] = {"required": N_("Choose one of the answers")}


class ReturnIn(Schema):
    """A return to be made: a body's code, and a quarter or year that is over."""

    organisation = Code(required=True, error_messages=CHOOSE)
    term = fields.String(
        required=True, validate=validate.Length(max=20), error_messages=CHOOSE,
        metadata={"description": "As 2026-27-Q2 or 2026-27-YEAR"},
    )  # fmt: skip
    reports = fields.List(
        fields.String(validate=validate.OneOf([report.slug for report in FREEZABLE])), required=True,
        validate=validate.Length(min=1, error=N_("Choose at least one report")),
    )  # fmt: skip


class ReturnSignIn(Schema):
    """`sha256`: of the content that was looked at. `role`: in what capacity, as it will be read."""

    sha256 = fields.String(required=True, validate=validate.Length(equal=64))
    role = fields.String(
        required=True, validate=validate.Length(1, 200),
        error_messages={"required": N_("Write in what role you sign")},
    )  # fmt: skip


class ReturnWithdrawIn(Schema):
    reason = fields.String(
        required=True, validate=validate.Length(1, 2000),
        error_messages={"required": N_("Write why it is withdrawn")},
    )  # fmt: skip


class ReturnEventOut(Schema):
    kind = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, allow_none=True)
    sha256 = fields.String(required=True, allow_none=True)


class ReturnOut(Schema):
    """A return. Its content is the canonical JSON at `/returns/<number>/content`, whose SHA-256 is given here."""

    number = fields.String(required=True)
    organisation = fields.String(required=True)
    organisation_name = fields.Nested(TextOut, required=True)
    span = fields.Enum(Span, by_value=fields.String, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    edition = fields.Integer(required=True)
    reports = fields.List(fields.String(), required=True)
    known_at = fields.AwareDateTime(required=True)
    standing = fields.Enum(Standing, by_value=fields.String, required=True)
    events = fields.List(fields.Nested(ReturnEventOut), required=True)


class ReturnSeenOut(ReturnOut):
    sha256 = fields.String(required=True, allow_none=True, metadata={"description": "Null: it is not made yet"})
    done = fields.Integer(required=True)
    steps = fields.Integer(required=True)


class ReturnsOut(Schema):
    items = fields.List(fields.Nested(ReturnOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ReturnMovedOut(Schema):
    report = fields.Nested(TextOut, required=True)
    sheet = fields.Nested(TextOut, required=True)
    row = fields.Nested(TextOut, required=True)
    column = fields.Nested(TextOut, required=True)
    unit = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True, metadata={"description": "Null: hidden"})
    now = fields.Raw(required=True, allow_none=True, metadata={"description": "Null: hidden"})


class ReturnComparisonOut(Schema):
    """What moved since the return before, and how many people the facts recorded since are about, by cause."""

    number = fields.String(required=True)
    previous = fields.String(required=True, allow_none=True)
    people = fields.Dict(keys=fields.String(), values=fields.Integer(allow_none=True), required=True)
    moved = fields.List(fields.Nested(ReturnMovedOut), required=True)


def shown(each: Listed) -> dict[str, Any]:
    """As ReturnOut tells it."""
    it = each.it
    return {
        "number": it.number, "organisation": it.organisation.code, "organisation_name": it.organisation.name,
        "span": it.span, "starts_on": it.starts_on, "ends_on": it.ends_on, "edition": it.edition,
        "reports": it.reports, "known_at": it.known_at, "standing": each.standing,
        "events": sorted(each.events.values(), key=lambda event: event.at),
    }  # fmt: skip
