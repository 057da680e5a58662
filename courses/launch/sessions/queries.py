"""Reads of registrations, sessions, and what was achieved. Each function says how many queries it makes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from courses.launch.formats.structure import MoveOn
from courses.launch.packages import queries as packages
from courses.launch.packages.models import NodeKind, Package, PackageNode
from courses.launch.sessions import rules
from courses.launch.sessions.models import (
    OPEN_SESSIONS,
    Attainment,
    Evidence,
    Registration,
    Satisfied,
    Session,
)
from lms.core.db import db
from lms.core.errors import NotFound


@dataclass(frozen=True)
class Standing:
    """Where a registration stands: the package's nodes, and by key what was achieved, when, and how well."""

    nodes: Sequence[PackageNode]
    facts: Mapping[UUID, frozenset[str]]
    satisfied: Mapping[UUID, datetime]
    attained: Mapping[UUID, Attainment]
    completion: MoveOn | None
    """What the author chose in place of what the package says."""

    def move_on(self, node: PackageNode) -> MoveOn:
        """When that unit counts."""
        return self.completion or node.move_on or MoveOn.NOT_APPLICABLE

    @property
    def units(self) -> list[PackageNode]:
        return [each for each in self.nodes if each.kind is NodeKind.UNIT]

    @property
    def progress(self) -> int:
        """0 to 100."""
        reported = {key: each.progress for key, each in self.attained.items()}
        return rules.progress([each.key for each in self.units], set(self.satisfied), reported)


def standing(registration: Registration) -> Standing:
    """Four queries."""
    facts: defaultdict[UUID, set[str]] = defaultdict(set)
    for key, fact in db.session.execute(
        select(Evidence.key, Evidence.fact).where(Evidence.registration_id == registration.id)
    ):
        facts[key].add(fact)
    satisfied = select(Satisfied.key, Satisfied.at).where(Satisfied.registration_id == registration.id)
    attained = select(Attainment).where(Attainment.registration_id == registration.id)
    return Standing(
        packages.nodes(registration.package_id),
        {key: frozenset(each) for key, each in facts.items()},
        {row.key: row.at for row in db.session.execute(satisfied)},
        {each.key: each for each in db.session.scalars(attained)},
        registration.package.completion,
    )


def of_enrolment(enrolment_id: UUID) -> Registration | None:
    return db.session.scalars(select(Registration).where(Registration.enrolment_id == enrolment_id)).one_or_none()


def open_session(registration_id: UUID) -> Session | None:
    return db.session.scalars(
        select(Session).where(Session.registration_id == registration_id, Session.state.in_(OPEN_SESSIONS))
    ).one_or_none()


def sessions(registration_id: UUID) -> Select[Session]:
    """The newest first."""
    return (
        select(Session)
        .where(Session.registration_id == registration_id)
        .order_by(Session.launched_at.desc(), Session.id.desc())
    )


def locked(credentials: Collection[UUID]) -> dict[UUID, Session]:
    """The sessions of these credentials, their registrations locked until the edge ends. Two queries.

    Whatever changes a registration or its sessions locks it, always in the order of ids, so that nobody waits in a ring.
    """
    mine = select(Session.registration_id).where(Session.credential_id.in_(credentials))
    db.session.execute(
        select(Registration.id).where(Registration.id.in_(mine)).order_by(Registration.id).with_for_update()
    )
    return of_credentials(credentials)


def of_credentials(credentials: Collection[UUID]) -> dict[UUID, Session]:
    """The sessions of these credentials, with their registrations and packages, as they are now. One query."""
    found = db.session.scalars(
        select(Session)
        .where(Session.credential_id.in_(credentials))
        .options(joinedload(Session.registration), joinedload(Session.package))
        .execution_options(populate_existing=True)
    )
    return {each.credential_id: each for each in found if each.credential_id is not None}


def evidence(registration_id: UUID) -> Sequence[Evidence]:
    """In the order in which it came. One query."""
    return db.session.scalars(
        select(Evidence).where(Evidence.registration_id == registration_id).order_by(Evidence.id)
    ).all()


def learner_of(session_id: UUID) -> UUID | None:
    """One query."""
    return db.session.scalar(
        select(Registration.learner_id)
        .join(Session, Session.registration_id == Registration.id)
        .where(Session.id == session_id)
    )


def whole(session_id: UUID, *, lock: bool) -> Session:
    """A session with its registration, package, course and unit; with `lock`, the registration is locked first.

    One query, and one to lock. Raises NotFound.
    """
    if lock:
        mine = select(Session.registration_id).where(Session.id == session_id)
        db.session.execute(select(Registration.id).where(Registration.id == mine.scalar_subquery()).with_for_update())
    found = db.session.scalars(
        select(Session)
        .where(Session.id == session_id)
        .options(
            joinedload(Session.registration),
            joinedload(Session.node),
            joinedload(Session.package).joinedload(Package.course),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found
