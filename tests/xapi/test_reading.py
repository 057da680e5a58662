"""Searching, reading and following statements on pages, and who may."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.permissions import Role
from lms.xapi.identity import agent_of
from tests.counting import queries_of
from tests.factories.accounts import grant, make_organisation, make_person, organisation
from tests.factories.xapi import VERBS, Store, attached, learner, make_keeper, make_statement, new_uuid, voiding

Json = dict[str, Any]
URL = "/en/manage/record-store/statements"
NAMED = {"id": "https://a.example/cfd", "definition": {"name": {"en": "Child family development", "cy": "Datblygiad"}}}


@pytest.fixture
def keeper(app: Flask, signed_in: Any) -> FlaskClient:
    browser: FlaskClient = signed_in(make_keeper(display_name="Keeper"))
    return browser


def looks() -> list[AuditEntry]:
    found = select(AuditEntry).where(AuditEntry.action.like("%.read")).order_by(AuditEntry.at)
    return list(db.session.scalars(found))


class TestSearch:
    def test_a_statement_is_told_in_plain_words_in_both_languages(self, keeper: FlaskClient, store: Store) -> None:
        sian = make_person(display_name="Siân Dychmyg")
        result = {"score": {"scaled": 0.85}, "success": True, "duration": "PT10M"}
        store.keep(make_statement(actor=agent_of(sian.id), object=NAMED, result=result))
        english, welsh = keeper.get(URL).text, keeper.get(URL.replace("/en/", "/cy/")).text
        assert "Siân Dychmyg completed ‘Child family development’" in english
        for words in ("Score: 85%", "Successful", "Took 10 minutes", "from client"):
            assert words in english
        assert "Cwblhaodd Siân Dychmyg ‘Datblygiad’" in welsh

    def test_a_verb_that_is_not_known_is_told_by_its_display_and_marked_with_its_language(
        self, keeper: FlaskClient, store: Store
    ) -> None:
        verb = {"id": "https://v.example/pondered", "display": {"de": "grübelte über"}}
        store.keep(make_statement(verb=verb["id"], actor=learner() | {"name": "<b>Gwen</b>"}) | {"verb": verb})
        text = keeper.get(URL).text
        assert '&lt;b&gt;Gwen&lt;/b&gt; <span lang="de">grübelte über</span> ‘https://a.example/module’' in text

    @pytest.mark.parametrize("odd", ["group", "agent", "ref", "sub"])
    def test_every_kind_of_object_has_words(self, keeper: FlaskClient, store: Store, odd: str) -> None:
        ref: Json = {"objectType": "StatementRef", "id": new_uuid()}
        inner = make_statement("passed") | {"objectType": "SubStatement"}
        given: Json = {
            "group": {"actor": {"objectType": "Group", "member": [learner(1), learner(2)]}},
            "agent": {"object": learner(7)}, "ref": {"object": ref}, "sub": {"object": inner},
        }[odd]  # fmt: skip
        wanted = {
            "group": "learner-1, learner-2 completed", "agent": "learner-1 completed learner-7",
            "ref": "learner-1 completed another statement", "sub": "completed ‘learner-1 passed ‘https://a.example/module’’",
        }  # fmt: skip
        (id_,) = store.keep(make_statement(**given))
        for address in (URL, f"{URL}/{id_}"):
            assert wanted[odd] in keeper.get(address).text

    def test_filters(self, keeper: FlaskClient, store: Store) -> None:
        context = {"registration": new_uuid(), "instructor": learner(9)}
        mine = make_statement("passed", "https://a.example/one", actor=learner(5), context=context, id=new_uuid())
        other = make_statement("failed", "https://a.example/two", actor=learner(6), id=new_uuid())
        store.keep(mine, other)
        account = '{"account":{"homePage":"https://people.example","name":"learner-5"}}'
        nine = account.replace("5", "9")
        for query, found in (
            ({"person": account}, True), ({"person": nine}, False), ({"person": nine, "related": "true"}, True),
            ({"verb": f"{VERBS}passed"}, True), ({"verb": f"{VERBS}failed"}, False),
            ({"verb": f"{VERBS}failed", "other_verb": f"{VERBS}passed"}, True),
            ({"activity": "https://a.example/one"}, True), ({"registration": context["registration"]}, True),
            ({"since": "2020-01-01"}, True), ({"until": "2020-01-01"}, False), ({"since": "2999-01-01"}, False),
            ({"person": account, "verb": f"{VERBS}passed", "until": "2999-01-01"}, True),
        ):  # fmt: skip
            answer = keeper.get(URL, query_string=query)
            assert answer.status_code == 200, query
            assert (mine["id"] in answer.text) is found, query

    def test_voided_statements_are_left_out_or_shown(self, keeper: FlaskClient, store: Store) -> None:
        target, void = make_statement(id=new_uuid()), new_uuid()
        store.keep(target)
        store.keep(voiding(target["id"]) | {"id": void})
        for voided, gone, there in (("no", False, True), ("only", True, False), ("both", True, True)):
            text = keeper.get(URL, query_string={"voided": voided}).text
            assert (f"statements/{target['id']}" in text, f"statements/{void}" in text) == (gone, there)

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ({"person": "{"}, "Write an agent as xAPI does"), ({"person": '{"account":{}}'}, "Write an agent"),
            ({"person": "Neb o gwbl"}, "Nobody is called so"), ({"verb": "passed"}, "Write a whole address"),
            ({"since": "yesterday"}, "Enter a real date"), ({"since": "0001-01-01"}, ""),
            ({"registration": "x"}, "36 characters"), ({"voided": "x"}, "Choose one of the answers"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_said_at_its_field(self, keeper: FlaskClient, query: Json, words: str) -> None:
        answer = keeper.get(URL, query_string=query)
        assert answer.status_code in (200, 422)
        assert words in answer.text

    def test_people_are_found_by_name_address_and_id_under_every_form(self, keeper: FlaskClient, store: Store) -> None:
        sian = make_person(display_name="Siân Dychmyg", email="sian@example.org")
        by_account, by_mail = (
            make_statement(actor=agent_of(sian.id)),
            make_statement(actor={"mbox": "mailto:sian@example.org", "name": "S. Dychmyg"}),
        )
        sha1 = {"mbox_sha1sum": "f4dc0f4f0c0aeb7e3ab3fe9a4a2bd90c0d4cbd3b"}
        ids = store.keep(by_account, by_mail)
        for typed in ("sian@example.org", "mailto:sian@example.org", str(sian.id), "dychmyg sian"):
            answer = keeper.get(URL, query_string={"person": typed})
            if "Whom do you mean?" in answer.text:
                answer = keeper.get(URL, query_string={"person": str(sian.id)})
            assert all(id_ in answer.text for id_ in ids), typed
        assert keeper.get(URL, query_string={"person": str(sha1["mbox_sha1sum"])}).status_code == 200

    def test_a_name_that_only_statements_know_leads_to_its_agent(self, keeper: FlaskClient, store: Store) -> None:
        (id_,) = store.keep(make_statement(actor=learner(5) | {"name": "Gwenllïan Ddieithr"}))
        assert id_ in keeper.get(URL, query_string={"person": "gwenllian"}).text

    def test_several_of_a_name_are_offered_and_nothing_is_shown(self, keeper: FlaskClient, store: Store) -> None:
        people = [make_person(display_name=f"Mair Dychmyg {n}") for n in (1, 2)]
        (id_,) = store.keep(make_statement(actor=agent_of(people[0].id)))
        text = keeper.get(URL, query_string={"person": "mair"}).text
        assert "Whom do you mean?" in text
        assert id_ not in text
        assert all(f"person={each.id}" in text for each in people)

    def test_nothing_from_the_address_gets_into_links_but_filters(self, keeper: FlaskClient, store: Store) -> None:
        store.keep(*[make_statement() for _ in range(30)])
        text = keeper.get(f"{URL}?_scheme=javascript&_anchor=x&_external=1&verb={VERBS}completed").text
        older = link(text, "cursor=")
        assert older.startswith(f"{URL}?verb=")
        assert "_" not in older.partition("?")[2]


class TestPages:
    def test_pages_hang_together_and_newer_ones_are_shown_apart(self, keeper: FlaskClient, store: Store) -> None:
        ids = store.keep(*[make_statement(id=new_uuid()) for _ in range(30)])
        first = keeper.get(URL)
        older = link(first.text, "cursor=")
        newer = link(first.text, "after=")
        assert [id_ in first.text for id_ in ids] == [False] * 5 + [True] * 25
        assert [id_ in keeper.get(older).text for id_ in ids] == [True] * 5 + [False] * 25
        assert "Nothing new yet" in keeper.get(newer).text
        fresh = store.keep(*[make_statement(id=new_uuid()) for _ in range(3)])
        shown = keeper.get(newer)
        assert "New since you looked" in shown.text
        assert all(id_ in shown.text for id_ in fresh)
        assert not any(id_ in shown.text for id_ in ids)
        assert "Nothing new yet" in keeper.get(link(shown.text, "after=")).text

    def test_the_count_of_new_ones_is_told(self, keeper: FlaskClient, store: Store) -> None:
        store.keep(make_statement())
        url = link(keeper.get(URL, query_string={"verb": f"{VERBS}completed"}).text, "newer?", "data-follow")
        assert keeper.get(url).json == {"count": 0, "text": ""}
        store.keep(*[make_statement() for _ in range(3)], make_statement("passed"))
        assert keeper.get(url).json == {"count": 3, "text": "3 new statements"}
        assert keeper.get(url.replace("/en/", "/cy/")).json["text"] != "3 new statements"

    @pytest.mark.parametrize("query", ["", f"?verb={VERBS}completed", "?person=someone@example.org"])
    def test_the_number_of_queries_does_not_grow(self, keeper: FlaskClient, store: Store, query: str) -> None:
        def more(count: int) -> None:
            for n in range(count):
                actor = agent_of(make_person().id) if n % 2 else {"mbox": "mailto:someone@example.org"}
                store.keep(
                    make_statement(f"https://v.example/{n}", f"https://a.example/{n}", actor=actor), make_statement()
                )

        more(3)
        few = queries_of(keeper, URL + query)
        more(9)
        assert queries_of(keeper, URL + query) == few


class TestOne:
    def test_everything_about_one(self, keeper: FlaskClient, store: Store) -> None:
        body = b"<script>alert(1)</script>"
        target = make_statement(
            id=new_uuid(), attachments=[attached(body, content_type="text/html")], result={"response": "<i>x</i>"}
        )
        store.keep_with(target, body)
        (referring,) = store.keep(
            make_statement("commented", object={"objectType": "StatementRef", "id": target["id"]})
        )
        store.keep(voiding(target["id"]))
        page = keeper.get(f"{URL}/{target['id']}").text
        for words in (
            "This statement is voided",
            "What refers to it",
            referring,
            "&lt;i&gt;x&lt;/i&gt;",
            "As stored (JSON)",
        ):
            assert words in page
        assert "<i>x</i>" not in page
        assert "It refers to" in keeper.get(f"{URL}/{referring}").text
        file = keeper.get(link(page, "/attachments/"))
        assert file.data == body
        assert file.headers["Content-Disposition"].startswith("attachment;")
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert file.content_type == "application/octet-stream"
        assert "sandbox" in file.headers["Content-Security-Policy"]

    def test_an_attachment_is_reached_through_its_statement_only(self, keeper: FlaskClient, store: Store) -> None:
        body = b"file"
        holder = store.keep_with(make_statement(attachments=[attached(body)]), body)
        (other,) = store.keep(make_statement())
        sha2 = attached(body)["sha2"]
        assert keeper.get(f"{URL}/{holder}/attachments/{sha2}").status_code == 200
        assert keeper.get(f"{URL}/{other}/attachments/{sha2}").status_code == 404
        assert keeper.get(f"{URL}/{holder}/attachments/{'0' * 64}").status_code == 404
        assert keeper.get(f"{URL}/{new_uuid()}").status_code == 404

    def test_exact_numbers_are_shown_as_they_are(self, keeper: FlaskClient, store: Store) -> None:
        body = b'{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"https://v.example/v"},"object":{"id":"urn:x"},"result":{"score":{"raw":1.10}}}'
        (id_,) = store.send("POST", "/statements", data=body, headers={"Content-Type": "application/json"}).json
        assert "1.10" in keeper.get(f"{URL}/{id_}").text


class TestWho:
    STORE = "/en/manage/record-store"
    ADDRESSES = (
        URL, f"{URL}/newer?after=1", f"{URL}/export", f"{URL}/{UUID(int=1)}", f"{URL}/{UUID(int=1)}/attachments/x",
        f"{STORE}/copy?person=x", f"{STORE}/import", f"{STORE}/erase", f"{STORE}/imports/{UUID(int=1)}",
        f"{STORE}/erasures/{UUID(int=1)}/progress",
    )  # fmt: skip

    @pytest.mark.parametrize("address", ADDRESSES)
    @pytest.mark.parametrize(
        ("who", "status"), [("administrator below", 403), ("learner", 403), ("commissioner", 403), ("nobody", 303)]
    )
    def test_others_are_refused(self, app: Flask, signed_in: Any, address: str, who: str, status: int) -> None:
        person = make_person()
        if who == "administrator below":
            grant(person, Role.ADMINISTRATOR, make_organisation(organisation("WALES")))
        if who == "commissioner":
            grant(person, Role.COMMISSIONER, organisation("WALES"))
        browser = app.test_client() if who == "nobody" else signed_in(person)
        assert browser.get(address).status_code == status

    def test_every_look_is_audited_without_identifiers(self, keeper: FlaskClient, store: Store) -> None:
        sian = make_person(email="sian@example.org")
        (id_,) = store.keep(make_statement(actor=agent_of(sian.id)))
        keeper.get(URL, query_string={"person": "sian@example.org", "verb": f"{VERBS}completed"})
        keeper.get(f"{URL}/{id_}")
        listed, one = looks()
        assert (listed.action, listed.about_id, listed.actor_name) == ("statements.read", sian.id, "Keeper")
        assert listed.details["filters"]["verb"] == f"{VERBS}completed"
        assert (one.action, one.about_id, one.details["statement"]) == ("statement.read", sian.id, id_)
        assert "sian@example.org" not in str([each.details for each in looks()])


class TestMine:
    MINE = "/en/record/statements"

    def test_one_sees_what_is_about_oneself_and_nothing_else(self, app: Flask, signed_in: Any, store: Store) -> None:
        me, other = make_person(email="me@example.org"), make_person(email="other@example.org")
        mine = store.keep(
            make_statement(actor=agent_of(me.id)), make_statement(actor={"mbox": "mailto:me@example.org"}),
            make_statement(object=agent_of(me.id)),
        )  # fmt: skip
        theirs = store.keep(make_statement(actor=agent_of(other.id), context={"instructor": agent_of(me.id)}))
        browser = signed_in(me)
        page = browser.get(self.MINE).text
        assert all(id_ in page for id_ in mine)
        assert not any(id_ in page for id_ in theirs)
        assert [browser.get(f"{self.MINE}/{id_}").status_code for id_ in [*mine, *theirs]] == [200, 200, 200, 404]
        assert signed_in(other).get(f"{self.MINE}/{mine[0]}").status_code == 404
        assert app.test_client().get(self.MINE).status_code == 303
        assert looks() == [], "one's own record may be read unwatched"

    def test_others_in_a_group_are_hidden(self, signed_in: Any, store: Store) -> None:
        me = make_person()
        group = {"objectType": "Group", "member": [agent_of(me.id), learner(7) | {"name": "Rhywun Arall"}]}
        (id_,) = store.keep(make_statement(actor=group))
        for address in (self.MINE, f"{self.MINE}/{id_}"):
            text = signed_in(me).get(address).text
            assert me.display_name in text
            assert "learner-7" not in text
            assert "Rhywun Arall" not in text

    def test_a_file_of_mine_is_mine_only(self, signed_in: Any, store: Store) -> None:
        me, body = make_person(), b"my file"
        id_ = store.keep_with(make_statement(actor=agent_of(me.id), attachments=[attached(body)]), body)
        url = f"{self.MINE}/{id_}/attachments/{attached(body)['sha2']}"
        assert signed_in(me).get(url).data == body
        assert signed_in(make_person()).get(url).status_code == 404

    def test_one_can_follow(self, signed_in: Any, store: Store) -> None:
        me = make_person()
        browser = signed_in(me)
        url = link(browser.get(self.MINE).text, "newer?", "data-follow")
        store.keep(make_statement(actor=agent_of(me.id)), make_statement())
        assert browser.get(url).json["count"] == 1

    def test_it_is_linked_from_my_record_and_from_the_privacy_page(self, signed_in: Any) -> None:
        browser = signed_in(make_person())
        assert f'href="{self.MINE}"' in browser.get("/en/record").text
        assert f'href="{self.MINE}"' in browser.get("/en/privacy").text


def link(page: str, part: str, attribute: str = "href") -> str:
    """The last address on the page that holds this; the first ones are the page's own in the other language."""
    for piece in page.split(f'{attribute}="')[:0:-1]:
        if part in (url := piece.split('"')[0].replace("&amp;", "&")):
            return url
    raise AssertionError(f"no {attribute} with {part}")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "No statements yet"),
        ("?voided=no", "No statements yet"),
        ("?voided=only", "Nothing in the store fits all of this"),
        ("?activity=https://a.example/", "Nothing in the store fits all of this"),
    ],
)
def test_a_store_with_nothing_in_it_does_not_blame_the_search(keeper: FlaskClient, asked: str, said: str) -> None:
    assert said in keeper.get(URL + asked).text
