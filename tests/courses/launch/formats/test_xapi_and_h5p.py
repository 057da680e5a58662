"""tincan.xml and h5p.json: what is read and what is refused."""

import json

import pytest

from courses.launch.formats.structure import Format, MoveOn
from tests.courses.launch.formats.reading import content_of, refusals, warnings
from tests.factories.packages import PAGE, make_activity, make_dependency, make_h5p, make_xapi, make_zip


def test_an_xapi_package_is_read() -> None:
    content = content_of(
        make_xapi(make_activity() + '<activity id="https://example.org/part"><name>Part</name></activity>')
    )
    (unit,) = content.root.units()
    assert (content.format, content.root.publisher_id, content.languages) == (Format.XAPI, unit.publisher_id, ("en",))
    assert (unit.publisher_id, unit.title, unit.description, unit.url, unit.move_on, unit.activity_type) == (
        "https://example.org/activity", {"en": "Activity"}, {"en": "About it"}, "index.html", MoveOn.COMPLETED_OR_PASSED,
        "http://adlnet.gov/expapi/activities/course",
    )  # fmt: skip


def test_a_description_that_begins_with_a_byte_order_mark_is_read() -> None:
    text = f'<tincan xmlns="http://projecttincan.com/tincan.xsd"><activities>{make_activity()}</activities></tincan>'
    assert refusals(make_zip({"tincan.xml": b"\xef\xbb\xbf" + text.encode(), "index.html": PAGE})) == []


def test_an_activity_may_begin_in_each_language() -> None:
    launches = '<launch lang="en-GB">en.html?a=1</launch><launch lang="cy-GB">cy.html</launch>'
    file = make_xapi(make_activity(launch=launches), {"en.html": PAGE, "cy.html": PAGE})
    (unit,) = content_of(file).root.units()
    assert (unit.url, unit.more["launches"]) == ("en.html?a=1", {"en-GB": "en.html?a=1", "cy-GB": "cy.html"})
    assert content_of(file).languages == ("en-GB", "cy-GB", "en")


@pytest.mark.parametrize(
    ("activities", "rule"),
    [
        ("", "xapi-no-launch"),
        (make_activity(launch=""), "xapi-no-launch"),
        (make_activity("http://"), "xapi-activity-id"),
        (make_activity("course_id"), "xapi-activity-id"),
        (make_activity("http://a b"), "xapi-activity-id"),
        (make_activity() * 2, "xapi-activity-twice"),
        (make_activity(launch="<launch>none.html</launch>"), "xapi-file-missing"),
        (make_activity(launch="<launch>INDEX.html</launch>"), "xapi-file-missing"),
        (make_activity(launch="<launch>../index.html</launch>"), "xapi-launch"),
        (make_activity(launch="<launch/>"), "xapi-launch"),
        (make_activity(launch="<launch>javascript:x</launch>"), "xapi-launch"),
        (make_activity(launch="<launch>//example.org/</launch>"), "xapi-launch"),
        (make_activity(launch="<launch>index.html?auth=1</launch>"), "xapi-reserved-parameter"),
    ],
)
def test_an_activity_that_cannot_be_begun_or_kept_is_refused(activities: str, rule: str) -> None:
    assert refusals(make_xapi(activities)) == [rule]


@pytest.mark.parametrize(
    "identifier", ["urn:articulate:storyline:5abc", "http://5abc_course_id", "https://example.org/a"]
)
def test_ids_that_vendors_write_are_taken(identifier: str) -> None:
    assert refusals(make_xapi(make_activity(identifier))) == []


def test_another_namespace_is_refused_and_a_missing_name_is_told() -> None:
    assert refusals(make_xapi(namespace="urn:x")) == ["xapi-not-tincan"]
    assert warnings(make_xapi(make_activity(name=""))) == ["xapi-no-name"]


def test_h5p_is_read_with_its_libraries() -> None:
    content = content_of(make_h5p(), "quiz.h5p")
    (unit,) = content.root.units()
    assert (content.format, content.languages, content.root.title) == (Format.H5P, ("cy",), {"cy": "Quiz"})
    assert (unit.url, unit.move_on, unit.more) == (
        "h5p.json", MoveOn.COMPLETED_OR_PASSED, {"library": "H5P.Main 1.2", "licence": "CC BY"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "without", "rule"),
    [
        ({"title": " "}, [], "h5p-no-title"),
        ({"title": 5}, [], "h5p-no-title"),
        ({"mainLibrary": None}, [], "h5p-no-main-library"),
        ({"mainLibrary": "H5P.Other"}, [], "h5p-main-library"),
        (
            {"preloadedDependencies": [make_dependency("H5P.Main"), make_dependency("H5P.Other")]},
            [],
            "h5p-library-missing",
        ),
        ({"preloadedDependencies": [make_dependency("H5P.Main"), make_dependency("../up")]}, [], "h5p-dependency"),
        ({"preloadedDependencies": [make_dependency("H5P.Main"), make_dependency("X", "one")]}, [], "h5p-dependency"),
        ({}, ["content/content.json"], "h5p-no-content"),
        ({}, ["H5P.Inner-1.2/library.json"], "h5p-library-missing"),
        ({}, ["H5P.Main-1.2/main.js"], "h5p-library-file"),
    ],
)
def test_h5p_that_cannot_be_played_is_refused(said: dict[str, object], without: list[str], rule: str) -> None:
    assert refusals(make_h5p(said, without)) == [rule]


def test_a_title_that_a_database_would_not_take_is_made_readable() -> None:
    assert content_of(make_h5p({"title": "A\x00B", "license": "C\x00"})).root.title == {"cy": "A�B"}


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\x00", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    assert refusals(make_h5p(files={"h5p.json": text})) == ["h5p-not-json"]
    assert refusals(make_h5p(files={"content/content.json": text})) == ["h5p-not-json"]
    assert refusals(make_h5p(files={"H5P.Main-1.2/library.json": text})) == ["h5p-not-json"]


def test_libraries_without_end_are_refused() -> None:
    files = {
        f"L-1.{n}/library.json": json.dumps({"preloadedDependencies": [make_dependency("L", 1, n + 1)]})
        for n in range(300)
    }
    said = {"mainLibrary": "L", "preloadedDependencies": [make_dependency("L", 1, 0)]}
    assert refusals(make_h5p(said, files=files)) == ["h5p-libraries"]
    circle = {"H5P.Inner-1.2/library.json": json.dumps({"preloadedDependencies": [make_dependency("H5P.Main")]})}
    assert refusals(make_h5p(files=circle)) == []
