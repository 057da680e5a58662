"""Signed statements: the attached JWS says the same as the statement (Part 2 §2.6).

The form, the algorithm and the payload are checked. The RSA signature itself is not: the store keeps it, byte for byte,
for whoever holds the signer's certificate.
"""

import base64
import binascii
from typing import Any

from lms.xapi.errors import Malformed
from lms.xapi.rules import equality, parsing

Json = dict[str, Any]

ALGORITHMS = ("RS256", "RS384", "RS512")
MEDIA_TYPE = "application/octet-stream"
_RULE = "Part 2 §2.6"


def check(statement: Json, declared: Json, jws: bytes) -> None:
    """Raises Malformed unless it is a JWS of an RSA algorithm whose payload is this statement."""
    if declared["contentType"] != MEDIA_TYPE:
        raise _fault(f"A signature's contentType is {MEDIA_TYPE}")
    pieces = jws.strip().split(b".")
    if len(pieces) != 3:
        raise _fault("A signature is a JWS in compact form")
    header, payload = _decoded(pieces[0]), _decoded(pieces[1])
    if not isinstance(header, dict) or header.get("alg") not in ALGORITHMS:
        raise _fault(f"A signature's algorithm is one of {', '.join(ALGORITHMS)}")
    chain = header.get("x5c")
    if chain is not None and not (isinstance(chain, list) and chain and all(map(_is_certificate, chain))):
        raise _fault("x5c is a list of certificates, DER in Base64")
    if not isinstance(payload, dict) or not all(key in payload for key in ("actor", "verb", "object")):
        raise _fault("A signature's payload is the statement as JSON")
    bare = {key: value for key, value in statement.items() if key != "attachments"}
    signed = {key: value for key, value in payload.items() if key != "attachments"}
    if "timestamp" not in bare or "timestamp" not in signed:
        bare.pop("timestamp", None)
        signed.pop("timestamp", None)
    if not equality.same(bare, signed):
        raise _fault("What was signed is another statement")


def _decoded(piece: bytes) -> Any:
    try:
        return parsing.load(base64.urlsafe_b64decode(piece + b"=" * (-len(piece) % 4)))
    except (binascii.Error, Malformed) as fault:
        raise _fault("A signature's header and payload are JSON in Base64url") from fault


def _is_certificate(text: Any) -> bool:
    try:
        return isinstance(text, str) and base64.b64decode(text, validate=True)[:1] == b"\x30"
    except binascii.Error:
        return False


def _fault(message: str) -> Malformed:
    return Malformed(message, "/attachments", _RULE)
