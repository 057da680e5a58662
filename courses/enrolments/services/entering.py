"""Getting a place, waiting for one, and giving it up."""

from collections.abc import Iterable
from uuid import UUID

from courses.catalogue.models import CourseStatus, CourseVersion
from courses.enrolments import queries, rules
from courses.enrolments.errors import (
    AlreadyEnrolled,
    EnrolmentClosed,
    EnrolmentRefused,
    LanguageNotOffered,
    ModuleFull,
)
from courses.enrolments.events import EnrolmentWithdrawn, LearnerEnrolled, LearnerWaitlisted
from courses.enrolments.models import (
    OPEN_STATES,
    Enrolment,
    EnrolmentEvent,
    EnrolmentEventKind,
    EnrolmentState,
    WithdrawalReason,
)
from courses.enrolments.queries import LearnerFacts
from courses.enrolments.rules.facts import Application, Offer, Place, listed, the_same
from courses.enrolments.services.standing import open_instead
from lms.accounts.models import Person, Sector
from lms.accounts.queries import lineages_of, primary_email
from lms.core import audit, clock, events, mail
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission

PLACE_SUBJECT = Bilingual("You have a place: %(course)s", "Mae gennych le: %(course)s")
PLACE_BODY = Bilingual(
    "Hello %(name)s\n\nYou were waiting for a place on this course, and now you have one: %(course)s (%(code)s).\n\n"
    "Sign in and open My learning to start. If you no longer want the place, withdraw there, so that the next person "
    "gets it.\n",
    "Helo %(name)s\n\nRoeddech yn aros am le ar y cwrs hwn, ac mae gennych un bellach: %(course)s (%(code)s).\n\n"
    "Mewngofnodwch ac agorwch Fy nysgu i ddechrau. Os nad ydych am gael y lle mwyach, tynnwch yn ôl yno, er mwyn i'r "
    "person nesaf ei gael.\n",
)


def enrol(
    actor: Actor,
    learner_id: UUID,
    course_code: str,
    language: str,
    declared: Iterable[str] = (),
    *,
    membership_id: UUID | None = None,
    wait: bool = False,
) -> Enrolment:
    """Enrol a learner on the version on offer. Locks that version until the edge commits, so seats are not oversold.

    The learner's membership is copied as it is today: the one given, or the one that meets most. `wait`: join the
    waiting list where no place is free. On courses whose places an organiser gives, learners always join the list.
    Raises NotFound, Forbidden, LanguageNotOffered, AlreadyEnrolled, or the first refusal of `rules.RULES`.
    """
    offered = queries.published(course_code)
    if offered is None:
        raise NotFound()
    version = get_or_refuse(CourseVersion, offered.id, lock=True)
    if version.status is not CourseStatus.PUBLISHED:
        raise NotFound()
    facts = _within_reach(actor, queries.learner_facts(learner_id, clock.today()))
    if language not in version.languages:
        raise LanguageNotOffered(fields={"language": N_("Choose a language that the course is offered in")})
    last = facts.enrolments.get(version.course_id)
    if last is not None and last.state in OPEN_STATES:
        raise AlreadyEnrolled(more={"enrolment": str(last.id)})
    _fill(version)
    application = _application(facts, version, declared, membership_id)
    reasons = rules.unmet(application)
    chosen = application.offer.chosen and actor.person == learner_id
    waits = chosen or (wait and any(isinstance(each, ModuleFull) for each in reasons))
    if waits:
        reasons = [each for each in reasons if not isinstance(each, ModuleFull)]
    if reasons:
        raise _refused(reasons, facts, version)
    enrolment = record(
        Enrolment(
            learner_id=learner_id,
            course_id=version.course_id,
            course_version_id=version.id,
            state=EnrolmentState.WAITLISTED if waits else EnrolmentState.ENROLLED,
            language=language,
            enrolled_on=clock.today(),
            progress=0,
            declared=sorted(each.key for each in rules.asked(application) if each.key in application.declared),
            **_frozen(application.place),
        )
    )
    kind = EnrolmentEventKind.WAITLISTED if waits else EnrolmentEventKind.ENROLLED
    happened(actor, enrolment, kind)
    audit.record(actor, f"enrolment.{kind.value}", about=learner_id, thing=enrolment, course=course_code)
    events.publish(LearnerWaitlisted(enrolment.id) if waits else LearnerEnrolled(enrolment.id))
    return enrolment


def withdraw(actor: Actor, enrolment_id: UUID, reason: WithdrawalReason) -> Enrolment:
    """Give up the place; the row stays. The next on the waiting list gets it. Raises NotFound, EnrolmentClosed."""
    enrolment = get_or_refuse(Enrolment, enrolment_id)
    actor.require_or_hide(Permission.ENROLMENT_WITHDRAW, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    version = get_or_refuse(CourseVersion, enrolment.course_version_id, lock=True)  # always before its enrolments
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    if enrolment.state not in OPEN_STATES:
        raise EnrolmentClosed()
    enrolment.state, enrolment.ended_on = EnrolmentState.WITHDRAWN, clock.today()
    happened(actor, enrolment, EnrolmentEventKind.WITHDRAWN, reason=reason.value)
    audit.record(actor, "enrolment.withdrawn", about=enrolment.learner_id, thing=enrolment, reason=reason.value)
    events.publish(EnrolmentWithdrawn(enrolment.id))
    _fill(version)
    return enrolment


def give_place(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """An organiser gives a place to somebody who waits. Raises NotFound, EnrolmentClosed, or what the rules refuse."""
    enrolment = get_or_refuse(Enrolment, enrolment_id)
    actor.require_or_hide(Permission.ENROLMENT_COMPLETE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    version = get_or_refuse(CourseVersion, enrolment.course_version_id, lock=True)
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    if enrolment.state is not EnrolmentState.WAITLISTED:
        raise EnrolmentClosed()
    facts = queries.learner_facts(enrolment.learner_id, clock.today())
    application = _application(facts, version, enrolment.declared, None)
    if reasons := rules.unmet(application):
        raise _refused(reasons, facts, version)
    _place(actor, enrolment, application.place)
    return enrolment


def happened(
    actor: Actor, enrolment: Enrolment, kind: EnrolmentEventKind, *, reason: str | None = None, **more: object
) -> None:
    """Append to what happened to the enrolment. `more`: at, statement_id, details."""
    fields = {"at": clock.now()} | more
    db.session.add(EnrolmentEvent(enrolment_id=enrolment.id, kind=kind, by=actor.person, reason=reason, **fields))


def _within_reach(actor: Actor, facts: LearnerFacts) -> LearnerFacts:
    """The places from which this actor may enrol the learner: oneself from all, an organiser from those organised."""
    needs = Permission.ENROLMENT_CREATE
    if actor.may(needs, about=facts.person_id):
        get_or_refuse(Person, facts.person_id)
        return facts
    places = tuple(place for place in facts.places if actor.may(needs, at=place.lineage))
    if not places and not any(place.lineage for place in facts.places):
        actor.require(needs, at=lineages_of(facts.person_id))  # people without a body are in the root's care
        places = facts.places
    if not places:
        raise Forbidden()
    return LearnerFacts(facts.person_id, places, facts.registers, facts.completed, facts.enrolments, facts.supervised)


def _application(
    facts: LearnerFacts, version: CourseVersion, declared: Iterable[str], membership_id: UUID | None
) -> Application:
    offer: Offer = queries.offers([version])[version.course_id]
    found = queries.applications(facts, offer, clock.today(), declared=declared, names=queries.code_names())
    if membership_id is not None:
        found = [each for each in found if each.place.membership_id == membership_id]
        if not found:
            raise Invalid(fields={"membership_id": N_("Choose one of the places where you work or volunteer")})
    return rules.best(found)


def _refused(reasons: list[EnrolmentRefused], facts: LearnerFacts, version: CourseVersion) -> EnrolmentRefused:
    """The first refusal, knowing all the others and what is open meanwhile."""
    first = reasons[0]
    first.reasons = tuple(reasons)
    if not isinstance(first, ModuleFull):
        instead, begun = open_instead(facts, version)
        first.alternatives = tuple(offer.code for offer in instead)
        first.way_out = way_out(first.alternatives, begun)
        first.params["open"] = listed([the_same(code) for code in first.alternatives or begun])
    return first


def way_out(alternatives: tuple[str, ...], begun: tuple[str, ...]) -> str:
    """What is open meanwhile, as a msgid that takes `open`: codes of courses, listed."""
    if len(alternatives) == 1:
        return N_("%(open)s is open to you now.")
    if alternatives:
        return N_("%(open)s are open to you now.")
    return N_("You can carry on with what you have begun: %(open)s.") if begun else ""


def _fill(version: CourseVersion) -> None:
    """Free places go to those who wait, first come first, as long as the rules still let them in.

    Expects the version locked. Not where an organiser gives the places.
    """
    offer = queries.offers([version])[version.course_id]
    if offer.seats_left is None or offer.seats_left < 1 or offer.chosen:
        return
    free = offer.seats_left
    for enrolment in db.session.scalars(queries.waiting(version.id).limit(50)).all():
        if free < 1:
            return
        facts = queries.learner_facts(enrolment.learner_id, clock.today())
        application = _application(facts, version, enrolment.declared, None)
        if not rules.unmet_but_for_asking(application):
            _place(Actor.system(), enrolment, application.place)
            free -= 1


def _place(actor: Actor, enrolment: Enrolment, place: Place) -> None:
    """From the waiting list to a place; the membership is that of today."""
    enrolment.state, enrolment.enrolled_on = EnrolmentState.ENROLLED, clock.today()
    for name, value in _frozen(place).items():
        setattr(enrolment, name, value)
    db.session.flush()  # those who hear of it, and the next count of seats, read it from the database
    happened(actor, enrolment, EnrolmentEventKind.ENROLLED)
    audit.record(actor, "enrolment.enrolled", about=enrolment.learner_id, thing=enrolment)
    events.publish(LearnerEnrolled(enrolment.id))
    _tell_of_place(enrolment)


def _tell_of_place(enrolment: Enrolment) -> None:
    address = primary_email(enrolment.learner_id)
    if address is None:
        return
    learner, language = enrolment.learner, enrolment.learner.language
    words = {
        "name": learner.display_name, "course": enrolment.version.title.in_(language), "code": enrolment.course.code,
    }  # fmt: skip
    mail.send(address, PLACE_SUBJECT.in_(language) % words, PLACE_BODY.in_(language) % words, language)


def _frozen(place: Place) -> dict[str, object]:
    """The membership columns of an enrolment."""
    return {
        "sector": Sector(place.sector),
        "organisation_id": place.organisation_id,
        "organisation_lineage": list(place.lineage),
        "job_role_code": place.role,
        "setting_code": place.setting,
        "paid": place.paid,
    }
