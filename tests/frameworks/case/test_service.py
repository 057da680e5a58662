"""The CASE service: addresses, shapes, paging, refusals, and what is public."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from frameworks import queries as frameworks
from frameworks.case.addresses import item_uri
from frameworks.editing import queries, services
from frameworks.models import Confidence, CrosswalkKind
from lms.core.db import transaction
from lms.core.language import Bilingual
from tests.counting import counted_queries
from tests.factories.frameworks import draft_of, editing, fill_with_statements, make_editor, published
from tests.frameworks.case.schema import ANSWERS, PROBLEM, PUBLISHED

AT = "/ims/case/v1p0"


def answer(client: FlaskClient, kind: str, identifier: Any) -> dict[str, Any]:
    got = client.get(f"{AT}/{kind}/{identifier}")
    assert (got.status_code, got.mimetype) == (200, "application/json"), got.text
    check(kind, got.json)
    return dict(got.json)


def check(kind: str, body: Any) -> None:
    faults = [str(each) for each in jsonschema_rs.validator_for(ANSWERS[kind], validate_formats=True).iter_errors(body)]
    assert faults == []
    if path := os.environ.get("CASE_OPENAPI"):
        faults = [str(each) for each in jsonschema_rs.validator_for(_published(Path(path), kind)).iter_errors(body)]
        assert faults == []


def _published(path: Path, kind: str) -> dict[str, Any]:
    """Its definition of the answer. It closes both halves of an allOf, which nothing could ever fit: open them."""
    document = json.loads(path.read_text())
    for definition in document["definitions"].values():
        if "allOf" in definition:
            for half in definition["allOf"]:
                half.pop("additionalProperties", None)
                if "$ref" in half:
                    document["definitions"][half["$ref"].rsplit("/", 1)[1]].pop("additionalProperties", None)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": document["definitions"],
            "$ref": f"#/definitions/{PUBLISHED[kind]}.Type"}  # fmt: skip


@pytest.mark.parametrize("code", ["PIMH", "CAMHS", "SUPV", "DCF"])
def test_a_package_is_whole_and_everything_in_it_has_an_address(client: FlaskClient, code: str) -> None:
    version = frameworks.whole_version(code)
    package = answer(client, "CFPackages", version.identifier)
    assert len(package["CFItems"]) == len(version.domains) + len(version.statements)
    for kind, rows in (
        ("CFItems", package["CFItems"]), ("CFAssociations", package["CFAssociations"]),
        ("CFRubrics", package["CFRubrics"]),
    ):  # fmt: skip
        for row in rows[:3]:
            assert row["uri"] == f"http://localhost{AT}/{kind}/{row['identifier']}"
            found = answer(client, kind, row["identifier"])
            assert row.items() <= found.items()
    for kind, rows in package["CFDefinitions"].items():
        for row in rows[:2]:
            found = answer(client, kind, row["identifier"])
            assert found.get(kind, [found]) == [row]


def test_levels_are_a_rubric_of_responsibility_without_scores(client: FlaskClient) -> None:
    version = frameworks.whole_version("PIMH")
    package = answer(client, "CFPackages", version.identifier)
    (rubric,) = package["CFRubrics"]
    assert len(rubric["CFRubricCriteria"]) == len(version.domains)
    levels = rubric["CFRubricCriteria"][0]["CFRubricCriterionLevels"]
    assert [each["quality"] for each in levels] == ["Informed", "Skilled", "Enhanced", "Specialist"]
    assert '"score"' not in json.dumps(rubric)
    assert '"weight"' not in json.dumps(rubric)
    skill = [each for each in package["CFAssociations"] if each["associationType"] == "hasSkillLevel"]
    assert len(skill) == len(version.statements)


def test_item_uri_is_where_the_item_is(app: Flask, client: FlaskClient) -> None:
    statement = frameworks.whole_version("PIMH").statements[0]
    uri = item_uri(statement.identifier)
    assert uri == f"http://localhost{AT}/CFItems/{statement.identifier}"
    got = client.get(uri.removeprefix("http://localhost")).json
    assert (got["fullStatement"], got["alternativeLabel"]) == (statement.wording.en, statement.wording.cy)


def test_documents_are_paged_sorted_filtered_and_cut(client: FlaskClient) -> None:
    whole = client.get(f"{AT}/CFDocuments")
    assert whole.headers["X-Total-Count"] == "4"
    for each in whole.json["CFDocuments"]:
        check("CFDocuments", each)
    first = client.get(f"{AT}/CFDocuments?limit=3&sort=title&orderBy=desc")
    second = client.get(f"{AT}/CFDocuments?limit=3&offset=3&sort=title&orderBy=desc")
    titles = [each["title"] for got in (first, second) for each in got.json["CFDocuments"]]
    assert titles == sorted(titles, reverse=True)
    assert len(titles) == 4
    assert 'offset=3&sort=title&orderBy=desc>; rel="next"' in first.headers["Link"]
    some = client.get(
        f"{AT}/CFDocuments",
        query_string={"filter": "title~'perinatal' AND adoptionStatus='Adopted'", "fields": "title,version"},
    )
    assert [each.keys() for each in some.json["CFDocuments"]] == [{"title", "version"}]


@pytest.mark.parametrize(
    ("path", "status", "minor"),
    [
        ("CFItems/nonsense", 404, "invaliduuid"),
        ("CFItems/00000000-0000-4000-8000-000000000000", 404, "unknownobject"),
        ("CFPackages/00000000-0000-4000-8000-000000000000", 404, "unknownobject"),
        ("CFAssociations/00000000-0000-4000-8000-000000000000", 404, "unknownobject"),
        ("CFNothing", 404, "unknownobject"),
        ("CFDocuments?sort=colour", 400, "invalid_sort_field"),
        ("CFDocuments?orderBy=up", 400, "invalid_sort_field"),
        ("CFDocuments?fields=colour", 400, "invalid_selection_field"),
        ("CFDocuments?filter=colour%3D%27red%27", 400, "invalid_selection_field"),
        ("CFDocuments?filter=nonsense", 400, "invalid_selection_field"),
        ("CFDocuments?limit=0", 400, "invalid_selection_field"),
        ("CFDocuments?offset=-1", 400, "invalid_selection_field"),
    ],
)
def test_refusals_are_as_the_specification_says(client: FlaskClient, path: str, status: int, minor: str) -> None:
    got = client.get(f"{AT}/{path}")
    assert got.status_code == status
    assert list(jsonschema_rs.validator_for(PROBLEM).iter_errors(got.json)) == []
    assert got.json["imsx_codeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"] == minor


def test_a_draft_is_not_public_and_what_replaced_what_is(app: Flask, client: FlaskClient) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    assert client.get(f"{AT}/CFPackages/{version.identifier}").status_code == 404
    old = frameworks.whole_version("CAMHS").statements[0]
    row = version.statements[0]
    values = {"wording": Bilingual("New words.", "Geiriau newydd."), "code": row.code}
    with transaction():
        services.put(editing(editor), version.id, "statements", values, part_id=row.id, edition=row.edition)
    assert "New words." not in client.get(f"{AT}/CFItems/{old.identifier}").text
    made = published(version, editor)
    new = next(each for each in made.statements if each.code == old.code)
    assert answer(client, "CFItems", old.identifier)["fullStatement"] == old.wording.en, (
        "an award still shows what it was for"
    )
    assert answer(client, "CFItems", new.identifier)["fullStatement"] == "New words."
    found = answer(client, "CFItemAssociations", new.identifier)["CFAssociations"]
    replaced = [each for each in found if each["associationType"] == "replacedBy"]
    assert [(each["originNodeURI"]["identifier"], each["destinationNodeURI"]["identifier"]) for each in replaced] == [
        (str(old.identifier), str(new.identifier))
    ]


def test_crosswalks_are_associations_with_direction_and_confidence(app: Flask, client: FlaskClient) -> None:
    one, other = frameworks.whole_version("CAMHS").statements[0], frameworks.whole_version("PIMH").domains[0]
    with transaction():
        made = services.add_crosswalk(
            editing(make_editor()), "CAMHS", one.identifier, other.identifier, CrosswalkKind.PART_OF, Confidence.LOW,
            Bilingual("", ""),
        )  # fmt: skip
    found = answer(client, "CFAssociations", made.identifier)
    assert (found["associationType"], found["originNodeURI"]["identifier"]) == ("isPartOf", str(one.identifier))
    assert found["CFAssociationGroupingURI"]["title"] == "Crosswalk, confidence: low"
    for end in (one.identifier, other.identifier):
        listed = answer(client, "CFItemAssociations", end)["CFAssociations"]
        assert str(made.identifier) in [each["identifier"] for each in listed]


def test_a_large_package_takes_the_same_few_queries(app: Flask, client: FlaskClient) -> None:
    def count(identifier: UUID) -> int:
        with counted_queries() as seen:
            assert client.get(f"{AT}/CFPackages/{identifier}").status_code == 200
        return len(seen)

    editor = make_editor()
    small = count(frameworks.whole_version("CAMHS").identifier)
    version = draft_of(editor=editor)
    fill_with_statements(version.id, 500)
    made = published(queries.whole(version.id), editor)
    assert count(made.identifier) <= small + 2
