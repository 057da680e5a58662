"""imsmanifest.xml of SCORM 1.2 and 2004: what is read, what is refused, what is told."""

from decimal import Decimal
from typing import BinaryIO

import pytest

from courses.launch.formats.manifest import joined
from courses.launch.formats.structure import Block, Format, MoveOn, Unit
from tests.courses.launch.formats.reading import content_of, refusals, warnings
from tests.factories.packages import (
    NAMESPACES,
    PAGE,
    make_item,
    make_manifest,
    make_resource,
    make_scorm,
    make_zip,
)  # fmt: skip

SCO_2004 = 'adlcp:scormType="sco"'


def unit_of(file: BinaryIO) -> Unit:
    return next(content_of(file).root.units())


def test_a_single_sco_is_read_in_both_versions() -> None:
    for version, wanted in (("1.2", Format.SCORM_12), ("2004", Format.SCORM_2004)):
        content = content_of(make_scorm(version, metadata="<x/>"))
        assert (content.format, content.root.publisher_id, content.root.title) == (wanted, "M", {"und": "Course"})
        assert content.warnings == ()
        assert content.manifest.startswith(b"<?xml")
        unit = next(content.root.units())
        assert (unit.publisher_id, unit.title, unit.url, unit.move_on) == (
            "I1", {"und": "Item 1"}, "index.html", MoveOn.COMPLETED_OR_PASSED,
        )  # fmt: skip
        assert (unit.more["scorm_type"], unit.more["resource"]) == ("sco", "R1")


def test_items_within_items_are_blocks_and_folders_of_nothing_are_left_out() -> None:
    items = make_item(9, make_item(1) + make_item(8, make_item(2), reference=""), reference="") + make_item(
        7, reference=""
    )
    resources = make_resource(1) + make_resource(2, "two.html")
    root = content_of(make_scorm(items=items, resources=resources, files={"two.html": PAGE})).root
    (block,) = root.children
    assert isinstance(block, Block)
    assert (block.publisher_id, [type(each) for each in block.children]) == ("I9", [Unit, Block])
    assert [each.publisher_id for each in root.units()] == ["I1", "I2"]


def test_an_item_may_be_begun_and_have_items_too() -> None:
    items = make_item(1, make_item(2))
    root = content_of(make_scorm(items=items, resources=make_resource(1) + make_resource(2))).root
    (block,) = root.children
    assert isinstance(block, Block)
    assert [each.publisher_id for each in (block, *block.units())] == ["I1:items", "I1", "I2"]


def test_one_resource_may_be_two_items_with_parameters_of_their_own() -> None:
    items = make_item(1, attributes='parameters="?a=1"') + make_item(2, attributes='parameters="#two"', reference="R1")
    root = content_of(make_scorm(items=items)).root
    assert [each.url for each in root.units()] == ["index.html?a=1", "index.html#two"]


@pytest.mark.parametrize(
    ("url", "parameters", "whole"),
    [
        ("a.html", "", "a.html"),
        ("a.html", "b=1", "a.html?b=1"),
        ("a.html", "?b=1", "a.html?b=1"),
        ("a.html", "&b=1", "a.html?b=1"),
        ("a.html", "?&b=1", "a.html?b=1"),
        ("a.html?c=2", "b=1", "a.html?c=2&b=1"),
        ("a.html?c=2", "?b=1", "a.html?c=2&b=1"),
        ("a.html", "#part", "a.html#part"),
        ("a.html#top", "#part", "a.html#top"),
        ("a.html#top", "?b=1", "a.html?b=1#top"),
        ("a.html", "?b=1#part", "a.html?b=1#part"),
        ("a.html#top", "b=1#part", "a.html?b=1#top"),
        ("a.html", "?", "a.html"),
    ],
)
def test_parameters_join_the_address_as_the_specification_says(url: str, parameters: str, whole: str) -> None:
    assert joined(url, parameters) == whole


@pytest.mark.parametrize(
    ("outer", "middle", "inner", "href", "url"),
    [
        ("a/", "b/", "c/", "x.html", "a/b/c/x.html"),
        ("a/", "", "", "x.html?q=1#f", "a/x.html?q=1#f"),
        ("", "b/", "../c/", "x.html", "c/x.html"),
        ("a/", "", "", "./y/../x.html", "a/x.html"),
        ("", "", "", "a b/x.html", "a%20b/x.html"),
        ("", "", "", "a%20b/x.html", "a%20b/x.html"),
        ("", "", "", "t\u0177.html", "t%C5%B7.html"),
        ("", "", "", "100%25.html", "100%25.html"),
        ("", "", "", "100%.html", "100%25.html"),
    ],
)
def test_the_chain_of_bases_leads_to_the_file(outer: str, middle: str, inner: str, href: str, url: str) -> None:
    files = ["a/b/c/x.html", "a/x.html", "c/x.html", "a b/x.html", "t\u0177.html", "100%.html"]
    file = make_scorm(
        files=dict.fromkeys(files, PAGE),
        attributes=f'xml:base="{outer}"',
        resources_attributes=f'xml:base="{middle}"',
        resources=make_resource(href=href, attributes=f'adlcp:scormtype="sco" xml:base="{inner}"'),
    )
    assert refusals(file) == []
    assert unit_of(file).url == url


def test_a_base_without_its_slash_is_read_as_a_folder_and_told() -> None:
    file = make_scorm(
        files={"a/x.html": PAGE}, resources_attributes='xml:base="a"', resources=make_resource(href="x.html")
    )
    assert (unit_of(file).url, warnings(file)) == ("a/x.html", ["scorm-base"])


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"organizations": "<organizations/>"}, "scorm-no-organization"),
        ({"organizations": ""}, "scorm-no-organization"),
        ({"items": ""}, "scorm-no-items"),
        ({"items": make_item(1, reference="")}, "scorm-no-items"),
        ({"items": make_item(1) + make_item(1)}, "scorm-identifier-twice"),
        ({"resources": make_resource() * 2}, "scorm-identifier-twice"),
        ({"resources": make_resource(href="missing.html")}, "scorm-file-missing"),
        ({"resources": make_resource(href="Index.html")}, "scorm-file-missing"),
        ({"resources": make_resource(href="")}, "scorm-no-href"),
        ({"resources": make_resource(href="../index.html")}, "scorm-href"),
        ({"resources": make_resource(href="%2e%2e/index.html")}, "scorm-href"),
        ({"resources": make_resource(href="/index.html")}, "scorm-href"),
        ({"resources": make_resource(href="//example.org/index.html")}, "scorm-href"),
        ({"resources": make_resource(href="a\\index.html")}, "scorm-href"),
        ({"resources": make_resource(href="javascript:alert(1)")}, "scorm-href"),
        ({"resources": make_resource(href="file:///etc/passwd")}, "scorm-href"),
        ({"resources": make_resource(href="https://")}, "scorm-href"),
        ({"attributes": 'xml:base="../"'}, "scorm-href"),
        ({"attributes": 'xml:base="http://["'}, "scorm-href"),
        ({"items": make_item(1, reference="R9")}, "scorm-no-resource"),
        ({"items": make_item(1, reference="M2"), "after": '<manifest identifier="M2"/>'}, "scorm-sub-manifest"),
        ({"items": make_item(1, "<adlcp:masteryscore>101</adlcp:masteryscore>")}, "scorm-mastery-score"),
        ({"items": make_item(1, "<adlcp:masteryscore>eighty</adlcp:masteryscore>")}, "scorm-mastery-score"),
        ({"namespaces": 'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="urn:x"'}, "scorm-not-scorm"),
        ({"namespaces": 'xmlns="urn:x" xmlns:adlcp="urn:x"'}, "scorm-not-scorm"),
    ],
)
def test_a_manifest_that_leads_nowhere_is_refused(given: dict[str, str], rule: str) -> None:
    assert rule in refusals(make_scorm(**given))


def test_a_fault_of_a_resource_that_items_share_is_told_once() -> None:
    items = make_item(1) + make_item(2, reference="R1")
    assert refusals(make_scorm(items=items, resources=make_resource(href="missing.html"))) == ["scorm-file-missing"]


def test_another_document_is_no_manifest() -> None:
    assert refusals(make_zip({"imsmanifest.xml": "<html/>"})) == ["scorm-not-a-manifest"]


def test_a_manifest_in_a_folder_is_refused_with_the_folder() -> None:
    assert refusals(make_zip({"course/imsmanifest.xml": make_manifest(), "course/index.html": PAGE})) == [
        "package-in-folder"
    ]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"organizations": '<organizations default="X"><organization identifier="O"><title>T</title>'
          f"{make_item()}</organization></organizations>"}, "scorm-no-default"),
        ({"organizations": '<organizations><organization identifier="O"><title>T</title>'
          f'{make_item()}</organization><organization identifier="P"/></organizations>'}, "scorm-organizations"),
        ({"items": make_item().replace("Item 1", "")}, "scorm-no-title"),
        ({"items": make_item(attributes='isvisible="false"')}, "scorm-hidden"),
        ({"resources": make_resource(attributes="")}, "scorm-no-type"),
        ({"resources": make_resource(attributes='adlcp:scormtype="asset"')}, "scorm-asset"),
        ({"resources": make_resource(inner='<file href="a.js"/><file href="index.html"/>')}, "scorm-files-missing"),
        ({"resources": make_resource(href="https://example.org/x.html")}, "scorm-elsewhere"),
        ({"items": make_item(1, "<adlcp:prerequisites>I0</adlcp:prerequisites>")}, "scorm-prerequisites"),
        ({"items": make_item(1, "<adlcp:maxtimeallowed>soon</adlcp:maxtimeallowed>")}, "scorm-time-allowed"),
        ({"items": make_item(1, "<adlcp:timelimitaction>shout</adlcp:timelimitaction>")}, "scorm-time-action"),
    ],
)  # fmt: skip
def test_what_an_author_should_know_is_told(given: dict[str, str], rule: str) -> None:
    assert warnings(make_scorm(**given)) == [rule]


def test_the_default_organization_is_taken_wherever_it_stands() -> None:
    two = "".join(
        f'<organization identifier="{name}"><title>{name}</title>{make_item()}</organization>' for name in ("O", "P")
    )
    assert content_of(make_scorm(organizations=f'<organizations default="P">{two}</organizations>')).root.title == {
        "und": "P"
    }


def test_what_only_12_says_is_kept() -> None:
    inner = (
        "<adlcp:prerequisites>I0</adlcp:prerequisites><adlcp:maxtimeallowed>00:30:00</adlcp:maxtimeallowed>"
        "<adlcp:timelimitaction>exit,message</adlcp:timelimitaction><adlcp:datafromlms> a </adlcp:datafromlms>"
        "<adlcp:masteryscore> 80 </adlcp:masteryscore>"
    )
    unit = unit_of(make_scorm(items=make_item(1, inner)))
    assert unit.mastery_score == Decimal("0.8")
    assert unit.more == {
        "scorm_type": "sco", "resource": "R1", "data_from_lms": " a ", "max_time_allowed": "00:30:00",
        "time_limit_action": "exit,message", "prerequisites": "I0",
    }  # fmt: skip
    assert unit_of(make_scorm(items=make_item(1, "<adlcp:masteryscore/>"))).mastery_score is None


def test_an_asset_is_done_when_it_was_opened() -> None:
    unit = unit_of(make_scorm(resources=make_resource(attributes='adlcp:scormtype="asset"')))
    assert (unit.move_on, unit.more["completion"]) == (MoveOn.COMPLETED, {"rule": "opened"})


def sequencing(inner: str, attributes: str = "") -> str:
    return f"<imsss:sequencing {attributes}>{inner}</imsss:sequencing>"


def measure(value: str, attributes: str = 'satisfiedByMeasure="true"') -> str:
    return (
        f'<imsss:objectives><imsss:primaryObjective objectiveID="P" {attributes}>'
        f"<imsss:minNormalizedMeasure>{value}</imsss:minNormalizedMeasure></imsss:primaryObjective>"
        '<imsss:objective objectiveID="Q"/></imsss:objectives>'
    )


def test_what_only_2004_says_is_kept() -> None:
    inner = (
        "<adlcp:dataFromLMS>a</adlcp:dataFromLMS><adlcp:timeLimitAction>continue,no message</adlcp:timeLimitAction>"
        '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.75"/>'
        + sequencing(measure("0.6") + '<imsss:limitConditions attemptAbsoluteDurationLimit="PT30M"/>')
    )
    unit = unit_of(make_scorm("2004", items=make_item(1, inner)))
    assert unit.mastery_score == Decimal("0.6")
    assert unit.more == {
        "scorm_type": "sco", "resource": "R1", "data_from_lms": "a", "time_limit_action": "continue,no message",
        "completion_threshold": "0.75", "max_time_allowed": "PT30M", "objectives": ["P", "Q"],
        "scaled_passing_score": "0.6", "edition": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "score", "more"),
    [
        (sequencing(measure("0.6", "")), None, {}),
        (sequencing(measure("-0.5")), None, {"scaled_passing_score": "-0.5"}),
        (sequencing('<imsss:objectives><imsss:primaryObjective satisfiedByMeasure="true"/></imsss:objectives>'), Decimal(1),
         {"scaled_passing_score": "1"}),
        (sequencing("", 'IDRef="S"'), Decimal("0.7"), {"scaled_passing_score": "0.7"}),
        (sequencing(measure("0.6"), 'IDRef="S"'), Decimal("0.6"), {"scaled_passing_score": "0.6"}),
        ("<adlcp:completionThreshold>0.5</adlcp:completionThreshold>", None, {"completion_threshold": "0.5"}),
        ('<adlcp:completionThreshold minProgressMeasure="0.5"/>', None, {}),
        ('<adlcp:completionThreshold completedByMeasure="true"/>', None, {"completion_threshold": "1"}),
    ],
)  # fmt: skip
def test_the_score_to_pass_and_the_progress_to_complete(
    inner: str, score: Decimal | None, more: dict[str, str]
) -> None:
    pool = "<imsss:sequencingCollection>" + sequencing(measure("0.7"), 'ID="S"') + "</imsss:sequencingCollection>"
    unit = unit_of(make_scorm("2004", items=make_item(1, inner), after=pool))
    assert unit.mastery_score == score
    assert {
        key: unit.more.get(key) for key in ("scaled_passing_score", "completion_threshold") if key in unit.more
    } == more


@pytest.mark.parametrize("inner", [
    sequencing(measure("2")), sequencing(measure("")), "<adlcp:completionThreshold>2</adlcp:completionThreshold>",
    '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="x"/>',
])  # fmt: skip
def test_a_measure_that_is_none_is_refused(inner: str) -> None:
    assert refusals(make_scorm("2004", items=make_item(1, inner))) == ["scorm-measure"]


def test_sequencing_that_many_share_stays_small() -> None:
    many = "<imsss:objectives>" + '<imsss:objective objectiveID="Q"/>' * 101 + "</imsss:objectives>"
    assert refusals(make_scorm("2004", items=make_item(1, sequencing(many)))) == ["scorm-sequencing-large"]


RULE = "<imsss:sequencingRules/><imsss:rollupRules/>"


def test_rules_between_parts_are_told_and_for_one_part_there_are_none() -> None:
    def course(items: str, **given: str) -> BinaryIO:
        both = make_resource(1, attributes=SCO_2004) + make_resource(2, attributes=SCO_2004)
        return make_scorm("2004", items=items, resources=both, **given)

    assert warnings(course(make_item(1, sequencing(RULE)))) == []
    (found,) = content_of(course(make_item(1, sequencing(RULE)) + make_item(2))).warnings
    assert (found.rule, found.params) == ("scorm-sequencing", {"found": "sequencingRules, rollupRules"})
    free = sequencing('<imsss:controlMode choice="true" flow="true"/>')
    assert warnings(course(make_item(1) + make_item(2), in_organization=free)) == []
    led = sequencing('<imsss:controlMode choice="false" flow="true"/>')
    assert warnings(course(make_item(1) + make_item(2), in_organization=led)) == ["scorm-sequencing"]
    limited = sequencing('<imsss:limitConditions attemptLimit="1"/>')
    assert warnings(course(make_item(1, limited))) == ["scorm-attempts"]
    assert warnings(course(make_item(1, sequencing("", 'IDRef="none"')))) == ["scorm-no-sequencing"]
    assert warnings(course(make_item(1, '<adlcp:data><adlcp:map targetID="t"/></adlcp:data>'))) == ["scorm-shared-data"]


def test_the_namespace_decides_and_not_what_the_version_says() -> None:
    lying = make_manifest("1.2").replace("<schemaversion>1.2<", "<schemaversion>2004 3rd Edition<")
    assert content_of(make_zip({"imsmanifest.xml": lying, "index.html": PAGE})).format is Format.SCORM_12
    mixed = NAMESPACES["2004"].replace("adlcp_v1p3", "adlcp_rootv1p2")
    assert content_of(make_scorm("1.2", namespaces=mixed)).format is Format.SCORM_12


def test_a_manifest_without_a_namespace_is_read_as_12_and_told() -> None:
    bare = make_manifest(namespaces='xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"')
    file = make_zip({"imsmanifest.xml": bare, "index.html": PAGE})
    assert (content_of(file).format, warnings(file)) == (Format.SCORM_12, ["scorm-no-namespace"])


def test_broken_schemas_in_the_package_are_never_looked_at() -> None:
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://192.0.2.1/x.xsd"'
    assert refusals(make_scorm(files={"adlcp_rootv1p2.xsd": "<!DOCTYPE x><broken"}, attributes=schema)) == []


def test_the_languages_are_those_of_its_metadata() -> None:
    lom = '<l:lom xmlns:l="http://ltsc.ieee.org/xsd/LOM"><l:general><l:language>cy</l:language></l:general></l:lom>'
    assert content_of(make_scorm(metadata=lom)).languages == ("cy",)
    elsewhere = "<adlcp:location>metadata.xml</adlcp:location>"
    assert content_of(make_scorm(metadata=elsewhere, files={"metadata.xml": lom})).languages == ("cy",)
    for broken in ("<broken", "<!DOCTYPE x><x/>", ""):
        assert content_of(make_scorm(metadata=elsewhere, files={"metadata.xml": broken})).languages == ()
    assert content_of(make_scorm(metadata=elsewhere)).languages == ()
