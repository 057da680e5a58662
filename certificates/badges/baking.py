"""A badge's picture with its credential inside: one uncompressed iTXt chunk after the header (Open Badges 3.0 §5.3). Pure."""

import struct
import zlib
from collections.abc import Iterator

KEYWORD = b"openbadgecredential"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST = 5_000_000


def baked(png: bytes, credential: str) -> bytes:
    """The picture with the credential in it; one that was there goes."""
    out = [SIGNATURE]
    for kind, content in _chunks(png):
        if kind == b"iTXt" and content.startswith(KEYWORD + b"\0"):
            continue
        out.append(_chunk(kind, content))
        if kind == b"IHDR":
            out.append(_chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + credential.encode()))
    return b"".join(out)


def unbaked(png: bytes) -> str | None:
    """The credential in a picture that anybody may have sent. None: there is none, or it is no such picture."""
    if not png.startswith(SIGNATURE) or len(png) > LARGEST:
        return None
    for kind, content in _chunks(png):
        if kind == b"iTXt" and content.startswith(KEYWORD + b"\0\0\0"):
            _language, _, rest = content[len(KEYWORD) + 3 :].partition(b"\0")
            return rest.partition(b"\0")[2].decode("utf-8", "replace")
    return None


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place + 12 <= len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        content = png[place + 8 : place + 8 + length]
        if len(content) < length:
            return
        yield kind, content
        place += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
