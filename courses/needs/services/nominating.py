"""Names for places: people of the body, who are enrolled at once, or an address that is invited to take the place."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, select

from courses.enrolments import queries as enrolment_queries
from courses.enrolments import services as enrolments
from courses.enrolments.errors import AlreadyEnrolled, NotDeclared
from courses.enrolments.models import Enrolment, EnrolmentState, WithdrawalReason
from courses.needs import letters, queries
from courses.needs.errors import AlreadyNominated, LinkClosed, NoPlaceLeft
from courses.needs.events import NomineeChanged
from courses.needs.models import Nominee, Round, RoundCourse
from courses.needs.rules import timetable
from courses.needs.services.accepting import standing
from courses.needs.services.access import course_in, own
from lms.accounts.models import Membership, Organisation, Person
from lms.accounts.queries import live, person_at
from lms.core import audit, clock, events, secrets_, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission

INVITATIONS_A_DAY = 200


def nominate(actor: Actor, round_id: UUID, organisation_id: UUID, round_course_id: UUID, person_id: UUID) -> Nominee:
    """Name a person of the body. They are enrolled; where the course asks them to confirm something, they are invited to.

    The round is locked, so the last place is given once. Raises NotFound, AtAnotherStage, NominationClosed, NoPlaceLeft,
    AlreadyNominated, AlreadyEnrolled, or what stands in the way of enrolling.
    """
    it, body, course = _place(actor, round_id, organisation_id, round_course_id)
    today = clock.today()
    named = db.session.scalars(queries.people_of(body.id, today).where(Person.id == person_id)).one_or_none()
    if named is None:
        raise NotFound()
    if db.session.scalar(_named(course.id, person_id)):
        raise AlreadyNominated()
    secret, enrolment = "", None
    try:
        with db.session.begin_nested():
            enrolment = _enrol(named, course, named.language, (), _membership(named.id, body.id))
    except NotDeclared:
        secret = secrets_.new_secret()
    made = record(
        Nominee(
            round_course_id=course.id, organisation_id=body.id, person_id=named.id, name=named.display_name, email=None,
            language=named.language, digest=secrets_.digest(secret) if secret else None, named_at=clock.now(),
            named_by=actor.person, enrolment_id=enrolment.id if enrolment else None,
            taken_at=clock.now() if enrolment else None,
        )
    )  # fmt: skip
    audit.record(actor, "needs.named", about=named.id, thing=it, organisation=str(body.id), course=course.course.code)
    events.publish(NomineeChanged(made.id))
    if enrolment:
        letters.placed(named, body, course)
    else:
        letters.invited(made, body, course, secret, next((each.address for each in named.emails), None))
    return made


def invite(
    actor: Actor, round_id: UUID, organisation_id: UUID, round_course_id: UUID, name: str, email: str, language: str
) -> Nominee:
    """Name somebody without an account here: a mailed link lets them take the place. Raises as `nominate`, and TooMany."""
    address = email.strip().lower()
    known = person_at(address)
    if known and db.session.scalar(queries.people_of(organisation_id, clock.today()).where(Person.id == known.id)):
        return nominate(actor, round_id, organisation_id, round_course_id, known.id)
    it, body, course = _place(actor, round_id, organisation_id, round_course_id)
    again = exists().where(
        Nominee.round_course_id == course.id, Nominee.email == address, Nominee.withdrawn_at.is_(None)
    )
    if db.session.scalar(select(again)):
        raise AlreadyNominated()
    throttle.take(f"needs-invite:{organisation_id}", limit=INVITATIONS_A_DAY, per_seconds=24 * 3600)
    secret = secrets_.new_secret()
    made = record(
        Nominee(
            round_course_id=course.id, organisation_id=body.id, person_id=None, name=name, email=address,
            language=language, digest=secrets_.digest(secret), named_at=clock.now(), named_by=actor.person,
        )
    )  # fmt: skip
    audit.record(actor, "needs.invited", thing=it, organisation=str(body.id), course=course.course.code)
    letters.invited(made, body, course, secret, address)
    return made


def _place(
    actor: Actor, round_id: UUID, organisation_id: UUID, round_course_id: UUID
) -> tuple[Round, Organisation, RoundCourse]:
    """A free place of the body's on the course, held by the round's lock."""
    own(actor, round_id, organisation_id)
    course = course_in(round_id, round_course_id)
    it = get_or_refuse(Round, round_id, lock=True)
    found = standing(it, organisation_id, course.id)
    timetable.may_nominate(it.state, found.share.allocation.nominate_by, clock.today())
    if found.named >= found.held:
        raise NoPlaceLeft()
    return it, found.share.organisation, course


def _named(round_course_id: UUID, person_id: UUID):  # type: ignore[no-untyped-def]
    return select(
        exists(
            select(Nominee.id)
            .outerjoin(Enrolment, Enrolment.id == Nominee.enrolment_id)
            .where(
                Nominee.round_course_id == round_course_id, Nominee.person_id == person_id, queries.standing_is_live()
            )
        )
    )


def _membership(person_id: UUID, organisation_id: UUID) -> UUID | None:
    """The person's place at the body, so that the enrolment is told of there."""
    return db.session.scalar(
        select(Membership.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id, Organisation.lineage.overlap([organisation_id]), live(clock.today()))
        .order_by(Membership.starts_on.desc(), Membership.id)
        .limit(1)
    )


def _enrol(
    person: Person, course: RoundCourse, language: str, declared: Iterable[str], membership_id: UUID | None
) -> Enrolment:
    """A place on the course. Whoever waits for one there gets theirs; the body's place stands for the organiser's choice."""
    offered = enrolment_queries.published(course.course.code)
    if offered is None:
        raise NotFound()
    spoken = language if language in offered.languages else offered.languages[0]
    house = Actor.system()
    try:
        return enrolments.enrol(house, person.id, course.course.code, spoken, declared, membership_id=membership_id)
    except AlreadyEnrolled as refusal:
        found = get_or_refuse(Enrolment, UUID(str(refusal.more["enrolment"])))
        if found.state is not EnrolmentState.WAITLISTED:
            raise
        return enrolments.give_place(house, found.id)


def by_secret(actor: Actor, secret: str, *, lock: bool = False) -> tuple[Nominee, Round]:
    """What an invitation opens. Raises NotFound, LinkClosed."""
    actor.require(Permission.PUBLIC_READ)
    found = select(Nominee).where(Nominee.digest == secrets_.digest(secret))
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    named = db.session.scalars(found).one_or_none()
    if named is None:
        raise NotFound()
    it = named.round_course.round
    if named.withdrawn_at is not None or named.taken_at is not None or clock.today() > it.ends_on:
        raise LinkClosed()
    if named.person_id is not None and actor.person is not None and named.person_id != actor.person:
        raise NotFound()
    return named, it


def take(actor: Actor, secret: str, language: str, declared: Iterable[str] = ()) -> Nominee:
    """Take the place as the one who is signed in. Raises as `by_secret`, or what stands in the way of enrolling."""
    actor.require(Permission.ENROLMENT_CREATE, about=actor.person)
    named, it = by_secret(actor, secret)
    get_or_refuse(Round, it.id, lock=True)  # before its nominees, as everywhere
    named, it = by_secret(actor, secret, lock=True)
    assert actor.person is not None
    person = get_or_refuse(Person, actor.person)
    if named.person_id is None and db.session.scalar(_named(named.round_course_id, person.id)):
        raise AlreadyNominated()
    here = _membership(person.id, named.organisation_id)
    enrolment = _enrol(person, named.round_course, language, declared, here)
    named.person_id, named.enrolment_id, named.taken_at = person.id, enrolment.id, clock.now()
    named.digest, named.email = None, None
    audit.record(actor, "needs.place-taken", about=person.id, thing=it, course=named.round_course.course.code)
    events.publish(NomineeChanged(named.id))
    return named


def take_off(actor: Actor, round_id: UUID, organisation_id: UUID, nominee_id: UUID) -> Nominee:
    """Take a name off a place that is not begun; the place is free for another name. Raises NotFound, AlreadyEnrolled."""
    own(actor, round_id, organisation_id)
    it = get_or_refuse(Round, round_id, lock=True)
    named = get_or_refuse(Nominee, nominee_id, lock=True)
    if named.organisation_id != organisation_id or named.round_course.round_id != it.id:
        raise NotFound()
    if named.withdrawn_at is not None:
        return named
    enrolment = named.enrolment
    if enrolment is not None and enrolment.state is not EnrolmentState.WITHDRAWN:
        if enrolment.started_at is not None or enrolment.state is EnrolmentState.COMPLETED:
            raise AlreadyEnrolled(more={"enrolment": str(enrolment.id)})
        enrolments.withdraw(Actor.system(), enrolment.id, WithdrawalReason.ENROLLED_IN_ERROR)
    named.withdrawn_at, named.withdrawn_by, named.digest, named.email = clock.now(), actor.person, None, None
    audit.record(
        actor, "needs.name-taken-off", about=named.person_id, thing=it, organisation=str(organisation_id),
        course=named.round_course.course.code,
    )  # fmt: skip
    events.publish(NomineeChanged(named.id))
    if named.person is not None:
        letters.taken_off(named.person, named.round_course)
    return named
