"""Who else sees evidence, over JSON: observers, readers it is shared with, and taking out what should not be there."""

from typing import Any
from uuid import UUID

from flask import Response

from courses.portfolios import errors, schemas, signing, views
from courses.portfolios.api import shapes
from courses.portfolios.api.portfolios import CLOSED, EDIT, ITEM, READ, api
from courses.portfolios.downloads import download
from courses.portfolios.models import EvidenceItem, Observation, Share
from courses.portfolios.services import access, observing, redacting, sharing
from lms.core.errors import Invalid, StaleEdit, TooMany
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

READ_SHARED, REDACT = Permission.EVIDENCE_READ_SHARED, Permission.PORTFOLIO_REDACT


def _own(actor: Actor, portfolio_id: UUID, position: int) -> EvidenceItem:
    return access.item_at(access.portfolio_by_id(actor, EDIT, portfolio_id), position)


@api.operation("GET", f"{ITEM}/observations", needs=EDIT, returns=(200, shapes.ObservationsOut))
def observations(actor: Actor, portfolio_id: UUID, position: int) -> dict[str, Any]:
    """Whom the learner has asked to sign what they observed, and what became of it."""
    return {"items": _own(actor, portfolio_id, position).observations}


@api.operation(
    "POST", f"{ITEM}/observations", needs=EDIT, body=schemas.ObserverForm, returns=(201, shapes.ObservationOut),
    raises=(*CLOSED, errors.ItemWaits, errors.ObservationAsked, errors.EvidenceMissing, StaleEdit, TooMany),
)  # fmt: skip
def ask_observer(
    actor: Actor, portfolio_id: UUID, position: int, edition: int, name: str, email: str, language: str
) -> Observation:
    """Ask whoever observed, by mail, to sign what the item says now. They need no account."""
    item = _own(actor, portfolio_id, position)
    return observing.ask(actor, item.id, edition, name=name, email=email, language=language)


@api.operation(
    "DELETE", f"{ITEM}/observations/<uuid:observation_id>", needs=EDIT, returns=(200, shapes.ObservationOut),
    raises=(errors.ObservationClosed,),
)  # fmt: skip
def cancel_observer(actor: Actor, portfolio_id: UUID, position: int, observation_id: UUID) -> Observation:
    """The link opens nothing any more."""
    return observing.withdraw(actor, _own(actor, portfolio_id, position).id, observation_id)


@api.operation("GET", f"{ITEM}/shares", needs=EDIT, returns=(200, shapes.EvidenceSharesOut))
def shares(actor: Actor, portfolio_id: UUID, position: int) -> dict[str, Any]:
    """Whom the learner lets read the item."""
    return {"items": [_share(each) for each in sharing.live_shares(_own(actor, portfolio_id, position))]}


@api.operation(
    "POST", f"{ITEM}/shares", needs=EDIT, body=shapes.EvidenceShareIn, returns=(201, shapes.EvidenceShareOut),
    raises=(TooMany,),
)  # fmt: skip
def share(actor: Actor, portfolio_id: UUID, position: int, reader_id: UUID | None, email: str | None) -> dict[str, Any]:
    """Let somebody read the item while it is submitted or accepted. Once is enough."""
    if (reader_id is None) == (email is None):
        raise Invalid(fields={"email": N_("Give either an address or a line manager")})
    item = _own(actor, portfolio_id, position)
    return _share(sharing.share(actor, item.id, reader_id=reader_id, email=email))


@api.operation("DELETE", f"{ITEM}/shares/<uuid:share_id>", needs=EDIT, returns=(200, shapes.EvidenceShareOut))
def end_share(actor: Actor, portfolio_id: UUID, position: int, share_id: UUID) -> dict[str, Any]:
    """They read it no longer."""
    return _share(sharing.end(actor, _own(actor, portfolio_id, position).id, share_id))


def _share(made: Share) -> dict[str, Any]:
    return {
        "id": made.id, "reader": views.person(made.reader), "shared_at": made.shared_at, "ended_at": made.ended_at,
    }  # fmt: skip


@api.operation(
    "GET", "/shared-evidence", needs=READ_SHARED, query=PageQuery, returns=(200, page_schema(shapes.SharedEvidenceOut))
)
def shared_with_me(actor: Actor, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """What others let one read, newest first."""
    page = page_of(sharing.shared_with(actor), cursor, size, key=(Share.shared_at, Share.id), descending=True)
    return Page([_shared(each) for each in page.items], page.next)


@api.operation(
    "GET", "/shared-evidence/<uuid:share_id>", needs=READ_SHARED, returns=(200, shapes.SharedEvidenceReadOut)
)
def read_shared(actor: Actor, share_id: UUID) -> dict[str, Any]:
    """One of them, as long as its learner shares it."""
    made = sharing.shared_by_id(actor, share_id)
    return _shared(made) | {"content": signing.item_content(made.item)}


@api.operation(
    "GET", "/shared-evidence/<uuid:share_id>/file", needs=READ_SHARED, returns=(200, None),
    media_type="application/octet-stream",
)  # fmt: skip
def shared_file(actor: Actor, share_id: UUID) -> Response:
    """Its file."""
    return download(*access.checked_file(sharing.shared_by_id(actor, share_id).item))


def _shared(made: Share) -> dict[str, Any]:
    portfolio = made.item.portfolio
    enrolment = portfolio.enrolment
    return {
        "id": made.id, "shared_at": made.shared_at, "learner": views.person(portfolio.learner),
        "course": {"code": enrolment.course.code, "title": enrolment.version.title},
        "title": made.item.template_item.title, "state": str(made.item.state),
    }  # fmt: skip


@api.operation(
    "POST", f"{ITEM}/redactions", needs=REDACT, body=shapes.RedactionIn, returns=(201, shapes.RedactionsOut),
    raises=(errors.NothingToRedact,),
)  # fmt: skip
def redact(actor: Actor, portfolio_id: UUID, position: int, parts: list[str], reason: str) -> dict[str, Any]:
    """Take out what somebody can be recognised by: the learner, or whoever supervises them. It cannot be brought back."""
    item = access.item_at(access.portfolio_by_id(actor, READ, portfolio_id), position)
    chosen = {redacting.Part(each) for each in parts}
    return {"items": redacting.redact(actor, item.id, reason=reason, parts=chosen)}
