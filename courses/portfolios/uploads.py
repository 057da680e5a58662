"""What a file is, by what is in it; never by its name or by what the browser says.

Pictures are drawn anew, so that neither a place of taking nor anything else hidden travels with them.
"""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, ImageOps, UnidentifiedImageError

from courses.portfolios.errors import FileRefused
from lms.core.language import N_

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"

ENDINGS = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), DOCX: (".docx",), ODT: (".odt",), TEXT: (".txt",)}
ACCEPTED = ",".join(ending for endings in ENDINGS.values() for ending in endings)
"""For a form's `accept`: a help for the person, not a check."""

MOST_PIXELS = 60_000_000
LARGEST_SIDE = 4000
"""Pixels: a page of handwriting is easily read at this size."""
LARGEST_MEMBER = 4_000_000
"""Bytes of a zip's table of contents that we unpack: more is a trap."""
LONGEST_NAME = 120

UNKNOWN = N_("Choose a PDF, a Word or OpenDocument text, a JPEG or PNG picture, or plain text")
BROKEN = N_("This file is damaged or incomplete. Save it again, and choose it again.")
MACROS = N_("This document holds macros. Save it without them, and choose it again.")
LOCKED = N_("This document is locked with a password. Save it without one, and choose it again.")
EMPTY = N_("This file is empty")


@dataclass(frozen=True)
class Upload:
    """A file that we take: cleaned bytes, what they are, and a name that is safe to show and to give back."""

    data: bytes
    media_type: str
    name: str


def recognised(data: bytes, name: str) -> Upload:
    """The upload, cleaned. Raises FileRefused with what to do about it."""
    if not data:
        raise FileRefused(fields={"file": EMPTY})
    media_type = _kind(data)
    if media_type in (PNG, JPEG):
        data = _drawn_anew(data, media_type)
    return Upload(data, media_type, safe_name(name, media_type))


def safe_name(name: str, media_type: str) -> str:
    """The last part of the name, printable, not too long, with an ending that tells the truth."""
    flat = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(each for each in flat if unicodedata.category(each)[0] != "C" and each not in '<>:"|?*%;')
    path = PurePosixPath(re.sub(r"\s+", " ", shown).strip(" .") or "file")
    ending = path.suffix.lower()
    stem = path.stem if ending in {each for endings in ENDINGS.values() for each in endings} else path.name
    return stem[:LONGEST_NAME].strip(" .") + (ending if ending in ENDINGS[media_type] else ENDINGS[media_type][0])


def _kind(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2048:]:
            raise FileRefused(fields={"file": BROKEN})
        return PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(fields={"file": LOCKED})
    if _is_text(data):
        return TEXT
    raise FileRefused(fields={"file": UNKNOWN})


def _office_kind(data: bytes) -> str:
    """Which of the two formats this zip is, by the parts that each must have (ECMA-376 Part 2; ODF 1.3 Part 2)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
                raise FileRefused(fields={"file": MACROS})
            if "word/document.xml" in names and b"wordprocessingml" in _member(package, "[Content_Types].xml"):
                return DOCX
            if "content.xml" in names and _member(package, "mimetype").strip() == ODT.encode():
                return ODT
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError) as fault:
        raise FileRefused(fields={"file": BROKEN}) from fault
    raise FileRefused(fields={"file": UNKNOWN})


def _member(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as source:
        return source.read(LARGEST_MEMBER)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(each) == "Cc" and each not in "\n\r\t\f" for each in text)


def _drawn_anew(data: bytes, media_type: str) -> bytes:
    """The same picture, upright, at most LARGEST_SIDE wide and high, without metadata.

    EXIF can hold where and when a photograph was taken; drawing anew also drops whatever hides behind the picture.
    """
    kind = "PNG" if media_type == PNG else "JPEG"
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused(fields={"file": N_("This picture has too many pixels. Make it smaller.")})
            colours = picture.info.get("icc_profile")
            picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            if upright.mode == "P":
                upright = upright.convert("RGBA")
            plain, clean = Image.frombytes(upright.mode, upright.size, upright.tobytes()), io.BytesIO()
            plain.save(clean, kind, icc_profile=colours, **({"quality": 90} if kind == "JPEG" else {}))
            return clean.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise FileRefused(fields={"file": BROKEN}) from fault
