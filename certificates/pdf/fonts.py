"""The faces that certificates are set in, embedded, with ŵ and ŷ. Never ReportLab's own: its Vera has neither.

A face's subsets are fixed (Latin first, then the rest of the font), so each is cut once per process and not once per
document; a document embeds those that it uses.
"""

import threading
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import FF_NONSYMBOLIC, FF_SYMBOLIC, SUBSETN, TTFont

from certificates.pdf.streams import Raw, RawStream

FONTS = Path(__file__).parents[1] / "fonts"
TEXT, STRONG, DISPLAY = "Atkinson", "Atkinson-SemiBold", "Literata"
FILES = {
    TEXT: "AtkinsonHyperlegibleNext-Regular.ttf",
    STRONG: "AtkinsonHyperlegibleNext-SemiBold.ttf",
    DISPLAY: "Literata-Medium.ttf",
}
LATIN = (*range(0x20, 0x7F), *range(0xA1, 0x180), *range(0x1E80, 0x1E86), 0x1EF2, 0x1EF3, *range(0x2010, 0x2027))

NO_BREAK = "\u00a0"

_loading = threading.Lock()
_READY: dict[str, "Face"] = {}


class Face(TTFont):  # type: ignore[misc]
    """A TrueType font with fixed subsets."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, str(path), asciiReadable=True, shapable=False)
        glyphs = self.face.charToGlyph
        rest = sorted(code for code in glyphs if code <= 0xFFFF and code not in LATIN and code >= 0xA1)
        plan = _Plan()
        super().splitString("".join(map(chr, (*(c for c in LATIN if c in glyphs), *rest))), plan)
        self.plan = self.state[plan]
        self.cut: dict[int, tuple[str, RawStream, RawStream, Raw, int]] = {}
        for number in range(2):
            self._subset(number)

    def lacks(self, text: str) -> set[str]:
        """The characters of `text` that this face cannot draw."""
        return {character for character in text if ord(character) not in self.plan.assignments}

    def _state(self, document: Any) -> Any:
        if document not in self.state:
            state = TTFont.State(True, self)
            state.assignments, state.subsets = self.plan.assignments, self.plan.subsets
            state.nextCode, state.frozen, state.used = self.plan.nextCode, 1, set()
            self.state[document] = state
        return self.state[document]

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> Any:
        """As ReportLab's, but an unknown character is an error where it would draw an empty box."""
        if missing := self.lacks(text):
            raise ValueError(f"{self.fontName} has no glyph for {sorted(missing)}")
        self._state(doc)
        return super().splitString(text, doc, encoding)

    def getSubsetInternalName(self, subset: int, doc: Any) -> Any:
        self._state(doc).used.add(subset)
        return super().getSubsetInternalName(subset, doc)

    def addObjects(self, doc: Any) -> None:
        """Write the used subsets into the document."""
        face, flags = self.face, (self.face.flags & ~FF_NONSYMBOLIC) | FF_SYMBOLIC
        for number in sorted(self.state[doc].used):
            base, program, characters, widths, length = self._subset(number)
            name = self.getSubsetInternalName(number, doc)[1:]
            descriptor = pdfdoc.PDFDictionary({
                "Type": "/FontDescriptor", "Ascent": face.ascent, "CapHeight": face.capHeight, "Descent": face.descent,
                "Flags": flags, "FontBBox": pdfdoc.PDFArray(face.bbox), "FontName": pdfdoc.PDFName(base),
                "ItalicAngle": face.italicAngle, "StemV": face.stemV, "MissingWidth": face.defaultWidth,
                "FontFile2": doc.Reference(program.fresh(), f"program:{base}"),
            })  # fmt: skip
            font = pdfdoc.PDFTrueTypeFont()
            font.Name, font.BaseFont, font.FirstChar, font.LastChar, font.Widths = name, base, 0, length - 1, widths
            font.ToUnicode = doc.Reference(characters.fresh(), f"characters:{base}")
            font.FontDescriptor = doc.Reference(descriptor, f"descriptor:{base}")
            doc.Reference(font, name)
            doc.idToObject["BasicFonts"].dict[name] = font
        del self.state[doc]

    def _subset(self, number: int) -> tuple[str, RawStream, RawStream, Raw, int]:
        """Name, font program, ToUnicode, widths and length of a subset."""
        if number not in self.cut:
            codes = self.plan.subsets[number]
            name = b"".join((SUBSETN(number), b"+", self.face.name, self.face.subfontNameX)).decode("latin-1")
            program = self.face.makeSubset(codes)
            widths = b"[" + b" ".join(b"%g" % self.face.getCharWidth(code) for code in codes) + b"]"
            self.cut[number] = (
                name,
                RawStream(program, f"/Length1 {len(program)}"),
                RawStream(_to_unicode(codes)),
                Raw(widths),
                len(codes),
            )
        return self.cut[number]


class _Plan:
    """Stands for a document while the fixed subsets are laid out."""

    fontMapping: dict[str, str] = {}
    delayedFonts: list[Any] = []


def _to_unicode(codes: list[int]) -> bytes:
    """Only real characters: ReportLab maps unused codes to U+0000, which PDF/UA-1 §7.21.7 forbids."""
    pairs = [f"<{place:02X}> <{code:04X}>" for place, code in enumerate(codes) if code]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    listed = "".join("{} beginbfchar\n{}\nendbfchar\n".format(len(block), "\n".join(block)) for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo <</Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0>> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def "
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{listed}"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode()


@cache
def _loaded() -> dict[str, Face]:
    faces = {name: Face(name, FONTS / file) for name, file in FILES.items()}
    for face in faces.values():
        pdfmetrics.registerFont(face)
    return faces


def faces() -> dict[str, Face]:
    """Every face, read once per process."""
    if _READY:
        return _READY
    with _loading:
        _READY.update(_loaded())
        return _READY


@lru_cache(maxsize=4096)
def face_for(text: str, wanted: str) -> str:
    """The wanted face, or the wider one where it lacks a character of `text`."""
    return DISPLAY if wanted != DISPLAY and faces()[wanted].lacks(text) else wanted


def unprintable(texts: Iterable[str]) -> set[str]:
    """The characters that no face here can draw: the gate before a certificate is issued."""
    return {character for text in texts for character in faces()[DISPLAY].lacks(printable(text))}


def printable(text: str) -> str:
    """As it is drawn: composed characters, plain spaces."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def width(text: str, face: str, size: float) -> float:
    """In points."""
    return _width(text, face) * size / 1000


@lru_cache(maxsize=8192)
def _width(text: str, face: str) -> float:
    """In thousandths of the font's size."""
    chosen = faces()[face_for(text, face)].face
    known, default = chosen.charWidths, chosen.defaultWidth
    return float(sum(known.get(32 if character == NO_BREAK else ord(character), default) for character in text))


def fitted(text: str, face: str, size: float, room: float, smallest: float) -> float:
    """The size, in points, not above `size` nor under `smallest`, at which `text` is at most `room` wide."""
    return max(smallest, min(size, size * room / max(width(text, face, size), 1e-6)))


def wrapped(text: str, face: str, size: float, room: float) -> list[str]:
    """Lines of at most `room` points, broken at spaces but not at no-break ones; a longer word is broken within."""
    lines: list[str] = []
    for word in (part.replace(NO_BREAK, " ") for part in text.split(" ")):
        if lines and width(f"{lines[-1]} {word}", face, size) <= room:
            lines[-1] += f" {word}"
            continue
        while width(word, face, size) > room and len(word) > 1:
            cut = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or width(word[:n], face, size) <= room)
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
    return lines
