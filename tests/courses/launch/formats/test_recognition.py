"""What a file is, is found in it; what we do not take is refused with what we do take."""

import io
import tracemalloc
import zipfile

import pytest

from courses.launch.formats import Limits, link, read
from courses.launch.formats.findings import MOST_FINDINGS
from courses.launch.formats.structure import Format, MoveOn, Unfit
from tests.courses.launch.formats.reading import content_of, refusals, warnings
from tests.factories.packages import (
    HEIC,
    MATROSKA,
    MP4,
    PAGE,
    PDF,
    WEBM,
    Entry,
    forge,
    make_cmi5,
    make_h5p,
    make_manifest,
    make_scorm,
    make_structure,
    make_unit,
    make_xapi,
    make_zip,
)  # fmt: skip


def test_every_format_is_recognised_whatever_its_name() -> None:
    wanted = {
        Format.CMI5: make_cmi5(), Format.SCORM_12: make_scorm("1.2"), Format.SCORM_2004: make_scorm("2004"),
        Format.XAPI: make_xapi(), Format.H5P: make_h5p(), Format.VIDEO: io.BytesIO(MP4), Format.DOCUMENT: io.BytesIO(PDF),
    }  # fmt: skip
    assert {kind: content_of(file, "lies.exe").format for kind, file in wanted.items()} == {
        kind: kind for kind in wanted
    }
    for kind, file in wanted.items():
        assert (read(file, "x", Limits())[1] is None) == (kind in (Format.VIDEO, Format.DOCUMENT))


@pytest.mark.parametrize(
    ("data", "url", "kind", "completion"),
    [
        (MP4, "video.mp4", Format.VIDEO, {"rule": "watched", "per_cent": 90}),
        (WEBM, "video.webm", Format.VIDEO, {"rule": "watched", "per_cent": 90}),
        (PDF, "document.pdf", Format.DOCUMENT, {"rule": "read"}),
    ],
)
def test_one_file_is_a_unit_with_a_rule_of_its_own(
    data: bytes, url: str, kind: Format, completion: dict[str, object]
) -> None:
    content = content_of(data, "../Gwylio_fi.mp4")
    (unit,) = content.root.units()
    assert (content.format, unit.url, unit.title, unit.move_on) == (kind, url, {"und": "Gwylio fi"}, MoveOn.COMPLETED)
    assert unit.more == {"completion": completion}


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "package-empty"),
        (b"# LMS Test Package\n", "package-unknown"),
        (PAGE.encode(), "package-unknown"),
        (b"\x89PNG\r\n\x1a\n", "package-unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "package-unknown"),
        (b"  <html><p>x</html>", "package-unknown"),
        (make_manifest().encode(), "package-alone"),
        (b"<tincan xmlns='http://projecttincan.com/tincan.xsd'/>", "package-alone"),
        (PDF[:2000], "document-damaged"),
        (HEIC, "video-kind"),
        (MATROSKA, "video-kind"),
        (b"\x1a\x45\xdf\xa3", "video-kind"),
    ],
)
def test_what_we_do_not_take_is_refused(data: bytes, rule: str) -> None:
    assert refusals(data) == [rule]


def test_a_zip_that_describes_no_course_is_refused_with_what_we_look_for() -> None:
    with pytest.raises(Unfit) as refused:
        content_of(make_zip({"index.html": PAGE}))
    (finding,) = refused.value.findings
    assert finding.rule == "package-unknown"
    assert finding.params["wanted"] == "cmi5.xml, tincan.xml, imsmanifest.xml, h5p.json"


def test_a_package_larger_than_its_limit_is_never_opened() -> None:
    assert refusals(make_cmi5(), limits=Limits(package=100)) == ["package-too-large"]


def test_the_richest_description_is_taken_and_told() -> None:
    both = make_cmi5(files={"imsmanifest.xml": make_manifest()})
    assert (content_of(both).format, warnings(both)) == (Format.CMI5, ["package-several"])
    three = make_xapi(files={"imsmanifest.xml": make_manifest()})
    assert (content_of(three).format, warnings(three)) == (Format.XAPI, ["package-several"])


def test_warnings_are_told_beside_refusals() -> None:
    file = make_zip({"cmi5.xml": make_structure(make_unit(1, "none.html", "")), "__MACOSX/x": "", "tincan.xml": ""})
    with pytest.raises(Unfit) as refused:
        content_of(file)
    assert [each.rule for each in refused.value.findings] == ["14.1.0.0-4"]
    assert [each.rule for each in refused.value.warnings] == ["zip-left-out", "package-several", "9.6.1.1-3"]


def test_more_faults_than_anybody_reads_are_counted() -> None:
    with pytest.raises(Unfit) as refused:
        content_of(forge(*(Entry(f"../{n}") for n in range(MOST_FINDINGS + 5))))
    *_, last = refused.value.findings
    assert (len(refused.value.findings), last.rule, last.params) == (
        MOST_FINDINGS + 1, "package-many-faults", {"count": 5},
    )  # fmt: skip


def test_a_link_is_confirmed_by_the_learner() -> None:
    content = link(" https://example.org/a?b=1#c ", "Read this")
    (unit,) = content.root.units()
    assert (content.format, unit.url, unit.title) == (Format.LINK, "https://example.org/a?b=1#c", {"und": "Read this"})
    assert unit.more == {"completion": {"rule": "confirmed"}}
    assert link("https://enghraifft.cymru/tŷ", "").root.title == {"und": "https://enghraifft.cymru/tŷ"}


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://example.org/", "link-address"),
        ("example.org", "link-address"),
        ("https://", "link-address"),
        ("https://example.org/a b", "link-address"),
        ("javascript:alert(1)", "link-address"),
        ("//example.org/", "link-address"),
        ("https://user:secret@example.org/", "link-password"),
        ("https://localhost/", "link-private"),
        ("https://intranet/", "link-private"),
        ("https://10.0.0.1/", "link-private"),
        ("https://[::1]/", "link-private"),
        ("https://printer.local./", "link-private"),
        ("https://example.org/" + "a" * 2000, "link-long"),
    ],
)
def test_a_link_that_nobody_could_follow_is_refused(url: str, rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        link(url, "x")
    assert [each.rule for each in refused.value.findings] == [rule]


def test_a_large_package_is_walked_in_little_memory() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("cmi5.xml", make_structure())
        made.writestr("index.html", PAGE)
        with made.open("video.mp4", "w") as entry:
            for n in range(80):
                entry.write(n.to_bytes(2, "big") * 500_000)
    limits = Limits(ratio=100_000)
    tracemalloc.start()
    try:
        _content, archive = read(held, "x.zip", limits)
        assert archive is not None
        size = sum(len(chunk) for _name, chunks in archive.walk() for chunk in chunks)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 80_000_000
    assert peak < 8_000_000
