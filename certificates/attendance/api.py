"""JSON routes of certificates that registers contradict."""

from typing import Any
from uuid import UUID

from certificates.attendance import queries, services
from certificates.attendance.errors import DoubtSettled, OwnAward
from certificates.attendance.models import AwardDoubt
from certificates.attendance.rules import Settlement
from certificates.attendance.schemas import AwardDoubtDecisionIn, AwardDoubtOut, AwardDoubtPageOut, shown_doubt
from certificates.schemas import AwardOut, shown_award
from lms.core.errors import StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import PageQuery, page_of

api = Api("award_doubts", __name__, description="Certificates that say otherwise than a corrected register")

MANAGE = Permission.AWARD_REVOKE
ALL, ONE = "/award-doubts", "/award-doubts/<uuid:doubt_id>"
Json = dict[str, Any]


@api.operation("GET", ALL, needs=MANAGE, query=PageQuery, returns=(200, AwardDoubtPageOut))
def doubts(actor: Actor, cursor: str | None, size: int) -> Json:
    """Those that you can decide about, the oldest first."""
    page = page_of(queries.open_in(actor.reach(MANAGE)), cursor, size, key=(AwardDoubt.found_at, AwardDoubt.id))
    return {"items": [shown_doubt(each) for each in page.items], "next": page.next}


@api.operation("GET", ONE, needs=MANAGE, returns=(200, AwardDoubtOut))
def doubt(actor: Actor, doubt_id: UUID) -> Json:
    """One of them, also when it is decided."""
    return shown_doubt(services.doubt(actor, doubt_id))


@api.operation(
    "POST", f"{ONE}/decision", needs=MANAGE, body=AwardDoubtDecisionIn, returns=(200, AwardOut),
    raises=(DoubtSettled, OwnAward, StaleEdit),
)  # fmt: skip
def decide(actor: Actor, doubt_id: UUID, decision: str, note: str, seen: int) -> Json:
    """Issue it again as the register says now, revoke it, or leave it; answers with the certificate that is there now."""
    return shown_award(services.decide(actor, doubt_id, Settlement(decision), note, seen))
