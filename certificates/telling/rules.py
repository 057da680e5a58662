"""When to try again, and how a telling is signed. Pure."""

import hashlib
import hmac
from datetime import timedelta

WAITS = tuple(timedelta(minutes=each) for each in (1, 5, 30, 120, 360, 720, 1440))
"""After the first attempt, and so on; after the last there is none, and the telling is dead: about two days in all."""
SIGNATURE = "Llwybr-Signature"


def next_wait(attempts: int) -> timedelta | None:
    """How long after that many attempts. None: no more."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def delivered(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=<seconds>,v1=<hex>`: HMAC-SHA-256 over `<seconds>.<body>`, so that an old telling cannot be sent again as new."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"
