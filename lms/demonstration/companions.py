"""Mentors and champions: a programme in which people have found each other, and sessions that passed training on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Course
from courses.enrolments.events import EnrolmentCompleted
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState
from courses.mentoring import services as mentoring
from courses.mentoring.cascade import services as cascade
from courses.mentoring.cascade.rules import Length, RoleGroup, SessionLanguage
from courses.mentoring.models import Helpful, MeetingHow, Mentorship
from courses.mentoring.rules import How, Language, Preference, Side
from lms.accounts.models import Person, Sector
from lms.accounts.queries import membership_on
from lms.core import clock, events
from lms.core.db import db, record
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.demonstration.acting import at

PROGRAMME, MENTOR_COURSE, NEXT_COURSE = "LEAD-MENTORS", "MENT-L7", "MENT-L3"
CHAMPIONS, CASCADE = "PIMH-CH", "PIMH-CASC"
TOPICS = (
    ("career", "leadership"),
    ("new_role", "confidence"),
    ("welsh", "career"),
    ("wellbeing",),
    ("perinatal", "new_role"),
)
PLACES = (("Bangor", "BCU"), ("Caerdydd", "CAV"), ("Abertawe", "SBU"), ("Online", None), ("Llandrindod", "PTH"))
GROUPS = (
    ((Sector.NHS, RoleGroup.CLINICAL, 9), (Sector.SOCIAL_CARE, RoleGroup.SOCIAL_CARE, 6)),
    ((Sector.THIRD_SECTOR, RoleGroup.PEER_OR_VOLUNTEER, 12),),
    ((Sector.NHS, RoleGroup.SUPPORT, 7), (Sector.EDUCATION, RoleGroup.OTHER, 11)),
    ((Sector.NHS, RoleGroup.CLINICAL, 14), (Sector.UNPAID_CARERS, RoleGroup.OTHER, 2)),
)


@dataclass(frozen=True)
class Pair:
    """Whom a mentor has, since when (days ago), and how often they met."""

    mentor: UUID
    mentee: UUID
    begun: int
    meetings: int


def tell(cast: dict[str, UUID], crowd: Sequence[UUID], today: date) -> None:
    """A mentor programme with pairs, requests and people who look; champions and what they passed on."""
    lead, champion = cast["supervisor"], cast["supervisor2"]
    mentors, mentees, champions = [lead, *crowd[:4]], [cast["nurse2"], *crowd[4:14]], [champion, *crowd[14:20]]
    _programme(today)
    for n, person in enumerate(mentors):
        _complete(person, MENTOR_COURSE, today - timedelta(days=300 + n))
    with at(today - timedelta(days=250)):
        for n, person in enumerate([*mentors, *mentees]):
            _list(person, Side.MENTOR if person in mentors else Side.MENTEE, n)
    for pair in (
        Pair(lead, mentees[0], 130, 4), Pair(lead, mentees[1], 200, 6), Pair(mentors[1], mentees[2], 90, 2),
        Pair(mentors[2], mentees[3], 40, 1),
    ):  # fmt: skip
        _walk(pair, today)
    with at(today - timedelta(days=3)):
        mentoring.ask(_actor(mentees[4]), PROGRAMME, lead, mentees[4])
    for n, person in enumerate(champions):
        _complete(person, CHAMPIONS, today - timedelta(days=500 - 20 * n))
        for number in range(2 + n % 3):
            _pass_on(person, today - timedelta(days=20 + 70 * number + 9 * n), n + number)


def _programme(today: date) -> None:
    with at(today - timedelta(days=400)):
        mentoring.create(
            Actor.system(), PROGRAMME, "WALES",
            title=Bilingual("Lead mentors", "Prif fentoriaid"),
            purpose=Bilingual(
                "A lead mentor walks beside up to three colleagues for half a year. Mentees are then invited to learn to "
                "mentor themselves.",
                "Mae prif fentor yn cydgerdded â hyd at dri chydweithiwr am hanner blwyddyn. Wedyn gwahoddir y rhai sy'n cael "
                "eu mentora i ddysgu mentora eu hunain.",
            ),
            mentor_course=MENTOR_COURSE, next_course=NEXT_COURSE, capacity=3, months=6, meetings=6, feedback=True,
            standing_months=36, is_open=True,
        )  # fmt: skip


def _complete(person_id: UUID, code: str, day: date) -> None:
    """A course that an organiser gave the place on, as it was left; what follows from completing it follows."""
    course = db.session.scalars(select(Course).where(Course.code == code)).one()
    with at(day):
        now = clock.now()
        place = next(iter(membership_on(person_id, day)), None)
        organisation = place.organisation if place else None
        made = record(
            Enrolment(
                learner_id=person_id, course_id=course.id, course_version_id=course.published_version_id,
                state=EnrolmentState.COMPLETED, language=_actor(person_id).language, enrolled_on=day - timedelta(days=30),
                progress=100, started_at=now - timedelta(days=20), last_active_at=now, learning_completed_at=now,
                completed_on=day, sector=place.sector if place else Sector.PUBLIC,
                organisation_id=organisation.id if organisation else None,
                organisation_lineage=organisation.lineage if organisation else [],
                job_role_code=place.job_role_code if place else None, setting_code=place.setting_code if place else None,
                paid=place.paid if place else None,
            )
        )  # fmt: skip
        for kind, ago in ((EnrolmentEventKind.ENROLLED, 30), (EnrolmentEventKind.COMPLETED, 0)):
            record(EnrolmentEvent(enrolment_id=made.id, at=now - timedelta(days=ago), kind=kind, by=None))
        events.publish(EnrolmentCompleted(made.id))


def _list(person_id: UUID, side: Side, number: int) -> None:
    mentoring.list_me(
        _actor(person_id), PROGRAMME, side, topics=list(TOPICS[number % len(TOPICS)]),
        language=(Language.EITHER, Language.CY, Language.EITHER)[number % 3], how=(How.EITHER, How.ONLINE)[number % 2],
        area=("BCU", "CAV", None)[number % 3], profession=Preference.EITHER,
        organisation=Preference.OTHER if number % 4 == 0 else Preference.EITHER,
        capacity=3 if side is Side.MENTOR else None,
    )  # fmt: skip


def _walk(it: Pair, today: date) -> None:
    begun = today - timedelta(days=it.begun)
    with at(begun - timedelta(days=2)):
        asked = mentoring.ask(_actor(it.mentee), PROGRAMME, it.mentor, it.mentee)
    with at(begun):
        mentoring.answer(_actor(it.mentor), asked.id, "accept")
    pair = db.session.scalars(select(Mentorship.id).where(Mentorship.mentee_id == it.mentee)).one()
    for n in range(it.meetings):
        day = begun + timedelta(days=7 + n * (it.begun - 10) // max(it.meetings, 1))
        with at(day):
            met = mentoring.record_meeting(
                _actor(it.mentor), pair, held_on=day, minutes=60, how=(MeetingHow.ONLINE, MeetingHow.IN_PERSON)[n % 2]
            )
        if n < it.meetings - 1 or it.begun > 190:
            with at(day + timedelta(days=1)):
                mentoring.answer_meeting(_actor(it.mentee), met.id, happened=True)
    if it.begun > 190:
        with at(today - timedelta(days=2)):
            mentoring.thank(_actor(it.mentee), pair, Helpful.YES, "")


def _pass_on(person_id: UUID, day: date, number: int) -> None:
    place, area = PLACES[number % len(PLACES)]
    with at(day):
        cascade.record_session(
            _actor(person_id),
            cascade.Told(
                held_on=day, length=(Length.HALF_DAY, Length.ONE_DAY)[number % 2], minutes=None, place=place, area=area,
                topic="perinatal", course=CASCADE, language=list(SessionLanguage)[number % 3],
                groups={(sector, role): people for sector, role, people in GROUPS[number % len(GROUPS)]},
            ),
        )  # fmt: skip


def _actor(person_id: UUID) -> Actor:
    person = db.session.get_one(Person, person_id)
    return Actor(person=person.id, name=person.display_name, language=person.language)
