"""Appending to the log of an award."""

from uuid import UUID

from certificates.models import AwardEvent
from certificates.rules import AwardEventKind, RevocationReason
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor


def append(
    actor: Actor, award_id: UUID, kind: AwardEventKind, reason: RevocationReason | None = None, note: str | None = None
) -> None:
    """Add to what happened to the award. Its row is locked by then, by this session or by the trigger that chains."""
    db.session.add(
        AwardEvent(award_id=award_id, kind=kind, at=clock.now(), by=actor.person, reason=reason, note=note or None)
    )
    db.session.flush()  # the trigger chains it to what the database holds now
