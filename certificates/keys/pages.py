"""The public halves, at the addresses where verifiers look for them."""

from typing import Any

from flask import Response, jsonify

from certificates.keys import documents
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages

pages = Pages("signing_keys", __name__, languages=False)

LIFETIME = 300
"""Seconds for which a copy may be used: so long may a key that was compromised still be believed."""


@pages.page("GET", "/.well-known/did.json", needs=Permission.CERTIFICATE_VERIFY)
def did_document(actor: Actor) -> Response:
    return public(jsonify(documents.did_document()))


@pages.page("GET", "/.well-known/jwks.json", needs=Permission.CERTIFICATE_VERIFY)
def key_set(actor: Actor) -> Response:
    return public(jsonify(documents.key_set()))


@pages.page("GET", "/keys/<kid>", needs=Permission.CERTIFICATE_VERIFY)
def public_key(actor: Actor, kid: str) -> Any:
    """As a JWK. One that was compromised is gone, and says so."""
    found, known = documents.public_key(kid[:100])
    if found is None and not known:
        raise NotFound()
    answer = public(jsonify(found or {"kid": kid, "state": "compromised"}))
    answer.status_code = 200 if found else 410
    return answer


def public(answer: Response, seconds: int = LIFETIME) -> Response:
    """Anyone may keep it for a while, and read it from any page: it holds nothing about people."""
    answer.headers["Cache-Control"] = f"public, max-age={seconds}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
