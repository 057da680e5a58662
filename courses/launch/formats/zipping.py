"""The checks of a zip's table of contents (PKWARE's APPNOTE 6.3.x), each with its own rule. Pure."""

import re
import stat
import struct
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from courses.launch.formats import naming
from courses.launch.formats.findings import Findings, unfit
from courses.launch.formats.limits import Limits, megabytes
from lms.core.language import N_

Entries = list[tuple[str, zipfile.ZipInfo]]

END, END_64, LOCATOR_64, LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x03\x04"
ENCRYPTED, DESCRIPTOR, UTF8 = 0x1, 0x8, 0x800
STRONGLY_ENCRYPTED, MASKED = 0x40, 0x2000
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
ROOM_PER_ENTRY = 1024
"""Bytes of the table that an entry may need: 46 of its own, its name, extra fields and a comment."""

CUT = N_("This zip is cut off or damaged: its table of contents is not at its end. Upload it again.")
AFTER = N_("Something was added after the end of the zip. Make the zip again from the course's folder.")
BEFORE = N_(
    "Something was added before the beginning of the zip, or between its parts. Make the zip again from the course's folder."
)
TWICE = N_("This zip can be read in two ways: its comment looks like a zip's end. Make it without a comment.")
SPLIT = N_("This zip is one part of several. Make one zip of all.")
COUNT = N_("The zip has more than %(most)s files. Take out what the course does not need, or divide it.")
WRONG_COUNT = N_(
    "The zip says how many entries it holds (%(said)s), and holds another number (%(held)s). Make it again."
)
EMPTY = N_("This zip has no files.")
LOCKED = N_("This file is locked with a password. Zip the folder without one.")
METHOD = N_("This file is compressed in a way that we do not read. Zip the folder with the usual method (deflate).")
LINK = N_("This is a link to another file. Put the file itself in its place.")
SPECIAL = N_("This is not an ordinary file, but a device or the like. Take it out.")
SETUID = N_("This file would run with another's rights. Take it out.")
FULL_FOLDER = N_("This folder has content of its own, as only files have. Make the zip again.")
LARGE = N_("This file is larger than %(most)s MB. Make it smaller.")
RATIO = N_(
    "This would unpack to more than %(most)s times its size, as files that are made to cause harm do. Compress it less."
)
TOTAL = N_("The files are larger than %(most)s MB together. Make videos smaller, or divide the course.")
SAME = N_("Two files have this name. Make the zip again.")
ALIKE = N_(
    "This name and “%(other)s” differ only in capital letters or accents, and many systems treat them as the same. Rename one."
)
BOTH = N_("This is the name of a file and of a folder. Rename one.")
OVERLAP = N_("This file overlaps “%(other)s” in the zip, as in zips that are made to cause harm. Make it again.")
OUTSIDE = N_("This file is not within the zip. Make it again.")
DIFFERS = N_("The zip's table of contents and the file itself say different things. Make the zip again.")


@dataclass(frozen=True)
class End:
    """`table` is where the table of contents begins, `entries` how many it says it has."""

    table: int
    length: int
    entries: int


def find_end(file: BinaryIO, size: int, limits: Limits) -> End:
    """Where the table is. Nothing of it is read before it is known to be of a bearable size. Raises Unfit."""
    tail_at = max(0, size - 22 - FULL_16)
    tail = _at(file, tail_at, size - tail_at)
    signatures = [each.start() for each in re.finditer(re.escape(END), tail) if each.start() + 22 <= len(tail)]
    ends = [at for at in signatures if at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)]
    if not signatures:
        raise unfit("zip-truncated", CUT)
    at = signatures[-1]
    if not ends:
        beyond = at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") < len(tail)
        raise unfit("zip-data-after", AFTER) if beyond else unfit("zip-truncated", CUT)
    if ends != [at]:
        raise unfit("zip-two-ends", TWICE)
    disk, table_disk, here, entries, length, table = struct.unpack("<4xHHHHLL2x", tail[at : at + 22])
    position = tail_at + at
    if position >= 20 and (locator := _at(file, position - 20, 20)).startswith(LOCATOR_64):
        where, disks = struct.unpack("<8xQL", locator)
        record = _at(file, where, 56) if where <= position - 76 else b""
        if len(record) < 56 or not record.startswith(END_64):
            raise unfit("zip-truncated", CUT)
        small = (here, entries, length, table)
        extra, disk, table_disk, here, entries, length, table = struct.unpack("<4xQ4xLLQQQQ", record)
        if extra != 44 or where != position - 76:
            raise unfit("zip-data-before", BEFORE)
        large = zip(small, (here, entries, length, table), strict=True)
        if any(each not in (whole, FULL_16, FULL_32) for each, whole in large):
            raise unfit("zip-two-ends", TWICE)
        position = where
        disk = disk or disks - 1
    if disk or table_disk or here != entries:
        raise unfit("zip-split", SPLIT)
    if entries > limits.entries:
        raise unfit("zip-too-many", COUNT, most=limits.entries)
    if length > limits.entries * ROOM_PER_ENTRY:
        raise unfit("zip-too-many", COUNT, most=limits.entries)
    if table + length > position:
        raise unfit("zip-truncated", CUT)
    if table + length < position:
        raise unfit("zip-data-before", BEFORE)
    return End(table, length, entries)


def name_of(entry: zipfile.ZipInfo) -> str:
    """As its maker meant it. Macs write UTF-8 without saying so; the standard library reads that as code page 437."""
    name = entry.orig_filename
    if entry.flag_bits & UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def check_whole(end: End, entries: Entries, limits: Limits, found: Findings) -> None:
    if not entries:
        found.refuse("zip-empty", EMPTY)
    if len(entries) != end.entries:
        found.refuse("zip-count", WRONG_COUNT, said=end.entries, held=len(entries))
    if sum(each.file_size for _, each in entries) > limits.total:
        found.refuse("zip-too-large", TOTAL, most=megabytes(limits.total))
    unpacked, packed = sum(each.file_size for _, each in entries), sum(each.compress_size for _, each in entries)
    if _explodes(unpacked, packed, limits):
        found.refuse("zip-ratio", RATIO, most=limits.ratio)


def check_entry(name: str, entry: zipfile.ZipInfo, limits: Limits, found: Findings) -> None:
    """What can be said of an entry alone."""
    folder = name.endswith("/")
    for rule, message, params in naming.faults_of_name(name, limits):
        found.refuse(rule, message, name, **params)
    if not folder and not naming.is_left_out(name):
        for rule, message, params in naming.faults_of_type(name):
            found.refuse(rule, message, name, **params)
    if entry.flag_bits & (ENCRYPTED | STRONGLY_ENCRYPTED | MASKED):
        found.refuse("zip-encrypted", LOCKED, name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        found.refuse("zip-method", METHOD, name)
    elif entry.compress_type == zipfile.ZIP_STORED and entry.file_size != entry.compress_size:
        found.refuse("zip-header-differs", DIFFERS, name)
    mode = entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        found.refuse("zip-link", LINK, name)
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) or (stat.S_ISDIR(mode) and not folder):
        found.refuse("zip-special", SPECIAL, name)
    elif not folder and mode & (stat.S_ISUID | stat.S_ISGID):
        found.refuse("zip-special", SETUID, name)
    if folder and entry.file_size:
        found.refuse("zip-full-folder", FULL_FOLDER, name)
    if entry.file_size > limits.one:
        found.refuse("zip-file-too-large", LARGE, name, most=megabytes(limits.one))
    if _explodes(entry.file_size, entry.compress_size, limits):
        found.refuse("zip-ratio", RATIO, name, most=limits.ratio)


def check_together(entries: Entries, limits: Limits, found: Findings) -> None:
    """Names that are the same, or that some system takes for the same. Folders count also where no entry says them."""
    said: set[str] = set()
    by_look: dict[str, str] = {}
    folders: dict[str, None] = {}
    files: dict[str, None] = {}
    for name, _ in entries:
        if name in said:
            found.refuse("zip-duplicate", SAME, name)
        said.add(name)
        parts = name.split("/")[: limits.depth + 1]
        folders.update(("/".join(parts[:depth]), None) for depth in range(1, len(parts)))
        if not name.endswith("/"):
            files[name] = None
    for path in (*folders, *(each for each in files if each not in folders)):
        other = by_look.setdefault(_look(path), path)
        if other != path:
            found.refuse("zip-case", ALIKE, path, other=other)
    for name in files:
        if name in folders:
            found.refuse("zip-file-and-folder", BOTH, name)


def check_places(file: BinaryIO, entries: Entries, end: End, found: Findings) -> None:
    """Each file's own header must say what the table says, and lie where no other lies."""
    by_place = sorted(entries, key=lambda each: each[1].header_offset)
    if by_place and by_place[0][1].header_offset > 0:
        found.refuse("zip-data-before", BEFORE)
    last, last_end = "", 0
    for name, entry in by_place:
        at = entry.header_offset
        header = _at(file, at, 30) if 0 <= at < end.table else b""
        if len(header) < 30 or not header.startswith(LOCAL):
            found.refuse("zip-outside", OUTSIDE, name)
            continue
        flags, method, crc, packed, unpacked, name_length, extra = struct.unpack("<6xHH4xLLLHH", header)
        if not _agrees(entry, flags, method, crc, packed, unpacked) or _at(file, at + 30, name_length) != _raw(entry):
            found.refuse("zip-header-differs", DIFFERS, name)
        if at < last_end:
            found.refuse("zip-overlap", OVERLAP, name, other=last)
        ends = at + 30 + name_length + extra + entry.compress_size
        if ends > end.table:
            found.refuse("zip-outside", OUTSIDE, name)
        if ends > last_end:
            last, last_end = name, ends


def _agrees(entry: zipfile.ZipInfo, flags: int, method: int, crc: int, packed: int, unpacked: int) -> bool:
    if method != entry.compress_type or (flags ^ entry.flag_bits) & ENCRYPTED:
        return False
    if flags & DESCRIPTOR:  # the numbers come behind the data, and stand as nought here
        return True
    return crc == entry.CRC and packed in (entry.compress_size, FULL_32) and unpacked in (entry.file_size, FULL_32)


def _raw(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & UTF8 else "cp437")


def _explodes(unpacked: int, packed: int, limits: Limits) -> bool:
    return unpacked > limits.ratio_from and unpacked > packed * limits.ratio


def _look(path: str) -> str:
    """The same for names that are alike but for capital letters and the way accents are written (Unicode 3.13, D145)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _at(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)
