"""JSON routes of moderation and of withdrawing a signature."""

from typing import Any
from uuid import UUID

from flask import Response

from courses.portfolios import errors, views
from courses.portfolios.downloads import download
from courses.portfolios.moderation import queries, services
from courses.portfolios.moderation.models import ModerationOutcome, ModerationSample, WithdrawalGround
from courses.portfolios.moderation.schemas import (
    ModerationIn,
    OutcomeOut,
    SamplesOut,
    SignOffWithdrawalIn,
    WithdrawalOut,
)
from courses.portfolios.schemas import SignedPortfolioOut
from courses.portfolios.services import access
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("moderation", __name__, description="Signatures that are looked at again, and signatures that are withdrawn")


@api.operation(
    "GET", "/moderation-samples", needs=Permission.SIGN_OFF_MODERATE, query=PageQuery, returns=(200, SamplesOut)
)
def samples(actor: Actor, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """Signatures that were drawn and wait for a moderator."""
    page = page_of(queries.samples_for(actor), cursor, size, key=(ModerationSample.id,))
    return Page([_sample(each) for each in page.items], page.next)


def _sample(each: ModerationSample) -> dict[str, Any]:
    signature = each.sign_off
    return {
        "id": each.id, "drawn_at": each.drawn_at, "percent": each.percent,
        "learner": views.person(signature.portfolio.learner), "signatory": signature.signatory_name,
        "version": signature.version, "content_hash": signature.content_hash,
    }  # fmt: skip


@api.operation(
    "GET", "/moderation-samples/<uuid:sample_id>", needs=Permission.SIGN_OFF_MODERATE, returns=(200, SignedPortfolioOut),
    raises=(errors.SignerModerates, errors.SignerIsLearner),
)  # fmt: skip
def sample(actor: Actor, sample_id: UUID) -> dict[str, Any]:
    """What was signed, as it was signed, for whoever moderates it."""
    return views.signed(services.sample(actor, sample_id).sign_off)


@api.operation(
    "GET", "/moderation-samples/<uuid:sample_id>/items/<int:position>/file", needs=Permission.SIGN_OFF_MODERATE,
    returns=(200, None), raises=(errors.SignerModerates, errors.SignerIsLearner),
    media_type="application/octet-stream",
)  # fmt: skip
def file(actor: Actor, sample_id: UUID, position: int) -> Response:
    """A file of it, as it was signed."""
    return download(*access.signed_file(services.sample(actor, sample_id).sign_off, position))


@api.operation(
    "POST", "/moderation-samples/<uuid:sample_id>/outcome", needs=Permission.SIGN_OFF_MODERATE, body=ModerationIn,
    returns=(201, OutcomeOut),
    raises=(
        errors.AlreadyModerated, errors.SignatureWithdrawn, errors.SignerModerates, errors.SignerIsLearner,
        errors.EvidenceMissing,
    ),
)  # fmt: skip
def moderate(actor: Actor, sample_id: UUID, agrees: bool, comment: str) -> ModerationOutcome:
    """Agree, or not: then the signature is withdrawn and the portfolio opens again."""
    return services.moderate(actor, sample_id, agrees=agrees, comment=comment)


@api.operation(
    "POST", "/sign-offs/<uuid:sign_off_id>/withdrawal", needs=Permission.SIGN_OFF_WITHDRAW, body=SignOffWithdrawalIn,
    returns=(201, WithdrawalOut), raises=(errors.SignatureWithdrawn,),
)  # fmt: skip
def withdraw(actor: Actor, sign_off_id: UUID, ground: str, reason: str) -> Any:
    """A signature no longer stands. What was signed stays readable; the certificate is revoked."""
    return services.withdraw(actor, sign_off_id, WithdrawalGround(ground), reason)
