"""What the link in every letter carries: whoever has it may end these letters, and nothing else."""

from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from lms.core.errors import NotFound


def token_of(subscription_id: UUID) -> str:
    return str(_signer().dumps(str(subscription_id)))


def subscription_of(token: str) -> UUID:
    """Raises NotFound for one that we have not written."""
    try:
        return UUID(_signer().loads(token))
    except BadSignature as fault:
        raise NotFound() from fault


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="view-letters")
