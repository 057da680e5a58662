"""Beginning, launching and waiving: authorise, load, decide, record. The edge commits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from courses.catalogue.services import require_editor
from courses.enrolments.errors import EnrolmentClosed
from courses.enrolments.models import MISSED_STATES, Enrolment, EnrolmentState
from courses.launch.formats.structure import Format
from courses.launch.packages import queries as packages
from courses.launch.packages.identity import unit_activity
from courses.launch.packages.models import NodeKind, Package, PackageNode
from courses.launch.sessions import queries
from courses.launch.sessions.errors import AlreadyWaived, AnotherPackage, NothingToLaunch, SessionOver
from courses.launch.sessions.events import UnitWaived
from courses.launch.sessions.models import (
    OPEN_SESSIONS,
    Fact,
    LaunchMode,
    Registration,
    Session,
)
from courses.launch.sessions.noting import abandon, achieved, settle
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.xapi.services import issue_launch_credential

LASTS = timedelta(hours=12)
"""How long a session's credential works: a working day."""
LEARNING = (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS, *MISSED_STATES, EnrolmentState.COMPLETED)


def begin(
    actor: Actor, enrolment_id: UUID, language: str | None = None, package_id: UUID | None = None
) -> Registration:
    """The registration of an enrolment, locked; on the package on offer when there is none yet.

    `language`: begin in another than the enrolment's. `package_id`: on that package of the course, on offer or not, for who
    may edit courses. Raises NotFound, Forbidden, EnrolmentClosed, NothingToLaunch, AnotherPackage.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id)
    actor.require_or_hide(Permission.ENROLMENT_LAUNCH, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    if enrolment.state not in LEARNING:
        raise EnrolmentClosed()
    if db.session.get(Registration, enrolment.registration) is None:
        if package_id is None:
            package = packages.package_for(enrolment.course_id, language or enrolment.language)
        else:
            require_editor(actor)
            package = db.session.get(Package, package_id)
        if package is None or package.course_id != enrolment.course_id:
            raise NothingToLaunch()
        db.session.execute(
            insert(Registration)
            .values(
                id=enrolment.registration, enrolment_id=enrolment.id, learner_id=enrolment.learner_id,
                package_id=package.id, language=language or enrolment.language, begun_at=clock.now(),
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
    registration = get_or_refuse(Registration, enrolment.registration, lock=True)
    if package_id is not None and registration.package_id != package_id:
        raise AnotherPackage()
    settle(registration, registration.begun_at, None)
    return registration


def switch_language(actor: Actor, registration: Registration, language: str) -> Registration:
    """Go on in another language. What was achieved stays, for it is by key; an open session is abandoned.

    Expects the registration locked. Raises Forbidden, NothingToLaunch.
    """
    actor.require(Permission.ENROLMENT_LAUNCH, about=registration.learner_id, at=registration.place)
    offer = packages.offered(registration.package.course_id).get(language)
    if offer is None or offer.package is None:
        raise NothingToLaunch()
    if language == registration.language:
        return registration
    if (before := queries.open_session(registration.id)) is not None:
        abandon(before)
    audit.record(
        actor, "content.language_switched", about=registration.learner_id, thing=registration, language=language
    )
    registration.language = language
    if language not in registration.package.languages:  # one that speaks both stays what it is
        registration.package_id, registration.package = offer.package.id, offer.package
    settle(registration, clock.now(), None)
    return registration


def begin_test(actor: Actor, package_id: UUID, language: str) -> Registration:
    """A registration for the actor's own test of a package, which counts nowhere. Raises Forbidden, NotFound."""
    require_editor(actor)
    package = get_or_refuse(Package, package_id)
    if actor.person is None:
        raise NotFound()
    made = record(
        Registration(
            id=uuid4(), learner_id=actor.person, package_id=package.id, language=language, begun_at=clock.now()
        )
    )
    settle(made, made.begun_at, None)
    return made


def open_session(
    actor: Actor, registration: Registration, node_id: UUID, mode: LaunchMode, sent: Mapping[str, Any],
    id_: UUID | None = None,
) -> tuple[Session, str, str]:  # fmt: skip
    """A new session of one unit, and the key and secret of its credential; one that was open is abandoned (cmi5 §9.3.6).

    Expects the registration locked. `sent`: as in `Session`; `id_`, where it says the session's id. Raises NothingToLaunch.
    """
    node = db.session.get(PackageNode, node_id)
    if node is None or node.package_id != registration.package_id or node.kind is not NodeKind.UNIT:
        raise NothingToLaunch()
    if (before := queries.open_session(registration.id)) is not None:
        abandon(before)
    now = clock.now()
    key, secret, credential = issue_launch_credential(
        Actor.system(), about=registration.learner_id,
        activity_iri=unit_activity(registration.package, node),
        registration=registration.id, until=now + LASTS,
    )  # fmt: skip
    made = record(
        Session(
            id=id_ or uuid4(), registration_id=registration.id, package_id=registration.package_id, node_id=node.id,
            key=node.key, mode=mode, launched_by=actor.person, credential_id=credential, sent=dict(sent),
            launched_at=now, last_at=now,
        )
    )  # fmt: skip
    audit.record(actor, "content.launched", about=registration.learner_id, thing=made, unit=str(node.key))
    return made, key, secret


def waive(actor: Actor, registration_id: UUID, key: UUID, reason: str) -> Registration:
    """Grant a unit without its content (cmi5 §9.3.7). Raises NotFound, Forbidden, AlreadyWaived."""
    registration = for_organiser(actor, registration_id)
    now_standing = queries.standing(registration)
    if key not in {each.key for each in now_standing.units}:
        raise NotFound()
    if key in now_standing.satisfied or Fact.WAIVED in now_standing.facts.get(key, ()):
        raise AlreadyWaived()
    return grant(actor, registration, key, clock.now(), reason)


def grant(actor: Actor, registration: Registration, key: UUID, at: datetime, reason: str) -> Registration:
    """Note a waiver, as of that time. Expects the registration locked, and who grants it entitled."""
    audit.record(
        actor, "content.waived", about=registration.learner_id, thing=registration, unit=str(key), reason=reason
    )
    statement_id = uuid4()
    events.publish(UnitWaived(registration.id, key, statement_id, at, reason, actor.person))
    told = statement_id if registration.package.format is Format.CMI5 else None
    achieved(registration, key, Fact.WAIVED, at, source="correction", said_by=told, by=actor.person, reason=reason)
    return registration


def give_up(actor: Actor, session_id: UUID) -> Session:
    """An organiser ends an open session that its content will not end. Raises NotFound, SessionOver."""
    found = get_or_refuse(Session, session_id)
    registration = for_organiser(actor, found.registration_id)
    session = get_or_refuse(Session, session_id, lock=True)
    if session.state not in OPEN_SESSIONS:
        raise SessionOver()
    return put_down(actor, registration, session)


def put_down(actor: Actor, registration: Registration, session: Session) -> Session:
    """End a session in somebody's name. Expects the registration locked, and whoever ends it entitled."""
    abandon(session)
    audit.record(actor, "content.abandoned", about=registration.learner_id, thing=session, unit=str(session.key))
    return session


def for_launch(actor: Actor, registration_id: UUID) -> Registration:
    """The registration, locked, for who may launch its content: its learner, who organises there, or who tests it.

    Raises NotFound, EnrolmentClosed.
    """
    registration = get_or_refuse(Registration, registration_id, lock=True)
    enrolment = registration.enrolment
    if enrolment is None:
        if registration.learner_id != actor.person and not actor.is_system:
            raise NotFound()
        return registration
    actor.require_or_hide(Permission.ENROLMENT_LAUNCH, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    if enrolment.state not in LEARNING:
        raise EnrolmentClosed()
    return registration


def for_organiser(actor: Actor, registration_id: UUID) -> Registration:
    """The registration, locked, for somebody who may complete its enrolment. Raises NotFound."""
    registration = get_or_refuse(Registration, registration_id, lock=True)
    if registration.enrolment is None:
        require_editor(actor)
    else:
        actor.require_or_hide(Permission.ENROLMENT_COMPLETE, at=registration.enrolment.organisation_lineage)
    return registration
