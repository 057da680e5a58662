"""Actors as a person writes them in a filter: one line each."""

import re

from lms.xapi.rules import patterns

_MBOX, _SHA1 = re.compile(patterns.MBOX), re.compile(patterns.SHA1)


def identifier(text: str) -> str:
    """The inverse functional identifier, as `lms.xapi.rules.keys` writes it. Raises ValueError.

    `mailto:someone@example.org`, the 40 figures of an mbox_sha1sum, an OpenID, or an account: its home page, a space, its name.
    """
    text = text.strip()
    first, space, rest = text.partition(" ")
    if space and patterns.is_iri(first) and rest.strip():
        return f"account {first} {rest.strip()}"
    if _MBOX.match(text):
        return f"mbox {text}"
    if _SHA1.match(text):
        return f"mbox_sha1sum {text}"
    if not space and patterns.is_iri(text):
        return f"openid {text}"
    raise ValueError("Write mailto:…, a SHA-1 sum, an OpenID, or the home page and name of an account")
