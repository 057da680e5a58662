"""Shapes of supervision: *In is accepted, *Out is answered. Pages and the API share their fields."""

from typing import Any

from marshmallow import Schema, fields, validate

from courses.supervision.models import AttestationGround, InvitationState, Scope, StandInKind
from courses.supervision.rules import CONFIRMED
from lms.core.language import N_
from lms.core.web.fields import INVALID, Code, Day, Text, one_of
from lms.core.web.paging import PageQuery, page_schema

Messages = dict[str, str | list[Any] | dict[Any, Any]]

NUMBER = N_("Enter a number of learners from 1 to 50")
DAYS = N_("Enter a number of days from 1 to 365")
PERCENT = N_("Enter a number from 0 to 100")
PERSON: Messages = {"required": N_("Say which person"), "invalid_uuid": N_("This is not an id")}


def _confirmed(name: str) -> fields.Boolean:
    message = CONFIRMED[name]
    return fields.Boolean(
        required=True, validate=validate.Equal(True, error=message), error_messages={"required": message}
    )


class PersonNamedOut(Schema):
    id = fields.UUID()
    name = fields.String(attribute="display_name")


class _LicenceFields(Schema):
    programme = Code(required=True, message=N_("Choose a programme"))
    starts_on = Day(load_default=None)
    ends_on = Day(load_default=None, metadata={"description": "Last day; left out: 36 months after the first"})
    capacity = fields.Integer(
        load_default=4, validate=validate.Range(1, 50, error=NUMBER), error_messages={"invalid": NUMBER},
        metadata={"description": "How many learners at once"},
    )  # fmt: skip


class LicenceIn(_LicenceFields):
    person_id = fields.UUID(required=True, error_messages=PERSON)


class LicenceForm(_LicenceFields):
    email = Text(max=254, required=True, message=N_("Enter the e-mail address of the supervisor"))


class LicenceOut(Schema):
    id = fields.UUID()
    person = fields.Nested(PersonNamedOut)
    programme = fields.String(attribute="programme_code")
    number = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    withdrawn_on = fields.Date(allow_none=True)
    capacity = fields.Integer()


class WithdrawalIn(Schema):
    reason = Text(max=500, required=True, lines=True, message=N_("Say why the licence is withdrawn"))


class SupervisionIn(Schema):
    learner_id = fields.UUID(required=True, error_messages=PERSON)
    supervisor_id = fields.UUID(required=True, error_messages=PERSON)
    programme = Code(required=True, message=N_("Choose a programme"))


class AssignForm(Schema):
    """`supervisor` is the id of a live licence, which says both who and for which programme."""

    email = Text(max=254, required=True, message=N_("Enter the e-mail address of the learner"))
    supervisor = fields.UUID(
        required=True, error_messages={"required": N_("Choose a supervisor"), "invalid_uuid": N_("Choose a supervisor")}
    )


class AskSupervisorForm(Schema):
    """`supervisor` is the id of a live licence, which says both who and for which programme."""

    supervisor = fields.UUID(
        required=True, error_messages={"required": N_("Choose a supervisor"), "invalid_uuid": N_("Choose a supervisor")}
    )


class AskLearnerForm(Schema):
    email = Text(max=254, required=True, message=N_("Enter the e-mail address of the learner"))
    programme = Code(required=True, message=N_("Choose a programme"))


class InvitationIn(SupervisionIn):
    """One of the two is whoever sends it."""


class AnswerIn(Schema):
    said = fields.String(
        required=True, validate=one_of(("accept", "decline", "withdraw")), error_messages={"required": INVALID}
    )


class InvitationOut(Schema):
    id = fields.UUID()
    learner = fields.Nested(PersonNamedOut)
    supervisor = fields.Nested(PersonNamedOut)
    programme = fields.String(attribute="programme_code")
    by = fields.UUID(metadata={"description": "Which of the two asks"})
    state = fields.Enum(InvitationState, by_value=True)
    made_at = fields.AwareDateTime()
    until = fields.Date()


class _StandInFields(Schema):
    kind = fields.String(
        required=True, validate=one_of([each.value for each in StandInKind], N_("Choose what they stand in for")),
        error_messages={"required": N_("Choose what they stand in for")},
    )  # fmt: skip
    starts_on = Day(load_default=None)
    ends_on = Day(load_default=None)


class StandInForm(_StandInFields):
    """`deputy` is the id of a live licence."""

    deputy = fields.UUID(
        required=True,
        error_messages={"required": N_("Choose who stands in"), "invalid_uuid": N_("Choose who stands in")},
    )


class StandInIn(_StandInFields):
    supervisor_id = fields.UUID(required=True, error_messages=PERSON)
    deputy_id = fields.UUID(required=True, error_messages=PERSON)
    programme = Code(required=True, message=N_("Choose a programme"))


class StandInOut(Schema):
    id = fields.UUID()
    supervisor = fields.Nested(PersonNamedOut)
    deputy = fields.Nested(PersonNamedOut)
    programme = fields.String(attribute="programme_code")
    kind = fields.Enum(StandInKind, by_value=True)
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)
    ended_on = fields.Date(allow_none=True)


class HandoverForm(Schema):
    reason = Text(max=500, required=True, lines=True, message=N_("Say why the learners are handed over"))


class HandoverIn(HandoverForm):
    supervisor_id = fields.UUID(required=True, error_messages=PERSON)
    programme = Code(required=True, message=N_("Choose a programme"))
    to = fields.Dict(
        keys=fields.UUID(), values=fields.UUID(), required=True, error_messages=PERSON,
        metadata={"description": "Learner's id → new supervisor's id"},
    )  # fmt: skip


class PolicyForm(Schema):
    """Whatever is left out is decided further up."""

    programme = Code(required=True, message=N_("Choose a programme"))
    organisation = Code(load_default=None, metadata={"description": "Its code; left out: everywhere"})
    scope = fields.String(load_default=None, validate=one_of([each.value for each in Scope]))
    finder = Text(max=254, load_default=None)
    escalate_after = fields.Integer(
        load_default=None, validate=validate.Range(1, 365, error=DAYS), error_messages={"invalid": DAYS}
    )
    sample_percent = fields.Integer(
        load_default=None, validate=validate.Range(0, 100, error=PERCENT), error_messages={"invalid": PERCENT}
    )


class SupervisionRuleIn(PolicyForm):
    class Meta:
        exclude = ("finder",)

    finder_id = fields.UUID(load_default=None, metadata={"description": "Who finds supervisors there"})


class SupervisionRuleOut(Schema):
    """Null: decided further up."""

    programme = fields.String(attribute="programme_code")
    organisation = fields.String(
        attribute="organisation.code", dump_default=None, allow_none=True, metadata={"description": "Null: everywhere"}
    )
    scope = fields.Enum(Scope, by_value=True, allow_none=True)
    finder = fields.Nested(PersonNamedOut, allow_none=True)
    escalate_after = fields.Integer(allow_none=True, metadata={"description": "Days"})
    sample_percent = fields.Integer(allow_none=True)
    changed_at = fields.AwareDateTime()


class SupervisionRulesOut(Schema):
    items = fields.List(fields.Nested(SupervisionRuleOut))


class SupervisionOut(Schema):
    id = fields.UUID()
    learner = fields.Nested(PersonNamedOut)
    supervisor = fields.Nested(PersonNamedOut)
    programme = fields.String(attribute="programme_code")
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True, metadata={"description": "The day on which it ended and no longer counts"})


class AttestationForm(Schema):
    team = Text(max=200, required=True, message=N_("Enter the name of the team"))
    clinical_role = _confirmed("clinical_role")
    in_setting = _confirmed("in_setting")
    under_supervision = _confirmed("under_supervision")
    ends_on = Day(required=True, message=N_("Enter the date until which you attest this"))


class AttestationIn(AttestationForm):
    learner_id = fields.UUID(required=True, error_messages=PERSON)
    programme = Code(required=True, message=N_("Choose a programme"))


class AttestationOut(Schema):
    id = fields.UUID()
    learner = fields.Nested(PersonNamedOut)
    supervisor = fields.Nested(PersonNamedOut)
    programme = fields.String(attribute="programme_code")
    licence_number = fields.String()
    team = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    made_at = fields.AwareDateTime()
    ended_on = fields.Date(allow_none=True)
    ended_ground = fields.Enum(AttestationGround, by_value=True, allow_none=True)


class GroundIn(Schema):
    ground = fields.String(
        required=True,
        validate=one_of([each.value for each in AttestationGround], N_("Choose why it ends")),
        error_messages={"required": N_("Choose why it ends")},
    )


class SupervisionQuery(PageQuery):
    programme = Code(load_default=None)


class AttestationQuery(SupervisionQuery):
    on = fields.Date(load_default=None, metadata={"description": "Only those in force that day"})


LicencesOut = page_schema(LicenceOut)
SupervisionsOut = page_schema(SupervisionOut)
AttestationsOut = page_schema(AttestationOut)


class SupervisionListOut(Schema):
    items = fields.List(fields.Nested(SupervisionOut), required=True)


InvitationsOut = page_schema(InvitationOut)
