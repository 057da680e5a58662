"""Shapes of dates: *In is accepted, *Out is answered. Pages and the API share their fields."""

from marshmallow import Schema, fields, validate

from courses.delivery.models import BookingState, Delivery, Mode, Presence, SeriesState
from courses.enrolments.models import WithdrawalReason
from courses.supervision.schemas import PersonNamedOut
from lms.accounts.models import Sector
from lms.core.language import LANGUAGES, N_
from lms.core.web.fields import REQUIRED, BilingualField, Code, Day, Instant, Text, one_of
from lms.core.web.paging import PageQuery, page_schema

LANGUAGE = N_("Choose a language")
NUMBER = N_("Enter a whole number that is not too large, such as 100")
REASON = N_("Choose why")
MARKS = [each.value for each in Presence if each is not Presence.SIGNED_IN]
MARK = N_("Choose one of the answers")


def _number(low: int, high: int, **more: object) -> fields.Integer:
    return fields.Integer(
        validate=validate.Range(low, high, error=NUMBER),
        error_messages={"invalid": NUMBER, "required": REQUIRED, "null": REQUIRED}, **more,  # type: ignore[arg-type]
    )  # fmt: skip


class _BookingFields(Schema):
    language = fields.String(
        required=True, validate=one_of(LANGUAGES, LANGUAGE), error_messages={"required": LANGUAGE},
        metadata={"description": "In which of the course's languages: en or cy"},
    )  # fmt: skip
    declared = fields.List(
        fields.String(validate=validate.Length(max=120)), load_default=list, validate=validate.Length(max=20),
        metadata={"description": "Keys of the facts that the learner confirms, from `asked` of the course's standing"},
    )  # fmt: skip
    membership_id = fields.UUID(load_default=None, allow_none=True, error_messages={"invalid_uuid": MARK})
    adjustments = Text(
        max=1000,
        lines=True,
        load_default="",
        metadata={"description": "What the learner needs to take part; the organiser and the trainers alone read it"},
    )


class BookForm(_BookingFields):
    wait = fields.Boolean(load_default=False)


class BookingIn(_BookingFields):
    learner_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "Left out: oneself"})
    wait = fields.Boolean(load_default=False, metadata={"description": "Join the waiting list where none is free"})


class DateWaitIn(_BookingFields):
    """Waiting for whichever date of a course is free first."""


class OfferAnswerIn(Schema):
    accept = fields.Boolean(required=True)


class DateChangeIn(Schema):
    series_id = fields.UUID(
        required=True, error_messages={"required": N_("Choose a date"), "invalid_uuid": N_("Choose a date")}
    )


class BookingCancelIn(Schema):
    reason = fields.String(
        required=True, validate=one_of([each.value for each in WithdrawalReason], REASON),
        error_messages={"required": REASON},
    )  # fmt: skip


class AdjustmentsIn(Schema):
    adjustments = Text(max=1000, lines=True, load_default="")


class RoomSignInIn(Schema):
    code = Text(max=12, required=True, message=N_("Enter the code that is shown in the room"))
    language = fields.String(required=True, validate=one_of(LANGUAGES, LANGUAGE), error_messages={"required": LANGUAGE})


class _SeriesFields(Schema):
    language = fields.String(
        required=True, validate=one_of([each.value for each in Delivery], LANGUAGE),
        error_messages={"required": LANGUAGE},
    )  # fmt: skip
    mode = fields.String(
        required=True, validate=one_of([each.value for each in Mode]), error_messages={"required": MARK}
    )  # fmt: skip
    area = Text(max=80, required=True, message=N_("Enter a town or an area, or write that it is online"))
    place = Text(max=400, lines=True, load_default="")
    link = Text(max=400, load_default="")
    access = Text(max=1000, lines=True, load_default="")
    capacity = _number(1, 1000, required=True)
    minimum = _number(1, 1000, load_default=None, allow_none=True)
    booking_opens = Day(required=True)
    booking_closes = Day(required=True)
    cancel_by = Day(required=True)
    share = _number(1, 100, load_default=100, metadata={"description": "Per cent of the minutes to be attended"})
    whole_course = fields.Boolean(load_default=False, metadata={"description": "Attending it completes the course"})
    offer_hours = _number(1, 336, load_default=48, metadata={"description": "How long an offered place is kept"})


class SeriesMeetingIn(Schema):
    id = fields.UUID(load_default=None, allow_none=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)


class SeriesReserveIn(Schema):
    sector = fields.String(required=True, validate=one_of([each.value for each in Sector]))
    places = _number(1, 1000, required=True)
    release_on = Day(required=True)


class _SeriesWhole(_SeriesFields):
    meetings = fields.List(fields.Nested(SeriesMeetingIn), required=True, validate=validate.Length(1, 30))
    trainers = fields.List(
        fields.Email(), required=True, validate=validate.Length(1, 20),
        metadata={"description": "E-mail addresses of people who have an account"},
    )  # fmt: skip
    reserves = fields.List(fields.Nested(SeriesReserveIn), load_default=list, validate=validate.Length(max=10))


class SeriesIn(_SeriesWhole):
    course = Code(required=True)
    organisation = Code(required=True)


class SeriesEditIn(_SeriesWhole):
    sequence = fields.Integer(required=True, metadata={"description": "As it was read; refused when it has changed"})


class SeriesForm(_SeriesFields):
    """`trainers`: addresses, one a line. The page reads the rows of times and of reserved places itself."""

    trainers = Text(max=2000, lines=True, required=True, message=N_("Name at least one trainer"))


class NewSeriesForm(SeriesForm):
    course = Code(required=True, message=N_("Choose a course"))
    organisation = Code(required=True, message=N_("Choose an organisation"))


class SeriesCancelIn(Schema):
    reason = Text(max=500, lines=True, required=True, message=N_("Write why, for those who booked it"))
    move_to = fields.UUID(load_default=None, allow_none=True)


class SeriesCopyIn(Schema):
    first_day = Day(required=True)


class PlaceGivenIn(Schema):
    booking_id = fields.UUID(required=True)


class RegisterMarkIn(Schema):
    booking_id = fields.UUID(required=True)
    presence = fields.String(required=True, validate=one_of(MARKS, MARK))
    minutes = _number(0, 1440, load_default=None, allow_none=True)
    language = fields.String(load_default=None, allow_none=True, validate=one_of(LANGUAGES, LANGUAGE))
    seen = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The mark that was looked at; null: there was none"},
    )


class RegisterMarksIn(Schema):
    marks = fields.List(fields.Nested(RegisterMarkIn), required=True, validate=validate.Length(1, 1000))


class RegisterCorrectionIn(RegisterMarkIn):
    reason = Text(max=500, lines=True, required=True, message=N_("Write why"))


class RegisterCorrectionForm(Schema):
    presence = fields.String(required=True, validate=one_of(MARKS, MARK), error_messages={"required": MARK})
    minutes = _number(0, 1440, load_default=None, allow_none=True)
    language = fields.String(required=True, validate=one_of(LANGUAGES, LANGUAGE), error_messages={"required": LANGUAGE})
    reason = Text(max=500, lines=True, required=True, message=N_("Write why"))


class RegisterAddIn(Schema):
    address = fields.Email(
        required=True,
        error_messages={"required": N_("Enter an e-mail address"), "invalid": N_("Enter an e-mail address")},
    )
    language = fields.String(load_default="en", validate=one_of(LANGUAGES, LANGUAGE))


class AttendanceFileForm(Schema):
    file = fields.Raw(required=True, error_messages={"required": N_("Choose a file")})
    mode = fields.String(required=True, validate=one_of(("check", "keep")), error_messages={"required": MARK})


class SeriesMeetingOut(Schema):
    id = fields.UUID()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)


class SeriesOut(Schema):
    """`place` and `link` are null unless one is booked there, gives it or organises it. `free`: places for oneself."""

    id = fields.UUID()
    course = fields.String()
    title = BilingualField()
    organisation = BilingualField()
    state = fields.Enum(SeriesState, by_value=True)
    sequence = fields.Integer()
    language = fields.Enum(Delivery, by_value=True)
    mode = fields.Enum(Mode, by_value=True)
    area = fields.String()
    place = fields.String(allow_none=True)
    link = fields.String(allow_none=True)
    access = fields.String()
    meetings = fields.List(fields.Nested(SeriesMeetingOut))
    trainers = fields.List(fields.String())
    capacity = fields.Integer()
    minimum = fields.Integer(allow_none=True)
    free = fields.Integer()
    booking_opens = fields.Date()
    booking_closes = fields.Date()
    cancel_by = fields.Date()
    open = fields.Boolean(metadata={"description": "Can it be booked today?"})
    share = fields.Integer()
    whole_course = fields.Boolean()
    offer_hours = fields.Integer()


class BookingOut(Schema):
    id = fields.UUID()
    enrolment_id = fields.UUID()
    learner = fields.Nested(PersonNamedOut)
    course = fields.String(attribute="course.code")
    series_id = fields.UUID(allow_none=True)
    state = fields.Enum(BookingState, by_value=True)
    any_date = fields.Boolean()
    adjustments = fields.String()
    asked_at = fields.AwareDateTime()
    offered_at = fields.AwareDateTime(allow_none=True)
    offer_until = fields.AwareDateTime(allow_none=True)
    booked_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)


class AttendanceOut(Schema):
    id = fields.UUID()
    presence = fields.Enum(Presence, by_value=True)
    minutes = fields.Integer()
    language = fields.String()
    at = fields.AwareDateTime()
    source = fields.String()
    reason = fields.String(allow_none=True)


class RegisterLineOut(Schema):
    booking_id = fields.UUID(attribute="booking.id")
    learner = fields.Nested(PersonNamedOut, attribute="booking.learner")
    adjustments = fields.String(attribute="booking.adjustments")
    mark = fields.Nested(AttendanceOut, allow_none=True)


class RegisterOut(Schema):
    meeting = fields.Nested(SeriesMeetingOut)
    series_id = fields.UUID()
    lines = fields.List(fields.Nested(RegisterLineOut))


class RegisterCodeOut(Schema):
    code = fields.String()


class RosterOut(Schema):
    """Who has a place, who is asked, who waits."""

    items = fields.List(fields.Nested(BookingOut))
    next = fields.String(allow_none=True)


class AttendanceFaultOut(Schema):
    line = fields.Integer()
    detail = fields.String()


class AttendanceImportOut(Schema):
    rows = fields.Integer()
    kept = fields.Boolean()
    faults = fields.List(fields.Nested(AttendanceFaultOut))


class CalendarFeedOut(Schema):
    """The address is answered once: only its digest is kept."""

    url = fields.String()


class SeriesQuery(PageQuery):
    course = Code(load_default=None)
    past = fields.Boolean(load_default=False)


class KeepQuery(Schema):
    keep = fields.Boolean(load_default=False, metadata={"description": "Left out: the file is only checked"})


SeriesPageOut = page_schema(SeriesOut)
BookingsOut = page_schema(BookingOut)
