"""A body says how many of its places it takes."""

from uuid import UUID

from sqlalchemy import func, select

from courses.needs import queries
from courses.needs.errors import MoreThanOffered
from courses.needs.models import Acceptance, Round
from courses.needs.queries import Standing
from courses.needs.rules import timetable
from courses.needs.services.access import own
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor


def accept(
    actor: Actor, round_id: UUID, organisation_id: UUID, round_course_id: UUID, accepted: int, reason: str = ""
) -> Acceptance:
    """Take all, fewer or none (0) of the places, by the last day; until then one may think again.

    Raises NotFound, AtAnotherStage, AcceptanceClosed, MoreThanOffered, Invalid where fewer come without a reason.
    """
    own(actor, round_id, organisation_id)
    it = get_or_refuse(Round, round_id, lock=True)
    found = standing(it, organisation_id, round_course_id)
    timetable.may_accept(it.state, found.share.allocation.accept_by, clock.today())
    if not found.named <= accepted <= found.share.places:
        raise MoreThanOffered(
            fields={"accepted": N_("Choose between the people you have named and all that were offered")}
        )
    if accepted < found.share.places and not reason:
        raise Invalid(fields={"reason": N_("Write why you do not take all of them")})
    earlier = db.session.scalar(
        select(func.count()).select_from(Acceptance).where(Acceptance.share_id == found.share.id)
    )
    made = record(
        Acceptance(
            share_id=found.share.id, edition=(earlier or 0) + 1, accepted=accepted, reason=reason, at=clock.now(),
            by=actor.person,
        )
    )  # fmt: skip
    audit.record(
        actor, "needs.places-accepted", thing=it, organisation=str(organisation_id), course=str(round_course_id),
        accepted=accepted, offered=found.share.places, reason=reason or None,
    )  # fmt: skip
    return made


def standing(it: Round, organisation_id: UUID, round_course_id: UUID) -> Standing:
    """The body's places on the course in the newest edition. Raises NotFound."""
    editions = queries.allocations_of(it.id)
    found = queries.standings(editions[0] if editions else None, organisation_id, round_course_id)
    if not found:
        raise NotFound()
    return found[0]
