"""A file is what is in it: spoofed names, damaged files, macros, traps, and what hides in pictures."""

import io
import zipfile

import pytest
from PIL import Image

from courses.portfolios import uploads
from courses.portfolios.errors import FileRefused
from courses.portfolios.uploads import recognised, safe_name

PDF = b"%PDF-1.4\n%%EOF\n"


def picture(kind: str, mode: str = "RGB", **options: object) -> bytes:
    made = io.BytesIO()
    Image.new(mode, (40, 20), 0).save(made, kind, **options)
    return made.getvalue()


def package(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, data in parts.items():
            out.writestr(zipfile.ZipInfo(name), data)  # of no date: the bytes are part of a test's name
    return made.getvalue()


WORD = {"[Content_Types].xml": b"...wordprocessingml...", "word/document.xml": b"<w/>"}
ODT = {"mimetype": uploads.ODT.encode(), "content.xml": b"<o/>"}


@pytest.mark.parametrize(
    ("data", "given", "media_type", "kept"),
    [
        (PDF, "notes.pdf", uploads.PDF, "notes.pdf"),
        (PDF, "notes.exe", uploads.PDF, "notes.exe.pdf"),
        (picture("PNG"), "map.pdf", uploads.PNG, "map.png"),
        (picture("JPEG"), "IMG_1.JPEG", uploads.JPEG, "IMG_1.jpeg"),
        (package(WORD), "account.docx", uploads.DOCX, "account.docx"),
        (package(ODT), "cyfrif.odt", uploads.ODT, "cyfrif.odt"),
        ("Tŷ a dŵr\n".encode(), "nodiadau.txt", uploads.TEXT, "nodiadau.txt"),
        (b"<script>alert(1)</script>", "page.html", uploads.TEXT, "page.html.txt"),
    ],
)
def test_the_content_says_what_it_is_and_the_name_follows(data: bytes, given: str, media_type: str, kept: str) -> None:
    upload = recognised(data, given)
    assert (upload.media_type, upload.name) == (media_type, kept)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", uploads.EMPTY),
        (b"MZ\x90\x00\x03", uploads.UNKNOWN),
        (b"GIF89a\x00\x01", uploads.UNKNOWN),
        (b"text with \x07 a bell", uploads.UNKNOWN),
        (b"%PDF-1.4 and no end", uploads.BROKEN),
        (picture("PNG")[:40], uploads.BROKEN),
        (b"\xff\xd8\xff\xe0 not a picture", uploads.BROKEN),
        (package(WORD)[:60], uploads.BROKEN),
        (package({"a.txt": b"a zip of anything"}), uploads.UNKNOWN),
        (package({**WORD, "word/vbaProject.bin": b"macro"}), uploads.MACROS),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", uploads.LOCKED),
    ],
)
def test_what_is_refused_says_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(FileRefused) as refused:
        recognised(data, "evidence.pdf")
    assert refused.value.fields == {"file": why}


def test_a_picture_loses_where_it_was_taken_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    for kind in ("JPEG", "PNG"):
        clean = recognised(picture(kind, exif=exif), "photo.jpg").data
        assert b"SecretCamera" not in clean
        with Image.open(io.BytesIO(clean)) as seen:
            assert (seen.size, dict(seen.getexif())) == ((20, 40), {})


def test_pictures_of_every_mode_survive() -> None:
    for kind, mode in (("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16"), ("JPEG", "L"), ("JPEG", "CMYK")):
        assert recognised(picture(kind, mode), "x").data


def test_what_hides_behind_a_picture_is_gone() -> None:
    assert b"<script>" not in recognised(picture("JPEG") + b"<script>alert(1)</script>", "x.jpg").data


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"), ("C:\\Users\\me\\taflen.pdf", "taflen.pdf"), ("", "file.pdf"),
        ('a"b;\r\nSet-Cookie: x.pdf', "abSet-Cookie x.pdf"), ("ŵ" * 300 + ".pdf", "ŵ" * 120 + ".pdf"),
        ("...", "file.pdf"), ("\u202egpj.pdf", "gpj.pdf"),
    ],
)  # fmt: skip
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert safe_name(given, uploads.PDF) == kept
