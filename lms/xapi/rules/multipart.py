"""multipart/mixed, by bytes (RFC 2046 §5.1; xAPI 1.0.3 Part 3 §1.5.2): statements first, then their attachments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lms.xapi.errors import Excessive, Malformed

Json = dict[str, Any]

MOST_PARTS = 500
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"

_RULE = "Part 3 §1.5.2"
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """Header names are lower case."""

    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def sha2(self) -> str:
        return self.headers.get("x-experience-api-hash", "").lower()


def split(content_type: str, body: bytes) -> list[Part]:
    """The parts, their bytes untouched. Raises Malformed when the frame is not one."""
    if (named := _BOUNDARY.search(content_type)) is None:
        raise Malformed("multipart/mixed names its boundary", "Content-Type", _RULE)
    fence = b"\r\n--" + (named[1] or named[2]).encode()
    pieces = (b"\r\n" + body).split(fence)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise Malformed("The body does not begin and end with its boundary", rule=_RULE)
    if len(pieces) - 2 > MOST_PARTS:
        raise Excessive(f"A request may have {MOST_PARTS} parts")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, gap, body = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        raise Malformed("A part has headers, an empty line, and its content", rule=_RULE)
    headers = {}
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Part(headers, body)


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


def joined(boundary: str, statements: bytes, attachments: Iterable[tuple[str, str, bytes]]) -> bytes:
    """The answer: the statements, then (content type, sha2, bytes) of each attachment."""
    fence = f"--{boundary}\r\n".encode()
    pieces = [fence, b"Content-Type: application/json\r\n\r\n", statements, b"\r\n"]
    for content_type, sha2, body in attachments:
        headers = {"Content-Type": content_type, "Content-Transfer-Encoding": "binary", "X-Experience-API-Hash": sha2}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        pieces += [fence, head.encode("latin-1", "replace"), body, b"\r\n"]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()])
