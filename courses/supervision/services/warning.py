"""An attestation that will end is told of in time, so that nobody's learning pauses by surprise."""

from datetime import timedelta

from sqlalchemy import String, cast, select

from courses.supervision import letters, reading
from courses.supervision.models import Attestation
from courses.supervision.rules import WARNED_BEFORE
from lms.core import audit, clock
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.permissions import Actor, Permission

ACTION = "attestation.ends-within-%d-days"


def warn_of_ends(actor: Actor) -> int:
    """Tell supervisors and learners whose attestation ends within the next month or week, once for each. Returns how many.

    The audit trail is the memory of it, so that again changes nothing.
    """
    actor.require(Permission.SUPERVISION_ASSIGN)
    told = 0
    for days in WARNED_BEFORE:
        action, nearer = ACTION % days, [ACTION % each for each in WARNED_BEFORE if each <= days]
        known = select(AuditEntry.id).where(
            AuditEntry.thing_kind == Attestation.__tablename__, AuditEntry.thing_id == cast(Attestation.id, String),
            AuditEntry.action.in_(nearer),
        )  # fmt: skip
        today = clock.today()
        found = reading.ending(today, today + timedelta(days=days)).where(~known.exists())
        ends = list(db.session.scalars(found))
        for each in ends:
            audit.record(actor, action, about=each.learner_id, thing=each, ends_on=each.ends_on.isoformat())
        letters.attestations_end(ends)
        told += len(ends)
    return told
