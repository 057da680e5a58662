"""From bytes to JSON: strictly, once, and without losing what a float cannot hold.

The parser refuses trailing text, NaN, lone surrogates, control characters and 1,024 levels by itself. What it would let
pass is looked for here: a key written twice (RFC 8259 §4), and numbers that it would round.
"""

import json
import re
from typing import Any, NamedTuple

import orjson

from lms.xapi.errors import Excessive, Malformed

LARGEST_BODY = 10_000_000
"""Bytes of JSON in one request. Attachments have their own limit."""
DEEPEST = 250
"""Levels of nesting; what can be written out again."""

_KEYS = re.compile(rb'"(?:[^"\\]|\\.)*"\s*(:?)', re.DOTALL)
_SPACED_COLON = re.compile(rb'"\s+:')
_INEXACT = re.compile(rb"[:\[,]\s*(?:-?(?:[\d.]{16}|[\d.]+[eE]|\d+\.\d+0[,\]}\s])|-0[,\]}\s.])")
"""Where a value begins (so not within an id): a number that is long, has an exponent, or ends in nought, as 1.10 does."""


class Exact(float):
    """A number whose own digits are kept: 1.10, 1e3, or a forty-digit integer comes back as it was sent."""

    text: str

    def __new__(cls, text: str) -> "Exact":
        number = super().__new__(cls, text)
        number.text = text
        return number


class Parsed(NamedTuple):
    """`verbatim`: written again it says the same as the text, so no number has lost its digits."""

    value: Any
    verbatim: bool


def load(body: bytes) -> Any:
    """The JSON value. Raises Malformed, or Excessive above the limits of size and depth."""
    return parse(body).value


def parse(body: bytes) -> Parsed:
    """The JSON value, once it is known that no key is doubled. Raises as `load` does."""
    if len(body) > LARGEST_BODY:
        raise Excessive(f"The body may have {LARGEST_BODY} bytes; it has {len(body)}")
    try:
        value = orjson.loads(body)
        again = orjson.dumps(value)
    except orjson.JSONDecodeError as fault:
        if "depth limit" in str(fault):
            raise Excessive(f"JSON may be nested {DEEPEST} levels deep") from fault
        raise Malformed(f"This is not JSON: {fault}", rule="RFC 8259") from fault
    except TypeError as fault:  # the writer's own, smaller limit
        raise Excessive(f"JSON may be nested {DEEPEST} levels deep") from fault
    if len(again) == len(body) and again == body:
        return Parsed(value, verbatim=True)
    if body.replace(b'": ', b'":').replace(b", ", b",") == again:  # as many writers space it
        return Parsed(value, verbatim=True)
    if _members(body) != again.count(b'":') - again.count(b'\\":'):
        _refuse_doubled_keys(body)
    return Parsed(value, verbatim=False)


def exactly(body: bytes, parsed: Parsed) -> Any:
    """What was parsed from `body`; with numbers kept as text if it has any that a float changes."""
    if parsed.verbatim or _INEXACT.search(body) is None:
        return parsed.value
    return json.loads(body, parse_float=_number, parse_int=_integer)


def load_exactly(body: bytes) -> Any:
    """The value of JSON that the store wrote itself, its numbers as they came."""
    return exactly(body, parse(body))


def dump(value: Any) -> bytes:
    """Compact JSON, key order kept, exact numbers as they came."""
    return orjson.dumps(value, default=_written)


def pretty(body: bytes) -> str:
    """The JSON over several lines, for people to read; numbers with their own digits."""
    return orjson.dumps(load_exactly(body), default=_written, option=orjson.OPT_INDENT_2).decode()


def _members(body: bytes) -> int:
    """How many keys the text writes. The quick count is right unless quotes are escaped or colons stand apart."""
    if b'\\"' not in body and b"\\\\" not in body and _SPACED_COLON.search(body) is None:
        return body.count(b'":')
    return sum(1 for colon in _KEYS.findall(body) if colon)


def _refuse_doubled_keys(body: bytes) -> None:
    """Only the slow parser can tell for certain, and which key it is."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise Malformed(f"The key {twice!r} is written twice in one object", rule="RFC 8259 §4")
        return seen

    json.loads(body, object_pairs_hook=once)


def _number(text: str) -> float:
    return float(text) if repr(float(text)) == text else Exact(text)


def _integer(text: str) -> int | float:
    return int(text) if len(text) < 19 and text != "-0" else Exact(text)


def _written(value: Any) -> orjson.Fragment:
    if isinstance(value, Exact):
        return orjson.Fragment(value.text.encode())
    raise TypeError(type(value).__name__)
