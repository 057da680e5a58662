"""Zips that were made to do harm, or badly, are refused; nothing about them is put right."""

import io
import stat
import zipfile
from typing import BinaryIO

import pytest

from courses.launch.formats.archive import open_archive
from courses.launch.formats.limits import Limits
from courses.launch.formats.naming import media_type
from courses.launch.formats.structure import Unfit
from tests.factories.packages import Entry, forge, make_zip

DEFLATED, ENCRYPTED = zipfile.ZIP_DEFLATED, 0x1


def rules(file: BinaryIO | bytes, **limits: int) -> list[str]:
    with pytest.raises(Unfit) as refused:
        open_archive(io.BytesIO(file) if isinstance(file, bytes) else file, Limits(**limits))
    assert all(each.message % each.params for each in refused.value.findings)
    return [each.rule for each in refused.value.findings]


def test_an_ordinary_zip_is_read_file_by_file() -> None:
    archive = open_archive(make_zip({"a/b.html": "one", "c.js": b"two" * 100_000, "a/empty/": ""}), Limits())
    assert archive.names() == ("a/b.html", "c.js")
    assert ("a/b.html" in archive, "a/empty/" in archive) == (True, False)
    assert archive.read("a/b.html", 3) == b"one"
    assert {name: b"".join(chunks) for name, chunks in archive.walk()} == {"a/b.html": b"one", "c.js": b"two" * 100_000}
    assert archive.size == 300_003


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("/etc/passwd", "zip-absolute-name"),
        ("../up.html", "zip-parent-folder"),
        ("a/../../up.html", "zip-parent-folder"),
        ("a/./b.html", "zip-parent-folder"),
        ("a//b.html", "zip-empty-folder-name"),
        ("", "zip-empty-folder-name"),
        ("a\\..\\b.html", "zip-backslash"),
        ("a\x00.html", "zip-control-character"),
        ("a\n.html", "zip-control-character"),
        ("a\u202elmth.exe.html", "zip-control-character"),
        ("C:/a.html", "zip-drive-letter"),
        ("a.html:stream", "zip-drive-letter"),
        ("a.html.", "zip-trailing"),
        ("a /b.html", "zip-trailing"),
        (".../b.html", "zip-trailing"),
        ("a" * 241, "zip-long-name"),
        ("a/" * 21 + "b.html", "zip-deep"),
        ("a.php", "zip-file-type"),
        ("a.PhP5", "zip-file-type"),
        ("a.php.jpg", "zip-file-type"),
        ("a.py", "zip-file-type"),
        ("a.jsp", "zip-file-type"),
        ("a.cgi", "zip-file-type"),
        ("setup.exe", "zip-file-type"),
        ("a.sh", "zip-file-type"),
        ("a.bat", "zip-file-type"),
        ("a/.htaccess", "zip-file-type"),
    ],
)
def test_a_name_that_could_do_harm_is_refused(name: str, rule: str) -> None:
    assert rules(forge(Entry("index.html"), Entry(name))) == [rule]


@pytest.mark.parametrize(
    "name", ["cwrs/tŷ bach.html", "a (1).js", "jquery.min.js", ".hidden/x.css", "noending", "a.zip"]
)
def test_a_name_that_people_use_is_taken(name: str) -> None:
    assert open_archive(forge(Entry(name)), Limits()).names() == (name,)


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([Entry("a", mode=stat.S_IFLNK | 0o777)], "zip-link"),
        ([Entry("a", mode=stat.S_IFIFO | 0o644)], "zip-special"),
        ([Entry("a", mode=stat.S_IFCHR | 0o644)], "zip-special"),
        ([Entry("a", mode=stat.S_IFREG | 0o4755)], "zip-special"),
        ([Entry("a", flags=ENCRYPTED)], "zip-encrypted"),
        ([Entry("a", method=12)], "zip-method"),
        ([Entry("a/", data=b"full")], "zip-full-folder"),
        ([Entry("a"), Entry("a")], "zip-duplicate"),
        ([Entry("a.html"), Entry("A.html")], "zip-case"),
        ([Entry("b/a.html"), Entry("B/c.html")], "zip-case"),
        ([Entry("t\u0177.html"), Entry("ty\u0302.html")], "zip-case"),
        ([Entry("a"), Entry("a/b")], "zip-file-and-folder"),
        ([Entry("a", local_name=b"b")], "zip-header-differs"),
        ([Entry("a", method=DEFLATED, local_method=0)], "zip-header-differs"),
        ([Entry("a", size=5)], "zip-header-differs"),
        ([Entry("a", data=b"long enough"), Entry("b", at=0, local_name=b"b")], "zip-overlap"),
        ([Entry("a"), Entry("b", at=5)], "zip-outside"),
        ([Entry("a", packed_size=500, size=500)], "zip-outside"),
    ],
)
def test_an_entry_that_no_tool_writes_is_refused(entries: list[Entry], rule: str) -> None:
    assert rule in rules(forge(*entries))


def test_files_that_share_their_bytes_are_refused() -> None:
    """The overlap bomb: one kernel, and many entries that lead into it."""
    inner = Entry("inner", b"y" * 50)
    held = forge(Entry("outer", forge(inner).getvalue()), Entry("inner", inner.data, at=30 + 5))  # type: ignore[attr-defined]
    assert "zip-overlap" in rules(held)


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        (forge(Entry("a"), before=b"#!/bin/sh\n"), "zip-data-before"),
        (forge(Entry("a"), between=b"hidden"), "zip-data-before"),
        (forge(Entry("a"), after=b"more"), "zip-data-after"),
        (forge(Entry("a"), comment=forge().getvalue()), "zip-two-ends"),  # type: ignore[attr-defined]
        (forge(Entry("a"), disk=1), "zip-split"),
        (forge(Entry("a"), count=2), "zip-count"),
        (forge(), "zip-empty"),
        (forge(Entry(b"\xff\xfe", flags=0x800)), "zip-name-encoding"),
        (b"PK\x03\x04 and nothing more", "zip-truncated"),
        (forge(Entry("a")).getvalue()[:-1], "zip-truncated"),  # type: ignore[attr-defined]
        (forge(Entry("a")).getvalue()[:40], "zip-truncated"),  # type: ignore[attr-defined]
    ],
)
def test_a_zip_whose_parts_do_not_fit_is_refused(file: BinaryIO | bytes, rule: str) -> None:
    assert rules(file) == [rule]


def test_bombs_are_refused_by_count_size_and_ratio_before_they_are_unpacked() -> None:
    nought = make_zip({"a": bytes(20_000_000)})
    assert rules(nought) == ["zip-ratio", "zip-ratio"]
    assert rules(make_zip({"a": bytes(2000), "b": bytes(2000)}), one=1000) == ["zip-file-too-large"] * 2
    assert rules(make_zip({"a": bytes(2000), "b": bytes(2000)}), total=3999) == ["zip-too-large"]
    assert rules(make_zip({str(n): "" for n in range(11)}), entries=10) == ["zip-too-many"]
    assert open_archive(make_zip({"a": bytes(9_000_000)}), Limits()).size == 9_000_000


def test_a_table_that_is_too_long_is_never_read() -> None:
    assert rules(forge(*(Entry("a" * 3000) for _ in range(10)), count=1), entries=10) == ["zip-too-many"]


def test_every_fault_is_told_at_once() -> None:
    held = forge(Entry("/a"), Entry("../b"), Entry("c.php", mode=stat.S_IFLNK), Entry("d", flags=ENCRYPTED))
    assert sorted(rules(held)) == [
        "zip-absolute-name",
        "zip-encrypted",
        "zip-file-type",
        "zip-link",
        "zip-parent-folder",
    ]


def test_a_fault_is_told_with_its_place_and_nothing_that_cannot_be_shown() -> None:
    with pytest.raises(Unfit) as refused:
        open_archive(forge(Entry("a\x00b")), Limits())
    assert refused.value.findings[0].place == "a�b"


def test_damage_is_found_in_every_file_that_has_it() -> None:
    archive = open_archive(forge(Entry("a"), Entry("b", crc=1), Entry("c", b"z" * 99, DEFLATED, crc=2)), Limits())
    with pytest.raises(Unfit) as refused:
        for _name, _chunks in archive.walk():
            pass
    assert [(each.rule, each.place) for each in refused.value.findings] == [
        ("zip-damaged-file", "b"), ("zip-damaged-file", "c"),
    ]  # fmt: skip
    with pytest.raises(Unfit):
        archive.read("b", 10)


def test_more_than_was_said_does_not_come_out() -> None:
    """The size in both headers is a lie; what is unpacked stops there, and is damaged."""
    archive = open_archive(forge(Entry("a", b"x" * 5000, DEFLATED, size=10)), Limits())
    with pytest.raises(Unfit) as refused:
        archive.read("a", 5000)
    assert refused.value.findings[0].rule == "zip-damaged-file"


def test_a_small_file_is_read_no_further_than_its_limit() -> None:
    archive = open_archive(make_zip({"a": "12345"}), Limits())
    with pytest.raises(Unfit) as refused:
        archive.read("a", 4)
    assert refused.value.findings[0].rule == "zip-file-too-large"


def test_what_computers_leave_in_folders_is_left_out_and_said() -> None:
    files = {"index.html": "x", "__MACOSX/._index.html": "x", "a/.DS_Store": "x", "Thumbs.db": "x"}
    archive = open_archive(make_zip(files), Limits())
    assert archive.names() == ("index.html",)
    assert [(each.rule, each.params) for each in archive.warnings] == [("zip-left-out", {"count": 3})]
    assert [name for name, _ in archive.walk()] == ["index.html"]


def test_zip64_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, made.open("a.html", "w", force_zip64=True) as entry:
        entry.write(b"zip64")
    assert open_archive(out, Limits()).read("a.html", 10) == b"zip64"


def test_a_zip_with_an_end_of_zip64_is_read_and_must_say_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)  # so that the writer uses it for one file
    data = make_zip({"a.html": "zip64"}).getvalue()  # type: ignore[attr-defined]
    assert b"PK\x06\x06" in data
    assert open_archive(io.BytesIO(data), Limits()).read("a.html", 10) == b"zip64"
    at = data.rfind(b"PK\x05\x06")
    assert rules(data[: at + 16] + b"\x01\x00\x00\x00" + data[at + 20 :]) == ["zip-two-ends"]


def test_names_that_a_mac_wrote_are_read_as_utf_8() -> None:
    assert open_archive(forge(Entry("tŷ.html".encode())), Limits()).names() == ("tŷ.html",)


def test_a_comment_and_a_zip_within_are_nothing_bad() -> None:
    inner = make_zip({"a": "x"}).getvalue()  # type: ignore[attr-defined]
    archive = open_archive(forge(Entry("inner.zip", inner), comment=b"Made by hand"), Limits())
    assert archive.read("inner.zip", 1000) == inner


def test_the_kind_of_a_file_is_ours_to_say() -> None:
    assert media_type("a/B.HTML") == "text/html"
    assert media_type("a.js") == "text/javascript"
    assert media_type("a.unheard-of") == media_type("noending") == "application/octet-stream"
