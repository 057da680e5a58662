"""Awards through the JSON API."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certificates.models import Award
from lms.accounts.models import Organisation, Person
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.certificates import NAME, make_award, make_completed

MISSING = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def board(app: Flask) -> Organisation:
    return make_organisation()


@pytest.fixture
def award(board: Organisation) -> Award:
    learner = make_person(legal_name=NAME)
    return make_award(make_completed(learner=learner, membership=make_membership(learner, make_organisation(board))))


@pytest.fixture
def people(board: Organisation, award: Award) -> dict[str, Person | None]:
    organiser, elsewhere = make_person(), make_person()
    grant(organiser, Role.ORGANISER, board)
    grant(elsewhere, Role.ORGANISER, make_organisation())
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, board)
    return {
        "holder": award.learner, "organiser": organiser, "elsewhere": elsewhere, "commissioner": commissioner,
        "stranger": make_person(), "nobody": None,
    }  # fmt: skip


WHO = ("holder", "organiser", "elsewhere", "commissioner", "stranger", "nobody")
ACCESS = [
    ("GET", "/api/v1/awards/{id}", (200, 200, 404, 404, 404, 401)),
    ("GET", "/api/v1/awards/{id}/certificate", (200, 200, 404, 404, 404, 401)),
    ("PUT", "/api/v1/awards/{id}/name-visibility", (200, 403, 404, 404, 404, 401)),
    ("POST", "/api/v1/awards/{id}/revocation", (403, 200, 404, 403, 403, 401)),
    ("GET", "/api/v1/verify/{code}", (200, 200, 200, 200, 200, 200)),
]
BODIES = {"PUT": {"name_visibility": "initials"}, "POST": {"reason": "wrong_details", "note": "Spelt wrongly"}}


@pytest.mark.parametrize(("method", "url", "answers"), ACCESS, ids=[f"{m} {u}" for m, u, _ in ACCESS])
def test_who_may_do_what(
    award: Award, people: dict[str, Person | None], as_token: Callable[..., Any], client: FlaskClient,
    method: str, url: str, answers: tuple[int, ...],
) -> None:  # fmt: skip
    address = url.format(id=award.id, code=award.code)
    body = {"json": BODIES[method]} if method in BODIES else {}
    seen = {}
    for who in reversed(WHO):  # the holder last: what others may not do must not be done already
        person = people[who]
        browser = as_token(person) if person else client
        seen[who] = browser.open(method=method, **body, **_at(address, person)).status_code
    assert seen == dict(zip(WHO, answers, strict=True))


def _at(address: str, person: Person | None) -> dict[str, str]:
    return {"url": address} if person else {"path": address}


def test_the_list_reaches_as_far_as_the_reader_and_is_paged(
    award: Award, people: dict[str, Person | None], as_token: Callable[..., Any]
) -> None:
    other = make_award()
    seen = {
        who: [item["number"] for item in as_token(person).get("/api/v1/awards").json["items"]]
        for who, person in people.items()
        if person
    }
    assert seen == {
        "holder": [award.number], "organiser": [award.number], "elsewhere": [], "commissioner": [], "stranger": [],
    }  # fmt: skip
    assert other.number not in seen["organiser"]
    learner = award.learner
    mine = {make_award(make_completed(learner=learner)).number for _ in range(3)} | {award.number}
    got, cursor, pages = set(), None, 0
    while pages == 0 or cursor:
        page = (
            as_token(learner)
            .get("/api/v1/awards", query_string={"size": 2} | ({"cursor": cursor} if cursor else {}))
            .json
        )
        got |= {item["number"] for item in page["items"]}
        cursor, pages = page["next"], pages + 1
    assert (got, pages) == (mine, 2)


def test_an_organiser_finds_by_number_and_by_name_without_its_circumflex(
    award: Award, people: dict[str, Person | None], as_token: Callable[..., Any]
) -> None:
    organiser = as_token(people["organiser"])
    for words, found in (("llyr", 1), ("LLŶR", 1), (award.number.lower(), 1), ("%", 0), ("nobody", 0)):
        assert len(organiser.get("/api/v1/awards", query_string={"q": words}).json["items"]) == found, words


def test_an_award_says_everything_once_and_in_both_languages(award: Award, as_token: Callable[..., Any]) -> None:
    body = as_token(award.learner).get(f"/api/v1/awards/{award.id}").json
    assert body["holder"] == NAME
    assert set(body["course"]["title"]) == {"en", "cy"}
    assert body["status"]["state"] == "active"
    assert body["status"]["label"] == {"en": "Valid", "cy": "Dilys"}
    assert body["address"].endswith(f"/v/{award.code}")


@pytest.mark.parametrize("language", ["en", "cy", "both"])
def test_the_certificate_comes_as_pdf_in_the_language_asked_for(
    award: Award, as_token: Callable[..., Any], language: str
) -> None:
    answer = as_token(award.learner).get(f"/api/v1/awards/{award.id}/certificate", query_string={"language": language})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert f"{award.number}-{language}.pdf" in answer.headers["Content-Disposition"]


def test_bad_input_is_answered_with_its_place(award: Award, people: Any, as_token: Callable[..., Any]) -> None:
    holder, organiser = as_token(award.learner), as_token(people["organiser"])
    wrong = holder.get(f"/api/v1/awards/{award.id}/certificate", query_string={"language": "de"})
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "query:/language")
    wrong = holder.put(f"/api/v1/awards/{award.id}/name-visibility", json={"name_visibility": "loud"})
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "#/name_visibility")
    wrong = organiser.post(f"/api/v1/awards/{award.id}/revocation", json={"reason": "wrong_details", "note": " "})
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "#/note")
    assert holder.get(f"/api/v1/awards/{MISSING}").status_code == 404


def test_revoking_twice_is_one_revocation_and_one_clear_refusal(
    award: Award, people: Any, as_token: Callable[..., Any], client: FlaskClient
) -> None:
    organiser = as_token(people["organiser"])
    address, body = f"/api/v1/awards/{award.id}/revocation", {"reason": "wrong_details", "note": "Secret details"}
    first = organiser.post(address, json=body)
    assert (first.status_code, first.json["status"]["state"]) == (200, "revoked")
    second = organiser.post(address, json=body)
    assert (second.status_code, second.json["type"]) == (409, "/problems/already-revoked")
    gone = as_token(award.learner).get(f"/api/v1/awards/{award.id}/certificate")
    assert (gone.status_code, gone.json["type"]) == (409, "/problems/award-not-active")
    public = client.get(f"/api/v1/verify/{award.code}")
    assert public.json["status"]["state"] == "revoked"
    assert public.json["status"]["reason_label"]["cy"] == "Mae arni fanylion anghywir"
    assert "Secret details" not in public.text


def test_anyone_checks_a_certificate_and_learns_only_what_was_printed(award: Award, client: FlaskClient) -> None:
    body = client.get(f"/api/v1/verify/{award.code.lower()}").json
    assert body["printed"]["cy"]["title"] == "Tystysgrif cwblhau"
    assert body["printed"]["en"]["title"] == "Certificate of completion"
    assert body["holder"] == body["printed"]["en"]["holder"] == NAME
    assert not {"learner_id", "enrolment_id", "id"} & set(body)


@pytest.mark.parametrize(("choice", "shown"), [("initials", "S. Ŵ. Llŷr-Gruffydd"), ("private", None)])
def test_a_hidden_name_is_nowhere_in_the_public_answer(
    award: Award, as_token: Callable[..., Any], client: FlaskClient, choice: str, shown: str | None
) -> None:
    as_token(award.learner).put(f"/api/v1/awards/{award.id}/name-visibility", json={"name_visibility": choice})
    for address in (f"/api/v1/verify/{award.code}", f"/v/{award.code}.json", f"/en/v/{award.code}", f"/v/{award.code}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Siân" not in answer.get_data(as_text=True).encode().decode("unicode_escape", "ignore")
        if answer.is_json:
            assert answer.json["holder"] == answer.json["printed"]["cy"]["holder"] == shown


def test_number_surname_and_date_open_the_same_page(award: Award, client: FlaskClient) -> None:
    right = {"number": award.number, "surname": "Llŷr-Gruffydd", "issued_on": award.issued_on.isoformat()}
    assert client.post("/api/v1/verify", json=right).json["code"] == award.code
    wrong = client.post("/api/v1/verify", json=right | {"surname": "Jones"})
    assert (wrong.status_code, wrong.json["type"]) == (404, "/problems/no-such-certificate")
