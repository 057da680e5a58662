"""Signing what a credential says: a proof inside it (eddsa-rdfc-2022), or a token around it (VC-JWT, RS256). Pure."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from pyld import jsonld

from certificates.badges import contexts
from certificates.keys.rules import BASE58, Signer, base58, base64url, compact

SUITE = "eddsa-rdfc-2022"
OPTIONS: Any = {
    "algorithm": "URDNA2015", "format": "application/n-quads", "processingMode": "json-ld-1.1",
    "documentLoader": contexts.loader,
}  # fmt: skip
SECURITY, RDF, XSD = (
    "https://w3id.org/security#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2001/XMLSchema#",
)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_proof(document: Mapping[str, Any], signer: Signer, at: datetime) -> dict[str, Any]:
    """The document with a Data Integrity proof (vc-di-eddsa §3.2): two hashes signed, of the proof's options and of it."""
    options = {
        "type": "DataIntegrityProof", "cryptosuite": SUITE, "created": moment(at), "verificationMethod": signer.method,
        "proofPurpose": "assertionMethod",
    }  # fmt: skip
    return {**document, "proof": {**options, "proofValue": f"z{base58(signer.sign(_hashed(document, options)))}"}}


def proof_holds(secured: Mapping[str, Any], key: ed25519.Ed25519PublicKey) -> bool:
    """Is the proof inside it that key's, over exactly this? For what we signed ourselves."""
    document = {name: value for name, value in secured.items() if name != "proof"}
    options = {name: value for name, value in secured["proof"].items() if name != "proofValue"}
    try:
        key.verify(_from_base58(secured["proof"]["proofValue"][1:]), _hashed(document, options))
    except InvalidSignature:
        return False
    return True


def as_token(document: Mapping[str, Any], signer: Signer) -> str:
    """The document as a JWT (Open Badges 3.0 §8.2): its own members, and the registered claims that repeat them."""
    issuer, subject = document["issuer"], document["credentialSubject"]
    claims = {
        **document, "iss": issuer if isinstance(issuer, str) else issuer["id"], "jti": document["id"],
        "sub": subject["id"], "nbf": _seconds(document["validFrom"]),
    }  # fmt: skip
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    header = {"alg": "RS256", "typ": "JWT", "kid": signer.address}
    signed = f"{base64url(compact(header))}.{base64url(compact(claims))}"
    return f"{signed}.{base64url(signer.sign(signed.encode()))}"


def token_holds(token: str, key: rsa.RSAPublicKey) -> bool:
    """Is this token that key's? For what we signed ourselves."""
    signed, _, signature = token.rpartition(".")
    try:
        key.verify(base64.urlsafe_b64decode(signature + "=="), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def canonical(document: Mapping[str, Any]) -> bytes:
    """Its statements, one a line, in the order that RDF Dataset Canonicalization gives them."""
    made: str = jsonld.normalize(dict(document), OPTIONS)
    return made.encode()


def canonical_options(options: Mapping[str, str]) -> bytes:
    """What `canonical` makes of a proof's options, written down: always the same five statements, so half of the time of
    signing need not be spent on finding that out."""
    return (
        f'_:c14n0 <http://purl.org/dc/terms/created> "{options["created"]}"^^<{XSD}dateTime> .\n'
        f"_:c14n0 <{RDF}type> <{SECURITY}DataIntegrityProof> .\n"
        f'_:c14n0 <{SECURITY}cryptosuite> "{options["cryptosuite"]}"^^<{SECURITY}cryptosuiteString> .\n'
        f"_:c14n0 <{SECURITY}proofPurpose> <{SECURITY}assertionMethod> .\n"
        f"_:c14n0 <{SECURITY}verificationMethod> <{options['verificationMethod']}> .\n"
    ).encode()


def _hashed(document: Mapping[str, Any], options: Mapping[str, str]) -> bytes:
    return hashlib.sha256(canonical_options(options)).digest() + hashlib.sha256(canonical(document)).digest()


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _from_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + BASE58.index(letter)
    return number.to_bytes(64, "big")
