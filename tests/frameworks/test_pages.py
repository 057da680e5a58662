"""Frameworks as people and programs read them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.counting import queries_of


def test_anyone_reads_a_framework_in_either_language(client: FlaskClient) -> None:
    listed = client.get("/cy/frameworks")
    assert "Fframwaith dysgu CAMHS Hanfodol" in listed.text
    page = client.get("/en/frameworks/PIMH").text
    for said in ("It is not a grade or a score", "Mother and baby unit", "Health visitor", "PIMH-03", "Illustrative"):
        assert said in page, said
    assert page.count("<h1") == 1
    welsh = client.get("/cy/frameworks/PIMH").text
    assert "Gwybodus" in welsh
    assert "Enghreifftiol" in welsh
    assert 'lang="en"' not in welsh.split("<main")[1].split("</main>")[0]


def test_a_stub_says_what_is_missing(client: FlaskClient) -> None:
    page = client.get("/en/frameworks/DCF").text
    assert "The other five domains, the levels and the statements are still to come" in page


@pytest.mark.parametrize(
    "path",
    [
        "/frameworks/NONE",
        "/frameworks/PIMH/2",
        "/frameworks/PIMH/999999999999",
        "/frameworks/%00",
        "/frameworks/PIMH/0",
    ],
)
def test_what_there_is_not_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/en{path}").status_code == 404
    versions = path.replace("PIMH/", "PIMH/versions/")
    assert client.get(f"/api/v1{versions}").status_code == 404


def test_the_api_gives_the_same_facts(client: FlaskClient) -> None:
    listed = client.get("/api/v1/frameworks").json
    assert {each["code"] for each in listed["items"]} == {"PIMH", "CAMHS", "SUPV", "DCF"}
    assert listed["next"] is None
    first = client.get("/api/v1/frameworks?size=1").json
    second = client.get("/api/v1/frameworks", query_string={"size": 3, "cursor": first["next"]}).json
    assert len({each["code"] for each in first["items"] + second["items"]}) == 4
    pimh = client.get("/api/v1/frameworks/PIMH").json
    assert (len(pimh["statements"]), len(pimh["levels"]), pimh["version"]) == (64, 4, 1)
    assert pimh["statements"][0] | {"wording": None} == {
        "code": "PIMH.D1.I.K", "level": "informed", "domain": "D1", "kind": "knowledge", "illustrative": True,
        "source": None, "wording": None, "identifier": "98279e8f-223b-5ceb-bf3d-40b4060ca1f7",
    }  # fmt: skip
    assert client.get("/api/v1/frameworks/PIMH/versions/1").json == pimh
    assert client.get("/api/v1/frameworks/SUPV").json["statements"][0]["domain"] is None


def test_a_framework_takes_the_same_few_queries_whatever_its_size(app: Flask, client: FlaskClient) -> None:
    assert queries_of(client, "/en/frameworks/PIMH") == queries_of(client, "/en/frameworks/CAMHS") <= 9
