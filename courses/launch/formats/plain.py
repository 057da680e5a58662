"""A video, a document or a link by itself, with a completion rule of its own. Pure.

`more["completion"]` says what the player page must see before the unit is completed:
`{"rule": "watched", "per_cent": 90}`, `{"rule": "read"}` (to the last page, or confirmed) or `{"rule": "confirmed"}`.
"""

import ipaddress
import re
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from courses.launch.formats import addresses
from courses.launch.formats.findings import Findings, printable, unfit
from courses.launch.formats.structure import Block, Content, Format, MoveOn, Unit
from lms.core.language import N_

WATCHED = {"rule": "watched", "per_cent": 90}
READ = {"rule": "read"}
CONFIRMED = {"rule": "confirmed"}
HEAD = 4096
"""Bytes from the beginning in which a file says what it is."""
TAIL = 2048
LONGEST_URL = 2000
MP4_BRANDS = (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP",
              b"dash", b"MSNV", b"mp71", b"f4v ")  # fmt: skip
PDF, MP4, WEBM = "document.pdf", "video.mp4", "video.webm"
"""Names under which they are kept: the sender's are never used."""

CUT = N_("This PDF is damaged or incomplete. Save it again, and upload it again.")
MATROSKA = N_("This is a Matroska video, which browsers do not play. Save it as WebM or MP4.")
PICTURE = N_("This looks like a video, but browsers do not play it. Save it as MP4 (H.264) or WebM.")
LINK = N_("“%(found)s” is not a whole https address. Copy it from the browser's address line, with https:// before it.")
LONG = N_("The address is longer than %(most)s characters.")
PASSWORD = N_("The address has a name or a password in it. Take out what stands before the @.")
INNER = N_("The address leads to a machine in a private network, which learners cannot reach.")


def recognised(file: BinaryIO, name: str) -> Content | None:
    """None: neither video nor PDF. Raises Unfit where it is one that nobody could see."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        file.seek(max(0, size - TAIL))
        if b"%%EOF" not in file.read(TAIL):
            raise unfit("document-damaged", CUT, name)
        return _alone(Format.DOCUMENT, PDF, _title(name), {"completion": READ})
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4]), HEAD), 4))}
        if not brands.intersection(MP4_BRANDS):
            raise unfit("video-kind", PICTURE, name)
        return _alone(Format.VIDEO, MP4, _title(name), {"completion": WATCHED})
    if head.startswith(b"\x1a\x45\xdf\xa3"):  # EBML; its DocType says of what kind (RFC 8794 §11.2.5)
        kind = re.search(rb"\x42\x82[\x81-\x90]([a-z]+)", head[:128])
        if kind is None or not kind[1].startswith(b"webm"):
            raise unfit("video-kind", MATROSKA, name)
        return _alone(Format.VIDEO, WEBM, _title(name), {"completion": WATCHED})
    return None


def link(url: str, title: str) -> Content:
    """A page elsewhere; the learner confirms having worked through it. Raises Unfit."""
    url, found = url.strip(), Findings()
    if len(url) > LONGEST_URL:
        found.refuse("link-long", LONG, most=LONGEST_URL)
    if addresses.scheme_of(url) != "https" or not addresses.is_iri(url):
        found.refuse("link-address", LINK, url, found=url)
    else:
        user, host = addresses.user_and_host(url)
        if user:
            found.refuse("link-password", PASSWORD, url)
        if _is_inner(host):
            found.refuse("link-private", INNER, url)
    found.settle()
    return _alone(Format.LINK, url, title.strip() or url, {"completion": CONFIRMED})


def _alone(kind: Format, url: str, title: str, more: dict[str, Any]) -> Content:
    words = {"und": title}
    return Content(kind, Block(url, words, (Unit(url, words, url, move_on=MoveOn.COMPLETED, more=more),)))


def _title(name: str) -> str:
    """The file's name without its ending, for a beginning; the author writes a better one."""
    return printable(PurePosixPath(name.replace("\\", "/")).stem.replace("_", " ").strip()) or printable(name)


def _is_inner(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or not set(host) & set(".:"):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
