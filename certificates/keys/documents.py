"""What the world checks our signatures with."""

from typing import Any

from certificates.keys import issuer, queries, rules
from certificates.keys.rules import VOUCHES, KeyKind

DID_CONTEXTS = (
    "https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", "https://w3id.org/security/jwk/v1",
)  # fmt: skip


def did_document() -> dict[str, Any]:
    """The issuer's DID document: every key that may vouch, also those that only vouch for what is old."""
    did = issuer.did()
    methods = [rules.method(did, each.kid, rules.read_public(each.public)) for each in queries.published()]
    return {
        "@context": list(DID_CONTEXTS), "id": did, "alsoKnownAs": [issuer.root()], "verificationMethod": methods,
        "assertionMethod": [each["id"] for each in methods],
    }  # fmt: skip


def key_set() -> dict[str, Any]:
    """The same keys as a JSON Web Key Set."""
    return {"keys": [rules.jwk(each.kid, rules.read_public(each.public)) for each in queries.published()]}


def public_key(kid: str) -> tuple[dict[str, Any] | None, bool]:
    """One key as a JWK, and whether there ever was one of that name. None: it must not be trusted, or never was."""
    found = queries.key_named(kid)
    if found is None or found.state not in VOUCHES:
        return None, found is not None
    return rules.jwk(kid, rules.read_public(found.public)), True


def verifier(kid: str, kind: KeyKind) -> rules.Public | None:
    """The public half of a key of ours, by its name. None: it is none of ours, of another kind, or compromised."""
    found = queries.key_named(kid)
    if found is None or found.kind is not kind or found.state not in VOUCHES:
        return None
    return rules.read_public(found.public)
