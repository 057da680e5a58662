"""JSON routes of cascade sessions."""

from typing import Any
from uuid import UUID

from courses.mentoring.cascade import queries, services
from courses.mentoring.cascade.errors import NotAChampion, SessionCancelled
from courses.mentoring.cascade.models import CancelReason, CascadeSession
from courses.mentoring.cascade.rules import Length, Named, RoleGroup, SessionLanguage
from courses.mentoring.cascade.schemas import (
    CascadeAttendedListOut,
    CascadeCancelIn,
    CascadeChangeIn,
    CascadeIn,
    CascadeNamesIn,
    CascadeSessionOut,
    CascadeSessionsOut,
)
from lms.accounts.models import Sector
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("cascade", __name__, description="Sessions that champions give, and the people whom they reach")

RECORD = Permission.CASCADE_RECORD


@api.operation("GET", "/cascade-sessions", needs=RECORD, query=PageQuery, returns=(200, CascadeSessionsOut))
def sessions(actor: Actor, cursor: str | None, size: int) -> Page[CascadeSession]:
    """Sessions that one gave."""
    return page_of(queries.sessions_for(actor), cursor, size, key=(CascadeSession.id,))


@api.operation(
    "POST", "/cascade-sessions", needs=RECORD, body=CascadeIn, returns=(201, CascadeSessionOut), raises=(NotAChampion,)
)
def record(actor: Actor, named: list[dict[str, str]], reason: str, **told: Any) -> CascadeSession:
    """Record a session that one gave. Those named get a link by mail."""
    return services.record_session(actor, _told(told), _named(named))


@api.operation("GET", "/cascade-sessions/<uuid:session_id>", needs=RECORD, returns=(200, CascadeSessionOut))
def session(actor: Actor, session_id: UUID) -> CascadeSession:
    """One session."""
    return services.session(actor, session_id)


@api.operation(
    "PUT", "/cascade-sessions/<uuid:session_id>", needs=RECORD, body=CascadeChangeIn, returns=(200, CascadeSessionOut),
    raises=(NotAChampion, SessionCancelled),
)  # fmt: skip
def change(actor: Actor, session_id: UUID, reason: str, **told: Any) -> CascadeSession:
    """Change it within fourteen days; after that a correction is appended, and `reason` is needed."""
    return services.change(actor, session_id, _told(told), reason)


@api.operation(
    "POST", "/cascade-sessions/<uuid:session_id>/attendees", needs=RECORD, body=CascadeNamesIn,
    returns=(200, CascadeSessionOut), raises=(SessionCancelled,),
)  # fmt: skip
def name(actor: Actor, session_id: UUID, named: list[dict[str, str]]) -> CascadeSession:
    """More of those who were there get a link by mail."""
    return services.name_attendees(actor, session_id, _named(named))


@api.operation(
    "POST", "/cascade-sessions/<uuid:session_id>/cancellation", needs=RECORD, body=CascadeCancelIn,
    returns=(200, CascadeSessionOut), raises=(SessionCancelled,),
)  # fmt: skip
def cancel(actor: Actor, session_id: UUID, reason: str) -> CascadeSession:
    """It did not take place, or was recorded in error."""
    return services.cancel(actor, session_id, CancelReason(reason))


@api.operation("GET", "/cascade-attended", needs=Permission.CASCADE_CLAIM, returns=(200, CascadeAttendedListOut))
def attended(actor: Actor) -> dict[str, Any]:
    """Sessions that one put on one's own record."""
    found = queries.attended_by(actor.person) if actor.person else []
    return {
        "items": [
            {
                "held_on": account.held_on, "minutes": account.minutes, "topic": account.topic_code,
                "champion": attendee.session.champion.display_name, "claimed_at": attendee.claimed_at,
            }
            for attendee, account in found
        ],
        "next": None,
    }  # fmt: skip


def _named(given: list[dict[str, str]]) -> list[Named]:
    return [Named(each["name"], each["email"].lower()) for each in given]


def _told(given: dict[str, Any]) -> services.Told:
    groups: dict[tuple[Sector, RoleGroup], int] = {}
    for each in given["groups"]:
        key = (Sector(each["sector"]), RoleGroup(each["role_group"]))
        groups[key] = groups.get(key, 0) + each["people"]
    return services.Told(
        given["held_on"], Length(given["length"]), given["minutes"], given["place"], given["area"], given["topic"],
        given["course"], SessionLanguage(given["language"]), groups,
    )  # fmt: skip
