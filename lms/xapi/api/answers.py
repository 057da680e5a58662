"""What goes back: bodies, headers, and how a fault is told (Part 3 §3.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import orjson

from lms.xapi.errors import Fault, Hasty, NotAuthenticated
from lms.xapi.rules import patterns

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A status, headers and a body, before they meet the web framework. An iterator is sent as it goes."""

    status: int = 200
    body: bytes | Iterator[bytes] = field(default=b"", repr=False)
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


NOTHING = Answer(204)


def json(value: Any, **headers: str) -> Answer:
    return Answer(body=orjson.dumps(value), headers=headers)


def refusal(fault: Fault) -> Answer:
    """Problem details (RFC 9457): what is wrong, where, and by which rule."""
    told = {"status": fault.status, "title": type(fault).__name__, "detail": fault.message}
    if fault.pointer:
        told["pointer"] = fault.pointer
    if fault.rule:
        told["rule"] = fault.rule
    headers = {}
    if isinstance(fault, NotAuthenticated):
        headers["WWW-Authenticate"] = 'Basic realm="xAPI"'
    if isinstance(fault, Hasty):
        headers["Retry-After"] = str(fault.retry_after)
    return Answer(fault.status, orjson.dumps(told), "application/problem+json", headers)


def last_modified(moment: datetime) -> dict[str, str]:
    return {"Last-Modified": format_datetime(patterns.moment(patterns.microseconds(moment)), usegmt=True)}
