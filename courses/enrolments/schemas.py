"""Shapes of enrolments: *In is accepted, *Out is answered. Pages and the API share their fields."""

from marshmallow import Schema, fields, validate

from courses.enrolments.models import EnrolmentEventKind, EnrolmentState, WithdrawalReason
from courses.supervision.schemas import PersonNamedOut
from lms.accounts.models import Sector
from lms.core.language import LANGUAGES, N_
from lms.core.web.fields import BilingualField, Code, one_of
from lms.core.web.paging import PageQuery, page_schema

LANGUAGE = N_("Choose a language")
REASON = N_("Choose why you are leaving")
STATES = [each.value for each in EnrolmentState]


class _EnrolFields(Schema):
    language = fields.String(
        required=True, validate=one_of(LANGUAGES, LANGUAGE), error_messages={"required": LANGUAGE},
        metadata={"description": "In which of the course's languages: en or cy"},
    )  # fmt: skip
    declared = fields.List(
        fields.String(validate=validate.Length(max=120)), load_default=list, validate=validate.Length(max=20),
        metadata={"description": "Keys of the facts that the learner confirms, from `asked` of the standing"},
    )  # fmt: skip
    membership_id = fields.UUID(
        load_default=None, allow_none=True,
        error_messages={"invalid_uuid": N_("Choose one of the places where you work or volunteer")},
        metadata={"description": "From which place; left out: the one that meets most"},
    )  # fmt: skip
    wait = fields.Boolean(
        load_default=False, metadata={"description": "Join the waiting list where every place is taken"}
    )


class EnrolForm(_EnrolFields):
    pass


class EnrolmentIn(_EnrolFields):
    learner_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "Left out: oneself"})


class WithdrawalForm(Schema):
    reason = fields.String(
        required=True, validate=one_of([each.value for each in WithdrawalReason], REASON),
        error_messages={"required": REASON},
    )  # fmt: skip


class EnrolmentOut(Schema):
    """`registration` is the xAPI registration of everything that is reported for this enrolment."""

    id = fields.UUID()
    registration = fields.UUID()
    learner = fields.Nested(PersonNamedOut)
    course = fields.String(attribute="course.code")
    title = BilingualField(attribute="version.title")
    version = fields.Integer(attribute="version.number")
    state = fields.Enum(EnrolmentState, by_value=True)
    language = fields.String()
    enrolled_on = fields.Date()
    started_at = fields.AwareDateTime(allow_none=True)
    last_active_at = fields.AwareDateTime(allow_none=True)
    progress = fields.Integer(metadata={"description": "0 to 100"})
    learning_completed_at = fields.AwareDateTime(allow_none=True)
    portfolio_signed_off_at = fields.AwareDateTime(allow_none=True)
    completed_on = fields.Date(allow_none=True)
    ended_on = fields.Date(allow_none=True)
    sector = fields.Enum(Sector, by_value=True)
    organisation_id = fields.UUID(allow_none=True)
    job_role = fields.String(attribute="job_role_code", allow_none=True)
    setting = fields.String(attribute="setting_code", allow_none=True)
    declared = fields.List(fields.String())


class EventOut(Schema):
    at = fields.AwareDateTime()
    kind = fields.Enum(EnrolmentEventKind, by_value=True)
    reason = fields.String(allow_none=True)
    statement_id = fields.UUID(allow_none=True)


class EnrolmentWholeOut(EnrolmentOut):
    """One enrolment with what it still needs, and what has happened, newest first."""

    position = fields.Integer(allow_none=True, metadata={"description": "On the waiting list; 1 is next"})
    needs = fields.List(fields.Nested(Schema.from_dict({
        "what": fields.String(), "met": fields.Boolean(), "at": fields.AwareDateTime(allow_none=True),
        "text": fields.String(),
    }, name="NeedOut")))  # fmt: skip
    events = fields.List(fields.Nested(EventOut))


class ReasonOut(Schema):
    """One thing that stands in the way; `who` can supply what is missing."""

    type = fields.String()
    detail = fields.String()
    who = fields.String()


class AskedOut(Schema):
    key = fields.String()
    text = fields.String()
    optional = fields.Boolean()


class StandingOut(Schema):
    """kind: open, full, waiting, enrolled, completed or refused."""

    kind = fields.String()
    text = fields.String()
    url = fields.String(allow_none=True)
    reasons = fields.List(fields.Nested(ReasonOut))
    alternatives = fields.List(fields.String())
    asked = fields.List(fields.Nested(AskedOut))
    enrolment = fields.UUID(allow_none=True)


class EnrolmentQuery(PageQuery):
    course = Code(load_default=None)
    state = fields.String(load_default=None, validate=one_of(STATES))


EnrolmentsOut = page_schema(EnrolmentOut)
