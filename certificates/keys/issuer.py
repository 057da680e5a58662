"""Who issues: names and addresses that come from LLWYBR_PUBLIC_URL alone, never from what a request says."""

from urllib.parse import quote, urlsplit

from flask import current_app


def root() -> str:
    """Where people reach this service."""
    found: str = current_app.config["PUBLIC_URL"]
    return found


def did() -> str:
    """did:web of that host: its document is at /.well-known/did.json (did:web method, §3.2)."""
    return f"did:web:{quote(urlsplit(root()).netloc, safe='')}"


def method(kid: str) -> str:
    return f"{did()}#{kid}"


def key_address(kid: str) -> str:
    """Where the public half is found as a JWK (Open Badges 3.0 §8.2.3: `kid`)."""
    return f"{root()}/keys/{kid}"
