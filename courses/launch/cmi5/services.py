"""Launching a unit: authorise, load, decide, record. The edge commits."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from courses.enrolments.services import enrol
from courses.launch.cmi5 import preferences, queries, recording
from courses.launch.cmi5.rules import launching, words
from courses.launch.cmi5.rules.launching import Sent
from courses.launch.formats.structure import Format, LaunchMethod, MoveOn
from courses.launch.packages.addresses import folder
from courses.launch.packages.identity import unit_activity
from courses.launch.packages.models import Package, PackageNode
from courses.launch.sessions.errors import ContentElsewhere, NothingToLaunch
from courses.launch.sessions.models import LaunchMode, Registration, Session
from courses.launch.sessions.services import begin, open_session
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core.db import get_or_refuse
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import digest
from lms.xapi.forwarding.sealing import seal
from lms.xapi.identity import agent_of, home_page
from lms.xapi.keeping import documents
from lms.xapi.keeping.documents import Seen
from lms.xapi.models import TENANT
from lms.xapi.places import Place
from lms.xapi.rules.documents import Kind
from lms.xapi.rules.versions import Version

FETCHED_WITHIN = timedelta(minutes=15)
"""How long a fetch URL works that nobody has used: a slow connection, and a browser that asks about a new window."""


@dataclass(frozen=True)
class Launch:
    """`url`: where to send the learner, good once. `own_window`: never in a frame (cmi5 §8.1)."""

    session: Session
    url: str
    own_window: bool


def launch(
    actor: Actor, registration: Registration, unit: UUID, mode: LaunchMode, return_url: str | None = None
) -> Launch:
    """Open a session of the unit with that key, in a cmi5 package or one with a tincan.xml.

    Expects the registration locked, by `sessions.services.begin`, `begin_test` or `for_launch`. `return_url` is absolute.
    Raises NotFound, NothingToLaunch, ContentElsewhere.
    """
    lineage = registration.enrolment.organisation_lineage if registration.enrolment else ()
    actor.require_or_hide(Permission.ENROLMENT_LAUNCH, about=registration.learner_id, at=lineage)
    package, node = registration.package, queries.unit(registration.package_id, unit)
    if node is None or node.url is None or package.format not in (Format.CMI5, Format.XAPI):
        raise NothingToLaunch()
    sent = sent_for(package, node, uuid4(), mode, return_url)
    session, key, secret = open_session(actor, registration, node.id, mode, kept(package, node, sent), sent.session)
    url = _address(package, node, session)
    if package.format is Format.XAPI:
        parameters = _tincan_parameters(session, key, secret)
    else:
        token = base64.urlsafe_b64encode(seal(secret, session.id)).decode().rstrip("=")
        session.fetch_digest, session.fetch_until = digest(token), session.launched_at + FETCHED_WITHIN
        _write_launch_data(session, sent)
        preferences.ensure(registration.learner, registration.language)
        recording.launched(session, sent, url)
        parameters = _parameters(session, token)
    own = node.launch_method is LaunchMethod.OWN_WINDOW
    return Launch(session, launching.with_parameters(url, parameters), own)


def register(
    actor: Actor, learner: Person, course_code: str, language: str, package_id: UUID | None = None
) -> Registration:
    """The registration of a learner on a course's content, locked, for an organiser; who is not enrolled is enrolled first.

    Raises NotFound, Forbidden, NothingToLaunch, AnotherPackage, and whatever enrolling refuses with.
    """
    actor.require_or_hide(Permission.ENROLMENT_LAUNCH, about=learner.id, at=lineages_of(learner.id))
    enrolment_id = queries.enrolment_on(learner.id, course_code)
    if enrolment_id is None:
        enrolment_id = enrol(actor, learner.id, course_code, language).id
    return begin(actor, enrolment_id, language, package_id)


def readable(actor: Actor, registration_id: UUID) -> Registration:
    """Who may look at the enrolment may look at this. Raises NotFound."""
    registration = get_or_refuse(Registration, registration_id)
    lineage = registration.enrolment.organisation_lineage if registration.enrolment else ()
    actor.require_or_hide(Permission.ENROLMENT_READ, about=registration.learner_id, at=lineage)
    return registration


def page_of(registration: Registration) -> str | None:
    """Where a learner goes back to: their page of the course."""
    if registration.enrolment_id is None:
        return None
    return f"{home_page()}/{registration.language}/learning/{registration.enrolment_id}"


def sent_for(
    package: Package, node: PackageNode, session: UUID, mode: LaunchMode, return_url: str | None = None
) -> Sent:
    """What this launch tells. The author's choice of when units count stands for what the package says."""
    move_on = package.completion or node.move_on or MoveOn.NOT_APPLICABLE
    return Sent(
        publisher_id=node.publisher_id, session=session, mode=mode.value, move_on=move_on.value,
        mastery_score=float(node.mastery_score) if node.mastery_score is not None else None,
        launch_parameters=node.launch_parameters, return_url=return_url, entitlement_key=node.entitlement_key,
    )  # fmt: skip


def kept(package: Package, node: PackageNode, sent: Sent) -> Mapping[str, Any]:
    """The same as a session keeps it (`Session.sent`)."""
    return {
        "activity": unit_activity(package, node), "move_on": sent.move_on, "mastery_score": sent.mastery_score,
        "launch_parameters": sent.launch_parameters, "return_url": sent.return_url, "context": sent.context,
    }  # fmt: skip


def _address(package: Package, node: PackageNode, session: Session) -> str:
    assert node.url is not None
    found = launching.absolute(node.url, folder(package, session.id))
    if found.startswith("/"):
        raise ContentElsewhere()
    return found


def _parameters(session: Session, token: str) -> dict[str, str]:
    return {
        "endpoint": f"{home_page()}/xapi/",
        "fetch": f"{home_page()}/cmi5/fetch/{token}",
        "actor": _actor(session),
        "registration": str(session.registration_id),
        "activityId": str(session.sent["activity"]),
    }


def _tincan_parameters(session: Session, key: str, secret: str) -> dict[str, str]:
    """Such content fetches nothing, so its credential stands in the address; it is good for this session only."""
    return {
        "endpoint": f"{home_page()}/xapi/",
        "auth": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode(),
        "actor": _actor(session),
        "registration": str(session.registration_id),
        "activity_id": str(session.sent["activity"]),
    }


def _actor(session: Session) -> str:
    return orjson.dumps(agent_of(session.registration.learner_id)).decode()


def _write_launch_data(session: Session, sent: Sent) -> None:
    """Before the content is there (§10.1)."""
    place = Place(
        TENANT, Kind.STATE, words.LAUNCH_DATA, session.sent["activity"], agent_of(session.registration.learner_id),
        session.registration_id,
    )  # fmt: skip
    body = orjson.dumps(launching.launch_data(sent))
    documents.put(place, body, "application/json", Seen(None, None, Version.ONE))
