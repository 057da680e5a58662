"""Shapes of cascade sessions; pages and the API share their fields."""

from typing import Any

from marshmallow import Schema, fields, validate

from courses.mentoring.cascade.models import CancelReason
from courses.mentoring.cascade.rules import Length, RoleGroup, SessionLanguage
from lms.accounts.models import Sector
from lms.core.language import N_
from lms.core.web.fields import Code, Day, Text, WholeNumber, one_of
from lms.core.web.paging import page_schema

CHOOSE = N_("Choose one of the answers")
MINUTES = N_("Enter how many minutes it lasted, from 15 to 960")
EMAIL = N_("Enter an e-mail address, such as name@example.org")


def _one(kind: Any, **options: Any) -> fields.String:
    given: dict[str, Any] = {"required": True, "error_messages": {"required": CHOOSE}} | options
    return fields.String(validate=one_of([each.value for each in kind], CHOOSE), **given)


class _CascadeFields(Schema):
    held_on = Day(required=True, message=N_("Enter the date of the session"))
    length = _one(Length)
    minutes = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(15, 960, error=MINUTES),
        error_messages={"invalid": MINUTES}, metadata={"description": "Where the length is `other`"},
    )  # fmt: skip
    place = Text(max=120, required=True, message=N_("Enter where it was, such as a town or a building"))
    area = Code(load_default=None, allow_none=True, metadata={"description": "Code of a health board"})
    topic = Code(required=True, message=N_("Choose what it was about"))
    course = Code(load_default=None, allow_none=True)
    language = _one(SessionLanguage)
    reason = Text(max=500, lines=True, load_default="", metadata={"description": "Why it is corrected"})


class CascadeGroupIn(Schema):
    sector = _one(Sector)
    role_group = _one(RoleGroup)
    people = WholeNumber(most=500, required=True)


class CascadeNamedIn(Schema):
    name = Text(max=120, load_default="")
    email = fields.Email(required=True, error_messages={"required": EMAIL, "invalid": EMAIL})


class CascadeChangeIn(_CascadeFields):
    groups = fields.List(fields.Nested(CascadeGroupIn), required=True, validate=validate.Length(1, 60))


class CascadeIn(CascadeChangeIn):
    named = fields.List(fields.Nested(CascadeNamedIn), load_default=list, validate=validate.Length(0, 60))


class CascadeForm(_CascadeFields):
    """The lines of people come beside it. `named`: attendees, one a line, as "Name, address" or an address alone."""

    named = Text(max=12_000, lines=True, load_default="")


class NamedForm(Schema):
    named = Text(max=12_000, lines=True, required=True, message=EMAIL)


class CascadeNamesIn(Schema):
    named = fields.List(fields.Nested(CascadeNamedIn), required=True, validate=validate.Length(1, 60))


class CascadeCancelIn(Schema):
    reason = _one(CancelReason)


class CascadeGroupOut(Schema):
    sector = fields.Enum(Sector, by_value=fields.String)
    role_group = fields.Enum(RoleGroup, by_value=fields.String)
    people = fields.Integer()


class CascadeAccountOut(Schema):
    number = fields.Integer()
    held_on = fields.Date()
    length = fields.Enum(Length, by_value=fields.String)
    minutes = fields.Integer()
    place = fields.String()
    area = fields.String(allow_none=True)
    topic = fields.String(attribute="topic_code")
    course = fields.String(attribute="course_code", allow_none=True)
    language = fields.Enum(SessionLanguage, by_value=fields.String)
    reason = fields.String()
    made_at = fields.AwareDateTime()
    groups = fields.List(fields.Nested(CascadeGroupOut))


class CascadeSessionOut(Schema):
    """`accounts`: what was said of it, corrections last; the last one counts. Names of attendees stay on the page."""

    id = fields.UUID()
    certificate = fields.String(attribute="award_number")
    cancelled_at = fields.AwareDateTime(allow_none=True)
    cancelled_reason = fields.Enum(CancelReason, by_value=fields.String, allow_none=True)
    accounts = fields.List(fields.Nested(CascadeAccountOut))


class CascadeAttendedOut(Schema):
    held_on = fields.Date()
    minutes = fields.Integer()
    topic = fields.String()
    champion = fields.String()
    claimed_at = fields.AwareDateTime()


class CascadeAttendedListOut(Schema):
    items = fields.List(fields.Nested(CascadeAttendedOut))
    next = fields.String(allow_none=True)


CascadeSessionsOut = page_schema(CascadeSessionOut)
