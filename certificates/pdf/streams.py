"""Pieces of a PDF file whose bytes we write ourselves."""

import zlib
from typing import Any

from reportlab.pdfbase import pdfdoc


class RawStream(pdfdoc.PDFStream):  # type: ignore[misc]
    """A stream that is already serialised, so that it may be kept for the life of the process.

    ReportLab's own omits the line end before `endstream` (ISO 19005-2 §6.1.7.1), and writes an empty filter list.
    """

    __RefOnly__ = 1

    def __init__(self, content: bytes, entries: str = "", *, compress: bool = True) -> None:
        body = zlib.compress(content, 9) if compress else content
        head = f"<</Length {len(body)}{' /Filter /FlateDecode' if compress else ''} {entries}>>"
        self.serialised = head.encode("latin-1") + b"\nstream\n" + body + b"\nendstream"

    def fresh(self) -> "RawStream":
        """The same stream for another document: ReportLab writes a document's own name on each object."""
        copy = RawStream.__new__(RawStream)
        copy.serialised = self.serialised
        return copy

    def format(self, document: Any) -> bytes:
        return self.serialised


class Raw(pdfdoc.PDFObject):  # type: ignore[misc]
    """An object that is already serialised."""

    def __init__(self, serialised: bytes) -> None:
        self.serialised = serialised

    def format(self, document: Any) -> bytes:
        return self.serialised


def text_string(text: str) -> bytes:
    """A text string object, UTF-16BE with its mark (ISO 32000-1 §7.9.2.2)."""
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"
