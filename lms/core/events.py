"""What has happened. Lower rooms publish; upper rooms subscribe, in `lms/app.py`. Same transaction."""

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any

_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event: type, handler: Callable[[Any], None]) -> None:
    """Idempotent, so that a second create_app (a test, a worker) does not double the reaction."""
    if handler not in _handlers[event]:
        _handlers[event].append(handler)


def only_if(concerns: Callable[[Any], bool]) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """The handler hears of an event only if it concerns it, which `concerns` says without asking the database."""

    def deco(handler: Callable[[Any], None]) -> Callable[[Any], None]:
        @wraps(handler)
        def hear(event: Any) -> None:
            if concerns(event):
                handler(event)

        hear.concerns = concerns  # type: ignore[attr-defined]
        return hear

    return deco


def is_wanted(event: object) -> bool:
    """Would anybody do anything about it?"""
    return any(getattr(each, "concerns", _always)(event) for each in _handlers[type(event)])


def _always(_event: object) -> bool:
    return True


def publish(event: object) -> None:
    """Tell every subscriber, in the order in which they subscribed. Their errors are the publisher's errors."""
    for handler in _handlers[type(event)]:
        handler(event)
