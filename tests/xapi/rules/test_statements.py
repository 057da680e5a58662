"""Which statements are statements; where the others fail."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.xapi.errors import Malformed
from lms.xapi.rules import patterns, statements
from lms.xapi.rules.versions import Version
from tests.factories.xapi import VOIDED, learner, make_statement

Json = dict[str, Any]
UUID = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"
ACTIVITY = {"id": "https://a.example/x"}
SUB = {"objectType": "SubStatement"}

PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are shared


def full() -> Json:
    """A statement with every property that 1.0.3 knows."""
    return make_statement(
        id=UUID,
        timestamp="2026-03-01T09:00:00.123+01:00",
        stored="2026-03-01T09:00:00Z",
        version="1.0.3",
        authority=learner(9),
        result={
            "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10}, "success": True, "completion": False,
            "response": "ŵ", "duration": "PT4H35M59.14S", "extensions": {"https://e.example/x": {"": None}},
        },
        context={
            "registration": UUID, "instructor": learner(2), "language": "cy-GB", "revision": "1", "platform": "web",
            "team": {"objectType": "Group", "member": [learner(3)]},
            "contextActivities": {"parent": ACTIVITY, "grouping": [ACTIVITY]},
            "statement": {"objectType": "StatementRef", "id": UUID}, "extensions": {"https://e.example/y": 1},
        },
        attachments=[{
            "usageType": "https://u.example/x", "display": {"en": "x"}, "contentType": "text/plain", "length": 3,
            "sha2": "a" * 64, "fileUrl": "https://f.example/x",
        }],
    )  # fmt: skip


def at(path: str, value: Any) -> Callable[[Json], None]:
    """Put the value there; `...` takes the property away."""

    def change(statement: Json) -> None:
        *steps, last = path.split("/")
        inner = statement
        for step in steps:
            inner = inner.setdefault(step, {})
        if value is ...:
            del inner[last]
        else:
            inner[last] = value

    return change


@pytest.mark.parametrize("version", Version)
def test_a_statement_with_everything_is_one(version: Version) -> None:
    assert statements.check(full(), version) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("object", {"objectType": "Group", "member": [learner()]}),
        ("object", {"objectType": "SubStatement", **make_statement()}),
        ("object", {"objectType": "StatementRef", "id": UUID}),
        ("actor", {"objectType": "Group", "mbox": "mailto:g@example.org"}),
        ("timestamp", "2026-03-01 09:00:00Z"),
        ("result", {"duration": "P4W"}),
        ("context", {"language": "x-private"}),
        ("result", {"extensions": {"https://e.example/x": None}}),
        ("verb", {"id": "urn:x:y", "display": {"zh-Hant-HK": ""}}),
        ("version", "1.0.9"),
    ],
)  # fmt: skip
def test_what_is_allowed_is_taken(path: str, value: Any) -> None:
    statement = make_statement()
    at(path, value)(statement)
    assert statements.check(statement, Version.ONE) is None


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("actor", ..., ""),
        ("verb/id", "completed", "/verb/id"),
        ("verb/Display", {}, "/verb"),
        ("object/id", ..., "/object"),
        ("object/objectType", "activity", "/object"),
        ("id", "ec531277b57b4c158d91d292c5b2b8f7", "/id"),
        ("actor/mbox", "mailto:x@example.org", "/actor"),
        ("actor", {"objectType": "Agent", "name": "x"}, "/actor"),
        ("actor", {"objectType": "Group", "name": "x"}, "/actor"),
        ("actor", {"objectType": "Group", "member": [{"objectType": "Group", "member": []}]}, "/actor/member/0"),
        ("actor/account/homePage", "people", "/actor/account/homePage"),
        ("result", None, "/result"),
        ("result/success", "true", "/result/success"),
        ("result/score/scaled", 1.1, "/result/score/scaled"),
        ("result/score/raw", 11, "/result/score/raw"),
        ("result/score/min", 10, "/result/score"),
        ("result/score/raw", "5", "/result/score/raw"),
        ("result/duration", "P4W1D", "/result/duration"),
        ("result/extensions", {"x": 1}, "/result/extensions"),
        ("context/registration", "x", "/context/registration"),
        ("context/language", "a12345678", "/context/language"),
        ("context/team", learner(), "/context/team"),
        ("context/contextActivities/Parent", ACTIVITY, "/context/contextActivities"),
        ("context/contextActivities/parent", learner(), "/context/contextActivities/parent"),
        ("context/statement/objectType", "Activity", "/context/statement/objectType"),
        ("timestamp", "2026-02-30T09:00:00Z", "/timestamp"),
        ("timestamp", "2026-03-01T09:00:00", "/timestamp"),
        ("timestamp", "2026-03-01T09:00:00-00:00", "/timestamp"),
        ("stored", "yesterday", "/stored"),
        ("version", "1.1.0", "/version"),
        ("verb/id", VOIDED, "/object"),
        ("authority", {"objectType": "Group", "member": [learner()]}, "/authority"),
        ("object/definition", {"choices": [{"id": "a"}]}, "/object/definition"),
        ("object/definition", {"interactionType": "numeric", "choices": []}, "/object/definition/choices"),
        ("object/definition", {"interactionType": "choice", "choices": [{"id": "a"}, {"id": "a"}]},
         "/object/definition/choices"),
        ("object", {"objectType": "SubStatement", **make_statement(id=UUID)}, "/object"),
        ("object", SUB | make_statement(object=SUB), "/object/object"),
        ("object", learner(), "/context/revision"),
        ("attachments", [{"usageType": "https://u.example/x"}], "/attachments/0"),
        ("context/contextAgents", [], "/context"),
    ],
)  # fmt: skip
def test_a_fault_is_pointed_at(path: str, value: Any, pointer: str) -> None:
    statement = full()
    at(path, value)(statement)
    with pytest.raises(Malformed) as refused:
        statements.check(statement, Version.ONE)
    assert refused.value.pointer.startswith(pointer)
    assert refused.value.rule
    assert len(refused.value.message) < 300


def test_two_has_context_agents_and_groups() -> None:
    statement = make_statement(
        context={
            "contextAgents": [
                {"objectType": "contextAgent", "agent": learner(2), "relevantTypes": ["https://t.example/mentor"]}
            ],
            "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [learner(3)]}}],
        }
    )
    assert statements.check(statement, Version.TWO) is None
    statement["context"]["contextAgents"][0]["relevantTypes"] = []
    with pytest.raises(Malformed) as refused:
        statements.check(statement, Version.TWO)
    assert refused.value.pointer == "/context/contextAgents/0/relevantTypes"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "objectType", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)


def refusal_of(statement: Json) -> Malformed | None:
    try:
        statements.check(statement, Version.ONE)
    except Malformed as refused:
        return refused
    return None


PROPERTIES = (
    "actor", "verb", "object", "result", "context", "id", "account", "score", "contextActivities",
    "parent", "extensions",
)  # fmt: skip


@PATIENTLY
@given(path=st.lists(st.sampled_from(PROPERTIES), min_size=1, max_size=4), value=ANYTHING)
def test_whatever_is_put_anywhere_is_taken_or_refused_in_words(path: list[str], value: Any) -> None:
    statement = deepcopy(full())
    inner: Any = statement
    for step in path[:-1]:
        inner = inner.get(step, inner) if isinstance(inner, dict) else inner
    if isinstance(inner, dict):
        inner[path[-1]] = value
    fault = refusal_of(statement)
    assert fault is None or fault.message


@PATIENTLY
@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year >= 1970))
def test_an_instant_survives_being_written(moment: datetime) -> None:
    text = moment.isoformat()
    microseconds = patterns.microseconds(patterns.instant(text))
    assert patterns.instant(patterns.written(microseconds)) == patterns.instant(text)
