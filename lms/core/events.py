"""What has happened. Lower rooms publish; upper rooms subscribe, in `lms/app.py`. Same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event: type, handler: Callable[[Any], None]) -> None:
    """Idempotent, so that a second create_app (a test, a worker) does not double the reaction."""
    if handler not in _handlers[event]:
        _handlers[event].append(handler)


def publish(event: object) -> None:
    """Tell every subscriber, in the order in which they subscribed. Their errors are the publisher's errors."""
    for handler in _handlers[type(event)]:
        handler(event)
