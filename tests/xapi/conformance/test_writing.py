"""What is written: whole or not at all, once however often it is sent, and to the last digit."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.xapi import Store, learner, make_statement, new_uuid
from tests.xapi.conformance import some
from tests.xapi.conformance.conftest import PROFILE

Json = dict[str, Any]

LANGUAGES = ("en", "cy", "pl")
BAD: list[Json] = [
    {"verb": {"id": "no iri"}}, {"actor": {}}, {"object": {"objectType": "StatementRef", "id": "1"}}, {"id": "1"},
    {"result": {"score": {"scaled": 2}}}, {"timestamp": "2026-02-30T00:00:00Z"}, {"more": None},
]  # fmt: skip


@settings(PROFILE, max_examples=8)
@given(data=st.data())
def test_one_bad_statement_anywhere_in_a_batch_and_nothing_is_kept(
    new_store: Callable[[], Store], data: st.DataObject
) -> None:
    """XAPI-00182; Part 3 §2.1.2. By way of a fault, or of an id that is known for something else."""
    store = new_store()
    (known,) = store.keep(make_statement())
    good = data.draw(st.lists(some.statements([known]), min_size=1, max_size=5))
    good += [make_statement(id=new_uuid()) for _ in range(data.draw(st.sampled_from([0, 40])))]  # the other way in
    fault = data.draw(st.sampled_from([*BAD, {"id": known, "actor": learner(9)}]))
    batch = [*good]
    batch.insert(data.draw(st.integers(0, len(good))), make_statement() | fault)
    assert store.post(batch).status_code == (409 if fault.get("id") == known else 400)
    assert store.ids() == [known], "what would have been voided is not"
    assert [store.get(statementId=each["id"]).status_code for each in good[:3]] == [404] * len(good[:3])


@settings(PROFILE, max_examples=8)
@given(data=st.data())
def test_sending_again_in_any_order_adds_nothing_and_changes_nothing(
    new_store: Callable[[], Store], data: st.DataObject
) -> None:
    """XAPI-00142; Part 3 §2.1.1 and §2.1.2. Whole bodies come again after a lost answer; parts of them too."""
    store = new_store()
    sent = data.draw(st.lists(some.statements([]), min_size=1, max_size=6))
    store.keep(*sent)
    before = store.found()
    for _ in range(3):
        again = data.draw(st.permutations(sent))[: data.draw(st.integers(1, len(sent)))]
        assert store.keep(*again) == [each["id"] for each in again]
        one = data.draw(st.sampled_from(sent))
        put = store.send("PUT", "/statements", query={"statementId": one["id"].upper()}, json=one)
        assert put.status_code == 204
    assert store.found() == before


_DIGITS = st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@settings(PROFILE, max_examples=10)
@given(numbers=st.lists(_DIGITS, min_size=1, max_size=4), copied=st.booleans())
def test_numbers_come_back_digit_for_digit(new_store: Callable[[], Store], numbers: list[str], copied: bool) -> None:
    """Part 2 §2.4.4.2: results keep their precision. Extensions come back as the text that was sent."""
    store, id = new_store(), new_uuid()
    extension = '{"https://e.example/x":[' + ",".join(numbers) + "]}"
    text = json.dumps(make_statement(id=id, result={"extensions": "HERE"})).replace('"HERE"', extension)
    batch = "[" + ",".join([text, *(json.dumps(make_statement()) for _ in range(40 * copied))]) + "]"
    sent = store.send("POST", "/statements", data=batch, headers={"Content-Type": "application/json"})
    assert sent.status_code == 200, sent.text
    assert '"extensions":' + extension in store.get(statementId=id).text


@pytest.mark.parametrize("duration", ["PT1H30M12.3456789S", "P4W", "PT0.000000001S", "P1Y2M3DT4H5M6.70S"])
@pytest.mark.parametrize("timestamp", ["2026-03-01T09:00:00.123456789Z", "2026-03-01T10:00:00.1+01:00"])
def test_durations_and_timestamps_come_back_as_they_were(
    new_store: Callable[[], Store], duration: str, timestamp: str
) -> None:
    """XAPI-00122, XAPI-00123; Part 2 §4.5, §4.6: precision is kept beyond what the store itself counts in."""
    store = new_store()
    (id,) = store.keep(make_statement(result={"duration": duration}, timestamp=timestamp))
    shown = store.get(statementId=id).json
    assert shown is not None
    assert (shown["result"]["duration"], shown["timestamp"]) == (duration, timestamp)


_TEXTS = st.dictionaries(st.sampled_from(LANGUAGES), st.sampled_from(["one", "two", "three"]), min_size=1)
_DEFINITIONS = st.fixed_dictionaries(
    {},
    optional={
        "name": _TEXTS, "description": _TEXTS, "type": st.sampled_from(["https://t.example/a", "https://t.example/b"]),
        "extensions": st.dictionaries(st.sampled_from(["https://e.example/1", "https://e.example/2"]), st.integers(0, 3)),
    },
)  # fmt: skip


@settings(PROFILE, max_examples=8)
@given(told=st.lists(_DEFINITIONS, min_size=1, max_size=5), wanted=st.sampled_from(LANGUAGES), batched=st.booleans())
def test_canonical_unites_what_was_told_and_shows_one_language(
    new_store: Callable[[], Store], told: list[Json], wanted: str, batched: bool
) -> None:
    """XAPI-00169, XAPI-00172: later texts win, language by language; exact still shows what each statement said."""
    store = new_store()
    sent = [make_statement(id=new_uuid(), object={"id": some.ACTIVITIES[0], "definition": each}) for each in told]
    for part in [sent] if batched else [[each] for each in sent]:
        store.keep(*part)
    united: Json = {}
    for each in told:
        for name, value in each.items():
            united[name] = {**united.get(name, {}), **value} if isinstance(value, dict) else value
    shown = store.send("GET", "/statements", query={"format": "canonical"}, headers={"Accept-Language": wanted}).json
    assert shown is not None
    for statement in shown["statements"]:
        definition = statement["object"].get("definition", {})
        for name in ("name", "description"):
            texts = definition.get(name, {})
            assert len(texts) == (1 if united.get(name) else 0)
            assert texts.items() <= united.get(name, {}).items()
            if wanted in united.get(name, {}):
                assert list(texts) == [wanted]
        assert definition.get("type") == united.get("type")
        assert definition.get("extensions", {}) == united.get("extensions", {})
    exact = store.found(ascending="true")
    assert [each["object"]["definition"] for each in exact] == told
