"""The register: who was there. Marks are appended; once it is closed, only a correction with its reason is."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.delivery import letters, queries, rules
from courses.delivery.errors import (
    AlreadyBooked,
    BookingOver,
    RegisterChanged,
    RegisterClosed,
    RegisterIncomplete,
    RegisterNotYet,
    RegisterOpen,
    SeriesClosed,
    WrongCode,
)
from courses.delivery.events import Attended, DidNotAttend, RegisterCorrected, RegisterSettled, SeriesHeld
from courses.delivery.models import (
    Attendance,
    Booking,
    BookingState,
    Meeting,
    Presence,
    Series,
    SeriesState,
)
from courses.delivery.services.booking import place
from courses.delivery.services.offering import happened, locked
from courses.enrolments import services as enrolments
from courses.enrolments.models import EnrolmentState
from lms.accounts.models import Person
from lms.accounts.queries import person_at
from lms.core import audit, clock, events, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

KEEP = Permission.REGISTER_KEEP
UNKNOWN = N_("Nobody here has confirmed this address")


@dataclass(frozen=True)
class Marked:
    """A mark as it is wanted. `seen`: the mark that was looked at (None: there was none). `minutes` matter for partly."""

    booking_id: UUID
    presence: Presence
    minutes: int | None = None
    language: str | None = None
    seen: UUID | None = None


def keepable(actor: Actor, meeting_id: UUID) -> tuple[Meeting, Series]:
    """A meeting and its series, for those who give it and those who organise it. Raises NotFound to everybody else."""
    meeting = get_or_refuse(Meeting, meeting_id)
    it = queries.series(meeting.series_id)
    if it is None or not keeps(actor, it) or it.state in (SeriesState.DRAFT, SeriesState.CANCELLED):
        raise NotFound()
    return meeting, it


def keeps(actor: Actor, it: Series) -> bool:
    gives = actor.person in {each.person_id for each in it.trainers} and actor.may(KEEP, about=actor.person)
    return gives or actor.may(KEEP, at=it.organisation_lineage)


def mark(actor: Actor, meeting_id: UUID, marks: Sequence[Marked], *, source: str = "trainer") -> list[Attendance]:
    """Write marks on an open register; all of them or none. What says the same already is not written again.

    Raises NotFound, RegisterNotYet, RegisterClosed, RegisterChanged, Invalid.
    """
    meeting, it = _open(actor, meeting_id)
    lines = {each.booking.id: each for each in queries.register(meeting.id, it.id)}
    made = []
    for each in marks:
        line = lines.get(each.booking_id)
        if line is None:
            raise NotFound()
        if each.presence is Presence.SIGNED_IN:
            raise Invalid(fields={"marks": N_("Choose one of the answers")})
        wanted = _attendance(actor, meeting, line.booking, each, source)
        if line.mark is not None and _says(line.mark) == _says(wanted):
            continue
        if (line.mark.id if line.mark else None) != each.seen:
            raise RegisterChanged()
        made.append(wanted)
    db.session.add_all(made)
    if made:
        audit.record(actor, "register.marked", thing=meeting, marks=len(made))
    return made


def mark_rest(actor: Actor, meeting_id: UUID, presence: Presence, *, signed_in: bool = False) -> int:
    """Mark everybody who is not marked yet; or, with `signed_in`, confirm those who signed in. Return how many."""
    meeting, it = _open(actor, meeting_id)
    chosen = [
        each for each in queries.register(meeting.id, it.id)
        if (each.mark is not None and each.mark.presence is Presence.SIGNED_IN if signed_in
            else each.mark is None or each.mark.presence is Presence.SIGNED_IN)
    ]  # fmt: skip
    for line in chosen:
        language = line.mark.language if line.mark else None
        given = Marked(line.booking.id, presence, language=language)
        db.session.add(_attendance(actor, meeting, line.booking, given, "trainer"))
    if chosen:
        audit.record(actor, "register.marked", thing=meeting, marks=len(chosen))
    return len(chosen)


def show_code(actor: Actor, meeting_id: UUID) -> str:
    """The code of the room, made when it is first asked for. It opens nothing outside the time of the meeting."""
    meeting, _it = _open(actor, meeting_id)
    if meeting.code is None:
        meeting.code = f"{secrets.randbelow(1_000_000):06d}"
        audit.record(actor, "register.code_made", thing=meeting)
    return meeting.code


def sign_in(actor: Actor, booking_id: UUID, code: str, language: str) -> Attendance:
    """A learner says that they are there, with the code. It counts once a trainer confirms it.

    Raises NotFound, BookingOver, WrongCode; TooMany after ten tries in ten minutes.
    """
    booking = get_or_refuse(Booking, booking_id)
    actor.require_or_hide(Permission.SERIES_BOOK, about=booking.learner_id)
    if booking.state is not BookingState.BOOKED or booking.series_id is None:
        raise BookingOver()
    throttle.take(f"sign-in {booking_id}", limit=10, per_seconds=600)
    it, now = queries.series(booking.series_id), clock.now()
    held = [each for each in (it.meetings if it else ()) if rules.code_holds(now, each.starts_at, each.ends_at)]
    there = next((each for each in held if each.code and secrets.compare_digest(each.code, code.strip())), None)
    if there is None:
        raise WrongCode(fields={"code": WrongCode.title})
    meeting = get_or_refuse(Meeting, there.id, lock=True)
    if meeting.closed_at is not None:
        raise RegisterClosed()
    before = next((e.mark for e in queries.register(meeting.id, meeting.series_id) if e.booking.id == booking_id), None)
    if before is not None:
        return before
    given = Marked(booking_id, Presence.SIGNED_IN, language=language)
    return record(_attendance(actor, meeting, booking, given, "sign_in"))


def add(actor: Actor, meeting_id: UUID, address: str, language: str) -> Booking:
    """Somebody is in the room who is not on the list. The rules of enrolment hold; the number of places does not.

    Raises NotFound, Invalid for an address that nobody has, AlreadyBooked, or what the rules refuse.
    """
    meeting, it = keepable(actor, meeting_id)
    throttle.take(f"register {actor.person}", limit=60, per_seconds=600)
    person = person_at(address)
    if person is None:
        raise Invalid(fields={"address": UNKNOWN})
    it = locked(it.id)
    if it.state is not SeriesState.PUBLISHED:
        raise SeriesClosed()
    meeting = get_or_refuse(Meeting, meeting_id, lock=True)
    if meeting.closed_at is not None:
        raise RegisterClosed()
    before = queries.live_of(person.id, it.course_id)
    if before is not None and before.state is BookingState.BOOKED:
        raise AlreadyBooked(more={"booking": str(before.id)})
    enrolment = enrolments.enrol_for_date(Actor.system(), person.id, it.course_version_id, language)
    booking = before or record(
        Booking(
            enrolment_id=enrolment.id, enrolment=enrolment, learner_id=person.id, learner=db.session.get_one(
                Person, person.id
            ), course_id=it.course_id, course=it.course, state=BookingState.WAITING, any_date=True,
            sector=enrolment.sector, adjustments="", asked_at=clock.now(), passed=[],
        )
    )  # fmt: skip
    booking.series, booking.series_id, booking.added_by = it, it.id, actor.person
    place(actor, booking, it)
    happened(actor, booking, "added")
    return booking


def close(actor: Actor, meeting_id: UUID) -> Meeting:
    """Nothing is marked any more. Whoever attended enough completes; once the last is closed, the others hear.

    Raises NotFound, RegisterNotYet, RegisterClosed, RegisterIncomplete.
    """
    meeting, it = keepable(actor, meeting_id)
    it = locked(it.id)
    meeting = _locked(meeting_id)
    lines = queries.register(meeting.id, it.id)
    left = sum(each.mark is None or each.mark.presence is Presence.SIGNED_IN for each in lines)
    if left:
        raise RegisterIncomplete(more={"left": left})
    meeting.closed_at, meeting.closed_by, meeting.code = clock.now(), actor.person, None
    audit.record(actor, "register.closed", thing=meeting, people=len(lines))
    db.session.flush()  # what it comes to is read from the database
    if it.state is SeriesState.PUBLISHED and all(each.closed_at is not None for each in it.meetings):
        it.state, it.ended_at = SeriesState.HELD, clock.now()
        for each in lines:
            each.booking.state = BookingState.OVER
        audit.record(actor, "series.held", thing=it)
        events.publish(SeriesHeld(it.id))
    _settle(actor, it, [each.booking for each in lines])
    events.publish(RegisterSettled(it.id))
    return meeting


def correct(actor: Actor, meeting_id: UUID, given: Marked, reason: str) -> Attendance:
    """Put a closed register right. What is completed stays so until whoever looks after its certificate has decided: they
    are told where it says otherwise.

    Raises NotFound, RegisterOpen, RegisterChanged.
    """
    meeting, it = keepable(actor, meeting_id)
    it = locked(it.id)
    meeting = get_or_refuse(Meeting, meeting_id, lock=True)
    if meeting.closed_at is None:
        raise RegisterOpen()
    line = next((e for e in queries.register(meeting.id, it.id) if e.booking.id == given.booking_id), None)
    if line is None or given.presence is Presence.SIGNED_IN:
        raise NotFound()
    if (line.mark.id if line.mark else None) != given.seen:
        raise RegisterChanged()
    made = _attendance(actor, meeting, line.booking, given, "correction")
    made.reason = reason
    record(made)
    audit.record(actor, "register.corrected", about=line.booking.learner_id, thing=meeting, reason=reason)
    _settle(actor, it, [line.booking])
    events.publish(RegisterSettled(it.id))
    events.publish(RegisterCorrected(line.booking.enrolment_id, reason))
    return made


def _open(actor: Actor, meeting_id: UUID) -> tuple[Meeting, Series]:
    _meeting, it = keepable(actor, meeting_id)
    return _locked(meeting_id), it


def _locked(meeting_id: UUID) -> Meeting:
    meeting = get_or_refuse(Meeting, meeting_id, lock=True)
    if meeting.closed_at is not None:
        raise RegisterClosed()
    if not rules.may_mark(clock.now(), meeting.starts_at):
        raise RegisterNotYet()
    return meeting


def _attendance(actor: Actor, meeting: Meeting, booking: Booking, given: Marked, source: str) -> Attendance:
    return Attendance(
        meeting_id=meeting.id, booking_id=booking.id, presence=given.presence,
        minutes=rules.minutes_of(given.presence.value, given.minutes, meeting.minutes),
        language=given.language or booking.learner.language, at=clock.now(), by=actor.person, source=source,
    )  # fmt: skip


def _says(mark: Attendance) -> tuple[Presence, int, str]:
    return mark.presence, mark.minutes, mark.language


def _settle(actor: Actor, it: Series, bookings: Iterable[Booking]) -> None:
    """Tell the enrolments what the closed registers come to."""
    them = {each.id: each for each in bookings}
    system = Actor.system()
    for booking_id, marks in queries.marks(it, them).items():
        booking, found = them[booking_id], rules.outcome(marks, it.share)
        enrolment = booking.enrolment
        if enrolment.state in (EnrolmentState.WITHDRAWN, EnrolmentState.COMPLETED):
            continue
        if found.met and enrolment.attended_at is None:
            enrolments.attended(system, enrolment.id, clock.now(), whole_course=it.whole_course)
            happened(actor, booking, "attended")
            events.publish(Attended(booking.id))
        elif found.over and not found.met and enrolment.attended_at is None:
            _missed(actor, booking, part=found.some)


def _missed(actor: Actor, booking: Booking, *, part: bool) -> None:
    before = booking.enrolment.state
    enrolments.missed(Actor.system(), booking.enrolment_id, clock.now(), part=part)
    if booking.enrolment.state is before:
        return
    happened(actor, booking, "resit_due" if part else "did_not_attend")
    letters.not_enough(booking, part=part)
    events.publish(DidNotAttend(booking.id, part=part))
