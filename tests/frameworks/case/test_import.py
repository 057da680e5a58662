"""CASE packages of others: what they become, what is refused, and that they go out again as they came."""

import json
import os
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frameworks import queries as frameworks
from frameworks.case.reading import read
from frameworks.case.rules import faults
from frameworks.editing import queries
from frameworks.editing import services as editing_services
from frameworks.exchange import files, services
from frameworks.exchange.errors import HasFaults
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.permissions import Role
from tests.factories.accounts import make_person, organisation
from tests.factories.frameworks import acting, editing, make_editor

SINCE = "2019-03-01T10:00:00+00:00"


def known(number: int) -> str:
    return f"0000{number:04x}-1111-4111-8111-111111111111"


def link(number: int, title: str = "x") -> dict[str, str]:
    return {"title": title, "identifier": known(number), "uri": f"https://elsewhere.example/uri/{known(number)}"}


def item(number: int, statement: str, **more: Any) -> dict[str, Any]:
    return {"identifier": known(number), "uri": link(number)["uri"], "fullStatement": statement,
            "lastChangeDateTime": SINCE} | more  # fmt: skip


def child(number: int, of: int, place: int, parent: int) -> dict[str, Any]:
    return {
        "identifier": known(number), "uri": link(number)["uri"], "associationType": "isChildOf", "sequenceNumber": place,
        "originNodeURI": link(of), "destinationNodeURI": link(parent), "lastChangeDateTime": SINCE,
    }  # fmt: skip


FOREIGN: dict[str, Any] = {
    "CFDocument": {
        "identifier": known(1), "uri": link(1)["uri"], "creator": "A ministry", "title": "Standards of elsewhere",
        "lastChangeDateTime": SINCE, "subject": ["Mathematics"], "language": "en", "adoptionStatus": "Draft",
        "frameworkType": "K12", "extensions": {"ours": [1, 2]}, "notes": "By hand",
    },
    "CFItems": [
        item(11, "Count", humanCodingScheme="A.1", listEnumeration="1", educationLevel=["01", "02"], CFItemType="Standard"),
        item(10, "Numbers", humanCodingScheme="A", CFItemType="Cluster", conceptKeywords=["number"]),
        item(12, "Count further", humanCodingScheme="A.1", extensions={"their": {"own": True}}),
        item(13, "Alone, with no code"),
    ],
    "CFAssociations": [
        child(20, 10, 1, 1), child(21, 11, 2, 10), child(22, 12, 1, 10), child(23, 13, 2, 1),
        {"identifier": known(24), "uri": link(24)["uri"], "associationType": "isRelatedTo", "originNodeURI": link(11),
         "destinationNodeURI": {"title": "A book", "identifier": "isbn:1", "uri": "https://book.example/1"},
         "lastChangeDateTime": SINCE},
    ],
    "CFDefinitions": {
        "CFSubjects": [{"identifier": known(30), "uri": link(30)["uri"], "title": "Mathematics", "hierarchyCode": "1",
                        "lastChangeDateTime": SINCE}],
    },
    "CFRubrics": [],
}  # fmt: skip


def brought_in(package: dict[str, Any], editor: Any, code: str = "ELSE") -> Any:
    body = json.dumps(package).encode()
    with transaction():
        sent = services.send_package(editing(editor), code, organisation("WALES").id, "elsewhere.json", body)
    with transaction():
        made = services.bring_in_package(editing(editor), sent.id)
    return queries.whole(made.id)


def goes_out(version: Any) -> dict[str, Any]:
    return dict(json.loads(files.made(version, "case")))


def test_it_goes_out_as_it_came_in(app: Flask) -> None:
    version = brought_in(FOREIGN, make_editor())
    assert goes_out(version) == FOREIGN


def test_the_tree_becomes_domains_and_statements_in_order(app: Flask) -> None:
    version = brought_in(FOREIGN, make_editor())
    assert [each.code for each in version.domains] == ["A"]
    assert [(each.code, each.wording.en) for each in version.statements] == [
        ("A.1", "Count further"), ("I3", "Count"), ("I4", "Alone, with no code"),
    ]  # fmt: skip
    assert [each.domain_id is not None for each in version.statements] == [True, True, False]
    assert str(version.identifier) == known(1)


def test_what_is_changed_here_goes_out_changed_and_the_rest_as_it_came(app: Flask) -> None:
    editor = make_editor()
    version = brought_in(FOREIGN, editor)
    row = next(each for each in version.statements if each.code == "I3")
    gone = next(each for each in version.statements if each.code == "I4")
    with transaction():
        actor = editing(editor)
        editing_services.put(
            actor, version.id, "statements", {"wording": Bilingual("Count well", "Cyfrif yn dda"), "code": "I3"},
            part_id=row.id, edition=row.edition,
        )  # fmt: skip
        editing_services.remove(actor, version.id, "statements", gone.id, gone.edition)
        editing_services.put(
            actor, version.id, "statements", {"wording": Bilingual("New", "Newydd"), "code": "N", "level": None,
                                              "domain": "A"}
        )  # fmt: skip
    out = goes_out(queries.whole(version.id))
    items = {each["fullStatement"]: each for each in out["CFItems"]}
    assert items.keys() == {"Count well", "Numbers", "Count further", "New"}
    assert items["Count well"]["educationLevel"] == ["01", "02"]
    assert items["Count further"] == FOREIGN["CFItems"][2]
    ends = {each["originNodeURI"]["identifier"] for each in out["CFAssociations"]}
    assert known(13) not in ends
    assert items["New"]["identifier"] in ends
    assert out["CFDocument"] == FOREIGN["CFDocument"]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
EXTRAS = st.dictionaries(
    st.sampled_from(["notes", "educationLevel", "conceptKeywords", "listEnumeration", "statusStartDate", "theirOwn", "extensions",
                     "abbreviatedStatement", "language", "CFItemType", "humanCodingScheme", "CFItemTypeURI"]),
    st.one_of(WORDS, st.lists(WORDS, max_size=2), st.dictionaries(WORDS, st.integers(), max_size=2), st.booleans()), max_size=4,
)  # fmt: skip
TYPES = st.sampled_from(
    ["isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy", "exemplar"]
)
ENDS = st.tuples(TYPES, st.integers(1, 14), st.integers(1, 40), st.none() | st.integers(-3, 9))
_taken = count(1)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    items=st.lists(EXTRAS, max_size=12), ends=st.lists(ENDS, max_size=20), extras=EXTRAS,
    parts=st.sets(st.sampled_from(["CFAssociations", "CFDefinitions", "CFRubrics"])),
)  # fmt: skip
def test_whatever_others_write_goes_out_as_it_came(app: Flask, items: Any, ends: Any, extras: Any, parts: Any) -> None:
    """Fields of their own, trees in any shape, ends that are nowhere here, parts that are empty or not there at all."""
    example = next(_taken)

    def own(row: dict[str, Any]) -> dict[str, Any]:
        """Identifiers of this example alone."""
        return dict(json.loads(json.dumps(row).replace("-1111-4111-", f"-{example:04x}-4111-")))

    package: dict[str, Any] = {
        "CFDocument": FOREIGN["CFDocument"] | {k: v for k, v in extras.items() if k != "language"}
    }
    package["CFItems"] = [
        item(10 + n, f"Says {n}") | {k: v for k, v in each.items() if k != "language"} for n, each in enumerate(items)
    ]
    if "CFAssociations" in parts:
        rows = [
            child(100 + n, of, place or 0, to) | {"associationType": kind}
            for n, (kind, of, to, place) in enumerate(ends)
        ]
        package["CFAssociations"] = [{k: v for k, v in row.items() if k != "sequenceNumber" or v} for row in rows]
    if "CFDefinitions" in parts:
        package["CFDefinitions"] = {"CFConcepts": [], "CFLicenses": [{"identifier": known(60), "title": "Theirs"}]}
    if "CFRubrics" in parts:
        package["CFRubrics"] = [
            {"identifier": known(70), "uri": link(70)["uri"], "lastChangeDateTime": SINCE, "theirs": [1]}
        ]
    package = own(package)
    version = brought_in(package, make_editor(), f"P{example}")
    assert goes_out(version) == package


def _documents() -> list[Path]:
    """Packages of others, where CASE_DOCUMENTS names a folder of them: they may not all be copied here."""
    folder = os.environ.get("CASE_DOCUMENTS")
    return sorted(Path(folder).glob("*.json")) if folder else []


@pytest.mark.parametrize("path", _documents(), ids=lambda path: path.name)
def test_a_published_document_goes_out_as_it_came(app: Flask, path: Path) -> None:
    package = json.loads(path.read_bytes())
    version = brought_in(package, make_editor())
    assert goes_out(version) == package
    for each in package["CFItems"]:
        assert app.test_client().get(f"/ims/case/v1p0/CFItems/{each['identifier']}").status_code == 404, "it is a draft"


BROKEN: list[tuple[Any, str]] = [
    ([], "no_document"), ({}, "no_document"), ({"CFDocument": []}, "no_document"),
    (FOREIGN | {"CFThings": []}, "unknown_part"), (FOREIGN | {"CFItems": {}}, "no_list"),
    (FOREIGN | {"CFItems": [item(11, "")]}, "missing"), (FOREIGN | {"CFItems": [item(11, "x"), item(11, "y")]}, "twice"),
    (FOREIGN | {"CFItems": [item(11, "x", identifier="11")]}, "no_identifier"),
    (FOREIGN | {"CFAssociations": [child(20, 10, 1, 1) | {"associationType": "isCousinOf"}]}, "unknown_association"),
    (FOREIGN | {"CFAssociations": [child(20, 10, 1, 1) | {"originNodeURI": "here"}]}, "no_link"),
    (FOREIGN | {"CFItems": [item(11, "x" * 5000)]}, "too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("package", "why"), BROKEN)
def test_every_fault_has_a_name(package: Any, why: str) -> None:
    assert why in [each.why for each in faults(package)]


def test_nothing_comes_in_while_there_is_a_fault_or_somebody_has_the_identifier(app: Flask) -> None:
    editor = make_editor()
    with pytest.raises(HasFaults):
        brought_in(FOREIGN | {"CFItems": [item(11, "")]}, editor)
    brought_in(FOREIGN, editor)
    with pytest.raises(HasFaults):
        brought_in(FOREIGN, editor, "AGAIN")
    assert services.package_faults(FOREIGN)[0].why == "already_here"


def test_what_is_here_already_is_named_with_the_way_to_renew_it(app: Flask, signed_in: Any) -> None:
    editor, elsewhere = make_editor(), make_editor("BCU")
    brought_in(FOREIGN, editor)
    for who, named in ((editor, True), (elsewhere, False)):
        keeper = organisation("WALES" if named else "BCU")
        actor = acting(who, Role.FRAMEWORK_EDITOR, keeper.code)
        with transaction():
            sent = services.send_package(actor, f"AGAIN{named}", keeper.id, "x", json.dumps(FOREIGN).encode())
        page = signed_in(who).get(f"/en/manage/frameworks/import/{sent.id}").text
        assert ("/en/manage/frameworks/ELSE/newer" in page) is named
        assert ("Something here has this identifier already" in page) is not named
        assert "Bring it in as a draft" not in page


def test_a_file_is_only_its_senders_to_see(app: Flask) -> None:

    editor, other = make_editor(), make_editor()
    with transaction():
        sent = services.send_package(
            editing(editor), "ELSE", organisation("WALES").id, "x", json.dumps(FOREIGN).encode()
        )
    for who in (editing(other), editing(make_person())):
        with pytest.raises(NotFound):
            services.bring_in_package(who, sent.id)


def test_our_own_package_is_read_back_with_its_welsh_and_its_levels(app: Flask) -> None:

    version = frameworks.whole_version("PIMH")
    found = read(goes_out(version))
    assert [each.text for each in found.statements] == [each.wording for each in version.statements]
    assert [(each.code, each.rank) for each in found.levels] == [(each.code, each.rank) for each in version.levels]
    by_level = {each.identifier: each.code for each in found.levels}
    codes = {each.id: each.code for each in version.levels}
    assert [by_level[each.level or ""] for each in found.statements] == [
        codes[each.level_id] for each in version.statements
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parents=st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_any_tree_even_a_circle_is_read_without_losing_an_item(parents: list[int]) -> None:
    package = deepcopy(FOREIGN)
    package["CFItems"] = [item(10 + number, f"Says {number}") for number in range(len(parents))]
    package["CFAssociations"] = [child(100 + n, 10 + n, n, parent) for n, parent in enumerate(parents)]
    found = read(package)
    ids = sorted(each.identifier for each in (*found.domains, *found.statements))
    assert ids == sorted(each["identifier"] for each in package["CFItems"])
    assert {each.domain for each in found.statements} - {None} <= {each.identifier for each in found.domains}
