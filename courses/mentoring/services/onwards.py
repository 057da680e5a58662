"""What comes next: a mentee's word without a name, and the invitation to the course that follows."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from courses.mentoring import letters, queries
from courses.mentoring.errors import AlreadyThanked
from courses.mentoring.models import Helpful, MentorFeedback, MentorProgramme, Mentorship, OnwardInvitation
from courses.mentoring.services.pairing import mentorship
from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.ids import new_id
from lms.core.permissions import Actor

A_BATCH = 500


def thank(actor: Actor, mentorship_id: UUID, helpful: Helpful, thanks: str) -> Mentorship:
    """A mentee's word about their mentor, once. Who said it is written nowhere; that they said something is.

    Raises NotFound (to the mentor too), AlreadyThanked.
    """
    mentorship(actor, mentorship_id)
    found = get_or_refuse(Mentorship, mentorship_id, lock=True)
    if found.mentee_id != actor.person:
        raise NotFound()
    if found.feedback_on is not None:
        raise AlreadyThanked()
    found.feedback_on = clock.today()
    db.session.add(
        MentorFeedback(programme_id=found.programme_id, mentor_id=found.mentor_id, helpful=helpful, thanks=thanks)
    )
    db.session.flush()  # progress is counted from what is written
    audit.record(actor, "mentoring.feedback-given", about=actor.person)
    invite_if_ready(actor, found)
    return found


def invite_if_ready(actor: Actor, it: Mentorship) -> bool:
    """Invite the mentee to what follows, if everything is there, and once only. True: this call did."""
    return _invite(actor, it.mentee_id, it.programme)


def invite_onwards(actor: Actor, after: UUID | None = None) -> UUID | None:
    """Months pass by themselves: whoever has become ready is invited. Again changes nothing.

    One batch of mentees, by their ids; returns the last of them, None when nobody is left.
    """
    last = queries.last_of_batch(after, A_BATCH)
    for mentee_id, programme in queries.to_invite(after, A_BATCH) if last else ():
        _invite(actor, mentee_id, programme)
    return last


def _invite(actor: Actor, mentee_id: UUID, programme: MentorProgramme) -> bool:
    if programme.next_course is None or not queries.progress_of(mentee_id, programme).complete:
        return False
    made = db.session.execute(
        insert(OnwardInvitation)
        .values(
            id=new_id(), person_id=mentee_id, programme_id=programme.id, course_code=programme.next_course,
            made_on=clock.today(),
        )
        .on_conflict_do_nothing()
        .returning(OnwardInvitation.id)
    ).scalar()  # fmt: skip
    if made is None:
        return False
    audit.record(
        actor, "mentoring.invited-onwards", about=mentee_id, programme=programme.code, course=programme.next_course
    )
    letters.onwards(get_or_refuse(Person, mentee_id), programme)
    return True
