"""Shapes of mentoring: *In is accepted, *Out is answered. Pages and the API share their fields."""

from marshmallow import Schema, fields, validate

from courses.mentoring.models import DeclineReason, EndReason, Helpful, MeetingHow, RequestState
from courses.mentoring.rules import How, Language, Preference, Side, Topic
from courses.supervision.schemas import PersonNamedOut
from lms.core.language import N_
from lms.core.web.fields import BilingualField, Code, Day, Text, WholeNumber, one_of
from lms.core.web.paging import page_schema

CHOOSE = N_("Choose one of the answers")
MINUTES = N_("Enter how many minutes it lasted, from 5 to 480")
CONSENT = N_("Confirm that others may find you here")
ONE = {"required": CHOOSE}


def _one(kind: object, **options: object) -> fields.String:
    given: dict[str, object] = {"required": True, "error_messages": ONE} | options
    return fields.String(validate=one_of([each.value for each in kind], CHOOSE), **given)  # type: ignore


class _ProgrammeFields(Schema):
    mentor_course = Code(load_default=None, allow_none=True)
    next_course = Code(load_default=None, allow_none=True)
    capacity = WholeNumber(most=20, load_default=3, metadata={"description": "Mentees of a mentor at most"})
    months = WholeNumber(most=60, required=True, metadata={"description": "How long it lasts"})
    meetings = WholeNumber(most=100, required=True, metadata={"description": "Needed for what follows"})
    feedback = fields.Boolean(load_default=False)
    standing_months = WholeNumber(most=120, load_default=36)
    is_open = fields.Boolean(load_default=False)


class MentorProgrammeChangeIn(_ProgrammeFields):
    title = BilingualField(max=120, required=True)
    purpose = BilingualField(max=1000, required=True)
    edition = fields.Integer(required=True)


class MentorProgrammeIn(_ProgrammeFields):
    code = Code(required=True)
    organisation = Code(required=True, metadata={"description": "Code of the body that runs it"})
    title = BilingualField(max=120, required=True)
    purpose = BilingualField(max=1000, required=True)


class ProgrammeForm(_ProgrammeFields):
    title_en = Text(max=120, required=True, message=N_("Enter a title in English"))
    title_cy = Text(max=120, required=True, message=N_("Enter a title in Welsh"))
    purpose_en = Text(max=1000, required=True, lines=True, message=N_("Say in English what it is for"))
    purpose_cy = Text(max=1000, required=True, lines=True, message=N_("Say in Welsh what it is for"))
    edition = fields.Integer(load_default=0)


class NewProgrammeForm(ProgrammeForm):
    code = Code(required=True, message=N_("Enter a short code, such as LEAD-MENTORS"))
    organisation = Code(required=True, message=N_("Enter the code of the organisation that runs it"))


class MentorCountsOut(Schema):
    mentors = fields.Integer()
    pairs = fields.Integer()
    waiting = fields.Integer()


class _BothOut(Schema):
    en = fields.String()
    cy = fields.String()


class MentorProgrammeOut(Schema):
    code = fields.String()
    title = fields.Nested(_BothOut)
    purpose = fields.Nested(_BothOut)
    mentor_course = fields.String(allow_none=True)
    next_course = fields.String(allow_none=True)
    capacity = fields.Integer()
    months = fields.Integer()
    meetings = fields.Integer()
    feedback = fields.Boolean()
    standing_months = fields.Integer()
    is_open = fields.Boolean()
    edition = fields.Integer()


class MentorProgrammesOut(Schema):
    items = fields.List(fields.Nested(MentorProgrammeOut))
    next = fields.String(allow_none=True)


class MentorStandingIn(Schema):
    person_id = fields.UUID(required=True)
    starts_on = Day(load_default=None)
    ends_on = Day(load_default=None)


class StandingForm(Schema):
    email = Text(max=254, required=True, message=N_("Enter the e-mail address of the mentor"))
    starts_on = Day(load_default=None)
    ends_on = Day(load_default=None)


class MentorWithdrawalIn(Schema):
    reason = Text(max=500, required=True, lines=True, message=N_("Say why"))


class MentorStandingOut(Schema):
    id = fields.UUID()
    person = fields.Nested(PersonNamedOut)
    by_course = fields.Boolean()
    starts_on = fields.Date()
    ends_on = fields.Date()
    withdrawn_on = fields.Date(allow_none=True)


class MentorWishesIn(Schema):
    """What one would like, or offers. `consent`: others on the other side of the programme may find one with it."""

    topics = fields.List(
        fields.String(validate=one_of([each.value for each in Topic], CHOOSE)), required=True,
        validate=validate.Length(1, 10, error=N_("Choose at least one")),
        error_messages={"required": N_("Choose at least one")},
    )  # fmt: skip
    language = _one(Language)
    how = _one(How)
    area = Code(load_default=None, allow_none=True, metadata={"description": "Code of a health board"})
    profession = _one(Preference, required=False, load_default="either")
    organisation = _one(Preference, required=False, load_default="either")
    capacity = WholeNumber(most=20, load_default=None, allow_none=True)
    consent = fields.Boolean(
        required=True, validate=validate.Equal(True, error=CONSENT), error_messages={"required": CONSENT}
    )


class MentorWishesOut(Schema):
    side = fields.Enum(Side, by_value=fields.String)
    topics = fields.List(fields.String())
    language = fields.Enum(Language, by_value=fields.String)
    how = fields.Enum(How, by_value=fields.String)
    area = fields.String(allow_none=True)
    profession = fields.Enum(Preference, by_value=fields.String)
    organisation = fields.Enum(Preference, by_value=fields.String)
    capacity = fields.Integer(allow_none=True)
    consented_at = fields.AwareDateTime()


class MentorReasonOut(Schema):
    kind = fields.String()
    names = fields.List(fields.String())


class MentorSuggestionOut(Schema):
    person_id = fields.UUID(attribute="candidate.person_id")
    name = fields.String(attribute="candidate.name")
    reasons = fields.List(fields.Nested(MentorReasonOut))


class MentorSuggestionsOut(Schema):
    items = fields.List(fields.Nested(MentorSuggestionOut))
    next = fields.String(allow_none=True)


class MentorPairIn(Schema):
    mentor_id = fields.UUID(required=True)
    mentee_id = fields.UUID(required=True)


class ArrangeForm(Schema):
    mentee = fields.UUID(required=True, error_messages={"required": N_("Choose a mentee"), "invalid_uuid": CHOOSE})
    mentor = fields.UUID(required=True, error_messages={"required": N_("Choose a mentor"), "invalid_uuid": CHOOSE})


class MentorAnswerIn(Schema):
    said = fields.String(required=True, validate=one_of(("accept", "decline", "withdraw"), CHOOSE))
    reason = _one(DeclineReason, required=False, load_default=None, allow_none=True)


class DeclineForm(Schema):
    reason = _one(DeclineReason)


class MentorRequestOut(Schema):
    id = fields.UUID()
    programme = fields.String(attribute="programme.code")
    mentor = fields.Nested(PersonNamedOut)
    mentee = fields.Nested(PersonNamedOut)
    by = fields.UUID()
    state = fields.Enum(RequestState, by_value=fields.String)
    until = fields.Date()


class MentorRequestsOut(Schema):
    items = fields.List(fields.Nested(MentorRequestOut))
    next = fields.String(allow_none=True)


class MentorEndIn(Schema):
    reason = _one([each for each in EndReason if each is not EndReason.HANDED_OVER])


class MentorshipOut(Schema):
    id = fields.UUID()
    programme = fields.String(attribute="programme.code")
    mentor = fields.Nested(PersonNamedOut)
    mentee = fields.Nested(PersonNamedOut)
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)
    end_reason = fields.Enum(EndReason, by_value=fields.String, allow_none=True)
    meetings = fields.Integer(metadata={"description": "That both agree on"})
    minutes = fields.Integer()


class MentorHandoverIn(Schema):
    mentor_id = fields.UUID(required=True)
    to = fields.Dict(keys=fields.UUID(), values=fields.UUID(), required=True)


class MentorMeetingIn(Schema):
    held_on = Day(required=True, message=N_("Enter the date of the meeting"))
    minutes = fields.Integer(
        required=True, validate=validate.Range(5, 480, error=MINUTES),
        error_messages={"required": MINUTES, "invalid": MINUTES},
    )  # fmt: skip
    how = _one(MeetingHow)


class MentorMeetingAnswerIn(Schema):
    happened = fields.Boolean(required=True)


class MentorMeetingOut(Schema):
    id = fields.UUID()
    held_on = fields.Date()
    minutes = fields.Integer()
    how = fields.Enum(MeetingHow, by_value=fields.String)
    made_by = fields.UUID()
    agreed = fields.Boolean(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)


class MentorThanksIn(Schema):
    helpful = _one(Helpful)
    thanks = Text(max=300, lines=True, load_default="")


class MentorProgressOut(Schema):
    meetings = fields.Integer()
    meetings_needed = fields.Integer()
    months = fields.Integer()
    months_needed = fields.Integer()
    feedback = fields.Boolean()
    feedback_needed = fields.Boolean()
    complete = fields.Boolean()
    invited_on = fields.Date(allow_none=True)


MentorshipsOut = page_schema(MentorshipOut)
MentorStandingsOut = page_schema(MentorStandingOut)
MentorMeetingsOut = page_schema(MentorMeetingOut)
