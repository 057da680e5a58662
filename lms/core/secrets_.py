"""Secrets that we make ourselves: 256 random bits, stored only as a digest."""

import hashlib
import secrets


def new_secret() -> str:
    """43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """SHA-256. Enough for a secret of full entropy; passwords go through argon2 (`lms.accounts`)."""
    return hashlib.sha256(secret.encode()).digest()
