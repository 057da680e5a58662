"""Formats of course packages, one file each, recognised by what is in them and never by a name. Pure.

`read` is the way in; what it gives is told in `structure`. A format more is a file here and a line in FORMATS.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from courses.launch.formats import cmi5, h5p, manifest, plain, scorm, xapi
from courses.launch.formats.archive import Archive, open_archive
from courses.launch.formats.findings import Findings, unfit
from courses.launch.formats.limits import Limits, megabytes
from courses.launch.formats.structure import Content, Unfit
from courses.launch.formats.xml import parse
from lms.core.language import N_

__all__ = ["FORMATS", "Limits", "link", "read"]


@dataclass(frozen=True)
class Zipped:
    """A format in a zip: the file at its root that describes it, and who reads it."""

    description: str
    read: Callable[[Archive], Content]


FORMATS = (
    Zipped(cmi5.DESCRIPTION, cmi5.read),
    Zipped(xapi.DESCRIPTION, xapi.read),
    Zipped(manifest.DESCRIPTION, scorm.read),
    Zipped(h5p.DESCRIPTION, h5p.read),
)
"""The richest first: of a package that describes itself in several ways, the first is taken."""

link = plain.link

TAKEN = "cmi5, xAPI (tincan.xml), SCORM 1.2, SCORM 2004, H5P, MP4, WebM, PDF"
UNKNOWN = N_("This is not a course package that we accept. We accept: %(taken)s. Export the course as one of these.")
UNKNOWN_ZIP = N_(
    "This zip has no file at its top that describes a course (%(wanted)s). Export it as one of: %(taken)s."
)
IN_FOLDER = N_("“%(found)s” must be at the top of the zip. Zip the content of the folder “%(folder)s”, not the folder.")
ALONE = N_("This is the description of a course without its files. Upload the whole zip.")
SEVERAL = N_("The package describes itself in several ways (%(found)s). It was read as “%(taken)s”.")
EMPTY = N_("This file is empty. Upload it again.")
LARGE = N_("The package is larger than %(most)s MB. Make videos smaller, or divide the course.")
ROOT_RULES = {cmi5.DESCRIPTION: "14.1.0.0-2"}


def read(file: BinaryIO, name: str, limits: Limits) -> tuple[Content, Archive | None]:
    """What the package is, and the zip it came in; None for what is one file. `file` must be seekable, and stay open.

    `name` is the sender's, and only the beginning of a title. Raises Unfit with every fault.
    """
    size = file.seek(0, 2)
    if not size:
        raise unfit("package-empty", EMPTY, name)
    if size > limits.package:
        raise unfit("package-too-large", LARGE, name, most=megabytes(limits.package))
    file.seek(0)
    head = file.read(64)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        archive = open_archive(file, limits)
        return _zipped(archive), archive
    if _looks_like_xml(head):
        return _bare(file, size, name, limits), None
    if content := plain.recognised(file, name):
        return content, None
    raise unfit("package-unknown", UNKNOWN, name, taken=TAKEN)


def _zipped(archive: Archive) -> Content:
    there = [each for each in FORMATS if each.description in archive]
    if not there:
        raise _no_description(archive)
    found = Findings()
    found.warnings += archive.warnings
    if len(there) > 1:
        others = ", ".join(each.description for each in there)
        found.warn("package-several", SEVERAL, there[0].description, found=others, taken=there[0].description)
    try:
        content = there[0].read(archive)
    except Unfit as refused:
        raise Unfit(refused.findings, (*found.warnings, *refused.warnings)) from None
    return replace(content, warnings=(*found.warnings, *content.warnings))


def _no_description(archive: Archive) -> Unfit:
    """Where one lies in a folder, the author is told which."""
    wanted = [each.description for each in FORMATS]
    for description in wanted:
        below = sorted(
            (each for each in archive.names() if each.endswith(f"/{description}")), key=lambda each: each.count("/")
        )
        if below:
            folder = below[0].removesuffix(f"/{description}")
            rule = ROOT_RULES.get(description, "package-in-folder")
            return unfit(rule, IN_FOLDER, below[0], found=description, folder=folder)
    return unfit("package-unknown", UNKNOWN_ZIP, wanted=", ".join(wanted), taken=TAKEN)


def _bare(file: BinaryIO, size: int, name: str, limits: Limits) -> Content:
    file.seek(0)
    data = file.read(min(size, limits.description + 1))
    root = parse(data, limits, name)
    if root.name == "courseStructure":
        return cmi5.read_structure(root, data)
    if root.name in ("manifest", "tincan"):
        raise unfit("package-alone", ALONE, name)
    raise unfit("package-unknown", UNKNOWN, name, taken=TAKEN)


def _looks_like_xml(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):  # UTF-16
        return True
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith(b"<") and not text.startswith((b"<!doctype html", b"<html"))
