"""Visits to the pages of mentoring and of champions."""

import re
from typing import Any

from sqlalchemy import select

from courses.mentoring.cascade import services as cascade
from courses.mentoring.cascade.models import CascadeAttendee, CascadeSession
from courses.mentoring.cascade.rules import Named
from courses.mentoring.models import Listing, MentorRequest, Mentorship, MentorStanding, RequestState
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.journeys.visiting import Visit, as_, demo, one

PROGRAMME = "LEAD-MENTORS"
ADDRESS = "attendee@elsewhere.example"


def a_pair() -> Visit:
    """A mentee's, whose latest meeting waits for their word."""
    return Visit(
        {"mentorship_id": one(select(Mentorship.id).where(Mentorship.mentee_id == demo("nurse2")))}, demo("nurse2")
    )


def who_looks() -> Any:
    """A mentee to whom somebody is suggested."""
    mentored = select(Mentorship.mentee_id)
    asked = select(MentorRequest.mentee_id)
    return one(
        select(Listing.person_id)
        .where(Listing.side == "mentee", Listing.person_id.not_in(mentored), Listing.person_id.not_in(asked))
        .order_by(Listing.id)
    )


def a_request() -> Visit:
    found = one(select(MentorRequest).where(MentorRequest.state == RequestState.OPEN))
    return Visit({"request_id": found.id}, found.mentor_id)


def a_standing() -> Visit:
    found = one(select(MentorStanding).where(MentorStanding.person_id == demo("supervisor")))
    return Visit({"code": PROGRAMME, "standing_id": found.id}, demo("organiser"))


def a_session() -> Visit:
    """A champion's, with somebody named."""
    champion = demo("supervisor2")
    found = one(select(CascadeSession).where(CascadeSession.champion_id == champion).order_by(CascadeSession.id))
    if not db.session.scalars(select(CascadeAttendee.id).where(CascadeAttendee.session_id == found.id)).first():
        with transaction():
            cascade.name_attendees(Actor(person=champion), found.id, [Named("Mair Evans", ADDRESS)])
    return Visit({"session_id": found.id}, champion)


def an_attendee() -> Visit:
    a_session()
    letter = one(select(MailMessage.body).where(MailMessage.to == ADDRESS).order_by(MailMessage.id.desc()))
    found = re.search(r"/cascade/claim/(\S+)", letter)
    assert found is not None
    return Visit({"secret": found.group(1)})


VISITS = {
    "mentoring.mine": as_("supervisor"),
    "mentoring.decline": a_request,
    "mentoring.mentorship": a_pair,
    "mentoring.end": a_pair,
    "mentoring.thank": a_pair,
    "mentoring.wishes": lambda: Visit({"code": PROGRAMME, "side": "mentor"}, demo("supervisor")),
    "mentoring.find": lambda: Visit({"code": PROGRAMME, "side": "mentee"}, who_looks()),
    "mentor_programmes.manage": as_("organiser"),
    "mentor_programmes.new": as_("organiser"),
    "mentor_programmes.edit": as_("organiser", code=PROGRAMME),
    "mentor_programmes.programme": as_("organiser", code=PROGRAMME),
    "mentor_programmes.mentors": as_("organiser", code=PROGRAMME),
    "mentor_programmes.withdraw_standing": a_standing,
    "mentor_programmes.handover": lambda: Visit(
        {"code": PROGRAMME, "mentor_id": demo("supervisor")}, demo("organiser")
    ),
    "cascade.sessions": as_("supervisor2"),
    "cascade.new": as_("supervisor2"),
    "cascade.session": a_session,
    "cascade.change": a_session,
    "cascade.cancel": a_session,
    "cascade.claim": an_attendee,
}
