"""That the two met. Either records it, the other agrees or says that it did not happen."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from courses.mentoring import letters, rules
from courses.mentoring.errors import MeetingAnswered, MeetingThere
from courses.mentoring.events import MeetingAgreed
from courses.mentoring.models import MeetingHow, MentorMeeting, Mentorship
from courses.mentoring.services.onwards import invite_if_ready
from courses.mentoring.services.pairing import USE, mentorship
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor


def record_meeting(actor: Actor, mentorship_id: UUID, *, held_on: date, minutes: int, how: MeetingHow) -> MentorMeeting:
    """It counts once the other one agrees. Raises NotFound, MeetingThere, Invalid by field."""
    mentorship(actor, mentorship_id)
    found = get_or_refuse(Mentorship, mentorship_id, lock=True)  # both may record the same meeting at once
    rules.check_meeting(held_on, found.starts_on, found.ends_on, clock.today())
    there = select(MentorMeeting.id).where(
        MentorMeeting.mentorship_id == found.id, MentorMeeting.held_on == held_on,
        MentorMeeting.withdrawn_at.is_(None), MentorMeeting.agreed.is_not(False),
    )  # fmt: skip
    if db.session.scalar(there) is not None:
        raise MeetingThere(fields={"held_on": MeetingThere.title})
    made = record(
        MentorMeeting(
            mentorship_id=found.id, held_on=held_on, minutes=minutes, how=how, made_by=actor.person, made_at=clock.now()
        )
    )
    audit.record(actor, "mentor-meeting.recorded", about=found.mentee_id, thing=made)
    letters.met(made, by=actor.person)
    return made


def answer_meeting(actor: Actor, meeting_id: UUID, *, happened: bool) -> MentorMeeting:
    """The one who did not record it says whether it happened. Raises NotFound, MeetingAnswered."""
    found = _of_mine(actor, meeting_id)
    if found.made_by == actor.person:
        raise NotFound()
    if found.agreed is not None or found.withdrawn_at is not None:
        raise MeetingAnswered()
    found.agreed, found.answered_at = happened, clock.now()
    db.session.flush()  # progress is counted from what is written
    audit.record(
        actor, "mentor-meeting.agreed" if happened else "mentor-meeting.disputed", about=found.mentorship.mentee_id,
        thing=found,
    )  # fmt: skip
    if happened:
        events.publish(MeetingAgreed(found.id))
        invite_if_ready(actor, found.mentorship)
    else:
        letters.did_not_meet(found)
    return found


def take_back(actor: Actor, meeting_id: UUID) -> MentorMeeting:
    """Whoever recorded it made a mistake; it counts for nobody. Raises NotFound, MeetingAnswered once it was agreed to."""
    found = _of_mine(actor, meeting_id)
    if found.made_by != actor.person:
        raise NotFound()
    if found.withdrawn_at is not None or found.agreed is not None:
        raise MeetingAnswered()
    found.withdrawn_at = clock.now()
    audit.record(actor, "mentor-meeting.taken-back", about=found.mentorship.mentee_id, thing=found)
    return found


def _of_mine(actor: Actor, meeting_id: UUID) -> MentorMeeting:
    actor.require(USE, about=actor.person)
    found = get_or_refuse(MentorMeeting, meeting_id, lock=True)
    if actor.person not in (found.mentorship.mentor_id, found.mentorship.mentee_id):
        raise NotFound()
    return found
