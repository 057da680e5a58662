"""Reads of mentoring. Who has whom is for the two, and for whoever runs the programme; others read counts at most."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from courses.mentoring import rules
from courses.mentoring.models import (
    Listing,
    MentorFeedback,
    MentorMeeting,
    MentorProgramme,
    MentorRequest,
    Mentorship,
    MentorStanding,
    OnwardInvitation,
    RequestState,
)
from courses.mentoring.rules import Progress, Side, Span
from lms.accounts.models import Organisation, Person
from lms.core import clock
from lms.core.db import Day, db
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission, Reach

BOARD = "local_health_board"


def standing_counts(day: Day) -> ColumnElement[bool]:
    """Of `MentorStanding`: it counts that day."""
    return and_(
        MentorStanding.starts_on <= day,
        MentorStanding.ends_on >= day,
        MentorStanding.withdrawn_on.is_(None) | (MentorStanding.withdrawn_on > day),
    )


def standing_of(person_id: UUID, programme_id: UUID, day: date, *, lock: bool = False) -> MentorStanding | None:
    """By which this person may mentor in the programme that day; the one that holds longest."""
    found = (
        select(MentorStanding)
        .where(
            MentorStanding.person_id == person_id, MentorStanding.programme_id == programme_id, standing_counts(day)
        )
        .order_by(MentorStanding.ends_on.desc(), MentorStanding.id)
        .limit(1)
    )  # fmt: skip
    if lock:
        found = found.with_for_update(of=MentorStanding)
    return db.session.scalars(found).one_or_none()


def standings_of(person_id: UUID, day: date) -> list[MentorStanding]:
    """Where this person may mentor that day, with the programmes."""
    return list(
        db.session.scalars(
            select(MentorStanding)
            .options(joinedload(MentorStanding.programme))
            .where(MentorStanding.person_id == person_id, standing_counts(day))
            .order_by(MentorStanding.ends_on)
        )
    )


def programme_at(code: str, *, lock: bool = False) -> MentorProgramme | None:
    found = select(MentorProgramme).where(MentorProgramme.code == code)
    return db.session.scalars(found.with_for_update() if lock else found).one_or_none()


def programmes() -> list[MentorProgramme]:
    """All of them, those that take people first. They are few: organisers make each by hand."""
    return list(
        db.session.scalars(
            select(MentorProgramme).order_by(MentorProgramme.is_open.desc(), MentorProgramme.code).limit(200)
        )
    )


def programmes_managed(reach: Reach) -> Select[MentorProgramme]:
    """Those that organisations run where this permission reaches."""
    found = select(MentorProgramme).options(joinedload(MentorProgramme.organisation))
    if reach.everything:
        return found
    return found.join(MentorProgramme.organisation).where(Organisation.lineage.overlap(list(reach.places)))


def mentees_now(mentor_id: UUID, programme_id: UUID) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(
                Mentorship.mentor_id == mentor_id, Mentorship.programme_id == programme_id, Mentorship.ends_on.is_(None)
            )
        )
        or 0
    )


def capacity_of(programme: MentorProgramme, mentor_id: UUID) -> int:
    """What the mentor offers, never more than the programme allows."""
    offered = db.session.scalar(
        select(Listing.capacity).where(
            Listing.person_id == mentor_id, Listing.programme_id == programme.id, Listing.side == Side.MENTOR
        )
    )
    return min(programme.capacity, offered or programme.capacity)


def has_mentor(mentee_id: UUID, programme_id: UUID) -> bool:
    open_one = exists().where(
        Mentorship.mentee_id == mentee_id, Mentorship.programme_id == programme_id, Mentorship.ends_on.is_(None)
    )
    return db.session.scalar(select(open_one)) is True


def mentee_of_programme(person_id: UUID, day: date) -> frozenset[str]:
    """For conditions of courses: whoever has or had a mentor in a programme here. One query."""
    had = exists().where(Mentorship.mentee_id == person_id, Mentorship.starts_on <= day)
    return frozenset({"mentee_of_programme"} if db.session.scalar(select(had)) else ())


def listing_of(person_id: UUID, programme_id: UUID, side: Side) -> Listing | None:
    return db.session.scalars(
        select(Listing).where(
            Listing.person_id == person_id, Listing.programme_id == programme_id, Listing.side == side
        )
    ).one_or_none()


def listings_of(person_id: UUID) -> list[Listing]:
    return list(db.session.scalars(select(Listing).where(Listing.person_id == person_id).order_by(Listing.id)))


def _named() -> tuple[Any, ...]:
    return joinedload(Mentorship.mentor), joinedload(Mentorship.mentee), joinedload(Mentorship.programme)


def mentorships_of(actor: Actor) -> Select[Mentorship]:
    """Those in which the actor is one of the two."""
    people = actor.reach(Permission.MENTORING_USE).people
    return (
        select(Mentorship).options(*_named()).where(Mentorship.mentor_id.in_(people) | Mentorship.mentee_id.in_(people))
    )


def pairs_of(programme_id: UUID) -> Select[Mentorship]:
    """Who has whom in a programme now: for whoever runs it."""
    return (
        select(Mentorship)
        .options(*_named())
        .where(Mentorship.programme_id == programme_id, Mentorship.ends_on.is_(None))
    )


def held_by(mentor_id: UUID, programme_id: UUID) -> list[Mentorship]:
    return list(
        db.session.scalars(pairs_of(programme_id).where(Mentorship.mentor_id == mentor_id).order_by(Mentorship.id))
    )


def requests_of(person_id: UUID) -> list[MentorRequest]:
    """What waits for an answer, to this person or from them, oldest first."""
    return list(
        db.session.scalars(
            select(MentorRequest)
            .options(
                joinedload(MentorRequest.mentor), joinedload(MentorRequest.mentee), joinedload(MentorRequest.programme)
            )
            .where(
                or_(MentorRequest.mentor_id == person_id, MentorRequest.mentee_id == person_id),
                MentorRequest.state == RequestState.OPEN, MentorRequest.until >= clock.today(),
            )
            .order_by(MentorRequest.id)
            .limit(100)
        )
    )  # fmt: skip


def meetings_of(mentorship_id: UUID) -> Select[MentorMeeting]:
    return select(MentorMeeting).where(MentorMeeting.mentorship_id == mentorship_id)


def meetings_waiting(person_id: UUID) -> list[MentorMeeting]:
    """Meetings that the other one recorded and that wait for this person's word, oldest first; at most 50."""
    return list(
        db.session.scalars(
            select(MentorMeeting)
            .join(MentorMeeting.mentorship)
            .options(joinedload(MentorMeeting.mentorship).options(*_named()))
            .where(
                or_(Mentorship.mentor_id == person_id, Mentorship.mentee_id == person_id),
                MentorMeeting.made_by != person_id, MentorMeeting.agreed.is_(None), MentorMeeting.withdrawn_at.is_(None),
            )
            .order_by(MentorMeeting.held_on, MentorMeeting.id)
            .limit(50)
        )
    )  # fmt: skip


def totals(mentorship_ids: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """(meetings, minutes) that both agree on, by mentorship."""
    rows = db.session.execute(
        select(MentorMeeting.mentorship_id, func.count(), func.coalesce(func.sum(MentorMeeting.minutes), 0))
        .where(
            MentorMeeting.mentorship_id.in_(list(mentorship_ids)), MentorMeeting.agreed.is_(True),
            MentorMeeting.withdrawn_at.is_(None),
        )
        .group_by(MentorMeeting.mentorship_id)
    )  # fmt: skip
    return {id: (number, minutes) for id, number, minutes in rows}


def progress_of(mentee_id: UUID, programme: MentorProgramme) -> Progress:
    """How far the mentee is: all their mentorings of the programme together, for a handover does not begin again."""
    today = clock.today()
    mine = db.session.scalars(
        select(Mentorship).where(Mentorship.mentee_id == mentee_id, Mentorship.programme_id == programme.id)
    ).all()
    counted = totals(each.id for each in mine)
    invited = db.session.scalar(
        select(OnwardInvitation.made_on).where(
            OnwardInvitation.person_id == mentee_id, OnwardInvitation.programme_id == programme.id
        )
    )
    return Progress(
        sum(number for number, _minutes in counted.values()), programme.meetings,
        rules.months_in([Span(each.starts_on, each.ends_on) for each in mine], today), programme.months,
        any(each.feedback_on for each in mine), programme.feedback, invited,
    )  # fmt: skip


def voices_about(mentor_id: UUID) -> rules.Voices:
    """What mentees said of this mentor, without names."""
    rows = db.session.execute(
        select(MentorFeedback.helpful, MentorFeedback.thanks).where(MentorFeedback.mentor_id == mentor_id).limit(1000)
    )
    return rules.released([(helpful.value, thanks) for helpful, thanks in rows])


def counts_of(programme_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Mentors, pairs and waiting mentees of each programme. Three queries, however many programmes."""
    ids, today = list(programme_ids), clock.today()
    found: dict[UUID, dict[str, int]] = {id: {"mentors": 0, "pairs": 0, "waiting": 0} for id in ids}
    paired = exists().where(
        Mentorship.mentee_id == Listing.person_id, Mentorship.programme_id == Listing.programme_id,
        Mentorship.ends_on.is_(None),
    )  # fmt: skip
    counted: dict[str, Any] = {
        "mentors": select(MentorStanding.programme_id, func.count(MentorStanding.person_id.distinct())).where(
            MentorStanding.programme_id.in_(ids), standing_counts(today)
        ).group_by(MentorStanding.programme_id),
        "pairs": select(Mentorship.programme_id, func.count()).where(
            Mentorship.programme_id.in_(ids), Mentorship.ends_on.is_(None)
        ).group_by(Mentorship.programme_id),
        "waiting": select(Listing.programme_id, func.count()).where(
            Listing.programme_id.in_(ids), Listing.side == Side.MENTEE, ~paired
        ).group_by(Listing.programme_id),
    }  # fmt: skip
    for name, statement in counted.items():
        for id, number in db.session.execute(statement):
            found[id][name] = number
    return found


def mentors_of(programme_id: UUID) -> Select[MentorStanding]:
    """Live standings of a programme, with their people."""
    return (
        select(MentorStanding)
        .options(joinedload(MentorStanding.person))
        .where(MentorStanding.programme_id == programme_id, standing_counts(clock.today()))
    )


def taken_in(programme_id: UUID, mentor_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many mentees each of these has."""
    rows = db.session.execute(
            select(Mentorship.mentor_id, func.count())
            .where(
                Mentorship.programme_id == programme_id, Mentorship.mentor_id.in_(list(mentor_ids)),
                Mentorship.ends_on.is_(None),
            )
            .group_by(Mentorship.mentor_id)
        )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def areas() -> list[tuple[str, Bilingual]]:
    """Health boards, as areas in which people can meet."""
    rows = db.session.execute(
        select(Organisation.code, Organisation.name).where(Organisation.kind == BOARD).order_by(Organisation.code)
    )
    return [(code, name) for code, name in rows]


def to_invite(after: UUID | None, limit: int) -> list[tuple[UUID, MentorProgramme]]:
    """Mentees who might be far enough and were never invited onwards, by id from `after`; all of one or none."""
    started = clock.today()
    rows = db.session.execute(
        select(Mentorship.mentee_id, MentorProgramme)
        .join(MentorProgramme, MentorProgramme.id == Mentorship.programme_id)
        .where(
            MentorProgramme.next_course.is_not(None),
            Mentorship.starts_on <= started - func.make_interval(0, 0, 0, MentorProgramme.months * rules.DAYS_A_MONTH),
            ~exists().where(
                OnwardInvitation.person_id == Mentorship.mentee_id,
                OnwardInvitation.programme_id == Mentorship.programme_id,
            ),
            select(func.count())
            .where(MentorMeeting.mentorship_id == Mentorship.id, MentorMeeting.agreed.is_(True))
            .scalar_subquery()
            > 0,
            Mentorship.mentee_id.in_(_mentees_after(after, limit)),
        )
        .order_by(Mentorship.mentee_id)
    )
    return list({(mentee, programme.id): (mentee, programme) for mentee, programme in rows}.values())


def last_of_batch(after: UUID | None, limit: int) -> UUID | None:
    """The last mentee of the batch that begins after that one; None: nobody is left."""
    return db.session.scalar(
        select(func.max(_mentees_after(after, limit).subquery().c.mentee_id.cast(Text)).cast(Uuid()))
    )


def _mentees_after(after: UUID | None, limit: int) -> Select[UUID]:
    found = select(Mentorship.mentee_id).distinct().order_by(Mentorship.mentee_id).limit(limit)
    return found if after is None else found.where(Mentorship.mentee_id > after)


def people_named(ids: Iterable[UUID]) -> dict[UUID, Person]:
    return {each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(list(ids))))}
