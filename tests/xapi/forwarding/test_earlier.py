"""A strict store that speaks 1.0.3 takes what was told to ours as 2.0."""

from typing import Any

import pytest

from lms.xapi.errors import Fault
from lms.xapi.rules import statements
from lms.xapi.rules.versions import Version
from tests.factories.forwarding import OtherStore, forward, letters_of, make_destination
from tests.factories.xapi import Store, attached, make_statement, new_uuid, signed
from tests.xapi.rules.test_earlier import AGENTS, GROUPS, SIGNATURE

Json = dict[str, Any]


@pytest.fixture
def strict(other: OtherStore) -> OtherStore:
    """It refuses what is no statement of 1.0.3, and all of a request with one such in it."""

    def refuses(statement: Json) -> bool:
        try:
            statements.check(statement, Version.ONE)
        except Fault:
            return True
        return not str(statement.get("version", "1.0.0")).startswith("1.0")

    other.refuses = refuses
    return other


def test_nothing_is_refused_and_nothing_more_is_left_out(store2: Store, store: Store, strict: OtherStore) -> None:
    context = {"registration": new_uuid(), "contextAgents": AGENTS, "contextGroups": GROUPS}
    inner = make_statement(context=context) | {"objectType": "SubStatement"}
    ids = store2.keep(make_statement(context=context), make_statement(object=inner), make_statement())
    ids += store.keep(make_statement())
    done = forward(make_destination(strict.url))
    assert (strict.ids(), letters_of(done), done.delivered) == (ids, [], 4)
    assert [each["version"] for each in strict.order] == ["1.0.0"] * 4
    assert strict.order[0]["context"] == {"registration": context["registration"]}
    assert strict.order[1]["object"]["context"] == {"registration": context["registration"]}
    kept = {each["id"]: each for each in store.found()}
    same = {"actor", "verb", "stored", "timestamp", "authority"}
    assert all(each[name] == kept[each["id"]][name] for each in strict.order for name in same)
    assert kept[ids[0]]["context"] == context, "here nothing is changed"


def test_a_store_of_two_gets_all_of_it(store2: Store, other: OtherStore) -> None:
    store2.keep(make_statement(context={"contextAgents": AGENTS}))
    forward(make_destination(other.url, version="2.0.0"))
    assert other.order == store2.found()


def test_what_belongs_to_a_signature_that_is_left_out_is_not_sent(store2: Store, strict: OtherStore) -> None:
    body = b"her file"
    statement = make_statement(id=new_uuid(), context={"contextAgents": AGENTS})
    jws = signed(statement)
    declared = [attached(body), attached(jws, SIGNATURE, "application/octet-stream")]
    store2.keep_with(statement | {"attachments": declared}, body, jws)
    done = forward(make_destination(strict.url))
    assert (letters_of(done), strict.order[0]["attachments"]) == ([], declared[:1])
    assert [part.body for part in strict.got[0].parts] == [body]


def test_what_they_have_already_is_known_by_what_they_were_told(store2: Store, strict: OtherStore) -> None:
    ids = store2.keep(make_statement(context={"contextAgents": AGENTS}))
    destination = make_destination(strict.url, batch=1)
    forward(destination)
    strict.script = [(409, {}, b"known")]
    again = make_destination(strict.url, batch=1, name="Again")
    assert (forward(again).delivered, letters_of(again), strict.ids()) == (1, [], ids)


def test_a_refused_one_is_shown_as_it_was_sent(store2: Store, other: OtherStore, token: Any, keeper: Any) -> None:
    store2.keep(make_statement(context={"contextAgents": AGENTS}))
    other.refuses = lambda _: True
    destination = forward(make_destination(other.url))
    (letter,) = letters_of(destination)
    shown = token.get(f"/api/v1/record_store/destinations/{destination.id}/dead_letters/{letter.id}").json["statement"]
    assert shown == other.got[-1].statements[0]
    assert shown["version"] == "1.0.0"
    page = keeper.get(f"/en/manage/record-store/destinations/{destination.id}/letters/{letter.id}").text
    assert "contextAgents" not in page
    assert "contextAgents" in keeper.get(f"/en/manage/record-store/destinations/{destination.id}/edit").text
