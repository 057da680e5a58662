"""What is known of why an enrolment is complete, or not. The callers authorise."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from courses.enrolments.models import Enrolment
from courses.launch.formats.structure import Format, MoveOn
from courses.launch.packages.models import NodeKind, PackageNode
from courses.launch.sessions import queries as sessions
from courses.launch.sessions import rules
from courses.launch.sessions.models import Evidence, Registration, Session
from lms.accounts.models import Person
from lms.core.audit import AuditEntry
from lms.core.db import db

MOST_PASSED_OVER = 20


@dataclass(frozen=True)
class Heard:
    """One piece of evidence. `at`: when it happened; `heard_at`: when we were told. `by`: who granted it, if somebody did."""

    fact: str
    at: datetime
    heard_at: datetime
    source: str
    said_by: UUID | None
    by: str | None
    reason: str | None


@dataclass(frozen=True)
class Asked:
    """A unit, and what it asks for. `missing`: facts that are still wanted. `scaled` 0 to 1, `progress` 0 to 100."""

    key: UUID
    title: Mapping[str, str]
    move_on: MoveOn
    satisfied_at: datetime | None
    missing: tuple[str, ...]
    heard: Sequence[Heard]
    scaled: Decimal | None
    progress: int
    failed_at: datetime | None
    mastery_score: Decimal | None


@dataclass(frozen=True)
class PassedOver:
    """Something was reported and did not count: why, and when."""

    at: datetime
    reason: str
    verb: str


@dataclass(frozen=True)
class Explanation:
    """`registration` None: the learner has not begun, or the course has no package. `last`: the newest session.

    `done` and `total` count units.
    """

    enrolment: Enrolment
    registration: Registration | None
    format: Format | None
    units: Sequence[Asked]
    last: Session | None
    passed_over: Sequence[PassedOver]

    @property
    def done(self) -> int:
        return sum(1 for each in self.units if each.satisfied_at is not None)

    @property
    def total(self) -> int:
        return len(self.units)


def explained(enrolment: Enrolment) -> Explanation:
    """Eight queries at most, however many units there are."""
    over = _passed_over(enrolment)
    registration = sessions.of_enrolment(enrolment.id)
    if registration is None:
        return Explanation(enrolment, None, None, (), None, over)
    standing = sessions.standing(registration)
    heard = _heard(registration.id)
    last = db.session.scalars(sessions.sessions(registration.id).limit(1)).first()
    units = [_asked(each, standing, heard.get(each.key, ())) for each in standing.nodes if each.kind is NodeKind.UNIT]
    return Explanation(enrolment, registration, registration.package.format, units, last, over)


def _asked(node: PackageNode, standing: sessions.Standing, heard: Sequence[Heard]) -> Asked:
    move_on = standing.move_on(node)
    attained = standing.attained.get(node.key)
    satisfied_at = standing.satisfied.get(node.key)
    facts = standing.facts.get(node.key, frozenset())
    return Asked(
        node.key, node.title, move_on, satisfied_at, () if satisfied_at else rules.missing(move_on, facts), heard,
        attained.scaled if attained else None, attained.progress if attained else 0,
        attained.failed_at if attained else None, node.mastery_score,
    )  # fmt: skip


def _heard(registration_id: UUID) -> Mapping[UUID, Sequence[Heard]]:
    """By key, in the order in which it came. One query."""
    found: defaultdict[UUID, list[Heard]] = defaultdict(list)
    rows = db.session.execute(
        select(Evidence, Person.display_name)
        .outerjoin(Person, Person.id == Evidence.by)
        .where(Evidence.registration_id == registration_id)
        .order_by(Evidence.id)
    )
    for each, name in rows:
        found[each.key].append(
            Heard(each.fact, each.at, each.recorded_at, each.source, each.said_by, name, each.reason)
        )
    return found


def _passed_over(enrolment: Enrolment) -> Sequence[PassedOver]:
    """The newest first. Of this learner only, for who tries to report for another is not theirs to know. One query."""
    entries = db.session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.about_id == enrolment.learner_id,
            AuditEntry.action == "statement.passed_over",
            AuditEntry.details["registration"].astext == str(enrolment.registration),
        )
        .order_by(AuditEntry.at.desc())
        .limit(MOST_PASSED_OVER)
    )
    return [PassedOver(each.at, each.reason or "", _verb(each.details)) for each in entries]


def _verb(details: Mapping[str, Any]) -> str:
    return str(details.get("verb", "")).rpartition("/")[2]
