"""Any sequence of operations: the store answers as the naive model does."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.factories.xapi import Store, learner, new_uuid
from tests.xapi.conformance import some
from tests.xapi.conformance.conftest import PROFILE
from tests.xapi.conformance.model import Documents, Model
from tests.xapi.conformance.test_filters import found

Json = dict[str, Any]

NAMES = st.sampled_from(["a", "b"])
BODIES = st.dictionaries(st.sampled_from(["x", "y"]), st.one_of(st.integers(0, 9), st.just({"z": 1})), max_size=2)
SEEN = st.sampled_from(["current", "stale", "new", "nothing"])
WHERE = {"activityId": some.ACTIVITIES[0], "agent": learner()}


class StoreAgainstModel(RuleBasedStateMachine):
    """`make` is set by the test: an empty store."""

    make: Callable[[], Store]
    pages = 0
    """How many were compared, in all examples."""

    @initialize()
    def open(self) -> None:
        self.store, self.model, self.documents = type(self).make(), Model(), Documents()
        self.store.version = "2.0.0"  # where documents of state are guarded by ETags as well
        self.unknown = new_uuid()

    @property
    def ids(self) -> list[str]:
        return [*self.model.sent, self.unknown]

    def keep(self, batch: list[Json], answer: Any, success: int) -> None:
        """What the model says of a batch of distinct ids is what was answered and what is there (XAPI-00142, 00143,
        00146)."""
        if self.model.contradicts(batch):
            assert answer.status_code == 409
            return
        assert answer.status_code == success, answer.text
        new = self.model.new(batch)
        self.model.keep(new, [found(self.store, each["id"]) for each in new])

    @rule(data=st.data())
    def put(self, data: st.DataObject) -> None:
        statement = data.draw(some.statements(self.ids))
        if data.draw(st.booleans()):
            statement["id"], self.unknown = self.unknown, new_uuid()  # what others referred to arrives
        answer = self.store.send("PUT", "/statements", query={"statementId": statement["id"]}, json=statement)
        self.keep([statement], answer, 204)

    @rule(data=st.data())
    def post(self, data: st.DataObject) -> None:
        statement = data.draw(some.statements(self.ids))
        answer = self.store.post(statement)
        self.keep([statement], answer, 200)
        assert answer.json == [statement["id"]]

    @rule(data=st.data(), many=st.booleans())
    def post_batch(self, data: st.DataObject, many: bool) -> None:
        """Small batches and those that go in by COPY."""
        batch = data.draw(st.lists(some.statements(self.ids), min_size=1, max_size=4))
        if many:
            batch += [batch[0] | {"id": new_uuid()} for _ in range(40)]
        answer = self.store.post(batch)
        self.keep(batch, answer, 200)
        assert answer.json == [each["id"] for each in batch]

    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(self.ids))
        made = some.voiding(target)
        if data.draw(st.booleans()):
            made["id"], self.unknown = self.unknown, new_uuid()  # perhaps it is voided already, and may not be
        self.keep([made], self.store.post(made), 200)

    @rule(data=st.data())
    def refer_before_it_arrives(self, data: st.DataObject) -> None:
        """And ask by what the target has (Part 3 §2.1.3)."""
        late, self.unknown = self.unknown, new_uuid()
        first = data.draw(some.statements([])) | {"object": {"objectType": "StatementRef", "id": late}}
        first.pop("context", None)
        target = data.draw(some.statements([]).filter(lambda each: "StatementRef" not in str(each))) | {"id": late}
        for each in (first, target):
            self.keep([each], self.store.post(each), 200)
        for query in ({"verb": target["verb"]["id"]}, {"agent": target["actor"], "related_agents": "true"}):
            if "agent" not in query or "account" in target["actor"]:
                assert self.store.ids(**query) == self.model.found(query), query

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """Known statements, in any order, with a new one between them."""
        if self.model.sent:
            batch = data.draw(st.lists(st.sampled_from(list(self.model.sent.values())), max_size=3, unique_by=str))
            batch = data.draw(st.permutations([*batch, data.draw(some.statements(self.ids))]))
            answer = self.store.post(batch)
            self.keep(batch, answer, 200)
            assert answer.json == [each["id"] for each in batch]

    @rule(data=st.data())
    def contradict(self, data: st.DataObject) -> None:
        """A known id for another statement, in a batch with a new one: refused whole."""
        if self.model.sent:
            known = data.draw(st.sampled_from(list(self.model.sent.values())))
            other = known | {"verb": {"id": "https://v.example/other"}, "object": {"id": some.ACTIVITIES[0]}}
            batch = data.draw(st.permutations([other, data.draw(some.statements([]))]))
            self.keep(batch, self.store.post(batch), 200)

    @rule(data=st.data(), voided=st.booleans())
    def get_by_id(self, data: st.DataObject, voided: bool) -> None:
        id = data.draw(st.sampled_from(self.ids))
        answer = self.store.get(**{"voidedStatementId" if voided else "statementId": id})
        wanted = self.model.get(id, voided=voided)
        assert (answer.status_code, answer.json if wanted else None) == ((200, wanted) if wanted else (404, None))

    @rule(data=st.data())
    def query(self, data: st.DataObject) -> None:
        for _ in range(3):
            query = data.draw(some.filters([each["stored"] for each in self.model.statements]))
            assert self.store.ids(**query) == self.model.found(query), query
            type(self).pages += 1

    @rule()
    def read_all(self) -> None:
        found_ = self.store.found(ascending="true")
        assert found_ == [self.model.by_id(id) for id in self.model.found({"ascending": "true"})]

    @rule(name=NAMES, body=BODIES, seen=SEEN)
    def put_document(self, name: str, body: Json, seen: str) -> None:
        known = name in self.documents.kept
        answer = self.document("PUT", name, seen, body)
        expected = self.guarded(name, seen) or (409 if seen == "nothing" and known else 204)
        assert answer.status_code == expected
        if expected == 204:
            self.documents.put(name, body)

    @rule(name=NAMES, body=BODIES, seen=SEEN)
    def post_document(self, name: str, body: Json, seen: str) -> None:
        answer = self.document("POST", name, seen, body)
        expected = self.guarded(name, seen) or 204
        assert answer.status_code == expected
        if expected == 204:
            self.documents.post(name, body)

    @rule(name=NAMES, seen=SEEN)
    def delete_document(self, name: str, seen: str) -> None:
        answer = self.document("DELETE", name, seen)
        expected = self.guarded(name, seen) or 204
        assert answer.status_code == expected
        if expected == 204:
            self.documents.delete(name)

    @rule(name=NAMES)
    def get_document(self, name: str) -> None:
        answer = self.document("GET", name, "nothing")
        assert answer.status_code == (200 if name in self.documents.kept else 404)
        if name in self.documents.kept:
            assert answer.json == self.documents.kept[name]
        listed = self.store.send("GET", "/activities/state", query=WHERE).json
        assert listed == sorted(self.documents.kept)

    def guarded(self, name: str, seen: str) -> int | None:
        """XAPI-00322: 412 when what was seen is not what there is."""
        known = name in self.documents.kept
        return 412 if (seen == "new" and known) or seen == "stale" or (seen == "current" and not known) else None

    def document(self, method: str, name: str, seen: str, body: Json | None = None) -> Any:
        query = WHERE | {"stateId": name}
        headers = {"new": {"If-None-Match": "*"}, "stale": {"If-Match": '"0"'}}.get(seen, {})
        if seen == "current":
            headers = {"If-Match": self.store.send("GET", "/activities/state", query=query).headers.get("ETag", '"0"')}
        content = {} if body is None else {"data": json.dumps(body)}
        return self.store.send(
            method, "/activities/state", query=query, headers=headers | {"Content-Type": "application/json"}, **content
        )


def test_any_sequence_of_operations_is_answered_as_the_model_answers(new_store: Callable[[], Store]) -> None:
    StoreAgainstModel.make = staticmethod(new_store)  # type: ignore[method-assign]
    run_state_machine_as_test(StoreAgainstModel, settings=settings(PROFILE, max_examples=14, stateful_step_count=25))
    assert StoreAgainstModel.pages > 20, "it did ask"
