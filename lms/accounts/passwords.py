"""Passwords: what may be one, and how it is kept."""

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.core.language import N_

SHORTEST, LONGEST = 12, 200
COMMON = frozenset({
    "password", "passwordpassword", "mypassword", "passphrase", "qwerty", "qwertyuiop", "qwertyqwerty", "asdfghjkl",
    "letmein", "letmeinletmein", "welcome", "welcomewelcome", "iloveyou", "iloveyouiloveyou", "admin", "administrator",
    "changeme", "changemechangeme", "secret", "secretsecret", "football", "rugby", "princess", "sunshine", "monkey",
    "dragon", "llwybr", "llwybrllwybr", "cymru", "cymruambyth", "wales", "cyfrinair", "cyfrinaircyfrinair", "croeso",
    "caerdydd", "cardiff", "swansea", "abertawe", "nhswales", "gigcymru", "correcthorsebatterystaple",
})  # fmt: skip
"""Common ones once figures and signs are taken away: a short list, against the first hundred guesses."""
FIGURES = "01234567890123456789"

# OWASP's cheat sheet: 19 MiB, two passes, one lane, so that twenty people signing in at once stay under 400 MiB.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS = _hasher.hash("the password of nobody")


def fault_in(password: str, about: Iterable[str] = ()) -> str | None:
    """What is wrong with a new password, as a msgid; None when nothing is. `about`: the person's names and addresses.

    Length and a list, no rules of composition (NIST SP 800-63B §3.1.1.2).
    """
    if len(password) < SHORTEST:
        return N_("Use 12 characters or more. Three words that do not belong together work well")
    if len(password) > LONGEST:
        return N_("Use at most 200 characters")
    bare, letters = _bare(password), re.sub(r"[\W\d_]", "", password.casefold())
    if letters in COMMON or len(set(bare)) < 5 or bare in FIGURES or bare in FIGURES[::-1]:
        return N_("This password is one of the first that somebody would guess")
    for known in sorted(map(_bare, _parts(about)), key=len, reverse=True):
        if len(known) > 3 and known in bare and len(bare.replace(known, "")) < 6:
            return N_("Do not use your name or your e-mail address as your password")
    return None


def hash_password(password: str) -> str:
    """The argon2id hash (RFC 9106), salted."""
    return _hasher.hash(unicodedata.normalize("NFC", password))


def verify(kept: str | None, password: str) -> bool:
    """Is it this password? Takes as long where nobody's hash was found, so that time does not tell who is known."""
    try:
        right = _hasher.verify(kept or _NOBODYS, unicodedata.normalize("NFC", password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Was it hashed with other parameters than today's?"""
    return _hasher.check_needs_rehash(kept)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _parts(about: Iterable[str]) -> set[str]:
    """Names and addresses, whole and in their parts."""
    return {part for each in about for part in (each, each.partition("@")[0], *re.split(r"[\s@.]+", each)) if part}
