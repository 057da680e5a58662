"""A request as the resources see it: after alternate request syntax has been undone (xAPI 1.0.3 Part 3 §1.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Protocol
from urllib.parse import parse_qsl

from lms.xapi.errors import Malformed
from lms.xapi.rules.versions import Version, chosen

_RULE = "Part 3 §1.3"
_HEADERS = frozenset({
    "authorization", "x-experience-api-version", "content-type", "content-length", "if-match", "if-none-match",
    "accept", "accept-language",
})  # fmt: skip


class Source(Protocol):
    """The body as it arrives. `most` bytes may come; `read` raises Excessive beyond."""

    most: int

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Call:
    """Header names are lower case. `source` is read once: as `body`, or by whoever takes it in pieces."""

    method: str
    arguments: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    source: Source = field(repr=False)

    @cached_property
    def body(self) -> bytes:
        """The whole of it. Raises Excessive above the limits of the request."""
        return self.source.read()

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0].strip().lower()


class Written(BytesIO):
    """A body that is here already."""

    most = 0


def once_each(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Parameters by name. Raises Malformed when one is given twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("A parameter is given twice", rule="Part 3 §2")
    return found


def is_alternate(call: Call) -> bool:
    return call.method == "POST" and "method" in call.arguments


def undone(call: Call) -> Call:
    """What a POST with `?method=` means: its form carries parameters, headers and, as `content`, the body."""
    if len(call.arguments) != 1:
        raise Malformed("Beside method, a parameter belongs into the form", "method", _RULE)
    method = call.arguments["method"]
    if method not in ("GET", "PUT", "POST", "DELETE", "HEAD"):
        raise Malformed(f"There is no method {method!r}", "method", _RULE)
    try:
        form = once_each(parse_qsl(call.body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict"))
    except ValueError as fault:
        raise Malformed("The body is a form, its values URL-encoded", rule=_RULE) from fault
    if method in ("PUT", "POST") and "content" not in form:
        raise Malformed("The form has no content", "content", _RULE)
    content = form.pop("content", "")
    headers = {key: value for key, value in call.headers.items() if key not in ("content-type", "content-length")}
    headers |= {name.lower(): value for name, value in form.items() if name.lower() in _HEADERS}
    if content:
        headers.setdefault("content-type", "application/json")
    arguments = {name: value for name, value in form.items() if name.lower() not in _HEADERS}
    if chosen(headers.get("x-experience-api-version")) is Version.TWO:
        raise Malformed("xAPI 2.0 has no alternate request syntax", "method", "IEEE 9274.1.1")
    return Call(method, arguments, headers, Written(content.encode()))
