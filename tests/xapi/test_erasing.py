"""Somebody is taken out of the store: nothing finds them, nothing names them, and what happened still counts."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import jobs
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.xapi import erasing, people, queries
from lms.xapi.identity import agent_of, home_page
from lms.xapi.models import (
    AgentName,
    AttachmentPiece,
    Credential,
    Document,
    Erasure,
    StatementRef,
    StoredStatement,
)
from lms.xapi.rules import keys, parsing
from lms.xapi.rules.naming import everybody_in, named_in
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.xapi import (
    Store,
    attached,
    learner,
    make_keeper,
    make_statement,
    new_uuid,
    payloads,
    signed,
    voiding,
)
from tests.xapi.rules.test_replacing import POSITIONS, SIGNATURE, SOMEBODY

Json = dict[str, Any]
URL = "/en/manage/record-store/erase"
HOUSE = '{"account":{"homePage":"http://localhost","name":"llwybr"}}'
MAIL = "sian.dychmyg@example.org"


@pytest.fixture
def sian(store: Store) -> Person:
    """Somebody in every position of some statement, under every form, with documents, files and names."""
    person = make_person(display_name="Siân Dychmyg", email=MAIL)
    own = agent_of(person.id) | {"name": "Siân"}
    hashed = people.of_person(person.id).agents[2]
    two = Store(store.client.application, store.key, store.secret, "2.0.0")
    for given in POSITIONS.values():
        for form in (SOMEBODY, own, hashed):
            two.keep(with_another(make_statement(**given), form))
    for path, query in (
        ("/activities/state", {"activityId": "https://a.example/x", "stateId": "s"}), ("/agents/profile", {"profileId": "p"}),
    ):  # fmt: skip
        sent = store.send(
            "PUT",
            path,
            query=query | {"agent": own},
            data=MAIL.encode(),
            headers={"If-None-Match": "*", "Content-Type": "text/plain"},
        )
        assert sent.status_code == 204, sent.text
    return person


def with_another(part: Any, form: Json) -> Any:
    """The same with another form of theirs."""
    if isinstance(part, list):
        return [with_another(each, form) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("mbox") == SOMEBODY["mbox"]:
        kept = {name: value for name, value in part.items() if name in ("objectType", "name", "member")}
        return {name: value for name, value in form.items() if name != "objectType"} | kept
    return {name: with_another(value, form) for name, value in part.items()}


def erase(person: Person | Json, reason: str = "Asked for in writing") -> Erasure:
    subject = people.of_person(person.id) if isinstance(person, Person) else people.of_agent(person)
    with transaction():
        made = erasing.begin(Actor.system(), subject, reason)
    jobs.run_pending()
    db.session.expire_all()
    return made


def stored() -> list[StoredStatement]:
    return list(db.session.scalars(select(StoredStatement).order_by(StoredStatement.seq)))


def test_nothing_finds_them_and_nothing_names_them(store: Store, sian: Person) -> None:
    person_id, subject = str(sian.id), people.of_person(sian.id)
    before = [(each.id, each.seq, each.verb, each.activity) for each in stored()]
    assert all(store.ids(agent=each, related_agents="true") for each in subject.agents)
    done = erase(sian)
    for agent in subject.agents:
        for related in ("true", "false"):
            assert store.ids(agent=agent, related_agents=related) == []
        assert store.send("GET", "/agents", query={"agent": agent}).json.get("name") is None
        assert store.send("GET", "/agents/profile", query={"agent": agent}).json == []
    text = payloads()
    for identifier in (MAIL, person_id, subject.identifiers[2], "Siân", "Dychmyg"):
        assert identifier not in text
    assert [(each.id, each.seq, each.verb, each.activity) for each in stored()] == before
    assert (done.statements, done.documents) == (len(POSITIONS) * 3, 2)
    assert done.ended_at is not None


def test_the_pseudonym_is_found_wherever_they_were(store: Store, sian: Person) -> None:
    subject = people.of_person(sian.id)

    def found(agents: Any) -> tuple[set[str], set[str]]:
        got = [set[str](), set[str]()]
        for agent in agents:
            got[0] |= set(store.ids(agent=agent))
            got[1] |= set(store.ids(agent=agent, related_agents="true"))
        return got[0], got[1]

    before = found(subject.agents)
    erase(sian)
    (account,) = {
        agent["account"]["name"]
        for each in stored()
        for agent in everybody_in(parsing.load(bytes(each.payload)))
        if agent.get("account", {}).get("name", "").startswith("erased-")
    }
    assert found([{"account": {"homePage": home_page(), "name": account}}]) == before
    assert before[0] < before[1]


def test_index_keys_are_what_the_payloads_say(store: Store, sian: Person) -> None:
    erase(sian)
    references: dict[int, set[tuple[int, int]]] = {}
    for row in db.session.scalars(select(StatementRef)):
        references.setdefault(row.seq, set()).add((row.kind, row.key))
    for each in stored():
        raw = parsing.load(bytes(each.payload))
        wanted = keys.keys_of(raw, named_in(raw))
        assert (each.verb, each.actor, each.activity, each.registration) == wanted[:4]
        assert references.get(each.seq, set()) == wanted.references
        assert each.authority == keys.agent_key(raw["authority"])


def test_others_stay_as_they_were(store: Store, sian: Person) -> None:
    (other,) = store.keep(make_statement(actor=learner(5) | {"name": "Gwen"}))
    before = store.get(statementId=other).data
    erase(sian)
    assert store.get(statementId=other).data == before
    assert store.send("GET", "/agents", query={"agent": learner(5)}).json["name"] == ["Gwen"]


def test_counts_stay(store: Store, sian: Person) -> None:
    def counted() -> list[tuple[int, int]]:
        rows = db.session.execute(select(StoredStatement.verb, func.count()).group_by(StoredStatement.verb))
        return sorted((verb, count) for verb, count in rows)

    before = counted()
    erase(sian)
    assert counted() == before


def test_files_of_theirs_go_unless_another_has_them_too_and_signatures_go(store: Store) -> None:
    own, shared, theirs = b"own", b"shared", b"of another"
    someone = SOMEBODY | {"name": "S"}
    store.keep_with(make_statement(actor=someone, attachments=[attached(own), attached(shared)]), own, shared)
    store.keep_with(make_statement(attachments=[attached(shared)]), shared)
    store.keep_with(make_statement(context={"instructor": someone}, attachments=[attached(theirs)]), theirs)
    statement = make_statement(actor=someone, id=new_uuid())
    jws = signed(statement)
    id_ = store.keep_with(statement | {"attachments": [attached(jws, SIGNATURE, "application/octet-stream")]}, jws)
    done = erase(SOMEBODY)
    assert {bytes(each) for each in db.session.scalars(select(AttachmentPiece.body))} == {shared, theirs}
    assert (done.attachments, done.signatures) == (1, 1)
    assert "attachments" not in store.get(statementId=id_).json
    assert MAIL not in payloads()


def test_a_file_within_a_substatement_of_another_still_comes_along(store: Store) -> None:
    body = b"of another"
    inner = make_statement(actor=learner(3), attachments=[attached(body)]) | {"objectType": "SubStatement"}
    id_ = store.keep_with(make_statement(object=inner, context={"instructor": SOMEBODY}), body)
    erase(SOMEBODY)
    assert body in store.get(statementId=id_, attachments="true").data


def test_the_link_to_an_enrolment_is_cut_and_sessions_still_hang_together(store: Store) -> None:
    registration = new_uuid()
    made = [make_statement(actor=SOMEBODY, context={"registration": registration}) for _ in range(2)]
    store.keep(*made)
    erase(SOMEBODY)
    assert store.ids(registration=registration) == []
    (found,) = {each.registration for each in stored()}
    assert len(store.ids(registration=str(found))) == 2
    assert queries.statements_of(UUID(registration)) == []


def test_voiding_and_references_still_work(store: Store) -> None:
    target = make_statement(actor=SOMEBODY, id=new_uuid())
    store.keep(target)
    (comment,) = store.keep(make_statement("commented", object={"objectType": "StatementRef", "id": target["id"]}))
    erase(SOMEBODY)
    assert set(store.ids(verb=target["verb"]["id"])) == {target["id"], comment}
    store.keep(voiding(target["id"]))
    assert store.get(statementId=target["id"]).status_code == 404
    assert store.get(voidedStatementId=target["id"]).status_code == 200


def test_launch_credentials_end(app: Flask, store: Store, sian: Person) -> None:
    db.session.add(
        Credential(
            name="launch", key="k" * 22, digest=b"x", scopes=["state"], about_id=sian.id, actor=agent_of(sian.id)
        )
    )
    db.session.commit()
    assert erase(sian).credentials == 1
    assert str(sian.id) not in str(db.session.scalars(select(Credential.actor)).all())


def test_it_goes_on_where_it_stopped_and_again_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "BATCH", 3)
    store.keep(*[make_statement(actor=SOMEBODY) for _ in range(10)])
    with transaction():
        made = erasing.begin(Actor.system(), people.of_agent(SOMEBODY), "Asked for")
    with transaction():
        erasing.erase(str(made.id))
    assert (made.statements, made.ended_at) == (3, None)
    accounts = {
        parsing.load(bytes(each.payload))["actor"]["account"]["name"]
        for each in stored()
        if each.payload[10:40].find(b"account") > 0
    }
    jobs.run_pending()
    db.session.expire_all()
    assert (made.statements, made.expected) == (10, 10)
    after = [bytes(each.payload) for each in stored()]
    assert {parsing.load(each)["actor"]["account"]["name"] for each in after} >= accounts
    assert len({parsing.load(each)["actor"]["account"]["name"] for each in after}) == 1
    with transaction():
        erasing.erase(str(made.id))
    db.session.expire_all()
    assert [bytes(each.payload) for each in stored()] == after


def test_nothing_leads_back_afterwards(store: Store, sian: Person) -> None:
    done = erase(sian)
    assert (done.keys, done.identifiers, done.secret) == (None, None, None)
    for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("erasure.%"))):
        assert entry.about_id is None
        for identifier in (MAIL, str(sian.id), "Dychmyg"):
            assert identifier not in f"{entry.details} {entry.reason}"


def test_digits_stay_as_they_were_written(store: Store) -> None:
    body = json.dumps(make_statement(actor=SOMEBODY))[:-1].encode() + b',"result":{"score":{"raw":1.10}}}'
    store.send("POST", "/statements", data=body, headers={"Content-Type": "application/json"})
    erase(SOMEBODY)
    assert b'"raw":1.10' in bytes(stored()[0].payload)


def test_identifiers_in_addresses_of_activities_stay_and_are_counted(store: Store) -> None:
    store.keep(make_statement(activity=f"https://a.example/{MAIL}", actor=SOMEBODY), make_statement(actor=SOMEBODY))
    assert erase(SOMEBODY).in_addresses == 1


@pytest.mark.parametrize("whom", ["the house", "a client", "a pseudonym", "nobody"])
def test_what_is_no_person_is_not_erased(store: Store, whom: str) -> None:
    store.keep(make_statement(actor=SOMEBODY))
    names = {"the house": "llwybr", "a client": store.key, "a pseudonym": "erased-1"}
    agent = (
        {"mbox": "mailto:nobody@example.org"}
        if whom == "nobody"
        else {"account": {"homePage": home_page(), "name": names[whom]}}
    )
    with pytest.raises(erasing.NothingToErase if whom == "nobody" else erasing.NotAPerson):
        erasing.begin(Actor.system(), people.of_agent(agent), "Asked for")


class TestPage:
    def test_it_shows_what_will_change_then_asks_then_does_it(
        self, app: Flask, signed_in: Any, store: Store, sian: Person
    ) -> None:
        browser = signed_in(make_keeper())
        checked = post_form(browser, URL, {"person": MAIL, "step": "check"})
        assert checked.status_code == 200
        for words in ("Check before you erase Siân Dychmyg", MAIL, str(sian.id), "This cannot be undone"):
            assert words in checked.text
        assert store.ids(agent=SOMEBODY) != [], "nothing has happened yet"
        answer = post_form(browser, URL, {"person": MAIL, "step": "erase", "reason": "Letter of 3 March"})
        assert answer.status_code == 303
        assert "Under way" in browser.get(answer.location).text
        assert browser.get(f"{answer.location}/progress").json["done"] is False
        jobs.run_pending()
        shown = browser.get(answer.location).text
        assert "Letter of 3 March" in shown
        assert MAIL not in shown
        assert browser.get(f"{answer.location}/progress").json["done"] is True
        assert store.ids(agent=SOMEBODY) == []

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"step": "check"}, "Say whom to erase"), ({"step": "check", "person": "Neb"}, "Nobody is called so"),
            ({"step": "erase", "person": MAIL}, "Give the reason"),
            ({"step": "erase", "person": MAIL, "reason": f"{MAIL} wrote"}, "without the name or address"),
            ({"step": "erase", "person": MAIL, "reason": "Siân Dychmyg wrote"}, "without the name or address"),
            ({"step": "erase", "person": HOUSE, "reason": "x"}, "not a person"),
        ],
    )  # fmt: skip
    def test_what_is_missing_is_said_and_nothing_is_erased(
        self, signed_in: Any, sian: Person, given: Json, words: str
    ) -> None:
        answer = post_form(signed_in(make_keeper()), URL, given)
        assert answer.status_code == 422
        assert words in answer.text
        assert db.session.scalars(select(Erasure)).all() == []

    def test_several_of_a_name_are_offered(self, signed_in: Any, store: Store) -> None:
        for n in (1, 2):
            make_person(display_name=f"Mair Dychmyg {n}")
        answer = post_form(signed_in(make_keeper()), URL, {"person": "mair", "step": "check"})
        assert "Whom do you mean?" in answer.text

    @pytest.mark.parametrize("who", ["administrator below", "learner"])
    def test_others_may_not(self, signed_in: Any, sian: Person, who: str) -> None:
        person = make_person()
        if who == "administrator below":
            grant(person, Role.ADMINISTRATOR, make_organisation(make_organisation()))
        browser = signed_in(person)
        with browser.session_transaction() as session:
            session["csrf_token"] = "x"
        assert browser.get(URL).status_code == 403
        assert browser.get(f"/en/manage/record-store/erasures/{new_uuid()}").status_code == 403


class TestCopy:
    MINE = "/en/record/statements/copy"

    def unzipped(self, answer: Any) -> dict[str, bytes]:
        assert answer.content_type == "application/zip"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
            assert made.testzip() is None
            return {name: made.read(name) for name in made.namelist()}

    def test_ones_own_copy_has_everything_and_hides_others(self, signed_in: Any, store: Store, sian: Person) -> None:
        body = b"her file"
        own = agent_of(sian.id)
        mine = store.keep_with(make_statement(actor=own, attachments=[attached(body)]), body)
        other = make_statement(
            actor=learner(7) | {"name": "Rhywun Arall"},
            context={"instructor": own},
            result={"success": False},
            id=new_uuid(),
        )
        store.keep(other)
        found = self.unzipped(signed_in(sian).get(self.MINE))
        lines = {each["id"]: each for each in map(json.loads, found["statements.ndjson"].splitlines())}
        assert len(lines) == len(POSITIONS) * 3 + 2
        assert lines[mine]["actor"] == own
        assert "result" not in lines[other["id"]]
        assert b"Rhywun Arall" not in found["statements.ndjson"]
        assert b"learner-7" not in found["statements.ndjson"]
        assert body in found.values()
        assert json.loads(found["names.json"]) == ["Siân Dychmyg"]
        listed = [json.loads(line) for line in found["documents.ndjson"].splitlines()]
        assert {each["kind"] for each in listed} == {"state", "agent-profile"}
        assert all(found[each["file"]] == MAIL.encode() for each in listed)
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "record_store.copied"))
        assert (entry.about_id, entry.details["whole"], entry.details["statements"]) == (sian.id, True, len(lines))

    def test_who_answers_requests_gets_all_of_it_exactly(self, signed_in: Any, store: Store, sian: Person) -> None:
        other = make_statement(actor=learner(7), context={"instructor": agent_of(sian.id)}, id=new_uuid())
        store.keep(other)
        browser = signed_in(make_keeper())
        found = self.unzipped(browser.get("/en/manage/record-store/copy", query_string={"person": MAIL}))
        assert store.get(statementId=other["id"]).data in found["statements.ndjson"].splitlines()
        assert browser.get("/en/manage/record-store/copy", query_string={"person": "neb"}).status_code in (404, 422)

    def test_a_copy_is_of_oneself_only(self, app: Flask, signed_in: Any, sian: Person) -> None:
        found = self.unzipped(signed_in(make_person()).get(f"{self.MINE}?person={sian.id}"))
        assert found["statements.ndjson"] == b""
        assert app.test_client().get(self.MINE).status_code == 303

    def test_after_erasing_there_is_nothing_to_copy(self, signed_in: Any, sian: Person) -> None:
        erase(sian)
        found = self.unzipped(signed_in(sian).get(self.MINE))
        assert found["statements.ndjson"] == b""
        assert (
            db.session.scalars(select(Document)).all(),
            db.session.scalars(select(AgentName.name).where(AgentName.name.like("Si%"))).all(),
        ) == ([], [])
