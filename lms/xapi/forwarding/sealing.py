"""Secrets of other stores: they must be sent, so a digest will not do. Sealed under a key derived from the service's own.

AES-256-GCM with a fresh nonce, bound to the destination it belongs to. Whoever changes LLWYBR_SECRET_KEY must give the
secrets anew; the destination says so.
"""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_NONCE = 12


class Unreadable(Exception):
    """It was sealed under another key, or for another destination."""


def seal(secret: str, destination: UUID) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher().encrypt(nonce, secret.encode(), destination.bytes)


def unseal(sealed: bytes, destination: UUID) -> str:
    """The secret. Raises Unreadable."""
    try:
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], destination.bytes).decode()
    except InvalidTag as fault:
        raise Unreadable from fault


def _cipher() -> AESGCM:
    own = str(current_app.config["SECRET_KEY"]).encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"llwybr: secrets of other record stores").derive(own))
