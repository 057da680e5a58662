"""GET /statements against the naive model: filters, pages and moments (XAPI-00162 to XAPI-00181)."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.xapi.finding import numbers
from lms.xapi.rules import keys
from tests.factories.xapi import Store, make_statement, new_uuid
from tests.xapi.conformance import some
from tests.xapi.conformance.conftest import PROFILE
from tests.xapi.conformance.model import VOIDED, Model

Json = dict[str, Any]

NAMES = (
    "agent", "verb", "activity", "registration", "related_agents", "related_activities", "since", "until", "limit",
    "ascending",
)  # fmt: skip


def keep(store: Store, model: Model, batch: list[Json]) -> None:
    """In the store and in the model, which is told what the store added."""
    ids = store.keep(*batch)
    assert ids == [each["id"] for each in batch]
    model.keep(batch, [found(store, each) for each in ids])


def found(store: Store, id: str) -> Json:
    """By its id, voided or not."""
    for name in ("statementId", "voidedStatementId"):
        answer = store.get(**{name: id})
        if answer.status_code == 200:
            return dict(answer.json)  # type: ignore[arg-type]
    raise AssertionError(f"{id} is not there")


@st.composite
def batches(draw: st.DrawFn) -> list[list[Json]]:
    """A few batches; statements refer to earlier ones, to later ones and to none."""
    to_come = [new_uuid() for _ in range(2)]
    ids = list(to_come)
    made: list[list[Json]] = []
    for _ in range(draw(st.integers(1, 4))):
        batch = draw(st.lists(some.statements(ids), min_size=1, max_size=7))
        for each in batch:
            if to_come and draw(st.integers(0, 3)) == 0:
                each["id"] = to_come.pop()  # what was perhaps referred to before
            ids.append(each["id"])
        made.append(batch)
    return made


@settings(PROFILE, max_examples=6)
@given(data=st.data())
def test_every_filter_alone_and_in_pairs_finds_what_the_model_does(
    new_store: Callable[[], Store], data: st.DataObject
) -> None:
    """XAPI-00166 ascending, 00173 limit, 00174 until, 00175 since, 00176 and 00177 related, 00178 registration, 00179
    activity, 00180 verb, 00181 agent; XAPI-00162 what refers to a voided match."""
    store, model = new_store(), Model()
    for batch in data.draw(batches()):
        keep(store, model, batch)
    moments = [each["stored"] for each in model.statements]
    values: Json = {
        "agent": data.draw(st.sampled_from([*some.AGENTS, some.GROUP])),
        "verb": data.draw(st.sampled_from([*some.VERB_IDS, VOIDED])),
        "activity": data.draw(st.sampled_from(some.ACTIVITIES)),
        "registration": data.draw(st.sampled_from(some.REGISTRATIONS)),
        "related_agents": "true", "related_activities": "true", "ascending": "true",
        "since": data.draw(st.sampled_from(moments)), "until": data.draw(st.sampled_from(moments)),
        "limit": data.draw(st.sampled_from(["1", "2", "3", "5"])),
    }  # fmt: skip
    pairs = [(), *combinations(NAMES, 1), *combinations(NAMES, 2)]
    related = [("related_agents", "agent"), ("related_activities", "activity")]
    triples = [(*pair, name) for pair in related for name in NAMES if name not in pair]
    both = ("related_agents", "agent", "related_activities", "activity")
    for names in [*pairs, *triples, both, (*both, "ascending"), (*both, "limit")]:
        query = {name: values[name] for name in names}
        assert store.ids(**query) == model.found(query), query


@pytest.fixture(params=["chunks as they are", "chunks of two"])
def chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are read in chunks; so small ones that even these few statements need several. And some are a crowd."""
    if request.param == "chunks of two":
        for name, size in (("SLACK", 0), ("FIRST", 2), ("MOST", 8), ("BROAD", 2)):
            monkeypatch.setattr(numbers, name, size)
        monkeypatch.setattr(keys, "MOST_PAIRS", 3)


@settings(PROFILE, max_examples=12)
@given(data=st.data())
def test_any_query_finds_what_the_model_does_whatever_the_limit(
    new_store: Callable[[], Store], chunks: None, data: st.DataObject
) -> None:
    """Filters in any number together; every page has `limit` statements but the last (XAPI-00113, 00114, 00109)."""
    store, model = new_store(), Model()
    for batch in data.draw(batches()):
        keep(store, model, batch)
    for _ in range(12):
        query = data.draw(some.filters([each["stored"] for each in model.statements]))
        wanted = model.found(query)
        assert store.ids(**query) == wanted, query
        first = store.get(**query).json
        assert first is not None
        size = int(query.get("limit", "500"))
        assert [each["id"] for each in first["statements"]] == wanted[:size]
        assert bool(first["more"]) is (len(wanted) > size)


@settings(PROFILE, max_examples=6)
@given(data=st.data(), ascending=st.booleans(), limit=st.integers(1, 3))
def test_pages_show_what_there_was_whatever_is_written_between_them(
    new_store: Callable[[], Store], data: st.DataObject, ascending: bool, limit: int
) -> None:
    """XAPI-00108, 00111: `more` needs nothing beside itself. Each page comes after others have written what matches."""
    store, model = new_store(), Model()
    for batch in data.draw(batches()):
        keep(store, model, batch)
    query: Json = data.draw(some.filters([]))
    query |= {"limit": str(limit), "ascending": str(ascending).lower()}
    wanted = model.found(query)
    answer = store.get(**query).json
    assert answer is not None
    got = [each["id"] for each in answer["statements"]]
    while answer["more"]:
        store.keep(*data.draw(st.lists(some.statements([]), max_size=2)))
        answer = store.send("GET", answer["more"].removeprefix("/xapi")).json
        assert answer is not None
        got += [each["id"] for each in answer["statements"]]
    assert got == wanted


@settings(PROFILE, max_examples=6)
@given(count=st.integers(1, 6), batched=st.booleans())
def test_until_includes_and_since_excludes_the_very_instant(
    new_store: Callable[[], Store], count: int, batched: bool
) -> None:
    """XAPI-00174, XAPI-00175: for every statement of a batch, whose instants are a few microseconds apart."""
    store, model = new_store(), Model()
    batch = [make_statement(id=new_uuid()) for _ in range(count)]
    for part in [batch] if batched else [[each] for each in batch]:
        keep(store, model, part)
    ids = [each["id"] for each in batch]
    for index, each in enumerate(model.statements):
        assert store.ids(until=each["stored"], ascending="true") == ids[: index + 1]
        assert store.ids(since=each["stored"], ascending="true") == ids[index + 1 :]
        assert store.ids(since=each["stored"], until=each["stored"]) == []


def test_a_group_is_found_by_its_members(new_store: Callable[[], Store]) -> None:
    """XAPI-00181; Part 3 §2.1.3: a group with a member that matches is a match, as actor and as object."""
    store, group = new_store(), {"objectType": "Group", "member": [some.AGENTS[1]]}
    ids = store.keep(
        make_statement(actor=group), make_statement(actor=some.GROUP | {"member": [some.AGENTS[1]]}),
        make_statement(object=group), make_statement(actor=some.AGENTS[0], context={"team": group}),
    )  # fmt: skip
    assert store.ids(agent=some.AGENTS[1], ascending="true") == ids[:3]
    assert store.ids(agent=some.AGENTS[1], related_agents="true", ascending="true") == ids
    assert store.ids(agent=some.GROUP) == [ids[1]]


def test_what_refers_is_found_when_its_target_arrives_later_and_is_voided(new_store: Callable[[], Store]) -> None:
    """XAPI-00162, XAPI-00163: a chain written backwards, its end voided; all are found by the end's keys, newest first."""
    store = new_store()
    end, middle, start = new_uuid(), new_uuid(), new_uuid()
    for id, target in ((start, middle), (middle, end)):
        store.keep(make_statement("commented", id=id, object={"objectType": "StatementRef", "id": target}))
    store.keep(make_statement("passed", "https://a.example/end", id=end, context={"instructor": some.AGENTS[2]}))
    void = new_uuid()
    store.keep(make_statement(VOIDED, id=void, object={"objectType": "StatementRef", "id": end}))
    for query in (
        {"activity": "https://a.example/end"}, {"agent": some.AGENTS[2], "related_agents": "true"},
        {"verb": f"{some.VERBS}passed", "activity": "https://a.example/end"},
    ):  # fmt: skip
        assert store.ids(**query) == [void, middle, start], query
