"""A zip, read so that nothing unsafe comes out of it: what is not as it should be is refused, never put right. Pure.

The standard library reads the table of contents and unpacks. Python 3.11 has no check of overlaps, strips `..` in silence
and takes any name, so everything about names, sizes and places is checked here, before a byte is unpacked.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from courses.launch.formats import naming, zipping
from courses.launch.formats.findings import Findings, unfit
from courses.launch.formats.limits import Limits, megabytes
from courses.launch.formats.structure import Finding, Unfit
from lms.core.language import N_

CHUNK = 256 * 1024
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
)
"""What the standard library says of a damaged zip."""

DAMAGED = N_("This zip is damaged or incomplete. Make it again, and upload it again.")
DAMAGED_FILE = N_("This file is damaged in the zip: what comes out is not what went in. Make the zip again.")
LARGER = N_("This file is larger than %(most)s MB. Make it smaller.")
NOT_UTF8 = N_("The zip says that its names are UTF-8, and they are not. Make it with another tool.")
LEFT_OUT = N_("Files that computers leave in folders (such as __MACOSX or .DS_Store) were left out: %(count)s.")


@dataclass(frozen=True)
class Archive:
    """A zip that was found safe. The file stays the caller's, who closes it after the last read.

    Names are of files, with slashes, as the package writes them; what computers leave in folders is not among them.
    """

    entries: dict[str, zipfile.ZipInfo] = field(repr=False)
    size: int
    """Bytes, all unpacked."""
    warnings: tuple[Finding, ...]
    limits: Limits
    _zip: zipfile.ZipFile = field(repr=False)

    def names(self) -> tuple[str, ...]:
        return tuple(self.entries)

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def read(self, name: str, limit: int) -> bytes:
        """A small file as a whole. Raises Unfit where it is larger than `limit` or damaged; KeyError for no such name."""
        if self.entries[name].file_size > limit:
            raise unfit("zip-file-too-large", LARGER, name, most=megabytes(limit))
        return b"".join(self._chunks(name))

    def walk(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Every file with its content, in the zip's order. Raises Unfit after the last one when any was damaged.

        So nothing of it is to be kept before the walk has come to its end.
        """
        found = Findings()
        for name in sorted(self.entries, key=lambda each: self.entries[each].header_offset):
            chunks = self._noting(name, found)
            yield name, chunks
            for _ in chunks:  # what the caller did not want is looked at all the same
                pass
        found.settle()

    def _noting(self, name: str, found: Findings) -> Iterator[bytes]:
        try:
            yield from self._chunks(name)
        except Unfit as damaged:
            found.faults += damaged.findings

    def _chunks(self, name: str) -> Iterator[bytes]:
        entry, seen = self.entries[name], 0
        try:
            with self._zip.open(entry) as source:
                while chunk := source.read(CHUNK):
                    seen += len(chunk)
                    if seen > entry.file_size:
                        raise unfit("zip-damaged-file", DAMAGED_FILE, name)
                    yield chunk
        except UNREADABLE:
            raise unfit("zip-damaged-file", DAMAGED_FILE, name) from None
        if seen != entry.file_size:
            raise unfit("zip-damaged-file", DAMAGED_FILE, name)


def open_archive(file: BinaryIO, limits: Limits) -> Archive:
    """Raises Unfit with every fault. What is in the files is looked at when they are read."""
    size = file.seek(0, 2)
    end = zipping.find_end(file, size, limits)
    found = Findings()
    try:
        opened = zipfile.ZipFile(file)
    except UnicodeDecodeError:
        raise unfit("zip-name-encoding", NOT_UTF8) from None
    except UNREADABLE:
        raise unfit("zip-damaged", DAMAGED) from None
    entries = [(zipping.name_of(each), each) for each in opened.infolist()]
    zipping.check_whole(end, entries, limits, found)
    for name, entry in entries:
        zipping.check_entry(name, entry, limits, found)
    zipping.check_together(entries, limits, found)
    zipping.check_places(file, entries, end, found)
    dropped = sum(naming.is_left_out(name) for name, _ in entries)
    if dropped:
        found.warn("zip-left-out", LEFT_OUT, count=dropped)
    warnings = found.settle()
    kept = {name: each for name, each in entries if not each.is_dir() and not naming.is_left_out(name)}
    return Archive(kept, sum(each.file_size for each in kept.values()), warnings, limits, opened)
