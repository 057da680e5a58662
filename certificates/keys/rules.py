"""What a key is, how it is named, and how its public half is written. Pure but for chance."""

import base64
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

RSA_BITS = 3072
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_PREFIX = b"\xed\x01"
"""Multicodec: what follows is an Ed25519 public key (Multikey, Controlled Identifiers 1.0 §2.2.2)."""

Private = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
Public = ed25519.Ed25519PublicKey | rsa.RSAPublicKey


class KeyKind(StrEnum):
    """`ed25519` signs linked data (eddsa-rdfc-2022), `rsa` signs tokens (RS256)."""

    ED25519 = "ed25519"
    RSA = "rsa"


class KeyState(StrEnum):
    """Pending: published, not yet used. Retired: what it signed stays good. Compromised: nothing that it signed does."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


VOUCHES = (KeyState.PENDING, KeyState.ACTIVE, KeyState.RETIRED)
"""What the public documents show."""


@dataclass(frozen=True)
class Signer:
    """A private key at work. `method`: the DID URL of its public half; `address`: where that is, as a JWK."""

    id: UUID
    kid: str
    kind: KeyKind
    key: Private
    method: str
    address: str

    @cached_property
    def public(self) -> Public:
        return self.key.public_key()

    def sign(self, content: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(content)


def new_private(kind: KeyKind) -> Private:
    if kind is KeyKind.RSA:
        return rsa.generate_private_key(65537, RSA_BITS)
    return ed25519.Ed25519PrivateKey.generate()


def key_id(kind: KeyKind, on: date, public: bytes) -> str:
    """Such as ed25519-2026-11-3f9a0c: kind, month, and the start of its fingerprint."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(public)
    return f"{kind.value}-{on:%Y-%m}-{digest.finalize().hex()[:6]}"


def private_bytes(key: Private) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_bytes(key: Public) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def read_private(content: bytes) -> Private:
    key = serialization.load_der_private_key(content, None)
    assert isinstance(key, ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey)
    return key


def read_public(content: bytes) -> Public:
    key = serialization.load_der_public_key(content)
    assert isinstance(key, ed25519.Ed25519PublicKey | rsa.RSAPublicKey)
    return key


def base58(content: bytes) -> str:
    """Base58 as Bitcoin writes it: the `z` of multibase goes before it."""
    number, text = int.from_bytes(content, "big"), ""
    while number:
        number, place = divmod(number, 58)
        text = BASE58[place] + text
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + text


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def multikey(key: ed25519.Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return f"z{base58(ED25519_PREFIX + raw)}"


def jwk(kid: str, key: Public) -> dict[str, str]:
    """The public half as a JSON Web Key (RFC 7517, 8037)."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {
            "kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e), "alg": "RS256", "use": "sig", "kid": kid,
        }  # fmt: skip
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw), "alg": "EdDSA", "use": "sig", "kid": kid}


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def method(did: str, kid: str, key: Public) -> dict[str, Any]:
    """The public half as a verification method of a DID document."""
    made: dict[str, Any] = {"id": f"{did}#{kid}", "controller": did}
    if isinstance(key, ed25519.Ed25519PublicKey):
        return made | {"type": "Multikey", "publicKeyMultibase": multikey(key)}
    return made | {"type": "JsonWebKey", "publicKeyJwk": jwk(kid, key)}


def compact(value: Any) -> bytes:
    """JSON without needless spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
