"""Private keys at rest: AES-256-GCM under a key derived from the service's own, bound to the key's name.

Whoever changes LLWYBR_SECRET_KEY rotates the signing keys: what was signed stays good, for only public halves check it.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_NONCE = 12


class Unreadable(Exception):
    """It was sealed under another key, or for another name."""


def seal(private: bytes, kid: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher().encrypt(nonce, private, kid.encode())


def unseal(sealed: bytes, kid: str) -> bytes:
    """The private key. Raises Unreadable."""
    try:
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], kid.encode())
    except InvalidTag as fault:
        raise Unreadable from fault


def _cipher() -> AESGCM:
    own = str(current_app.config["SECRET_KEY"]).encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"llwybr: keys that sign credentials").derive(own))
