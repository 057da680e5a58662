"""multipart/mixed, by bytes (RFC 2046 §5.1; xAPI 1.0.3 Part 3 §1.5.2): statements first, then their attachments."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from lms.xapi.errors import Excessive, Malformed
from lms.xapi.rules.parsing import LARGEST_BODY

Json = dict[str, Any]

MOST_PARTS = 500
LARGEST_HEAD = 16_384
IN_MEMORY = 262_144
"""Bytes of an attachment from which it is held in a file."""
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"

_RULE = "Part 3 §1.5.2"
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_READ = 65_536


class Source(Protocol):
    """Where bytes come from, as they arrive."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Part:
    """Header names are lower case. `size` is that of the content, in bytes."""

    headers: dict[str, str]
    content: IO[bytes] = field(repr=False)
    size: int

    @property
    def sha2(self) -> str:
        return self.headers.get("x-experience-api-hash", "").lower()

    @property
    def body(self) -> bytes:
        """All of it: for what is known to be small."""
        self.content.seek(0)
        return self.content.read()


def split(content_type: str, source: Source) -> list[Part]:
    """The parts, their bytes untouched; large ones in files. Raises Malformed when the frame is not one."""
    if (named := _BOUNDARY.search(content_type)) is None:
        raise Malformed("multipart/mixed names its boundary", "Content-Type", _RULE)
    reader = _Reader(source, b"\r\n--" + (named[1] or named[2]).encode())
    for _ in reader.until_fence():
        pass  # what stands before the first boundary is nobody's
    parts: list[Part] = []
    while not reader.ends():
        if len(parts) == MOST_PARTS:
            raise Excessive(f"A request may have {MOST_PARTS} parts")
        parts.append(_part(reader, first=not parts))
    if not parts:
        raise Malformed("The body does not begin and end with its boundary", rule=_RULE)
    return parts


class _Reader:
    """Looks for a fence in what arrives, holding no more than it must."""

    def __init__(self, source: Source, fence: bytes) -> None:
        self._source, self._fence = source, fence
        self._held = b"\r\n"  # the first boundary needs no line before it

    def until_fence(self) -> Iterator[bytes]:
        """What stands before the next fence, as it arrives; the fence is passed."""
        keep = len(self._fence) - 1
        while (at := self._held.find(self._fence)) < 0:
            if len(self._held) > keep:
                yield self._held[:-keep]
                self._held = self._held[-keep:]
            self._more()
        yield self._held[:at]
        self._held = self._held[at + len(self._fence) :]

    def ends(self) -> bool:
        """Was that the last fence?"""
        while len(self._held) < 2:
            self._more()
        return self._held.startswith(b"--")

    def head(self) -> bytes:
        """The lines up to the empty one."""
        while (at := self._held.find(b"\r\n\r\n")) < 0 and len(self._held) <= LARGEST_HEAD:
            self._more()
        head, self._held = self._held[:at], self._held[at + 4 :]
        if at < 0 or self._fence in head:
            raise Malformed("A part has headers, an empty line, and its content", rule=_RULE)
        return head

    def _more(self) -> None:
        arrived = self._source.read(_READ)
        if not arrived:
            raise Malformed("The body does not begin and end with its boundary", rule=_RULE)
        self._held += arrived


def _part(reader: _Reader, *, first: bool) -> Part:
    headers = {}
    for line in reader.head().lstrip(b" \t").removeprefix(b"\r\n").decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    content: IO[bytes] = BytesIO() if first else SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - its part owns it
    size = 0
    for piece in reader.until_fence():
        size += len(piece)
        if first and size > LARGEST_BODY:
            raise Excessive(f"The statements of a request may have {LARGEST_BODY} bytes")
        content.write(piece)
    return Part(headers, content, size)


def statements_part(parts: list[Part]) -> bytes:
    """The JSON of the first part."""
    if parts[0].headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Malformed("The first part is application/json and holds the statements", rule=_RULE)
    return parts[0].body


def matched(parts: list[Part], declared: Iterable[Json]) -> dict[str, Part]:
    """The attachments by their hash: each one declared, each declared one there unless it says where it lies."""
    wanted = {each["sha2"].lower(): each for each in declared}
    sent: dict[str, Part] = {}
    for part in parts[1:]:
        if part.headers.get("content-transfer-encoding", "").lower() != "binary":
            raise Malformed("An attachment's part says Content-Transfer-Encoding: binary", rule=_RULE)
        if not part.sha2:
            raise Malformed("An attachment's part has X-Experience-API-Hash", rule=_RULE)
        if part.sha2 not in wanted:
            raise Malformed(f"No statement declares the attachment {part.sha2}", rule=_RULE)
        sent[part.sha2] = part
    check_present(wanted.values(), sent)
    return sent


def check_present(declared: Iterable[Json], sent: Iterable[str] = ()) -> None:
    """Raises Malformed when an attachment is neither among the parts nor to be had from its fileUrl."""
    held = set(sent)
    for each in declared:
        if each["sha2"].lower() not in held and "fileUrl" not in each:
            raise Malformed(
                f"The attachment {each['sha2']} was not sent, and has no fileUrl", "/attachments", "Part 2 §2.4.11"
            )


@dataclass(frozen=True)
class Held:
    """An attachment that an answer is to carry. `size` in bytes."""

    content_type: str
    sha2: str
    size: int


def framed(boundary: str, statements: bytes, attachments: Iterable[Held]) -> list[bytes | Held]:
    """The answer in the order of its bytes: statements first; where a Held stands, its content belongs."""
    fence = f"--{boundary}\r\n".encode()
    frame: list[bytes | Held] = [fence + b"Content-Type: application/json\r\n\r\n" + statements + b"\r\n"]
    for each in attachments:
        headers = {
            "Content-Type": each.content_type,
            "Content-Transfer-Encoding": "binary",
            "X-Experience-API-Hash": each.sha2,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        frame += [fence + head.encode("latin-1", "replace"), each, b"\r\n"]
    return [*frame, f"--{boundary}--\r\n".encode()]


def joined(boundary: str, statements: bytes, attachments: Sequence[tuple[str, str, bytes]]) -> bytes:
    """The whole at once, for what is known to be small: (content type, sha2, bytes) of each attachment."""
    content = {sha2: body for _, sha2, body in attachments}
    frame = framed(boundary, statements, [Held(kind, sha2, len(body)) for kind, sha2, body in attachments])
    return b"".join(each if isinstance(each, bytes) else content[each.sha2] for each in frame)
