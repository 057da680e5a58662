"""What the LMS itself records of sessions of cmi5 packages, in the transaction of what it tells of."""

from datetime import datetime
from uuid import UUID, uuid4

from courses.launch.cmi5 import queries
from courses.launch.cmi5.rules import words, writing
from courses.launch.cmi5.rules.launching import Sent
from courses.launch.formats.structure import Format
from courses.launch.packages import queries as packages
from courses.launch.packages.identity import course_activity, part_activity
from courses.launch.packages.models import NodeKind, Package, PackageNode
from courses.launch.sessions.events import NodesSatisfied, UnitWaived
from courses.launch.sessions.models import Registration, Session
from lms.core.permissions import Actor
from lms.xapi.identity import agent_of
from lms.xapi.keeping import knowing
from lms.xapi.models import TENANT
from lms.xapi.services import record_own

_KINDS = {NodeKind.COURSE: words.COURSE, NodeKind.BLOCK: words.BLOCK, NodeKind.UNIT: words.UNIT}


def define(package: Package) -> None:
    """Tell the record store what the course's parts are called: once for a package, all at a time, in one order of locks."""
    told = [writing.activity(_iri(package, each), _KINDS[each.kind], each.title) for each in packages.nodes(package.id)]
    knowing.note_definitions(TENANT, [told])


def launched(session: Session, sent: Sent, url: str) -> None:
    said = _of_unit(uuid4(), words.LAUNCHED, session.registration, session.node, session.id, session.launched_at)
    record_own(Actor.system(), writing.launched(said, sent, url))


def abandoned(session: Session) -> None:
    registration = session.registration
    if session.package.format is Format.CMI5 and session.ended_at is not None:
        said = _of_unit(uuid4(), words.ABANDONED, registration, session.node, session.id, session.ended_at)
        record_own(Actor.system(), writing.abandoned(said, session.launched_at, session.last_said_at))


def waived(registration: Registration, event: UnitWaived) -> None:
    node = queries.unit(registration.package_id, event.key)
    if node is not None and registration.package.format is Format.CMI5:
        said = _of_unit(event.statement_id, words.WAIVED, registration, node, uuid4(), event.at)
        record_own(Actor.system(), writing.waived(said, event.reason, agent_of(event.by) if event.by else None))


def satisfied(registration: Registration, event: NodesSatisfied) -> None:
    """Of blocks and of the course, in the order told. Those that follow from no session share a new one (§9.3.9)."""
    package = registration.package
    if package.format is not Format.CMI5:
        return
    ids = dict(zip(event.keys, event.statement_ids, strict=True))
    session = event.session_id or uuid4()
    for node in queries.blocks(package.id, list(event.keys)):
        thing = writing.activity(_iri(package, node), _KINDS[node.kind])
        said = writing.statement(
            ids[node.key], words.SATISFIED, agent_of(registration.learner_id), thing, registration.id, session,
            node.publisher_id, event.at,
        )  # fmt: skip
        record_own(Actor.system(), said)


def _of_unit(
    id_: UUID, verb: str, registration: Registration, node: PackageNode, session: UUID, at: datetime
) -> writing.Json:
    thing = writing.activity(_iri(registration.package, node))
    return writing.statement(
        id_, verb, agent_of(registration.learner_id), thing, registration.id, session, node.publisher_id, at
    )


def _iri(package: Package, node: PackageNode) -> str:
    code = package.course.code
    return course_activity(code) if node.kind is NodeKind.COURSE else part_activity(code, node.key)
