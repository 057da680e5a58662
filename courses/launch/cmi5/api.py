"""JSON routes of launching units of packages, for learners, and for who organises or tests on their behalf.

A suite from outside drives everything by these: create a registration for a named learner, list its units, launch one,
read its sessions and what is satisfied, abandon, waive.
"""

from typing import Any
from uuid import UUID

from flask import url_for

from courses.enrolments import wording
from courses.enrolments.errors import EnrolmentClosed, EnrolmentRefused, LanguageNotOffered
from courses.launch.cmi5 import services, standing
from courses.launch.cmi5.schemas import (
    ContentSessionOut,
    LaunchedOut,
    LaunchRegistrationIn,
    LaunchUnitIn,
    RegistrationOut,
    SessionQuery,
    SessionsOut,
    WaiverIn,
)
from courses.launch.cmi5.services import Launch
from courses.launch.sessions import queries as sessions
from courses.launch.sessions import services as sessions_services
from courses.launch.sessions.errors import (
    AlreadyWaived,
    AnotherPackage,
    ContentElsewhere,
    NothingToLaunch,
    SessionOver,
)
from courses.launch.sessions.models import LaunchMode, Session, SessionState
from lms.accounts.models import Person
from lms.accounts.queries import person_at
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, page_of

api = Api("content", __name__, description="Learners on course packages: registrations, launches, sessions, waivers")

P = Permission


@api.operation(
    "POST", "/enrolments/<uuid:enrolment_id>/registration", needs=P.ENROLMENT_LAUNCH, returns=(201, RegistrationOut),
    raises=(EnrolmentClosed, NothingToLaunch),
)  # fmt: skip
def begin(actor: Actor, enrolment_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Begin a course's content in the enrolment's language. Again changes nothing."""
    return _created(sessions_services.begin(actor, enrolment_id).id, actor)


@api.operation(
    "POST", "/content/registrations", needs=P.ENROLMENT_LAUNCH, body=LaunchRegistrationIn, returns=(201, RegistrationOut),
    raises=(EnrolmentClosed, EnrolmentRefused, LanguageNotOffered, NothingToLaunch, AnotherPackage),
)  # fmt: skip
def register(
    actor: Actor, course: str, person: UUID | None, email: str | None, account: str | None, package: UUID | None,
    language: str,
) -> tuple[dict[str, Any], int, dict[str, str]]:  # fmt: skip
    """Put a learner on a course's content; who is not enrolled is enrolled first. Again answers the same registration."""
    try:
        made = services.register(actor, _learner(person, email, account), course, language, package)
    except EnrolmentRefused as refusal:
        raise wording.translated(refusal) from None
    return _created(made.id, actor)


@api.operation(
    "GET", "/content/registrations/<uuid:registration_id>", needs=P.ENROLMENT_READ, returns=(200, RegistrationOut)
)
def registration(actor: Actor, registration_id: UUID) -> dict[str, Any]:
    """The course, its blocks and units in order, and what is achieved and satisfied."""
    return standing.told(services.readable(actor, registration_id))


@api.operation(
    "POST", "/content/registrations/<uuid:registration_id>/units/<uuid:unit>/launches", needs=P.ENROLMENT_LAUNCH,
    body=LaunchUnitIn, returns=(201, LaunchedOut), raises=(EnrolmentClosed, ContentElsewhere), remembers=False,
)  # fmt: skip
def launch(actor: Actor, registration_id: UUID, unit: UUID, mode: LaunchMode, return_url: str | None) -> Launch:
    """Launch a unit. The registration's open session is abandoned. The address holds a secret, so no answer is kept for a
    repeated Idempotency-Key."""
    found = sessions_services.for_launch(actor, registration_id)
    return services.launch(actor, found, unit, mode, return_url or services.page_of(found))


@api.operation(
    "GET", "/content/registrations/<uuid:registration_id>/sessions", needs=P.ENROLMENT_READ, query=SessionQuery,
    returns=(200, SessionsOut),
)  # fmt: skip
def sessions_of(actor: Actor, registration_id: UUID, state: str | None, cursor: str | None, size: int) -> Page[Session]:
    """The newest first."""
    found = sessions.sessions(services.readable(actor, registration_id).id)
    if state:
        found = found.where(Session.state == SessionState(state))
    return page_of(found.order_by(None), cursor, size, key=(Session.launched_at, Session.id), descending=True)


@api.operation("GET", "/content/sessions/<uuid:session_id>", needs=P.ENROLMENT_READ, returns=(200, ContentSessionOut))
def session(actor: Actor, session_id: UUID) -> Session:
    """One launch of one unit."""
    found = db.session.get(Session, session_id)
    if found is None:
        raise NotFound()
    services.readable(actor, found.registration_id)
    return found


@api.operation(
    "POST", "/content/sessions/<uuid:session_id>/abandonment", needs=P.ENROLMENT_COMPLETE, returns=(200, ContentSessionOut),
    raises=(SessionOver,),
)  # fmt: skip
def abandon(actor: Actor, session_id: UUID) -> Session:
    """End an open session that its content will not end. Whatever it still sends is refused."""
    return sessions_services.give_up(actor, session_id)


@api.operation(
    "POST", "/content/registrations/<uuid:registration_id>/units/<uuid:unit>/waiver", needs=P.ENROLMENT_COMPLETE,
    body=WaiverIn, returns=(201, RegistrationOut), raises=(AlreadyWaived,),
)  # fmt: skip
def waive(actor: Actor, registration_id: UUID, unit: UUID, reason: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Grant a unit without its content, for a reason. Once, and not what is satisfied anyway."""
    return _created(sessions_services.waive(actor, registration_id, unit, reason).id, actor)


def _created(registration_id: UUID, actor: Actor) -> tuple[dict[str, Any], int, dict[str, str]]:
    there = url_for("content_api.registration", registration_id=registration_id)
    return standing.told(services.readable(actor, registration_id)), 201, {"Location": there}


def _learner(person: UUID | None, email: str | None, account: str | None) -> Person:
    """Who is meant. Raises Invalid unless one of the three is given, NotFound when there is nobody."""
    if sum(each is not None for each in (person, email, account)) != 1:
        raise Invalid(fields={"person": N_("Say who is meant: by person, by email, or by account")})
    if account is not None:
        try:
            person = UUID(account)
        except ValueError:
            raise NotFound() from None
    found = person_at(email) if email else db.session.get(Person, person)
    if found is None:
        raise NotFound()
    return found
