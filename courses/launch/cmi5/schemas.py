"""Shapes of registrations, their units and sessions, and of launching them."""

from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate

from courses.launch.formats.structure import Format, LaunchMethod, MoveOn
from courses.launch.packages.models import NodeKind
from courses.launch.sessions.models import Fact, LaunchMode, SessionState
from lms.core.language import LANGUAGES, N_
from lms.core.web.fields import Code, Text, one_of
from lms.core.web.paging import PageQuery, page_schema

ADDRESS = N_("Write a whole address that begins with https:// or http://")


def _address(text: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError as fault:
        raise ValidationError(ADDRESS) from fault
    if parts.scheme not in ("http", "https") or not parts.netloc or " " in text:
        raise ValidationError(ADDRESS)


class LaunchUnitIn(Schema):
    """What may be said of a launch."""

    mode = fields.Enum(
        LaunchMode, by_value=True, load_default=LaunchMode.NORMAL,
        metadata={"description": "As cmi5 calls it (§10.2.2). Only Normal counts"},
    )  # fmt: skip
    return_url = Text(
        max=2000, load_default=None, allow_none=True, validate=[_address],
        metadata={"description": "Where content sends the learner when it ends; left out: to their page of the course"},
    )  # fmt: skip


class LaunchRegistrationIn(Schema):
    """Whose registration, on which course. Of `person`, `email` and `account` one is given."""

    course = Code(required=True, metadata={"description": "Code of the course"})
    person = fields.UUID(load_default=None, allow_none=True, metadata={"description": "Id of the learner"})
    email = Text(max=320, load_default=None, allow_none=True, metadata={"description": "A confirmed address of theirs"})
    account = Text(
        max=100, load_default=None, allow_none=True,
        metadata={"description": "The name of their account in statements"},
    )  # fmt: skip
    package = fields.UUID(
        load_default=None, allow_none=True,
        metadata={"description": "One that need not be on offer, for who may edit courses; left out: the one on offer"},
    )  # fmt: skip
    language = fields.String(
        load_default="en", validate=one_of(LANGUAGES), metadata={"description": "In which language: en or cy"}
    )


class WaiverIn(Schema):
    """Why a unit is granted. cmi5 knows Tested Out, Equivalent AU, Equivalent Outside Activity and Administrative."""

    reason = Text(max=500, required=True, message=N_("Say why this part is granted"))


class ContentSessionOut(Schema):
    """One launch of one unit."""

    id = fields.UUID(metadata={"description": "The cmi5 session id"})
    registration = fields.UUID(attribute="registration_id")
    unit = fields.UUID(attribute="key")
    mode = fields.Enum(LaunchMode, by_value=True)
    state = fields.Enum(SessionState, by_value=True)
    launched_at = fields.AwareDateTime()
    launched_by = fields.UUID(allow_none=True)
    fetched_at = fields.AwareDateTime(allow_none=True)
    initialized_at = fields.AwareDateTime(allow_none=True)
    completed_at = fields.AwareDateTime(allow_none=True)
    passed_at = fields.AwareDateTime(allow_none=True)
    failed_at = fields.AwareDateTime(allow_none=True)
    last_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)


class LaunchedOut(Schema):
    """A session that was opened just now. The address is good once, and its fetch URL for fifteen minutes."""

    session = fields.Nested(ContentSessionOut)
    url = fields.String(metadata={"description": "Where to send the learner"})
    own_window = fields.Boolean(metadata={"description": "Never in a frame: a window of its own, or the whole one"})


class NodeOut(Schema):
    """The course, a block or a unit, and what was achieved in it."""

    key = fields.UUID(metadata={"description": "The same in all versions and languages of the course"})
    kind = fields.Enum(NodeKind, by_value=True)
    parent = fields.UUID(allow_none=True, metadata={"description": "Key of the block that it lies in"})
    publisher_id = fields.String()
    activity = fields.String(metadata={"description": "By which IRI statements know it"})
    title = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "By language tag"})
    move_on = fields.Enum(MoveOn, by_value=True, allow_none=True)
    mastery_score = fields.Float(allow_none=True)
    launch_method = fields.Enum(LaunchMethod, by_value=True, allow_none=True)
    facts = fields.List(fields.Enum(Fact, by_value=True), metadata={"description": "Completed, passed, waived"})
    satisfied_at = fields.AwareDateTime(allow_none=True)
    progress = fields.Integer(metadata={"description": "0 to 100, as content says"})
    scaled = fields.Float(allow_none=True, metadata={"description": "The best score, 0 to 1"})


class RegistrationOut(Schema):
    """A learner's way through a package, and where they stand. `actor` is the learner as content and statements know them."""

    id = fields.UUID()
    learner = fields.UUID()
    actor = fields.Dict()
    course = fields.String()
    package = fields.UUID()
    format = fields.Enum(Format, by_value=True)
    language = fields.String()
    enrolment = fields.UUID(allow_none=True, metadata={"description": "Null: a test launch, which counts nowhere"})
    begun_at = fields.AwareDateTime()
    progress = fields.Integer(metadata={"description": "0 to 100"})
    nodes = fields.List(fields.Nested(NodeOut), metadata={"description": "In the package's order"})


class SessionQuery(PageQuery):
    state = fields.String(load_default=None, validate=validate.OneOf([each.value for each in SessionState]))


SessionsOut = page_schema(ContentSessionOut)
