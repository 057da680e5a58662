"""Portfolios over JSON: write, submit, decide, sign, and the supervisor's queue.

A change of an item's evidence carries If-Match with the item's edition, which is its ETag (RFC 9110 §13.1.1).
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired

from courses.portfolios import errors, queries, schemas, views
from courses.portfolios.downloads import download
from courses.portfolios.models import EvidenceItem, Outcome, Portfolio, ReturnReason
from courses.portfolios.services import access, decisions, evidence, whole
from courses.portfolios.waiting import Waiting
from lms.core.db import db
from lms.core.errors import StaleEdit, TooLarge
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api, ProblemOut
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

api = Api("portfolios", __name__, description="Evidence portfolios, their decisions and signatures")

READ, EDIT = Permission.PORTFOLIO_READ, Permission.PORTFOLIO_EDIT
ITEM = "/portfolios/<uuid:portfolio_id>/items/<int:position>"
CLOSED = (errors.PortfolioFrozen, errors.PortfolioWaits, errors.EnrolmentNotOpen)
SIGNATORY = (errors.NotTheSupervisor, errors.LicenceNotLive, errors.SignerIsLearner)

View = Callable[..., Any]


def versioned(view: View) -> View:
    """The operation wants If-Match: say so in the document."""
    for status, why in ((428, "no If-Match"), (412, "changed since that edition")):
        view = api.alt_response(
            status, schema=ProblemOut, description=why, content_type="application/problem+json", success=False
        )(view)
    header = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
    documented: View = api.doc(parameters=[header])(view)
    return documented


with_file: Callable[[View], View] = api.arguments(schemas.EvidenceFileIn, location="files")


def expected_edition() -> int:
    """The edition in If-Match. `*` is no promise to have seen anything, so it does not count."""
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not tag.isdecimal() or len(tag) > 9:
        raise PreconditionRequired()
    return int(tag)


def tagged(actor: Actor, item: EvidenceItem) -> tuple[dict[str, Any], int, dict[str, str]]:
    db.session.flush()  # what is shown has its ids
    return views.item(actor, item), 200, {"ETag": f'"{item.edition}"'}


def _item_id(actor: Actor, permission: Permission, portfolio_id: UUID, position: int) -> UUID:
    return access.item_at(access.portfolio_by_id(actor, permission, portfolio_id), position).id


@api.operation(
    "GET", "/portfolios", needs=READ, query=PageQuery, returns=(200, page_schema(schemas.PortfolioSummaryOut))
)
def portfolios(actor: Actor, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """One's own portfolios, and those of the learners whom one supervises."""
    found = queries.portfolios_within(actor.reach(READ), actor.person)
    page = page_of(found, cursor, size, key=(Portfolio.id,))
    return Page([views.summary(each) for each in page.items], page.next)


@api.operation("GET", "/portfolios/<uuid:portfolio_id>", needs=READ, returns=(200, schemas.PortfolioOut))
def portfolio(actor: Actor, portfolio_id: UUID) -> dict[str, Any]:
    """A portfolio with its items and decisions."""
    return views.portfolio(actor, access.portfolio_by_id(actor, READ, portfolio_id))


@api.operation("GET", ITEM, needs=READ, returns=(200, schemas.EvidenceItemOut))
def item(actor: Actor, portfolio_id: UUID, position: int) -> Any:
    """One item; its ETag is its edition."""
    return tagged(actor, access.item_at(access.portfolio_by_id(actor, READ, portfolio_id), position))


@api.operation(
    "PUT", ITEM, needs=EDIT, body=schemas.EvidenceIn, returns=(200, schemas.EvidenceItemOut),
    raises=(*CLOSED, errors.ItemWaits),
)  # fmt: skip
@versioned
def write(
    actor: Actor, portfolio_id: UUID, position: int, body: str, observer: str | None, observed_on: date | None,
    links: list[str],
) -> Any:  # fmt: skip
    """Save a draft. An accepted item becomes a draft again."""
    item_id, edition = _item_id(actor, EDIT, portfolio_id, position), expected_edition()
    try:
        saved = evidence.save_draft(
            actor, item_id, edition, body=body, observer=observer, observed_on=observed_on, links=links
        )
        return tagged(actor, saved)
    except StaleEdit as stale:
        raise PreconditionFailed() from stale


@api.operation(
    "POST", f"{ITEM}/file", needs=EDIT, returns=(200, schemas.EvidenceItemOut),
    raises=(*CLOSED, errors.ItemWaits, errors.FileRefused, TooLarge),
)  # fmt: skip
@versioned
@with_file
def attach(actor: Actor, files: dict[str, Any], portfolio_id: UUID, position: int) -> Any:
    """Attach a file, in place of an earlier one. What it is, is told from its content."""
    item_id, edition, file = _item_id(actor, EDIT, portfolio_id, position), expected_edition(), files["file"]
    try:
        return tagged(
            actor,
            evidence.attach_file(
                actor, item_id, edition, file.stream, file.filename or "", current_app.config["MAX_UPLOAD"]
            ),
        )
    except StaleEdit as stale:
        raise PreconditionFailed() from stale


@api.operation("GET", f"{ITEM}/file", needs=READ, returns=(200, None), media_type="application/octet-stream")
def file(actor: Actor, portfolio_id: UUID, position: int) -> Response:
    """The item's file."""
    return download(*access.file_of(actor, access.portfolio_by_id(actor, READ, portfolio_id), position))


@api.operation(
    "DELETE", f"{ITEM}/file", needs=EDIT, returns=(200, schemas.EvidenceItemOut), raises=(*CLOSED, errors.ItemWaits)
)
@versioned
def remove_file(actor: Actor, portfolio_id: UUID, position: int) -> Any:
    """Take the file off the item."""
    item_id, edition = _item_id(actor, EDIT, portfolio_id, position), expected_edition()
    try:
        return tagged(actor, evidence.remove_file(actor, item_id, edition))
    except StaleEdit as stale:
        raise PreconditionFailed() from stale


@api.operation(
    "POST", f"{ITEM}/submission", needs=EDIT, body=schemas.ItemSubmissionIn, returns=(200, schemas.EvidenceItemOut),
    raises=(
        *CLOSED, errors.ItemWaits, errors.ItemAccepted, errors.EvidenceMissing, errors.IdentifiersPossible, StaleEdit,
    ),
)  # fmt: skip
def submit_item(
    actor: Actor, portfolio_id: UUID, position: int, edition: int, no_identifiers: bool, harmless: bool
) -> Any:
    """Give the item to the supervisor."""
    item_id = _item_id(actor, EDIT, portfolio_id, position)
    return tagged(
        actor, evidence.submit_item(actor, item_id, edition, no_identifiers=no_identifiers, harmless=harmless)
    )


@api.operation(
    "DELETE", f"{ITEM}/submission", needs=EDIT, returns=(200, schemas.EvidenceItemOut),
    raises=(*CLOSED, errors.ItemNotSubmitted),
)  # fmt: skip
def take_item_back(actor: Actor, portfolio_id: UUID, position: int) -> Any:
    """Take the item back: it is a draft again."""
    return tagged(actor, evidence.take_back(actor, _item_id(actor, EDIT, portfolio_id, position)))


@api.operation(
    "POST", f"{ITEM}/decisions", needs=Permission.PORTFOLIO_DECIDE, body=schemas.DecisionIn,
    returns=(201, schemas.DecisionOut),
    raises=(*SIGNATORY, errors.AlreadyDecided, errors.PortfolioFrozen, errors.EvidenceMissing, StaleEdit),
)  # fmt: skip
def decide(
    actor: Actor,
    portfolio_id: UUID,
    position: int,
    edition: int,
    outcome: str,
    comment: str,
    reason: str | None,
    individually_supervised: bool,
) -> dict[str, Any]:
    """Accept the item, or return it with a comment."""
    made = decisions.decide(
        actor, _item_id(actor, READ, portfolio_id, position), edition, outcome=Outcome(outcome), comment=comment,
        reason=ReturnReason(reason) if reason else None, individually_supervised=individually_supervised,
    )  # fmt: skip
    return views.decision(made)


@api.operation(
    "POST", "/portfolios/<uuid:portfolio_id>/submission", needs=EDIT, body=schemas.SubmissionIn,
    returns=(200, schemas.PortfolioOut), raises=(*CLOSED, errors.NotAllAccepted, errors.EvidenceMissing),
)  # fmt: skip
def submit(actor: Actor, portfolio_id: UUID, declared: bool) -> dict[str, Any]:
    """Ask for the whole to be signed off, with the learner's declaration."""
    return views.portfolio(actor, whole.submit(actor, portfolio_id, declared=declared))


@api.operation(
    "DELETE", "/portfolios/<uuid:portfolio_id>/submission", needs=EDIT, returns=(200, schemas.PortfolioOut),
    raises=(errors.PortfolioFrozen, errors.PortfolioNotSubmitted),
)  # fmt: skip
def take_back(actor: Actor, portfolio_id: UUID) -> dict[str, Any]:
    """Take the whole back: it is in progress again."""
    return views.portfolio(actor, whole.take_back(actor, portfolio_id))


@api.operation(
    "POST", "/portfolios/<uuid:portfolio_id>/sign-off", needs=Permission.PORTFOLIO_SIGN_OFF, body=schemas.SignOffIn,
    returns=(201, schemas.SignOffOut),
    raises=(
        *SIGNATORY, errors.PortfolioNotSubmitted, errors.PortfolioFrozen, errors.NotAllAccepted,
        errors.IndividualSupervisionMissing, errors.EnrolmentNotOpen, StaleEdit,
    ),
)  # fmt: skip
def sign_off(actor: Actor, portfolio_id: UUID, seen: str, statement: str) -> Any:
    """Sign the whole off. It is then frozen under its hash."""
    return decisions.sign_off(actor, portfolio_id, seen=seen, statement=statement)


@api.operation(
    "GET", "/portfolios/<uuid:portfolio_id>/sign-offs/<int:version>", needs=READ,
    returns=(200, schemas.SignedPortfolioOut),
)  # fmt: skip
def signed(actor: Actor, portfolio_id: UUID, version: int) -> dict[str, Any]:
    """A signed version as it was signed, and whether it still matches its hash."""
    return views.signed(access.signature_of(access.portfolio_by_id(actor, READ, portfolio_id), version))


@api.operation(
    "POST", "/portfolios/<uuid:portfolio_id>/reopening", needs=EDIT, body=schemas.ReopeningIn,
    returns=(200, schemas.PortfolioOut), raises=(errors.PortfolioNotSignedOff, errors.EnrolmentNotOpen),
)  # fmt: skip
def reopen(actor: Actor, portfolio_id: UUID, reason: str) -> dict[str, Any]:
    """Open a new version of what was signed. The signature stays under the old one."""
    return views.portfolio(actor, whole.reopen(actor, portfolio_id, reason=reason))


@api.operation(
    "GET", "/supervision/queue", needs=Permission.SUPERVISION_READ, query=PageQuery,
    returns=(200, page_schema(schemas.WaitingOut)),
)  # fmt: skip
def queue(actor: Actor, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """What waits with this supervisor, oldest first."""
    page = page_of(queries.queue_for(actor), cursor, size, key=(Waiting.since, Waiting.id))
    return Page([views.waiting(each) for each in page.items], page.next)
