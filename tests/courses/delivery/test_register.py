"""The register: marking, signing in, closing, correcting, what follows; and attendance from a spreadsheet."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, InternalError

from certificates.models import Award
from courses.delivery.models import Attendance, Booking, BookingEvent, Presence, Series, SeriesState
from courses.delivery.services import importing
from courses.delivery.services import register as services
from courses.delivery.services.register import Marked
from courses.enrolments.models import Enrolment, EnrolmentState
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.factories.delivery import make_booking, make_series, make_taught
from tests.factories.portfolios import actor_of

Token = Callable[..., Any]


class Room:
    """A date with people on it, and the clock standing in its first meeting."""

    def __init__(self, people: int = 2, **given: Any) -> None:
        self.trainer = make_person()
        self.series = make_series(trainer=self.trainer, **{"capacity": 30} | given)
        self.bookings = [make_booking(self.series) for _ in range(people)]
        self.meetings = self.series.meetings

    def during(self, number: int = 0) -> Any:
        return clock.frozen(self.meetings[number].starts_at + timedelta(minutes=30))

    def mark(self, *presences: Presence, number: int = 0, minutes: int | None = None) -> None:
        marks = [Marked(b.id, p, minutes) for b, p in zip(self.bookings, presences, strict=True)]
        with self.during(number), transaction():
            services.mark(actor_of(self.trainer), self.meetings[number].id, marks)

    def close(self, number: int = 0) -> None:
        with self.during(number), transaction():
            services.close(actor_of(self.trainer), self.meetings[number].id)

    def states(self) -> list[EnrolmentState]:
        db.session.expire_all()
        return [db.session.get_one(Enrolment, each.enrolment_id).state for each in self.bookings]


def test_whoever_attended_completes_and_gets_a_certificate(app: Flask) -> None:
    room = Room()
    room.mark(Presence.ATTENDED, Presence.DID_NOT_ATTEND)
    room.close()
    assert room.states() == [EnrolmentState.COMPLETED, EnrolmentState.DID_NOT_ATTEND]
    assert db.session.get_one(Series, room.series.id).state is SeriesState.HELD
    (award,) = db.session.scalars(select(Award))
    assert (award.learner_id, award.kind.value) == (room.bookings[0].learner_id, "attendance")
    last = db.session.scalars(select(MailMessage).order_by(MailMessage.id.desc())).first()
    assert last is not None
    assert "We missed you" in last.body
    kinds = set(db.session.scalars(select(BookingEvent.kind)))
    assert kinds == {"booked", "attended", "did_not_attend"}


def test_another_date_can_be_booked_after_missing_one(app: Flask) -> None:
    course = make_taught()
    room = Room(1, course=course)
    later = make_series(course, days=(50,))
    room.mark(Presence.DID_NOT_ATTEND)
    room.close()
    learner = db.session.get_one(Person, room.bookings[0].learner_id)
    with room.during():
        assert make_booking(later, learner).enrolment_id == room.bookings[0].enrolment_id
    assert room.states() == [EnrolmentState.ENROLLED]


def test_a_cohort_completes_by_its_share_of_minutes(app: Flask) -> None:
    room = Room(days=(30, 31, 32), share=60)
    room.mark(Presence.ATTENDED, Presence.ATTENDED)
    room.close()
    assert room.states() == [EnrolmentState.ENROLLED] * 2
    room.mark(Presence.ATTENDED, Presence.PARTLY, number=1, minutes=60)
    room.close(1)
    assert room.states() == [EnrolmentState.COMPLETED, EnrolmentState.ENROLLED]
    room.mark(Presence.EXCUSED, Presence.DID_NOT_ATTEND, number=2)
    room.close(2)
    assert room.states() == [EnrolmentState.COMPLETED, EnrolmentState.RESIT_DUE]


def test_attending_is_not_all_where_content_remains(app: Flask) -> None:
    room = Room(1, whole_course=False)
    room.mark(Presence.ATTENDED)
    room.close()
    assert room.states() == [EnrolmentState.IN_PROGRESS]
    assert db.session.get_one(Enrolment, room.bookings[0].enrolment_id).attended_at is not None


def test_the_register_opens_an_hour_before_and_closes_once(as_token: Token) -> None:
    room = Room(1)
    token, url = as_token(room.trainer), f"/api/v1/registers/{room.meetings[0].id}"
    marks = {"marks": [{"booking_id": str(room.bookings[0].id), "presence": "attended"}]}
    assert token.post(f"{url}/marks", json=marks).json["type"] == "/problems/register-not-yet"
    with room.during(), transaction(), pytest.raises(services.RegisterIncomplete):
        services.close(actor_of(room.trainer), room.meetings[0].id)
    room.mark(Presence.ATTENDED)
    room.close()
    assert token.post(f"{url}/marks", json=marks).json["type"] == "/problems/register-closed"


def test_only_a_correction_with_its_reason_changes_a_closed_register(as_token: Token) -> None:
    room = Room(1)
    room.mark(Presence.DID_NOT_ATTEND)
    room.close()
    token, url = as_token(room.trainer), f"/api/v1/registers/{room.meetings[0].id}"
    line = token.get(url).json["lines"][0]
    given = {"booking_id": line["booking_id"], "presence": "attended", "seen": line["mark"]["id"]}
    assert token.post(f"{url}/corrections", json=given).status_code == 422
    stale = token.post(f"{url}/corrections", json=given | {"reason": "x", "seen": None})
    assert (stale.status_code, stale.json["type"]) == (409, "/problems/register-changed")
    made = token.post(f"{url}/corrections", json=given | {"reason": "They sat at the back", "language": "cy"})
    assert (made.status_code, made.json["reason"]) == (201, "They sat at the back")
    assert room.states() == [EnrolmentState.COMPLETED]
    assert len(db.session.scalars(select(Attendance)).all()) == 2


def test_marks_are_never_rewritten(app: Flask) -> None:
    room = Room(1)
    room.mark(Presence.ATTENDED)
    with pytest.raises((IntegrityError, InternalError)), transaction():
        db.session.execute(text("UPDATE attendance SET presence = 'excused'"))


def test_two_trainers_do_not_overwrite_each_other(app: Flask) -> None:
    room = Room(2)
    first, second = (each.id for each in room.bookings)
    with room.during(), transaction():
        services.mark(actor_of(room.trainer), room.meetings[0].id, [Marked(first, Presence.ATTENDED)])
    with room.during(), transaction():  # the same again, seen by neither: it says what is there already
        again = services.mark(actor_of(room.trainer), room.meetings[0].id, [Marked(first, Presence.ATTENDED)])
    assert again == []
    marks = [Marked(first, Presence.EXCUSED), Marked(second, Presence.ATTENDED)]
    with room.during(), pytest.raises(services.RegisterChanged), transaction():
        services.mark(actor_of(room.trainer), room.meetings[0].id, marks)
    assert len(db.session.scalars(select(Attendance)).all()) == 1


def test_signing_in_with_the_code_of_the_room(as_token: Token) -> None:
    room = Room(1)
    learner = db.session.get_one(Person, room.bookings[0].learner_id)
    with room.during(), transaction():
        code = services.show_code(actor_of(room.trainer), room.meetings[0].id)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with room.during():
        with pytest.raises(services.WrongCode), transaction():
            services.sign_in(actor_of(learner), room.bookings[0].id, wrong, "cy")
        with transaction():
            services.sign_in(actor_of(learner), room.bookings[0].id, f" {code} ", "cy")
    with clock.frozen(room.meetings[0].ends_at + timedelta(hours=2)), pytest.raises(services.WrongCode), transaction():
        services.sign_in(actor_of(learner), room.bookings[0].id, code, "cy")
    with room.during(), transaction(), pytest.raises(services.RegisterIncomplete):
        services.close(actor_of(room.trainer), room.meetings[0].id)  # signed in is not yet there
    with room.during(), transaction():
        assert services.mark_rest(actor_of(room.trainer), room.meetings[0].id, Presence.ATTENDED, signed_in=True) == 1
    room.close()
    assert room.states() == [EnrolmentState.COMPLETED]
    marks = db.session.scalars(select(Attendance).order_by(Attendance.id)).all()
    assert [(each.presence.value, each.language) for each in marks] == [("signed_in", "cy"), ("attended", "cy")]


def test_somebody_in_the_room_is_added_above_the_number_of_places(as_token: Token) -> None:
    room = Room(1, capacity=1)
    there = make_person()
    url = f"/api/v1/registers/{room.meetings[0].id}/people"
    token = as_token(room.trainer)
    assert token.post(url, json={"address": "nobody@example.org"}).status_code == 422
    made = token.post(url, json={"address": there.emails[0].address, "language": "en"})
    assert (made.status_code, made.json["state"]) == (201, "booked")
    booking = db.session.scalars(select(Booking).where(Booking.learner_id == there.id)).one()
    assert booking.added_by == room.trainer.id
    assert token.post(url, json={"address": there.emails[0].address}).json["type"] == "/problems/already-booked"


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def address(booking: Booking) -> str:
    return db.session.get_one(Person, booking.learner_id).emails[0].address


def test_attendance_from_a_workbook_is_checked_then_kept(app: Flask) -> None:
    room = Room()
    day = room.meetings[0].starts_at.date()
    content = workbook(
        ("E-mail", "Date", "Attendance", "Minutes", "Language"),
        (address(room.bookings[0]).upper(), day, "Attended", None, "Welsh"),
        (address(room.bookings[1]), None, "partly", 90, None),
    )
    with room.during(), transaction():
        checked = importing.bring_in(Actor.system(), room.series.id, content, keep=False)
    assert (checked.rows, checked.faults, checked.kept) == (2, (), False)
    assert db.session.scalars(select(Attendance)).all() == []
    with room.during(), transaction():
        assert importing.bring_in(Actor.system(), room.series.id, content, keep=True).kept
    marks = {each.booking_id: each for each in db.session.scalars(select(Attendance))}
    first, second = (marks[each.id] for each in room.bookings)
    assert (first.presence, first.language, first.minutes) == (Presence.ATTENDED, "cy", 420)
    assert (second.presence, second.minutes, second.source) == (Presence.PARTLY, 90, "import")


def test_every_fault_of_a_file_is_told_by_its_line_and_nothing_kept(app: Flask) -> None:
    room = Room(1)
    them = address(room.bookings[0])
    lines = [
        "email;date;attendance;minutes;language", f"{them};;partly;;", "nobody@example.org;;attended;;",
        f"{them};1999-01-01;attended;;", f"{them};;perhaps;;", f"{them};;attended;;Klingon", f"{them};;attended;;",
        f"{them};;dna;;",
    ]  # fmt: skip
    with room.during(), transaction():
        found = importing.bring_in(Actor.system(), room.series.id, "\n".join(lines).encode("utf-8-sig"), keep=True)
    assert [(each.line, each.text) for each in found.faults] == [
        (2, importing.PARTLY), (3, importing.EMAIL), (4, importing.DAY), (5, importing.PRESENCE),
        (6, importing.LANGUAGE), (8, importing.TWICE),
    ]  # fmt: skip
    assert not found.kept
    assert db.session.scalars(select(Attendance)).all() == []


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"name,when\nx,y\n", b"x" * 2_000_001])
def test_what_is_no_list_of_attendance_is_refused(app: Flask, content: bytes) -> None:
    room = Room(0)
    with pytest.raises(Invalid) as refusal:
        importing.bring_in(Actor.system(), room.series.id, content, keep=True)
    assert "file" in refusal.value.fields
