"""What waits too long is told to somebody else, once. The rooms above know what waits; here is to whom it goes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Programme
from courses.supervision import arrangements, letters, queries
from courses.supervision.models import Escalation
from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.permissions import Actor


@dataclass(frozen=True)
class Waits:
    """The oldest thing that a learner waits for in a programme."""

    learner_id: UUID
    programme_code: str
    since: datetime


def escalate(waits: Waits) -> Escalation | None:
    """Tell the deputy, or else whoever finds supervisors there. None: not yet, or told before.

    Idempotent: the unique open escalation of learner and programme is the memory of it.
    """
    days = (clock.now() - waits.since).days
    arrangement = arrangements.arrangement_of(waits.learner_id, waits.programme_code)
    if days < arrangement.escalate_after:
        return None
    learner = get_or_refuse(Person, waits.learner_id, lock=True)
    if open_escalation(waits.learner_id, waits.programme_code) is not None:
        return None
    today = clock.today()
    supervision = queries.supervisor_of(learner.id, waits.programme_code, today)
    deputy = supervision and arrangements.deputy_of(supervision.supervisor_id, waits.programme_code, today)
    if deputy is not None and deputy.id == learner.id:
        deputy = None
    to = deputy or arrangements.finder_of(learner.id, waits.programme_code, today)
    made = record(
        Escalation(
            learner_id=learner.id, programme_code=waits.programme_code, to_id=to.id if to else None,
            supervisor_id=supervision.supervisor_id if supervision else None, deputy=deputy is not None,
            waiting_since=waits.since, at=clock.now(),
        )
    )  # fmt: skip
    audit.record(
        Actor.system(), "supervision.escalated", about=learner.id, thing=made, programme=waits.programme_code, days=days,
        to=str(to.id) if to else None, deputy=made.deputy,
    )  # fmt: skip
    if to is not None:
        programme = get_or_refuse(Programme, waits.programme_code)
        letters.waits_too_long(to, learner, programme, days, deputy=made.deputy)
    return made


def settle(still_waiting: set[tuple[UUID, str]]) -> int:
    """Close every escalation whose learner and programme no longer wait too long. Returns how many."""
    closed = 0
    for each in db.session.scalars(select(Escalation).where(Escalation.ended_at.is_(None)).order_by(Escalation.id)):
        if (each.learner_id, each.programme_code) not in still_waiting:
            each.ended_at = clock.now()
            closed += 1
            audit.record(Actor.system(), "supervision.escalation-over", about=each.learner_id, thing=each)
    return closed


def open_escalation(learner_id: UUID, programme_code: str) -> Escalation | None:
    return db.session.scalars(
        select(Escalation).where(
            Escalation.learner_id == learner_id,
            Escalation.programme_code == programme_code,
            Escalation.ended_at.is_(None),
        )
    ).one_or_none()
