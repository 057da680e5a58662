"""Who could suit whom in a programme: reads for those who look, and for whoever arranges."""

from datetime import date
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from courses.mentoring import rules
from courses.mentoring.models import Listing, MentorProgramme, MentorRequest, Mentorship, MentorStanding, RequestState
from courses.mentoring.queries import listing_of, standing_counts
from courses.mentoring.rules import Candidate, Side, Suggestion
from lms.accounts.models import JobRole, Membership
from lms.accounts.queries import live
from lms.core import clock
from lms.core.db import db

MOST_LISTED = 300
"""Listings of a programme that are looked through."""


def found_by(person_id: UUID, programme: MentorProgramme, side: Side) -> list[Suggestion]:
    """Who could suit this person, who stands on that side of the programme. Empty until they are listed themselves."""
    mine = listing_of(person_id, programme.id, side)
    if mine is None:
        return []
    today = clock.today()
    others = _listed(programme, Side.MENTOR if side is Side.MENTEE else Side.MENTEE, today, apart_from=person_id)
    people = _candidates(programme, [mine, *others], today)
    return rules.suggestions(people[0], people[1:])


def listed(programme: MentorProgramme, side: Side, *, room: bool = True) -> list[Candidate]:
    """Everybody on that side who waits, or has room, by name: for whoever arranges."""
    today = clock.today()
    found = _candidates(programme, _listed(programme, side, today), today)
    return sorted((it for it in found if it.free > 0 or not room), key=lambda it: it.name)


def _listed(programme: MentorProgramme, side: Side, today: date, *, apart_from: UUID | None = None) -> list[Listing]:
    """Those that still matter: mentors with a live standing, mentees without a mentor; and nobody who was just asked."""
    found = select(Listing).options(joinedload(Listing.person)).where(
        Listing.programme_id == programme.id, Listing.side == side
    )  # fmt: skip
    if side is Side.MENTOR:
        found = found.where(
            exists().where(
                MentorStanding.person_id == Listing.person_id, MentorStanding.programme_id == programme.id,
                standing_counts(today),
            )
        )  # fmt: skip
    else:
        found = found.where(
            ~exists().where(
                Mentorship.mentee_id == Listing.person_id, Mentorship.programme_id == programme.id,
                Mentorship.ends_on.is_(None),
            )
        )  # fmt: skip
    if apart_from is not None:
        since = clock.now() - rules.AFTER_DECLINING
        found = found.where(
            Listing.person_id != apart_from,
            ~exists().where(
                MentorRequest.programme_id == programme.id,
                or_(
                    and_(MentorRequest.mentor_id == apart_from, MentorRequest.mentee_id == Listing.person_id),
                    and_(MentorRequest.mentee_id == apart_from, MentorRequest.mentor_id == Listing.person_id),
                ),
                (MentorRequest.state == RequestState.OPEN)
                | ((MentorRequest.state == RequestState.DECLINED) & (MentorRequest.answered_at > since)),
            ),
        )
    return list(db.session.scalars(found.order_by(Listing.consented_at, Listing.id).limit(MOST_LISTED)))


def _candidates(programme: MentorProgramme, listings: list[Listing], day: date) -> list[Candidate]:
    """The listings with what is known of where their people work. Two queries."""
    ids = {each.person_id for each in listings}
    groups: dict[UUID, set[str]] = {}
    bodies: dict[UUID, set[UUID]] = {}
    for person_id, body, group in db.session.execute(
        select(Membership.person_id, Membership.organisation_id, JobRole.staff_group)
        .outerjoin(JobRole, JobRole.code == Membership.job_role_code)
        .where(Membership.person_id.in_(ids), live(day))
    ):
        groups.setdefault(person_id, set()).update({group} if group else ())
        bodies.setdefault(person_id, set()).update({body} if body else ())
    rows = db.session.execute(
        select(Mentorship.mentor_id, func.count())
        .where(Mentorship.mentor_id.in_(ids), Mentorship.programme_id == programme.id, Mentorship.ends_on.is_(None))
        .group_by(Mentorship.mentor_id)
    )
    taken = {row[0]: row[1] for row in rows}
    return [
        Candidate(
            it.person_id, it.person.display_name, frozenset(it.topics), it.language, it.how, it.area, it.profession,
            it.organisation, frozenset(groups.get(it.person_id, ())), frozenset(bodies.get(it.person_id, ())),
            1 if it.capacity is None else min(it.capacity, programme.capacity) - taken.get(it.person_id, 0),
        )
        for it in listings
    ]  # fmt: skip
