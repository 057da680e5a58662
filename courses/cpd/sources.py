"""What other rooms know that belongs into CPD records, as entries that are still to be written. Each is asked for one
thing, or (None) for all that there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import distinct_on

from courses.catalogue.models import CourseVersion, Format, Topic
from courses.cpd.registers import method_of_format
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.mentoring.cascade.models import CascadeAccount, CascadeAttendee, CascadeSession
from courses.mentoring.cascade.queries import is_newest
from courses.mentoring.models import MentorMeeting, Mentorship
from courses.portfolios.models import Portfolio, SignOff
from courses.portfolios.moderation.queries import stands
from courses.supervision.sessions.models import SessionKind, SessionLearner, SupervisionSession
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.language import Bilingual

COURSE, SUPERVISION, SUPERVISION_GIVEN, SIGN_OFF = "course", "supervision", "supervision_given", "sign_off"
MENTORING, MENTORING_GIVEN, CASCADE = "mentoring", "mentoring_given", "cascade"
KINDS = {
    SessionKind.CLINICAL: Bilingual("Clinical supervision", "Goruchwyliaeth glinigol"),
    SessionKind.MANAGERIAL: Bilingual("Managerial supervision", "Goruchwyliaeth reolaethol"),
    SessionKind.ROLE_BASED: Bilingual("Role-based supervision", "Goruchwyliaeth seiliedig ar rôl"),
    SessionKind.PROFESSIONAL: Bilingual("Professional supervision", "Goruchwyliaeth broffesiynol"),
}


@dataclass(frozen=True)
class Brought:
    """An entry that comes by itself. `origin` as in `data/fields.yaml`; `origin_id` says which one, for this person.

    `minutes` None: not known; 0: its time is counted elsewhere. `method` as in `data/fields.yaml`.
    """

    person_id: UUID
    origin: str
    origin_id: UUID
    title: Bilingual
    happened_on: date
    minutes: int | None
    participatory: bool
    method: str


def courses_learnt(enrolment_id: UUID | None = None) -> Iterator[Brought]:
    """Content that is all done, and sessions that were attended; not where the place was given up."""
    found = (
        select(
            Enrolment.learner_id, Enrolment.id, Enrolment.learning_completed_at, CourseVersion.title,
            CourseVersion.minutes, CourseVersion.format_code, Format.participatory,
        )
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .join(Format, Format.code == CourseVersion.format_code)
        .where(Enrolment.learning_completed_at.is_not(None), Enrolment.state != EnrolmentState.WITHDRAWN)
    )  # fmt: skip
    if enrolment_id is not None:
        found = found.where(Enrolment.id == enrolment_id)
    for learner_id, id, at, title, minutes, format_code, participatory in db.session.execute(found):
        on = min(clock.on_the_day(at or clock.now()), clock.today())
        yield Brought(learner_id, COURSE, id, title, on, minutes, participatory, method_of_format(format_code))


def supervision_agreed(session_id: UUID | None = None, learner_id: UUID | None = None) -> Iterator[Brought]:
    """Sessions that a learner agreed to, once for the learner and once for the supervisor."""
    found = (
        select(SupervisionSession, SessionLearner.learner_id)
        .join(SessionLearner, SessionLearner.session_id == SupervisionSession.id)
        .where(SessionLearner.agreed_at.is_not(None), SupervisionSession.withdrawn_at.is_(None))
    )
    if session_id is not None:
        found = found.where(SupervisionSession.id == session_id)
    if learner_id is not None:
        found = found.where(SessionLearner.learner_id == learner_id)
    given: set[UUID] = set()
    for it, learner in db.session.execute(found):
        title = KINDS[it.kind]
        yield Brought(learner, SUPERVISION, it.id, title, it.held_on, it.minutes, True, "supervision")
        if it.id not in given:
            given.add(it.id)
            told = Bilingual(f"{title.en}, given", f"{title.cy}, a roddwyd")
            yield Brought(
                it.supervisor_id, SUPERVISION_GIVEN, it.id, told, it.held_on, it.minutes, True, "giving_supervision"
            )


def mentoring_agreed(meeting_id: UUID | None = None) -> Iterator[Brought]:
    """Meetings of a mentor and a mentee that both agree to, once for each of the two."""
    found = (
        select(MentorMeeting, Mentorship.mentor_id, Mentorship.mentee_id)
        .join(Mentorship, Mentorship.id == MentorMeeting.mentorship_id)
        .where(MentorMeeting.agreed.is_(True), MentorMeeting.withdrawn_at.is_(None))
    )
    if meeting_id is not None:
        found = found.where(MentorMeeting.id == meeting_id)
    had = Bilingual("Meeting with your mentor", "Cyfarfod gyda'ch mentor")
    gave = Bilingual("Meeting with somebody you mentor", "Cyfarfod gyda rhywun rydych yn ei fentora")
    for it, mentor_id, mentee_id in db.session.execute(found):
        yield Brought(mentee_id, MENTORING, it.id, had, it.held_on, it.minutes, True, "discussion")
        yield Brought(mentor_id, MENTORING_GIVEN, it.id, gave, it.held_on, it.minutes, True, "teaching")


def cascade_attended(session_id: UUID | None = None, person_id: UUID | None = None) -> Iterator[Brought]:
    """Champions' sessions that somebody put on their record, as the newest account tells them."""
    found = (
        select(Person.id, CascadeAccount, Topic.title)
        .select_from(CascadeAttendee)
        .join(CascadeSession, CascadeSession.id == CascadeAttendee.session_id)
        .join(CascadeAccount, CascadeAccount.session_id == CascadeSession.id)
        .join(Topic, Topic.code == CascadeAccount.topic_code)
        .join(Person, Person.id == CascadeAttendee.person_id)
        .where(CascadeSession.cancelled_at.is_(None), is_newest())
    )
    if session_id is not None:
        found = found.where(CascadeSession.id == session_id)
    if person_id is not None:
        found = found.where(Person.id == person_id)
    for attendee_id, account, topic in db.session.execute(found):
        told = Bilingual(
            f"A champion's session: {topic.in_('en')}",
            f"Sesiwn hyrwyddwr: {topic.in_('cy')}",
        )
        yield Brought(attendee_id, CASCADE, account.session_id, told, account.held_on, account.minutes, True, "course")


def portfolios_signed(portfolio_id: UUID | None = None) -> Iterator[Brought]:
    """Portfolios with a signature that stands. Their hours are the course's: they are not counted twice."""
    found = (
        select(Portfolio.learner_id, Portfolio.id, SignOff.signed_at, CourseVersion.title)
        .join(SignOff, SignOff.portfolio_id == Portfolio.id)
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .where(stands())
        .ext(distinct_on(Portfolio.id))
        .order_by(Portfolio.id, SignOff.version.desc())
    )
    if portfolio_id is not None:
        found = found.where(Portfolio.id == portfolio_id)
    for learner_id, id, at, title in db.session.execute(found):
        told = Bilingual(
            f"Evidence portfolio signed off: {title.in_('en')}",
            f"Portffolio tystiolaeth wedi'i gymeradwyo: {title.in_('cy')}",
        )
        yield Brought(learner_id, SIGN_OFF, id, told, clock.on_the_day(at), 0, False, "portfolio")


def is_signed(portfolio_id: UUID) -> bool:
    """Does a signature under this portfolio stand?"""
    return bool(db.session.scalar(select(exists().where(SignOff.portfolio_id == portfolio_id, stands()))))
