"""Sentences for the next page that this browser shows."""

from flask import session


def add(text: str) -> None:
    """`text` is translated already. Said twice before it is shown, it is shown once."""
    waiting = session.setdefault("flashes", [])
    if text not in waiting:
        waiting.append(text)
        session.modified = True


def take() -> list[str]:
    """What waits; it waits no longer."""
    return session.pop("flashes", []) if "flashes" in session else []
