"""Coming together and parting: one asks, the other says yes or no; or whoever runs the programme arranges it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from courses.mentoring import letters, queries, rules
from courses.mentoring.errors import (
    AlreadyAsked,
    HasMentor,
    MentoringEnded,
    NothingToHandOver,
    NotListed,
    ProgrammeClosed,
    RequestAnswered,
)
from courses.mentoring.models import (
    DeclineReason,
    EndReason,
    MentorProgramme,
    MentorRequest,
    Mentorship,
    RequestState,
)
from courses.mentoring.rules import Side
from courses.mentoring.services.programmes import managed
from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

USE = Permission.MENTORING_USE
ANSWERS = {
    "accept": RequestState.ACCEPTED, "decline": RequestState.DECLINED, "withdraw": RequestState.WITHDRAWN,
}  # fmt: skip


def ask(actor: Actor, code: str, mentor_id: UUID, mentee_id: UUID) -> MentorRequest:
    """One of the two asks the other; both have said that they want to be found.

    Raises Forbidden, NotFound, ProgrammeClosed, NotListed, AlreadyAsked, HasMentor, or what the pairing refuses.
    """
    actor.require(USE, about=actor.person)
    if actor.person not in (mentor_id, mentee_id):
        raise Forbidden()
    programme = _open_programme(code)
    _check(programme, mentor_id, mentee_id)
    for person_id, side in ((mentor_id, Side.MENTOR), (mentee_id, Side.MENTEE)):
        if queries.listing_of(person_id, programme.id, side) is None:
            raise NotListed()
    open_one = select(MentorRequest.id).where(
        MentorRequest.programme_id == programme.id, MentorRequest.mentor_id == mentor_id,
        MentorRequest.mentee_id == mentee_id, MentorRequest.state == RequestState.OPEN,
    )  # fmt: skip
    if db.session.scalar(open_one) is not None:
        raise AlreadyAsked()
    made = record(
        MentorRequest(
            programme_id=programme.id, mentor_id=mentor_id, mentee_id=mentee_id, by=actor.person,
            state=RequestState.OPEN, made_at=clock.now(), until=clock.today() + timedelta(days=rules.REQUEST_DAYS),
        )
    )  # fmt: skip
    audit.record(actor, "mentoring.asked", about=mentee_id, thing=made, mentor=str(mentor_id))
    letters.asked(made)
    return made


def answer(actor: Actor, request_id: UUID, said: str, reason: DeclineReason | None = None) -> MentorRequest:
    """`said`: accept or decline, by the one who was asked; withdraw, by the one who asks.

    Raises NotFound to anybody else, RequestAnswered, and on acceptance HasMentor or what the pairing refuses.
    """
    actor.require(USE, about=actor.person)
    found = get_or_refuse(MentorRequest, request_id)
    if actor.person not in (found.mentor_id, found.mentee_id) or (said == "withdraw") != (actor.person == found.by):
        raise NotFound()
    if said == "accept":
        _check(found.programme, found.mentor_id, found.mentee_id)  # takes the locks, always before the request's
    request = get_or_refuse(MentorRequest, request_id, lock=True)
    if request.state is not RequestState.OPEN or request.until < clock.today():
        raise RequestAnswered()
    request.state, request.answered_at = ANSWERS[said], clock.now()
    if said == "decline":
        request.declined = reason or DeclineReason.RATHER_NOT_SAY
    db.session.flush()  # what begins takes back the mentee's other questions, and not this one
    audit.record(actor, f"mentoring.{request.state}", about=request.mentee_id, thing=request)
    if said == "accept":
        _begin(actor, request.programme, request.mentor_id, request.mentee_id)
    if said != "withdraw":
        letters.answered(request)
    return request


def arrange(actor: Actor, code: str, mentor_id: UUID, mentee_id: UUID) -> Mentorship:
    """Whoever runs the programme brings two together who both want to be found. Raises as `ask` does."""
    programme = managed(actor, code)
    _check(programme, mentor_id, mentee_id)
    for person_id, side in ((mentor_id, Side.MENTOR), (mentee_id, Side.MENTEE)):
        if queries.listing_of(person_id, programme.id, side) is None:
            raise NotListed()
    made = _begin(actor, programme, mentor_id, mentee_id)
    letters.arranged(made)
    return made


def end(actor: Actor, mentorship_id: UUID, reason: EndReason) -> Mentorship:
    """Either of the two ends it, today. Raises NotFound, MentoringEnded."""
    mentorship(actor, mentorship_id)
    found = get_or_refuse(Mentorship, mentorship_id, lock=True)
    if found.ends_on is not None:
        raise MentoringEnded()
    if reason is EndReason.HANDED_OVER:
        raise Invalid(fields={"reason": N_("Choose one of the answers")})
    found.ends_on, found.end_reason, found.ended_by = clock.today(), reason, actor.person
    audit.record(actor, "mentoring.ended", about=found.mentee_id, thing=found, end_reason=reason.value)
    letters.ended(found, by=actor.person)
    return found


def hand_over(actor: Actor, code: str, mentor_id: UUID, to: Mapping[UUID, UUID]) -> list[Mentorship]:
    """`to`: mentee to new mentor, for every mentee whom the mentor has. All of it, or none.

    Raises NotFound, NothingToHandOver, Invalid while somebody goes nowhere, or what a pairing refuses.
    """
    programme = managed(actor, code)
    held = queries.held_by(mentor_id, programme.id)
    if not held:
        raise NothingToHandOver()
    if missing := [each for each in held if each.mentee_id not in to]:
        raise Invalid(fields={f"to-{each.mentee_id}": N_("Choose a mentor") for each in missing})
    for heir in sorted({to[each.mentee_id] for each in held}):
        if heir == mentor_id:
            raise Invalid(fields={f"to-{each.mentee_id}": N_("Choose another mentor") for each in held})
        queries.standing_of(heir, programme.id, clock.today(), lock=True)
    made = []
    for before in held:
        _check(programme, to[before.mentee_id], before.mentee_id, handed=True)
        before.ends_on, before.end_reason, before.ended_by = clock.today(), EndReason.HANDED_OVER, actor.person
        db.session.flush()  # a mentee has one mentor at a time
        after = _begin(actor, programme, to[before.mentee_id], before.mentee_id, follows=before)
        letters.handed_over(before, after)
        made.append(after)
    return made


def mentorship(actor: Actor, mentorship_id: UUID) -> Mentorship:
    """One, for either of the two. Raises NotFound to everybody else."""
    actor.require(USE, about=actor.person)
    found = db.session.scalars(
        queries.mentorships_of(actor).where(Mentorship.id == mentorship_id)
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound()
    return found


def lapse_requests(actor: Actor) -> int:
    """Close what was not answered in time, and tell whoever asked. Again changes nothing. Returns how many."""
    found = db.session.scalars(
        select(MentorRequest)
        .where(MentorRequest.state == RequestState.OPEN, MentorRequest.until < clock.today())
        .order_by(MentorRequest.id)
        .limit(1000)
        .with_for_update(skip_locked=True)
    ).all()
    for each in found:
        each.state, each.answered_at = RequestState.LAPSED, clock.now()
        audit.record(actor, "mentoring.lapsed", about=each.mentee_id, thing=each)
        letters.answered(each)
    return len(found)


def _open_programme(code: str) -> MentorProgramme:
    found = queries.programme_at(code)
    if found is None:
        raise NotFound()
    if not found.is_open:
        raise ProgrammeClosed()
    return found


def _check(programme: MentorProgramme, mentor_id: UUID, mentee_id: UUID, *, handed: bool = False) -> None:
    """Locks the mentor's standing and then the mentee until the edge commits, so that nobody is given more than fit."""
    standing = queries.standing_of(mentor_id, programme.id, clock.today(), lock=True)
    get_or_refuse(Person, mentor_id)
    get_or_refuse(Person, mentee_id, lock=True)
    rules.check_pairing(
        rules.Pairing(
            same_person=mentor_id == mentee_id,
            capacity=queries.capacity_of(programme, mentor_id) if standing else None,
            mentees=queries.mentees_now(mentor_id, programme.id),
        )
    )
    if not handed and queries.has_mentor(mentee_id, programme.id):
        raise HasMentor()


def _begin(
    actor: Actor, programme: MentorProgramme, mentor_id: UUID, mentee_id: UUID, follows: Mentorship | None = None
) -> Mentorship:
    """From today. The mentee's other questions are taken back, and so are those to a mentor who is full now."""
    made = record(
        Mentorship(
            programme_id=programme.id, mentor_id=mentor_id, mentee_id=mentee_id, starts_on=clock.today(),
            arranged_by=actor.person if actor.person not in (mentor_id, mentee_id) else None,
            follows_id=follows.id if follows else None,
        )
    )  # fmt: skip
    audit.record(actor, "mentoring.begun", about=mentee_id, thing=made, mentor=str(mentor_id), programme=programme.code)
    full = queries.mentees_now(mentor_id, programme.id) >= queries.capacity_of(programme, mentor_id)
    others = MentorRequest.mentee_id == mentee_id
    if full:
        others = others | (MentorRequest.mentor_id == mentor_id)
    for each in db.session.scalars(
        select(MentorRequest)
        .where(MentorRequest.programme_id == programme.id, MentorRequest.state == RequestState.OPEN, others)
        .order_by(MentorRequest.id)
        .with_for_update()
    ):
        each.state, each.answered_at = RequestState.LAPSED, clock.now()
        letters.no_longer_needed(each)
    return made
