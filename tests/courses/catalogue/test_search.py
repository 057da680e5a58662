"""Finding training: words in either language, facets, addresses, and nothing that breaks it."""

import re
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from courses.catalogue import queries, upstairs
from courses.catalogue.rules.sorting import welsh_key
from lms.core.db import db
from tests.counting import queries_of
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course


def codes(client: FlaskClient, lang: str = "en", **asked: object) -> list[str]:
    page = client.get(f"/{lang}/training", query_string=asked)
    assert page.status_code == 200
    return re.findall(r'app-card__title"><a href="/[a-z]+/training/([^"]+)"', page.text)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("stigma", "PIMH-03"),
        ("STIGMA", "PIMH-03"),
        ("pharmacological interventions", "PIMH-07"),
        ("interven", "PIMH-06"),
        ("cwnsela ysgolion", None),
        ("ymyriadau", "PIMH-06"),
        ("cadw'r baban", "PIMH-02"),
        ("asesu", "PIMH-05"),
        ("goruchwylwyr newydd", "SUP-NEW"),
        ("ECAMHS-4", "ECAMHS-4"),
        ("ecamhs-4", "ECAMHS-4"),
        ("gorbryder", "RC-ANX"),
        ("orbryder", "RC-ANX"),
        ("hyfforddiant therapi ymddygiad", "PT-DBT"),
        ("llesiant cŵn", None),
        ("llythrennêdd", "MHL-01"),
    ],
)
def test_words_in_either_language_find_the_course(client: FlaskClient, words: str, first: str | None) -> None:
    for lang in ("en", "cy"):
        assert next(iter(codes(client, lang, q=words)), None) == first, lang


def test_titles_come_before_summaries_and_topics_are_found_by_name(client: FlaskClient) -> None:
    found = codes(client, q="stigma")
    assert found[0] == "PIMH-03"
    assert "MHL-01" in found
    assert set(codes(client, q="essential camhs")) >= {"ECAMHS-1", "ECAMHS-5", "SUP-CAMHS"}
    assert "PT-EMDR" in codes(client, q="therapïau seicolegol")


def test_a_welsh_list_by_title_is_in_the_welsh_alphabet(client: FlaskClient) -> None:
    pages = [client.get("/cy/training", query_string={"sort": "title", "page": page}).text for page in (1, 2, 3)]
    titles = [title for page in pages for title in re.findall(r'app-card__title"><a[^>]+>([^<]+)<', page)]
    assert len(titles) == 48
    plain = [title.replace("&#39;", "'") for title in titles]
    assert plain == sorted(plain, key=welsh_key)


def test_facets_count_what_they_would_give(client: FlaskClient) -> None:
    page = client.get("/en/training?topic=perinatal&q=perinatal").text
    offered = re.findall(
        r'name="(\w+)" type="checkbox" value="([^"]+)"[^>]*>\s*<label[^>]+>[^<]+<span[^>]*>(\d+)', page
    )
    assert len(offered) > 10
    for facet, value, count in offered:
        asked = {"q": "perinatal", "topic": "perinatal"} | {facet: value}
        answer = client.get("/api/v1/courses", query_string=asked).json
        assert answer["total"] == int(count), (facet, value)


def test_a_search_is_its_address(client: FlaskClient) -> None:
    page = client.get("/en/training?q=perinatal&sector=nhs&sector=public&sort=title&level=PIMH:skilled").text
    assert 'href="/en/training?q=perinatal&amp;sort=title&amp;level=PIMH:skilled&amp;sector=public"' in page
    assert 'href="/cy/training?q=perinatal' in page
    assert "Remove filter" in page


def test_nothing_found_has_a_way_out(client: FlaskClient) -> None:
    page = client.get("/en/training?q=zzzz&topic=camhs").text
    assert "No courses" in page
    assert "See all the training on offer" in page


def test_pages_are_twenty_and_any_number_has_an_answer(client: FlaskClient) -> None:
    assert [len(codes(client, page=page)) for page in (1, 2, 3)] == [20, 20, 8]
    assert codes(client, page=99) == codes(client, page=3)
    for odd in ("0", "-1", "x", "٣", "9" * 40):
        assert codes(client, page=odd) == codes(client)
    assert len(set(codes(client) + codes(client, page=2) + codes(client, page=3))) == 48


def test_drafts_are_not_found(client: FlaskClient) -> None:
    assert codes(client, q="neurodiversity") == []
    assert client.get("/en/training/CPD-BITE").status_code == 404
    assert client.get("/api/v1/courses/CPD-BITE").status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            ["'; DROP TABLE course; --", "a & | ! b", "':*", "\\", "%", "_", "a:*A", "<->", "\x00", "ŷ" * 400, "((("]
        ),
    ),
    other=st.text(max_size=10),
)
def test_odd_input_never_breaks_it(client: FlaskClient, words: str, other: str) -> None:
    asked = {"q": words, "topic": other, "sort": other, "page": other, "level": other}
    for url in ("/en/training", "/cy/training", "/api/v1/courses"):
        given_url = url + "?" + "&".join(f"{name}={quote(value, errors='ignore')}" for name, value in asked.items())
        assert client.get(given_url).status_code in (200, 422), given_url


def test_each_language_is_searched_through_its_index(app: Flask) -> None:
    db.session.execute(text("SET enable_seqscan = off"))
    plan = "\n".join(
        row[0]
        for row in db.session.execute(
            text(f"EXPLAIN {queries.SEARCH.text}"), {"most": 50, **queries.search_parameters("baban asesu")}
        )
    )
    assert "ix_course_version_search_en" in plan
    assert "ix_course_version_search_cy" in plan


def test_a_search_takes_the_same_few_queries_for_one_course_as_for_fifty(app: Flask, client: FlaskClient) -> None:
    one, all_of_it = queries_of(client, "/en/training?q=ECAMHS-4"), queries_of(client, "/en/training?page=2")
    for _ in range(30):
        make_course(format_code="elearning", topic_code="camhs")
    assert one == queries_of(client, "/en/training?q=camhs") == 2  # the edition, and the words
    assert all_of_it == queries_of(client, "/en/training?sort=title") == 1
    pages = [queries_of(client, f"/en/training/{code}") for code in ("PIMH-01", "ECAMHS-4")]
    assert pages == [2, 2], "the edition of the reference data, and the dates on offer"


def test_somebody_signed_in_can_ask_for_what_is_open_to_them(
    app, client, signed_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def open_to(actor, versions) -> set[str]:
        asked.append((actor.person, len(versions)))
        return {version.course.code for version in versions if version.topic_code == "camhs"}

    monkeypatch.setattr(upstairs.open_to, "answer", open_to)
    person = make_person()
    browser = signed_in(person)
    assert codes(browser, open="me") == ["ECAMHS-1", "ECAMHS-2", "ECAMHS-3", "ECAMHS-4", "ECAMHS-5"]
    assert "Open to you" in browser.get("/en/training").text
    assert asked[0] == (person.id, 48)
    assert "Open to me" not in client.get("/en/training?open=me").text.split("<main")[1].split("app-chips")[0]


def test_a_course_page_says_plainly_what_it_is(client: FlaskClient) -> None:
    page = client.get("/en/training/ECAMHS-4").text
    for said in (
        "NHS Wales",
        "You have a clinical role",
        "Complete these, with the evidence portfolio of each signed off",
        "/en/training/ECAMHS-1",
        "About 6 hours of learning",
        "evidence portfolio is signed off",
        "English and Welsh",
        "2 framework statements",
        "Nationally funded",
        "Illustrative",
        "It does not expire",
    ):
        assert said in page, said
    open_to_all = client.get("/cy/training/PIMH-01").text
    assert "Pawb: pobl sy&#39;n gweithio" in open_to_all
    assert "Yn ddilys am 3 blynedd" in open_to_all
    assert "Your role is one of these: Approved Mental Health Professional" in client.get("/en/training/STAT-BIA").text
    for code in [row["code"] for row in client.get("/api/v1/courses?size=100").json["items"]]:
        for lang in ("en", "cy"):
            assert client.get(f"/{lang}/training/{code}").text.count("<h1") == 1


def test_the_way_in_comes_from_the_room_above(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "kind": "refused",
        "text": "You need the foundation first.",
        "url": "/en/training",
        "label": "See what is open",
    }
    monkeypatch.setattr(
        upstairs.standing, "answer", lambda actor, version: told | {"text": f"{version.course.code}: no"}
    )
    page = client.get("/en/training/ECAMHS-4").text
    assert "ECAMHS-4: no" in page
    assert "See what is open" in page


def test_the_api_pages_by_code(client: FlaskClient) -> None:
    first = client.get("/api/v1/courses?size=30").json
    second = client.get("/api/v1/courses", query_string={"size": 30, "cursor": first["next"]}).json
    assert (first["total"], len(first["items"]), len(second["items"]), second["next"]) == (48, 30, 18, None)
    assert client.get("/api/v1/courses?cursor=nonsense").status_code == 422
    one = client.get("/api/v1/courses/PIMH-01")
    assert one.json["levels"][0] == {"framework": "PIMH", "level": one.json["levels"][0]["level"]}
    assert one.headers["ETag"] == '"1-1-published"'
