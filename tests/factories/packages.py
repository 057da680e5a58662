"""Course packages, fit and unfit: zips that no tool would write, and descriptions of every format."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from courses.launch.formats import cmi5_shape, xapi

Files = Mapping[str, bytes | str]
PAGE = "<!DOCTYPE html><title>Page</title><p>Page</p>"


def make_zip(files: Files, method: int = zipfile.ZIP_DEFLATED, **given: bool) -> BinaryIO:
    """A zip as ordinary tools write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, **given) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out


@dataclass(frozen=True)
class Entry:
    """One entry, as forged as a test wants it. None means: the truth."""

    name: str | bytes
    data: bytes = b"x"
    method: int = zipfile.ZIP_STORED
    flags: int = 0
    mode: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    local_name: bytes | None = None
    local_method: int | None = None
    at: int | None = None
    """Where the table says that it lies."""

    @property
    def packed(self) -> bytes:
        return zlib.compress(self.data, 9, -15) if self.method == zipfile.ZIP_DEFLATED else self.data

    @property
    def raw(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()


def forge(*entries: Entry, before: bytes = b"", after: bytes = b"", comment: bytes = b"", count: int | None = None,
          disk: int = 0, between: bytes = b"") -> BinaryIO:  # fmt: skip
    """A zip, byte by byte (APPNOTE 4.3.7, 4.3.12, 4.3.16)."""
    out, table = bytearray(before), bytearray()
    for each in entries:
        at = len(out) if each.at is None else each.at
        flags = each.flags | (0 if each.raw.isascii() or isinstance(each.name, bytes) else 0x800)
        crc = zlib.crc32(each.data) if each.crc is None else each.crc
        packed = len(each.packed) if each.packed_size is None else each.packed_size
        size = len(each.data) if each.size is None else each.size
        local = each.raw if each.local_name is None else each.local_name
        method = each.method if each.local_method is None else each.local_method
        out += struct.pack("<4sHHHHHLLLHH", b"PK\x03\x04", 20, flags, method, 0, 33, crc, packed, size, len(local), 0)
        out += local + each.packed
        table += struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 0x0314, 20, flags, each.method, 0, 33, crc, packed, size,
                             len(each.raw), 0, 0, 0, 0, each.mode << 16, at) + each.raw  # fmt: skip
    start = len(out) - len(before) if before else len(out)
    out += between + table
    number = len(entries) if count is None else count
    out += struct.pack("<4sHHHHLLH", b"PK\x05\x06", disk, 0, number, number, len(table), start, len(comment)) + comment
    return io.BytesIO(bytes(out) + after)


def words(name: str, text: str = "Words", tag: str | None = "en") -> str:
    lang = f' lang="{tag}"' if tag else ""
    return f"<{name}><langstring{lang}>{text}</langstring></{name}>"


def make_unit(number: int = 1, url: str = "index.html", attributes: str = 'moveOn="Completed"', inner: str = "",
              identifier: str | None = None, after: str = "") -> str:  # fmt: skip
    """An <au> of cmi5; `inner` stands before the url, `after` behind it."""
    identifier = identifier or f"https://example.org/au/{number}"
    return (
        f'<au id="{identifier}" {attributes}>{words("title", f"Unit {number}")}{words("description")}{inner}'
        f"<url>{url}</url>{after}</au>"
    )


def make_block(content: str, identifier: str = "https://example.org/block/1") -> str:
    return f'<block id="{identifier}">{words("title", "Block")}{words("description")}{content}</block>'


def make_structure(content: str | None = None, objectives: str = "", course: str = "https://example.org/course",
                   after: str = "", attributes: str = "", head: str = "") -> str:  # fmt: skip
    """A cmi5.xml."""
    content = make_unit() if content is None else content
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<courseStructure xmlns="{cmi5_shape.NAMESPACE}" {attributes}>'
        f'<course id="{course}">{words("title", "Course")}{words("description")}</course>'
        f"{objectives}{content}{after}</courseStructure>"
    )


def make_cmi5(content: str | None = None, files: Files | None = None, **given: str) -> BinaryIO:
    return make_zip({"cmi5.xml": make_structure(content, **given), "index.html": PAGE, **(files or {})})


NAMESPACES = {
    "1.2": 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
    "2004": 'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" '
    'xmlns:imsss="http://www.imsglobal.org/xsd/imsss" xmlns:adlseq="http://www.adlnet.org/xsd/adlseq_v1p3"',
}


def make_item(number: int = 1, inner: str = "", attributes: str = "", reference: str | None = None) -> str:
    reference = f"R{number}" if reference is None else reference
    refers = f'identifierref="{reference}"' if reference else ""
    return f'<item identifier="I{number}" {refers} {attributes}><title>Item {number}</title>{inner}</item>'


def make_resource(
    number: int = 1, href: str = "index.html", attributes: str = 'adlcp:scormtype="sco"', inner: str = ""
) -> str:
    return f'<resource identifier="R{number}" type="webcontent" href="{href}" {attributes}>{inner}</resource>'


def make_manifest(version: str = "1.2", items: str | None = None, resources: str | None = None, *, attributes: str = "",
                  resources_attributes: str = "", organizations: str | None = None, after: str = "", metadata: str = "",
                  in_organization: str = "", namespaces: str | None = None) -> str:  # fmt: skip
    kind = "scormtype" if version == "1.2" else "scormType"
    items = make_item() if items is None else items
    resources = make_resource(attributes=f'adlcp:{kind}="sco"') if resources is None else resources
    if organizations is None:
        organizations = (
            f'<organizations default="O"><organization identifier="O"><title>Course</title>{items}{in_organization}'
            "</organization></organizations>"
        )
    said = {"1.2": "1.2", "2004": "2004 4th Edition"}[version]
    return (
        f'<?xml version="1.0"?><manifest identifier="M" {NAMESPACES[version] if namespaces is None else namespaces} '
        f"{attributes}><metadata><schema>ADL SCORM</schema><schemaversion>{said}</schemaversion>{metadata}</metadata>"
        f"{organizations}<resources {resources_attributes}>{resources}</resources>{after}</manifest>"
    )


def make_scorm(version: str = "1.2", files: Files | None = None, **given: str | None) -> BinaryIO:
    manifest = make_manifest(version, **given)  # type: ignore[arg-type]
    return make_zip({"imsmanifest.xml": manifest, "index.html": PAGE, **(files or {})})


def make_activity(identifier: str = "https://example.org/activity", launch: str = '<launch lang="en">index.html</launch>',
                  name: str = '<name lang="en">Activity</name>') -> str:  # fmt: skip
    return (
        f'<activity id="{identifier}" type="http://adlnet.gov/expapi/activities/course">{name}'
        f'<description lang="en">About it</description>{launch}</activity>'
    )


def make_xapi(activities: str | None = None, files: Files | None = None, namespace: str = xapi.NAMESPACE) -> BinaryIO:
    activities = make_activity() if activities is None else activities
    described = f'<?xml version="1.0"?><tincan xmlns="{namespace}"><activities>{activities}</activities></tincan>'
    return make_zip({"tincan.xml": described, "index.html": PAGE, **(files or {})})


def make_dependency(name: str, major: object = 1, minor: object = 2) -> dict[str, object]:
    return {"machineName": name, "majorVersion": major, "minorVersion": minor}


def make_h5p(
    said: Mapping[str, object] | None = None, without: Iterable[str] = (), files: Files | None = None
) -> BinaryIO:
    """H5P.Main 1.2, which needs H5P.Inner 1.2."""
    all_of_it: dict[str, bytes | str] = {
        "h5p.json": json.dumps(
            {"title": "Quiz", "language": "cy", "mainLibrary": "H5P.Main", "license": "CC BY",
             "preloadedDependencies": [make_dependency("H5P.Main")], **(said or {})}
        ),
        "content/content.json": "{}",
        "H5P.Main-1.2/library.json": json.dumps(
            {"preloadedDependencies": [make_dependency("H5P.Inner", "1", "2")], "preloadedJs": [{"path": "main.js"}]}
        ),
        "H5P.Main-1.2/main.js": "",
        "H5P.Inner-1.2/library.json": "{}",
    }  # fmt: skip
    return make_zip({name: data for name, data in {**all_of_it, **(files or {})}.items() if name not in set(without)})


MP4 = struct.pack(">L4s4sL4s", 20, b"ftyp", b"isom", 512, b"mp42") + bytes(100)
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(100)
MATROSKA = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska" + bytes(100)
HEIC = struct.pack(">L4s4sL4s", 20, b"ftyp", b"heic", 0, b"mif1") + bytes(100)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(5000) + b"\nstartxref\n0\n%%EOF\n"
