"""Which statements are found: every filter against a plain list, pages and voiding. Plans: test_plans.py."""

import json
import random
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import text

from lms.core.db import db
from tests.factories.xapi import Store, learner, make_statement, new_uuid, some_statement, voiding

Json = dict[str, Any]

FILTERS: dict[str, Any] = {
    "agent": learner(1),
    "verb": "http://adlnet.gov/expapi/verbs/passed",
    "activity": "https://a.example/1",
    "registration": "00000000-0000-4000-8000-000000000002",
    "related_activities": "true",
    "related_agents": "true",
    "since": None,
    "until": None,
    "limit": "7",
    "ascending": "true",
}


class Model:
    """The naive store: walks a list."""

    def __init__(self, statements: list[Json]) -> None:
        self.statements = statements
        self.by_id = {each["id"]: each for each in statements}
        self.voided = {
            each["object"]["id"]
            for each in statements
            if each["verb"]["id"].endswith("/voided")
            and not self.by_id.get(each["object"]["id"], each)["verb"]["id"].endswith("/voided")
        }

    def ids(self, query: Json) -> list[str]:
        return [
            each["id"]
            for each in sorted(self.statements, key=lambda each: each["stored"], reverse="ascending" not in query)
            if each["id"] not in self.voided
            and ("since" not in query or each["stored"] > query["since"])
            and ("until" not in query or each["stored"] <= query["until"])
            and self.matches(each, query)
        ]

    def matches(self, statement: Json, query: Json) -> bool:
        if self.alone(statement, query):
            return True
        target = statement["object"].get("objectType") == "StatementRef" and self.by_id.get(statement["object"]["id"])
        return bool(target) and self.matches(target, query)

    def alone(self, statement: Json, query: Json) -> bool:
        return (
            ("verb" not in query or statement["verb"]["id"] == query["verb"])
            and (
                "registration" not in query or statement.get("context", {}).get("registration") == query["registration"]
            )
            and ("agent" not in query or query["agent"] in self.agents(statement, "related_agents" in query))
            and (
                "activity" not in query
                or query["activity"] in self.activities(statement, "related_activities" in query)
            )
        )

    def agents(self, statement: Json, related: bool) -> list[Json]:
        found = [statement["actor"], statement["object"]]
        if related:
            found += [statement.get("authority"), statement.get("context", {}).get("instructor")]
            if statement["object"].get("objectType") == "SubStatement":
                found += self.agents(statement["object"], True)
        return found

    def activities(self, statement: Json, related: bool) -> list[str]:
        thing = statement["object"]
        found = [thing["id"]] if thing.get("objectType") == "Activity" else []
        if related:
            context = statement.get("context", {}).get("contextActivities", {})
            found += [each["id"] for each in context.get("parent", [])]
            if thing.get("objectType") == "SubStatement":
                found += self.activities(thing, True)
        return found


@pytest.mark.parametrize("seed", [1, 2])
def test_every_filter_alone_and_in_pairs_finds_what_a_plain_list_does(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    sent = [some_statement(chance) for _ in range(90)]
    for index in range(0, 90, 3):
        if index % 9 == 0:
            target = chance.choice(sent)["id"]  # perhaps not here yet
            make = voiding if chance.random() < 0.5 else reference
            sent[index] = make(target) | {"id": sent[index]["id"]}
        store.keep(*sent[index : index + 3])
    with db.engine.connect() as connection:
        payloads = connection.execute(text("SELECT payload FROM statement ORDER BY seq")).scalars()
        every = [json.loads(bytes(payload)) for payload in payloads]
    model = Model(every)
    moments = {"since": every[20]["stored"], "until": every[70]["stored"]}
    queries_ = [dict.fromkeys(names) for size in (0, 1, 2, 3) for names in combinations(FILTERS, size)]
    for query in queries_:
        query = {name: moments.get(name) or FILTERS[name] for name in query}
        wanted = model.ids(query)
        got = store.found(**query)
        if "limit" in query:
            assert len(store.get(**query).json["statements"]) == min(7, len(wanted))
        assert [each["id"] for each in got] == wanted, query


def reference(target: str) -> Json:
    return make_statement("commented", object={"objectType": "StatementRef", "id": target})


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_pages_neither_skip_nor_repeat_while_others_write(store: Store, ascending: str) -> None:
    before = store.keep(*[make_statement() for _ in range(25)])
    answer = store.get(limit="4", ascending=ascending)
    found = [each["id"] for each in answer.json["statements"]]
    while more := answer.json["more"]:
        store.keep(make_statement())
        answer = store.send("GET", more.removeprefix("/xapi"))
        found += [each["id"] for each in answer.json["statements"]]
    assert found == (before if ascending == "true" else before[::-1])


def test_a_token_that_we_did_not_give_is_refused(store: Store) -> None:
    store.keep(*[make_statement() for _ in range(3)])
    more = store.get(limit="1").json["more"].removeprefix("/xapi")
    signature = more.rindex(".") + 1  # its last letter has bits that do not count
    forged = more[:signature] + ("a" if more[signature] != "a" else "b") + more[signature + 1 :]
    assert store.send("GET", forged).status_code == 400


def test_since_excludes_and_until_includes_its_own_instant(store: Store) -> None:
    ids = store.keep(*[make_statement() for _ in range(3)])
    middle = store.get(statementId=ids[1]).json["stored"]
    assert store.ids(since=middle) == [ids[2]]
    assert store.ids(until=middle) == [ids[1], ids[0]]


@pytest.mark.parametrize("first", ["target", "voiding", "together"])
def test_voiding_works_in_either_order(store: Store, first: str) -> None:
    target = make_statement(id=new_uuid())
    void = voiding(target["id"]) | {"id": new_uuid()}
    if first == "together":
        store.keep(void, target)
    else:
        for each in (target, void) if first == "target" else (void, target):
            store.keep(each)
    assert store.get(statementId=target["id"]).status_code == 404
    assert store.get(voidedStatementId=target["id"]).json["id"] == target["id"]
    assert store.get(voidedStatementId=void["id"]).status_code == 404
    assert store.ids() == [void["id"]]
    assert store.ids(verb=target["verb"]["id"]) == [void["id"]], "found by what it voids, which itself is hidden"


def test_a_large_batch_is_voided_by_what_came_before(store: Store) -> None:
    batch = [make_statement(id=new_uuid()) for _ in range(50)]
    store.keep(voiding(batch[7]["id"]))
    store.keep(*batch)
    assert store.get(statementId=batch[7]["id"]).status_code == 404
    assert len(store.ids()) == 50


def test_a_voiding_statement_cannot_be_voided(store: Store) -> None:
    target = make_statement(id=new_uuid())
    void = voiding(target["id"]) | {"id": new_uuid()}
    again = voiding(void["id"]) | {"id": new_uuid()}
    for order in ([target, void, again],):
        store.keep(*order)
    assert store.get(statementId=void["id"]).status_code == 200
    assert store.get(statementId=target["id"]).status_code == 404
