"""The key to sign with now. In development one is made when first wanted; elsewhere a command makes it."""

import logging
from functools import lru_cache

from flask import current_app

from certificates.keys import issuer, queries, rules, sealing, services
from certificates.keys.errors import NoSigningKey
from certificates.keys.rules import KeyKind, Signer
from lms.core.permissions import Actor

log = logging.getLogger(__name__)


def signer(kind: KeyKind) -> Signer:
    """The active key of that kind. Raises NoSigningKey."""
    found = queries.active(kind)
    if found is None and current_app.config["DEVELOPMENT"]:
        found = services.ensure(Actor.system(), kind)
    if found is None or found.sealed is None:
        raise NoSigningKey()
    try:
        private = _opened(sealing.unseal(found.sealed, found.kid))
    except sealing.Unreadable as fault:
        log.error("signing key %s was sealed under another LLWYBR_SECRET_KEY: rotate it", found.kid)
        raise NoSigningKey() from fault
    return Signer(found.id, found.kid, kind, private, issuer.method(found.kid), issuer.key_address(found.kid))


def can_sign() -> bool:
    """Is there, or can there be, a key of each kind?"""
    return bool(current_app.config["DEVELOPMENT"]) or all(queries.active(kind) is not None for kind in KeyKind)


@lru_cache(maxsize=8)
def _opened(content: bytes) -> rules.Private:
    """Reading an RSA key checks it, which takes longer than signing."""
    return rules.read_private(content)
