"""Who may do what with which credential, and for how long."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden
from lms.core.permissions import Actor, Role
from lms.xapi import services
from lms.xapi.models import Credential
from lms.xapi.rules.scopes import Scope
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.xapi import Store, credential_of, learner, make_statement, make_store, new_uuid

Json = dict[str, Any]

S = Scope
OF_STATE = {"agent": learner(), "activityId": "urn:a"}
USES = {
    "write": ("POST", "/statements", {}, {S.ALL, S.STATEMENTS_WRITE}),
    "read": ("GET", "/statements", {}, {S.ALL, S.ALL_READ, S.STATEMENTS_READ, S.STATEMENTS_READ_MINE}),
    "person": ("GET", "/agents", {"agent": learner()}, {S.ALL, S.ALL_READ, S.STATEMENTS_READ, S.STATEMENTS_READ_MINE}),
    "read state": ("GET", "/activities/state", OF_STATE, {S.ALL, S.ALL_READ, S.STATE}),
    "write state": ("PUT", "/activities/state", OF_STATE | {"stateId": "s"}, {S.ALL, S.STATE}),
    "read profile": ("GET", "/agents/profile", {"agent": learner()}, {S.ALL, S.ALL_READ, S.PROFILE}),
    "write profile": ("POST", "/activities/profile", {"activityId": "urn:a", "profileId": "p"}, {S.ALL, S.PROFILE}),
}  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_a_scope_opens_what_it_says_and_nothing_else(app: Flask, use: str) -> None:
    method, path, query, opens = USES[use]
    allowed = set()
    for scope in Scope:
        client = make_store(app, [scope])
        options = {"json": make_statement() if path == "/statements" else {}} if method != "GET" else {}
        answer = client.send(method, path, query=query, **options)
        assert answer.status_code in (200, 204, 403)
        if answer.status_code != 403:
            allowed.add(scope)
    assert allowed == opens


def test_reading_mine_shows_only_what_the_same_credential_sent(app: Flask, store: Store) -> None:
    mine = make_store(app, [S.STATEMENTS_WRITE, S.STATEMENTS_READ_MINE])
    (theirs,), (own,) = store.keep(make_statement()), mine.keep(make_statement())
    assert mine.ids() == [own]
    assert mine.get(statementId=theirs).status_code == 404
    assert sorted(store.ids()) == sorted([theirs, own])


def test_only_who_may_define_changes_what_is_known_of_an_activity(app: Flask, store: Store) -> None:
    thing = {"id": "urn:a", "definition": {"name": {"en": "Mine"}}}
    make_store(app, [S.STATEMENTS_WRITE]).keep(make_statement(object=thing))
    assert "definition" not in store.send("GET", "/activities", query={"activityId": "urn:a"}).json
    make_store(app, [S.STATEMENTS_WRITE, S.DEFINE]).keep(make_statement(object=thing))
    assert store.send("GET", "/activities", query={"activityId": "urn:a"}).json["definition"] == thing["definition"]


@pytest.mark.parametrize("header", [None, "", "Basic", "Basic x", "Basic bm9jb2xvbg==", "Basic AAA6eA==", "Bearer x"])
def test_without_a_credential_nothing_is_open(app: Flask, store: Store, header: str | None) -> None:
    answer = store.send("POST", "/statements", data=b"{", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.headers["X-Experience-API-Version"] == "1.0.3"


def test_wrong_ended_and_revoked_credentials_are_refused_alike(app: Flask) -> None:
    good = make_store(app)
    wrong = Store(app, good.key, good.secret + "x")
    unknown = Store(app, "nobody", good.secret)
    ended = make_store(app, until=clock.now() - timedelta(seconds=1))
    revoked = make_store(app)
    with transaction():
        services.revoke(Actor.system(), credential_of(revoked).id)
    answers = [each.get() for each in (wrong, unknown, ended, revoked)]
    assert [each.status_code for each in answers] == [401] * 4
    assert len({each.data for each in answers}) == 1
    assert good.get().status_code == 200


def test_last_use_is_noted(app: Flask, store: Store) -> None:
    assert credential_of(store).last_used_at is None
    store.get()
    db.session.expire_all()
    assert credential_of(store).last_used_at is not None
    assert credential_of(store).digest != store.secret.encode()


class TestLaunch:
    """Launched content: one learner, one activity and below, one registration, until an end."""

    @pytest.fixture
    def launched(self, app: Flask) -> tuple[Store, Json, str]:
        person, registration = make_person(), new_uuid()
        with transaction():
            key, secret, _ = services.issue_launch_credential(
                Actor(person=person.id), about=person.id, activity_iri="https://a.example/m1",
                registration=UUID(registration), until=clock.now() + timedelta(hours=1),
            )  # fmt: skip
        return Store(app, key, secret), services.agent_of(person.id), registration

    def test_it_records_for_its_learner_only(self, launched: Any) -> None:
        client, agent, registration = launched
        context = {"registration": registration}
        good = make_statement(activity="https://a.example/m1/q1", actor=agent, context=context)
        assert client.post(good).status_code == 200
        below = {"contextActivities": {"grouping": [{"id": "https://a.example/m1"}]}}
        assert client.post(good | {"object": {"id": "urn:q"}, "context": context | below}).status_code == 200
        for bad, pointer in (
            ({"actor": learner()}, "/actor"),
            ({"object": {"id": "https://a.example/m10"}}, "/object/id"),
            ({"context": {}}, "/context/registration"),
            ({"context": {"registration": new_uuid()}}, "/context/registration"),
        ):
            answer = client.post([good | bad])
            assert (answer.status_code, answer.json["pointer"]) == (403, f"/0{pointer}")

    def test_it_reads_its_session_only(self, store: Store, launched: Any) -> None:
        client, agent, registration = launched
        context = {"registration": registration}
        (own,) = client.keep(make_statement(activity="https://a.example/m1", actor=agent, context=context))
        (same,) = store.keep(make_statement(actor=agent, context=context))
        (other,) = store.keep(make_statement(actor=agent))
        assert client.ids() == [same, own]
        assert client.get(statementId=other).status_code == 404

    @pytest.mark.parametrize("change", [{}, {"activityId": "urn:a"}, {"agent": learner()}, {"registration": None}])
    def test_it_reaches_its_own_state_only(self, launched: Any, change: Json) -> None:
        client, agent, registration = launched
        query = {
            "activityId": "https://a.example/m1",
            "agent": agent,
            "registration": registration,
            "stateId": "s",
        } | change
        query = {name: value for name, value in query.items() if value is not None}
        for method in ("PUT", "GET", "DELETE"):
            answer = client.send(method, "/activities/state", query=query, data=b"x")
            assert (answer.status_code == 403) is bool(change)

    def test_it_does_not_change_what_learners_share(self, launched: Any) -> None:
        client, agent, _ = launched
        query = {"activityId": "https://a.example/m1", "profileId": "p"}
        assert client.send("POST", "/activities/profile", query=query, json={}).status_code == 403
        assert client.send("GET", "/activities/profile", query=query).status_code == 404
        assert (
            client.send("POST", "/agents/profile", query={"agent": agent, "profileId": "p"}, json={}).status_code == 204
        )

    def test_it_ends(self, app: Flask, launched: Any) -> None:
        client, _, _ = launched
        with clock.frozen(clock.now() + timedelta(hours=2)):
            assert client.get().status_code == 401

    def test_nobody_launches_for_another(self, app: Flask) -> None:
        person, other = make_person(), make_person()
        with pytest.raises(Forbidden):
            services.issue_launch_credential(
                Actor(person=other.id), about=person.id, activity_iri="urn:a", registration=UUID(new_uuid()),
                until=clock.now(),
            )  # fmt: skip


class TestPages:
    """The pages for those who look after the store."""

    URL = "/en/manage/record-store"

    @pytest.fixture
    def keeper(self, app: Flask, signed_in: Any) -> Any:
        person = make_person()
        grant(person, Role.ADMINISTRATOR, make_organisation())
        return signed_in(person)

    def test_a_secret_is_shown_once_and_works(self, app: Flask, keeper: Any) -> None:
        answer = post_form(keeper, f"{self.URL}/new", {"name": "Player", "scopes": ["statements/write", "state"]})
        assert answer.status_code == 200
        made = db.session.query(Credential).filter_by(name="Player").one()
        secret = next(word for word in answer.text.replace("<", " ").replace(">", " ").split() if len(word) == 43)
        assert Store(app, made.key, secret).post(make_statement()).status_code == 200
        listed = keeper.get(self.URL)
        assert "Player" in listed.text
        assert secret not in listed.text

    def test_a_new_secret_opens_at_once_and_the_old_one_for_as_long_as_was_chosen(
        self, app: Flask, keeper: Any, store: Store
    ) -> None:
        url = f"{self.URL}/{credential_of(store).id}/renew"
        assert store.get().status_code == 200
        assert post_form(keeper, url, {}).status_code == 422
        answer = post_form(keeper, url, {"overlap": "24"})
        secret = next(word for word in answer.text.replace("<", " ").replace(">", " ").split() if len(word) == 43)
        newer = Store(app, store.key, secret)
        assert (newer.post(make_statement()).status_code, store.post(make_statement()).status_code) == (200, 200)
        with clock.frozen(clock.now() + timedelta(hours=25)):
            assert (newer.get().status_code, store.get().status_code) == (200, 401)
        post_form(keeper, url, {"overlap": "0"})
        assert (newer.get().status_code, store.get().status_code) == (401, 401)

    def test_what_has_ended_gets_no_new_secret(self, app: Flask, keeper: Any) -> None:
        ended = credential_of(make_store(app, until=clock.now() - timedelta(seconds=1)))
        assert post_form(keeper, f"{self.URL}/{ended.id}/renew", {"overlap": "0"}).status_code == 409

    def test_limits_are_kept(self, app: Flask, keeper: Any) -> None:
        given = {"name": "Busy", "scopes": ["all"], "requests_per_minute": "40", "largest_request": "1"}
        answer = post_form(keeper, f"{self.URL}/new", given)
        secret = next(word for word in answer.text.replace("<", " ").replace(">", " ").split() if len(word) == 43)
        client = Store(app, db.session.query(Credential).filter_by(name="Busy").one().key, secret)
        with clock.frozen(clock.now().replace(second=0, microsecond=0)):
            large = client.post(make_statement(result={"response": "x" * 1_000_000}))
            assert large.status_code == 413
            assert "1000000 bytes" in large.json["detail"]  # type: ignore[index]
            statuses = [client.get().status_code for _ in range(41)]
            assert statuses == [200] * 39 + [429] * 2
            last = client.post(make_statement())
            assert (last.status_code, last.headers["Retry-After"]) == (429, "60")
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            assert client.get().status_code == 200

    def test_what_was_typed_is_shown_again_with_the_faults(self, keeper: Any) -> None:
        answer = post_form(keeper, f"{self.URL}/new", {"name": "Chwaraewr", "until-day": "31", "until-month": "2"})
        assert answer.status_code == 422
        for words in ("Chwaraewr", "Choose at least one thing", "Enter a real date"):
            assert words in answer.text

    def test_revoking_asks_first_and_then_refuses_the_client(self, app: Flask, keeper: Any, store: Store) -> None:
        url = f"{self.URL}/{credential_of(store).id}/revoke"
        assert keeper.get(url).status_code == 200
        assert store.get().status_code == 200
        assert post_form(keeper, url, {}).status_code == 303
        assert store.get().status_code == 401

    @pytest.mark.parametrize("address", ["", "/new", f"/{UUID(int=1)}/revoke", f"/{UUID(int=1)}/renew"])
    @pytest.mark.parametrize(("who", "status"), [("administrator below", 403), ("learner", 403), ("nobody", 303)])
    def test_others_are_refused(self, app: Flask, signed_in: Any, address: str, who: str, status: int) -> None:
        person = make_person()
        if who != "learner":
            grant(person, Role.ADMINISTRATOR, make_organisation(make_organisation()))
        browser = app.test_client() if who == "nobody" else signed_in(person)
        assert browser.get(self.URL + address).status_code == status
