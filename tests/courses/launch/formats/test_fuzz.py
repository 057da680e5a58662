"""Whatever arrives, nothing but Unfit comes of it, and every finding can be said."""

import io
from contextlib import suppress
from typing import BinaryIO

from hypothesis import given, settings
from hypothesis import strategies as st

from courses.launch.formats import Limits, addresses, link, read
from courses.launch.formats.manifest import joined
from courses.launch.formats.structure import Finding, Unfit
from courses.launch.formats.xml import parse
from tests.factories.packages import (
    MP4,
    PDF,
    WEBM,
    Entry,
    forge,
    make_block,
    make_cmi5,
    make_h5p,
    make_item,
    make_manifest,
    make_scorm,
    make_structure,
    make_unit,
    make_xapi,
    make_zip,
)  # fmt: skip

SMALL = Limits(package=10**6, total=10**6, one=10**6, entries=50, elements=500, nesting=30)


def bytes_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


STRUCTURE = make_structure(make_unit(1, "https://example.org/") + make_block(make_unit(2, "https://example.org/")))
SAMPLES = [
    bytes_of(make_cmi5()), bytes_of(make_scorm("1.2")), bytes_of(make_scorm("2004")), bytes_of(make_xapi()),
    bytes_of(make_h5p()), bytes_of(forge(Entry("cmi5.xml", STRUCTURE.encode(), 8), Entry("tŷ.html"))), MP4, WEBM, PDF,
    STRUCTURE.encode(), STRUCTURE.replace("utf-8", "utf-16").encode("utf-16"),
]  # fmt: skip


def findings_of(data: bytes, name: str) -> tuple[Finding, ...]:
    try:
        content, archive = read(io.BytesIO(data), name, SMALL)
        list(content.root.units())
        for _, chunks in archive.walk() if archive else ():
            list(chunks)
    except Unfit as unfit:
        return (*unfit.findings, *unfit.warnings)
    return content.warnings


def assert_taken_or_unfit(data: bytes, name: str = "x") -> None:
    told = findings_of(data, name)
    for each in told:
        assert each.message % each.params
        assert "\x00" not in each.place + repr(each.params)


@given(st.binary(max_size=300), st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_random_bytes(data: bytes, name: str) -> None:
    assert_taken_or_unfit(data, name)
    assert_taken_or_unfit(b"PK\x03\x04" + data, name)
    assert_taken_or_unfit(b"<" + data, name)


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=600, deadline=None)
def test_packages_with_bytes_changed_cut_and_doubled(sample: bytes, data: st.DataObject) -> None:
    changed = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(changed) - 1)))
        match data.draw(st.sampled_from(["set", "cut", "insert", "double", "end"])):
            case "set":
                changed[at : at + 1] = data.draw(st.binary(min_size=1, max_size=4))
            case "cut":
                del changed[at : at + data.draw(st.integers(1, 40))]
            case "insert":
                changed[at:at] = data.draw(st.binary(max_size=8))
            case "double":
                changed[at:at] = changed[at : at + data.draw(st.integers(1, 60))]
            case _:
                end = len(changed) - data.draw(st.integers(0, 90))
                changed[max(0, end) : max(0, end) + 2] = data.draw(st.binary(min_size=2, max_size=2))
    assert_taken_or_unfit(bytes(changed))


NAMES = st.sampled_from(
    [
        "courseStructure", "course", "title", "description", "langstring", "objectives", "objective", "block",
        "au", "url", "launchParameters", "entitlementKey", "manifest", "metadata", "schemaversion",
        "organizations", "organization", "item", "resources", "resource", "file", "tincan", "activities",
        "activity", "name", "launch", "sequencing", "sequencingCollection", "completionThreshold", "masteryscore",
        "controlMode",
    ]
)  # fmt: skip
SPACES = st.sampled_from(
    [
        "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd", "http://www.imsproject.org/xsd/imscp_rootv1p1p2",
        "http://www.imsglobal.org/xsd/imscp_v1p1", "http://www.adlnet.org/xsd/adlcp_v1p3",
        "http://www.adlnet.org/xsd/adlcp_rootv1p2", "http://www.imsglobal.org/xsd/imsss",
        "http://projecttincan.com/tincan.xsd", "urn:x", "",
    ]
)  # fmt: skip
ATTRIBUTES = st.sampled_from(
    [
        "id", "idref", "lang", "moveOn", "masteryScore", "launchMethod", "identifier", "identifierref", "default",
        "href", "parameters", "isvisible", "scormType", "xml:base", "xml:lang", "IDRef", "ID",
        "minProgressMeasure", "completedByMeasure",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["R1", "I1", "M", "https://example.org/1", "index.html", "../x", "a b", "Passed", "0.5", "1e400", "%", "?", "#"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("]]>", "")


def element(name: str, space: str, attributes: dict[str, str], text: str, children: list[str]) -> str:
    said = "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items())
    return f'<{name} xmlns="{space}"{said}>{escaped(text)}{"".join(children)}</{name}>'


TREES = st.recursive(
    st.builds(element, NAMES, SPACES, st.dictionaries(ATTRIBUTES, VALUES, max_size=4), VALUES, st.just([])),
    lambda inner: st.builds(
        element, NAMES, SPACES, st.dictionaries(ATTRIBUTES, VALUES, max_size=4), VALUES, st.lists(inner, max_size=5)
    ),
    max_leaves=25,
)


@given(TREES, st.sampled_from(["cmi5.xml", "imsmanifest.xml", "tincan.xml"]))
@settings(max_examples=400, deadline=None)
def test_descriptions_of_any_shape(tree: str, name: str) -> None:
    assert_taken_or_unfit(tree.encode())
    assert_taken_or_unfit(bytes_of(make_zip({name: tree, "index.html": ""})))


@given(VALUES, VALUES, VALUES, VALUES)
@settings(max_examples=400, deadline=None)
def test_descriptions_with_any_value(one: str, two: str, three: str, four: str) -> None:
    a, b, c, d = (escaped(each) for each in (one, two, three, four))
    assert_taken_or_unfit(
        bytes_of(make_cmi5(make_unit(1, a, f'moveOn="{b}" masteryScore="{c}"', identifier=d or "x"), course=a))
    )
    inner = f"<adlcp:masteryscore>{b}</adlcp:masteryscore><adlcp:maxtimeallowed>{c}</adlcp:maxtimeallowed>"
    resources = f'<resource identifier="R1" href="{a}" xml:base="{c}" adlcp:scormtype="{d}"/>'
    manifest = make_manifest(
        items=make_item(1, inner, f'parameters="{d}"'), resources=resources, attributes=f'xml:base="{b}"'
    )
    assert_taken_or_unfit(bytes_of(make_zip({"imsmanifest.xml": manifest, "index.html": ""})))
    assert_taken_or_unfit(bytes_of(make_h5p({"title": one, "language": two, "mainLibrary": three, "license": four})))


@given(VALUES, VALUES)
@settings(max_examples=400, deadline=None)
def test_addresses_of_any_kind(one: str, two: str) -> None:
    target = addresses.entry_for(one, addresses.Names({two, "index.html"}))
    if target is not None:
        assert ".." not in target.name.split("/")
        assert not target.name.startswith("/")
        assert addresses.target_of(target.url) is not None
    assert joined(one, two)[: len(one.partition("#")[0])] == one.partition("#")[0]
    with suppress(Unfit):
        assert link(one, two).root.children


@given(st.sampled_from(SAMPLES), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_an_xml_that_is_cut_anywhere(sample: bytes, at: int) -> None:
    with suppress(Unfit):
        assert parse(sample[:at], SMALL, "x").name
