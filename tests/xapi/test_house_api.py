"""The house's own operations about somebody: copies of what is held, and erasing it. Who may, and what the document says."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from openapi_core import OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from lms.core import jobs
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.permissions import Role
from lms.xapi import erasing
from lms.xapi.identity import agent_of
from lms.xapi.models import Erasure
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.xapi import Store, attached, learner, make_keeper, make_statement, new_uuid

Json = dict[str, Any]

API = "/api/v1/record_store"
ERASURES = f"{API}/erasures"
MAIL = "sian.dychmyg@example.org"
AGENT = {"objectType": "Agent", "mbox": f"mailto:{MAIL}"}
REASON = "Asked for in writing"
CALLS = [
    ("POST", f"{ERASURES}/previews", {"person": MAIL}), ("POST", ERASURES, {"person": MAIL, "reason": REASON}),
    ("GET", ERASURES, None), ("GET", ERASURES + "/{id}", None), ("POST", f"{API}/copies", {"person": MAIL}),
]  # fmt: skip


@pytest.fixture
def keeper(app: Flask, as_token: Any) -> Any:
    return as_token(make_keeper())


def unzipped(answer: Any) -> dict[str, bytes]:
    assert (answer.status_code, answer.content_type) == (200, "application/zip"), answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def begun() -> int:
    return db.session.scalar(select(func.count()).select_from(Erasure)) or 0


class TestAccess:
    @pytest.mark.parametrize(
        "who", ["administrator below", "organiser", "commissioner", "learner", "token of another scope", "nobody"]
    )
    def test_only_an_administrator_of_the_whole_service(
        self, app: Flask, store: Store, keeper: Any, as_token: Any, who: str
    ) -> None:
        store.keep(make_statement(actor=AGENT))
        made = keeper.post(ERASURES, json={"person": MAIL, "reason": REASON}).json
        person = make_keeper() if who.startswith("token") else make_person()
        for role in Role:
            if who == role or who.startswith(role + " below"):
                grant(person, role, make_organisation(make_organisation()))
        client = app.test_client() if who == "nobody" else None
        token = as_token(person, scopes=["profile:read"] if who.startswith("token") else None)
        for method, path, given in CALLS:
            url, options = path.format(id=made["id"]), {"json": given} if given else {}
            answer = client.open(url, method=method, **options) if client else token.open(method, url, **options)
            assert answer.status_code == (401 if client else 403), (method, path, answer.text)
            assert answer.content_type == "application/problem+json"
            assert MAIL not in answer.text
        assert begun() == 1

    def test_everybody_has_a_copy_of_their_own_and_of_nobody_elses(
        self, app: Flask, store: Store, as_token: Any
    ) -> None:
        sian, other = make_person(email=MAIL), make_person()
        store.keep(make_statement(actor=agent_of(sian.id)), make_statement(actor=AGENT))
        url = "/api/v1/me/record_store/copy"
        assert len(unzipped(as_token(sian).get(url))["statements.ndjson"].splitlines()) == 2
        assert unzipped(as_token(other).get(f"{url}?person={MAIL}"))["statements.ndjson"] == b""
        assert as_token(sian, scopes=["profile:read"]).get(url).status_code == 403
        assert app.test_client().get(url).status_code == 401


class TestErasing:
    def test_from_the_preview_to_the_end(self, store: Store, keeper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(erasing, "BATCH", 2)
        body = b"her file"
        store.keep_with(make_statement(actor=AGENT, attachments=[attached(body)]), body)
        store.keep(*[make_statement(context={"instructor": AGENT | {"name": "Siân"}}) for _ in range(4)])
        shown = keeper.post(f"{ERASURES}/previews", json={"person": MAIL}).json
        assert shown == {"statements": 5, "acting": 1, "attaching": 1, "documents": 0, "names": 1}
        assert begun() == 0
        answer = keeper.post(ERASURES, json={"person": json.dumps(AGENT), "reason": REASON})
        assert answer.status_code == 201, answer.text
        made = answer.json
        assert (made["percent"], made["expected"], made["ended_at"], made["names"]) == (0, 5, None, 1)
        one = f"{ERASURES}/{made['id']}"
        jobs.run_pending()
        done = keeper.get(one).json
        assert (done["percent"], done["statements"], done["attachments"]) == (100, 5, 1)
        assert done["ended_at"]
        assert store.ids(agent=AGENT, related_agents="true") == []
        assert keeper.get(ERASURES).json == {"items": [done], "next": None}
        assert MAIL not in keeper.get(ERASURES).text + answer.text

    def test_progress_can_be_read_between_two_batches(
        self, store: Store, keeper: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(erasing, "BATCH", 2)
        store.keep(*[make_statement(actor=AGENT) for _ in range(4)])
        made = keeper.post(ERASURES, json={"person": MAIL, "reason": REASON}).json
        erasing.erase(made["id"])
        db.session.commit()
        found = keeper.get(f"{ERASURES}/{made['id']}").json
        assert (found["percent"], found["statements"], found["ended_at"]) == (50, 2, None)

    def test_asked_twice_with_one_key_it_is_begun_once(self, store: Store, keeper: Any) -> None:
        store.keep(make_statement(actor=AGENT))
        once = {"Idempotency-Key": new_uuid()}
        given = {"person": MAIL, "reason": REASON}
        first, second = (keeper.post(ERASURES, json=given, headers=once) for _ in range(2))
        assert (first.status_code, second.status_code, first.json) == (201, 201, second.json)
        assert begun() == 1
        other = keeper.post(ERASURES, json=given | {"reason": "Another"}, headers=once)
        assert (other.status_code, begun()) == (422, 1)

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"person": MAIL, "reason": f"She is {MAIL}"}, 422), ({"person": MAIL}, 422), ({"reason": REASON}, 422),
            ({"person": "", "reason": REASON}, 422), ({"person": "Neb", "reason": REASON}, 422),
            ({"person": "{", "reason": REASON}, 422), ({"person": "a@b.example", "reason": REASON}, 409),
            ({"person": json.dumps({"account": {"homePage": "http://localhost", "name": "llwybr"}}), "reason": REASON}, 422),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_and_nothing_begins(
        self, store: Store, keeper: Any, given: Json, status: int
    ) -> None:
        store.keep(make_statement(actor=AGENT))
        answer = keeper.post(ERASURES, json=given)
        assert (answer.status_code, begun()) == (status, 0), answer.text

    def test_a_name_that_several_have_means_nobody(self, store: Store, keeper: Any) -> None:
        store.keep(*[make_statement(actor=learner(each) | {"name": "Siân Dychmyg"}) for each in (1, 2)])
        for path, more in ((ERASURES, {"reason": REASON}), (f"{ERASURES}/previews", {}), (f"{API}/copies", {})):
            answer = keeper.post(path, json={"person": "Siân"} | more)
            assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/person"), answer.text

    def test_one_that_is_not_there(self, keeper: Any) -> None:
        assert keeper.get(f"{ERASURES}/{new_uuid()}").status_code == 404


def test_a_copy_for_who_answers_requests_is_whole_and_noted(store: Store, keeper: Any) -> None:
    sian = make_person(email=MAIL)
    given = make_statement(actor=learner(7), context={"instructor": agent_of(sian.id)}, id=new_uuid())
    store.keep(given)
    once = {"Idempotency-Key": new_uuid()}
    for _ in range(2):  # a copy is not kept for who asks again: it is made again
        found = unzipped(keeper.post(f"{API}/copies", json={"person": MAIL}, headers=once))
        assert found["statements.ndjson"].strip() == store.get(statementId=given["id"]).data
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "record_store.copied")).all()
    assert [(each.about_id, each.details["whole"], each.details["own"]) for each in noted] == [
        (sian.id, True, False)
    ] * 2
    assert MAIL not in json.dumps([each.details for each in noted])


def test_answers_are_what_the_document_says(app: Flask, store: Store, keeper: Any) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    assert isinstance(document, dict)
    paths = {f"{method} {path}" for path, calls in document["paths"].items() for method in calls}
    assert {
        f"post {ERASURES}",
        f"get {ERASURES}",
        f"get {ERASURES}/{{erasure_id}}",
        f"post {ERASURES}/previews",
    } <= paths
    assert {"409", "422", "401", "403", "201"} <= set(document["paths"][ERASURES]["post"]["responses"])
    assert document["paths"][f"{API}/copies"]["post"]["responses"]["200"]["content"].keys() == {"application/zip"}
    checked = OpenAPI.from_dict(document | {"servers": [{"url": "http://localhost"}]})
    store.keep(make_statement(actor=AGENT))
    made = keeper.post(ERASURES, json={"person": MAIL, "reason": REASON}).json
    assert UUID(made["id"])
    store.keep(make_statement(actor=AGENT))
    asked = [
        ("GET", f"{ERASURES}/{made['id']}", None), ("GET", ERASURES, None), ("POST", f"{ERASURES}/previews", {"person": MAIL}),
        ("POST", ERASURES, {"person": MAIL, "reason": REASON}),
    ]  # fmt: skip
    for method, path, given in asked:
        answer = keeper.open(method, path, **({"json": given} if given else {}))
        request = Request(EnvironBuilder(path, method=method, json=given).get_environ())
        checked.validate_response(WerkzeugOpenAPIRequest(request), WerkzeugOpenAPIResponse(answer))
        assert answer.status_code in (200, 201)
