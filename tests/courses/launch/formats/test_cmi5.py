"""cmi5.xml, alone and in a zip: what is read, and every refusal under its requirement's id."""

import io
import time
import zipfile
from decimal import Decimal

import pytest

from courses.launch.formats.structure import Block, Format, LaunchMethod, MoveOn, Unit
from tests.courses.launch.formats.reading import content_of, refusals, warnings
from tests.factories.packages import PAGE, make_block, make_cmi5, make_structure, make_unit, make_zip, words

REFERENCE = '<objectives><objective idref="https://example.org/o/1"/></objectives>'


def objective(identifier: str = "https://example.org/o/1") -> str:
    return f'<objective id="{identifier}">{words("title")}{words("description")}</objective>'


def test_a_course_is_read_with_its_blocks_and_units_in_their_order() -> None:
    attributes = 'moveOn=" Passed " masteryScore="0.85" launchMethod="OwnWindow" activityType="http://adlnet.gov/a"'
    after = "<launchParameters> a=1&amp;b </launchParameters><entitlementKey alternate='x'> k-9 </entitlementKey>"
    rich = make_unit(2, " \n./a%20b.html?own=1#part\n", attributes, REFERENCE, after=after)
    file = make_cmi5(
        make_unit(1, "<![CDATA[ index.html ]]>")
        + make_block(rich + make_block(make_unit(3), "https://example.org/b/2")),
        {"a b.html": PAGE},
        objectives=f"<objectives>{objective()}</objectives>",
    )
    content = content_of(file)
    assert (content.format, content.root.publisher_id, content.root.title) == (
        Format.CMI5, "https://example.org/course", {"en": "Course"},
    )  # fmt: skip
    assert (content.languages, content.warnings) == (("en",), ())
    assert b"courseStructure" in content.manifest
    first, block = content.root.children
    assert isinstance(first, Unit)
    assert isinstance(block, Block)
    assert (first.url, first.move_on, first.mastery_score) == ("index.html", MoveOn.COMPLETED, None)
    assert [each.publisher_id[-1] for each in content.root.units()] == ["1", "2", "3"]
    assert block.children[0] == Unit(
        publisher_id="https://example.org/au/2", title={"en": "Unit 2"}, url="a%20b.html?own=1#part",
        description={"en": "Words"}, move_on=MoveOn.PASSED, mastery_score=Decimal("0.85"),
        launch_method=LaunchMethod.OWN_WINDOW, launch_parameters="a=1&b", entitlement_key="k-9",
        activity_type="http://adlnet.gov/a",
        more={"entitlement_alternate": "x", "objectives": ["https://example.org/o/1"]},
    )  # fmt: skip


def test_both_languages_of_a_title_are_read_and_none_is_und() -> None:
    title = '<title><langstring lang=" cy ">Cwrs</langstring><langstring lang="en-GB">Course</langstring></title>'
    unit = (
        make_unit()
        .replace(words("title", "Unit 1"), title)
        .replace(words("description"), words("description", tag=None))
    )
    content = content_of(make_cmi5(unit))
    found = next(content.root.units())
    assert (found.title, found.description) == ({"cy": "Cwrs", "en-GB": "Course"}, {"und": "Words"})
    assert content.languages == ("en", "cy", "en-GB")


def test_a_description_alone_is_read_with_whole_addresses() -> None:
    content = content_of(make_structure(make_unit(1, "https://example.org/a.html?x=1")).encode(), "course.xml")
    assert (content.format, next(content.root.units()).url) == (Format.CMI5, "https://example.org/a.html?x=1")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood(encoding: str) -> None:
    text = (
        make_structure(make_unit(1, "https://example.org/"))
        .replace(">Course<", ">Tŷ<")
        .replace(' encoding="utf-8"', "")
    )
    assert content_of(text.encode(encoding)).root.title == {"en": "Tŷ"}


@pytest.mark.parametrize(
    ("content", "given", "rule"),
    [
        (make_unit(), {"course": "example.org/course"}, "3.0.0.0-1"),
        (make_unit(), {"course": ""}, "3.0.0.0-1"),
        (make_unit(identifier="http://"), {}, "3.0.0.0-1"),
        (make_block(make_unit(), "block"), {}, "3.0.0.0-1"),
        (make_unit(identifier="#au"), {}, "3.0.0.0-1"),
        (make_unit(), {"objectives": f"<objectives>{objective('o 1')}</objectives>"}, "3.0.0.0-1"),
        (make_unit() + make_unit(), {}, "13.1.4.0-1"),
        (make_unit(1) + make_unit(2, identifier=" https://example.org/au/1 "), {}, "13.1.4.0-1"),
        (make_unit(1) + make_block(make_unit(1)), {}, "13.1.4.0-1"),
        (make_block(make_unit(1)) + make_block(make_unit(2)), {}, "13.1.2.0-1"),
        (make_unit(), {"objectives": f"<objectives>{objective() * 2}</objectives>"}, "13.1.3.0-1"),
        (make_unit(1, "index.html?endpoint=x"), {}, "8.1.0.0-6"),
        (make_unit(1, "https://example.org/?a=1&amp;fetch="), {}, "8.1.0.0-6"),
        (make_unit(1, "index.html?%61ctor=x"), {}, "8.1.0.0-6"),
        (make_unit(1, "index.html?registration"), {}, "8.1.0.0-6"),
        (make_unit(1, "index.html?activityId=1"), {}, "8.1.0.0-6"),
        (make_unit(1, "http://example.com index.html"), {}, "13.1.4.0-2"),
        (make_unit(1, "https://"), {}, "13.1.4.0-2"),
        (make_unit(1, "https://example.org:port/"), {}, "13.1.4.0-2"),
        (make_unit(1, "https://example.org/100%"), {}, "13.1.4.0-2"),
        (make_unit(1, "https://example.org/tŷ"), {}, "13.1.4.0-2"),
        (make_unit(1, "javascript:alert(1)"), {}, "13.1.4.0-2"),
        (make_unit(1, "data:text/html,x"), {}, "13.1.4.0-2"),
        (make_unit(1, "mailto:a@example.org"), {}, "13.1.4.0-2"),
        (make_unit(1, "missing.html"), {}, "14.1.0.0-4"),
        (make_unit(1, "INDEX.html"), {}, "14.1.0.0-4"),
        (make_unit(1, "/index.html"), {}, "14.1.0.0-4"),
        (make_unit(1, "//example.org/index.html"), {}, "14.1.0.0-4"),
        (make_unit(1, "../index.html"), {}, "14.1.0.0-4"),
        (make_unit(1, "a/%2e%2e/%2e%2e/index.html"), {}, "14.1.0.0-4"),
        (make_unit(1, "?a=1"), {}, "14.1.0.0-4"),
    ],
)
def test_a_rule_that_is_broken_is_told_by_its_id(content: str, given: dict[str, str], rule: str) -> None:
    assert refusals(make_cmi5(content, **given)) == [rule]


@pytest.mark.parametrize("url", ["index.html", "path/1/index.html?abc=def", "/index.html", "//example.org/x"])
def test_alone_it_must_not_lead_into_a_package(url: str) -> None:
    assert refusals(make_structure(make_unit(1, url)).encode()) == ["14.2.0.0-1"]


UNIT, TITLE, URL = make_unit(), words("title", "Unit 1"), "<url>index.html</url>"


@pytest.mark.parametrize(
    "content",
    [
        "",
        make_block(""),
        UNIT.replace(TITLE, ""),
        UNIT.replace(URL, ""),
        UNIT.replace(URL, "<url> </url>"),
        UNIT.replace(URL, URL * 2),
        UNIT.replace(URL, "<url>index.html<b/></url>"),
        UNIT.replace(URL, '<url xml:lang="en">index.html</url>'),
        UNIT.replace(TITLE + words("description"), words("description") + TITLE),
        UNIT.replace(URL, URL + "<unknown/>"),
        UNIT.replace(URL, URL + "<entitlementKey/><launchParameters/>"),
        UNIT.replace(URL, "stray" + URL),
        UNIT.replace(TITLE, "<title>Bare</title>"),
        UNIT.replace(TITLE, '<title><langstring lang="en_GB">x</langstring></title>'),
        UNIT.replace(TITLE, '<title><langstring lang="">x</langstring></title>'),
        UNIT.replace(URL, '<v:x xmlns:v="urn:v"/>' + URL),
        UNIT.replace(URL, URL + '<x xmlns=""/>'),
        UNIT.replace("moveOn", "moveon"),
        UNIT.replace('id="https://example.org/au/1" ', ""),
        make_unit(attributes='moveOn="Sometimes"'),
        make_unit(attributes='moveOn=""'),
        make_unit(attributes='launchMethod="anywindow"'),
        make_unit(attributes='masteryScore="1.01"'),
        make_unit(attributes='masteryScore="-0.1"'),
        make_unit(attributes='masteryScore="80%"'),
        make_unit(attributes='masteryScore="1e-1"'),
        make_unit(attributes='masteryScore="NaN"'),
        make_unit(attributes='masteryScore=""'),
        UNIT + f"<objectives>{objective()}</objectives>",
        UNIT + '<v:x xmlns:v="urn:v"/>' + make_unit(2),
        make_unit(inner="<objectives></objectives>"),
    ],
)
def test_what_the_schema_refuses_is_refused(content: str) -> None:
    found = refusals(make_cmi5(content))
    assert found
    assert set(found) == {"13.2.0.0-1"}


def test_another_namespace_is_another_format() -> None:
    text = make_structure(make_unit(1, "https://example.org/"))
    assert refusals(text.replace("/v1/", "/v2/").encode()) == ["13.2.0.0-1"]
    assert refusals(text.replace(f' xmlns="{text.split("xmlns=")[1].split(chr(34))[1]}"', "").encode()) == [
        "13.2.0.0-1"
    ]


def test_every_fault_is_told_and_each_once() -> None:
    broken = make_unit(1, "https://example.org/a b?fetch=1", 'moveOn="x"').replace(words("description"), "")
    assert sorted(refusals(make_cmi5(broken + make_unit(2, identifier="two") + make_unit(3, "none.html")))) == [
        "13.1.4.0-2", "13.2.0.0-1", "13.2.0.0-1", "14.1.0.0-4", "3.0.0.0-1", "8.1.0.0-6",
    ]  # fmt: skip


def test_what_is_lax_is_let_in() -> None:
    extension = '<v:x xmlns:v="urn:v"><v:y a="1"/>text</v:x>'
    file = make_cmi5(
        make_unit(attributes='masteryScore="1." v:own="1" xmlns:v="urn:v"', after=extension), after=extension,
        attributes='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:v v.xsd" xml:lang="en"',
    )  # fmt: skip
    assert warnings(file) == ["9.6.1.1-3"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (make_unit(attributes=""), "9.6.1.1-3"),
        (make_unit(inner=REFERENCE), "13.1.3.0-1"),
        (make_unit(1, "http://example.org/"), "url-http"),
        (make_unit(1, "ourapp://example.org/x"), "url-application"),
        (make_unit(attributes='moveOn="Passed" masteryScore="0.66667"'), "13.1.4.0"),
        (make_unit(after='<v:x xmlns:v="urn:v"/>'), "13.1.5.0-1"),
    ],
)
def test_what_an_author_should_know_lets_the_course_in(content: str, rule: str) -> None:
    assert warnings(make_cmi5(content)) == [rule]


def test_one_unit_that_must_be_done_is_enough_not_to_warn() -> None:
    assert warnings(make_cmi5(make_unit(1, attributes="") + make_unit(2))) == []


def test_a_description_in_a_folder_is_refused_with_the_folder() -> None:
    file = make_zip({"course/cmi5.xml": make_structure(), "course/index.html": PAGE})
    assert refusals(file) == ["14.1.0.0-2"]


def test_a_thousand_units_in_nested_blocks_are_read_quickly() -> None:
    blocks = "".join(
        make_block("".join(make_unit(n * 100 + m) for m in range(100)), f"https://example.org/b/{n}") for n in range(15)
    )
    file = make_cmi5(make_block(blocks, "https://example.org/all"))
    before = time.process_time()
    content = content_of(file)
    assert len(list(content.root.units())) == 1500
    assert time.process_time() - before < 5  # about 0.3 s; the bound only catches what grows with the square


def test_a_zip_that_writes_zip64_is_taken() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in (("cmi5.xml", make_structure()), ("index.html", PAGE)):
            with made.open(name, "w", force_zip64=True) as entry:
                entry.write(text.encode())
    assert refusals(out) == []
