"""Sent again: is it the same?"""

from copy import deepcopy
from typing import Any

import pytest

from lms.xapi.rules import equality
from tests.factories.xapi import learner, make_statement

KEPT = make_statement(
    id="ec531277-b57b-4c15-8d91-d292c5b2b8f7", timestamp="2026-03-01T09:00:00Z", stored="2026-03-01T09:00:00.000064Z",
    version="1.0.0", authority=learner(9),
    result={"duration": "PT1.237S", "success": True, "extensions": {"https://e.example/name": {"name": "x"}}},
    context={
        "team": {"objectType": "Group", "member": [learner(1), learner(2)]},
        "contextActivities": {"grouping": [{"id": "https://a.example/1"}, {"id": "https://a.example/2"}]},
    },
)  # fmt: skip


def changed(**given: Any) -> dict[str, Any]:
    return {key: value for key, value in {**deepcopy(KEPT), **given}.items() if value is not ...}


@pytest.mark.parametrize(
    "sent",
    [
        changed(),
        changed(id=..., stored=..., authority=..., version=..., timestamp=...),
        changed(timestamp="2026-03-01T10:00:00.000+01:00"),
        changed(verb={"id": KEPT["verb"]["id"], "display": {"en": "did"}}),
        changed(object={"id": KEPT["object"]["id"], "definition": {"name": {"en": "x"}}}),
        changed(actor=learner() | {"name": "Somebody"}),
        changed(result=KEPT["result"] | {"duration": "PT1.23S"}),
        changed(context={
            "team": {"objectType": "Group", "member": [learner(2), learner(1)]},
            "contextActivities": {"grouping": [{"id": "https://a.example/2"}, {"id": "https://a.example/1"}]},
        }),
    ],
)  # fmt: skip
def test_what_does_not_change_the_meaning_is_the_same(sent: dict[str, Any]) -> None:
    assert equality.same(KEPT, sent)


@pytest.mark.parametrize(
    "sent",
    [
        changed(timestamp="2026-03-01T09:00:01Z"),
        changed(actor=learner(2)),
        changed(object={"id": "https://a.example/other"}),
        changed(result=...),
        changed(result=KEPT["result"] | {"success": 1}),
        changed(result=KEPT["result"] | {"duration": "PT1.25S"}),
        changed(result=KEPT["result"] | {"extensions": {"https://e.example/name": {"name": "y"}}}),
        changed(attachments=[{"sha2": "a" * 64}]),
    ],
)
def test_anything_else_is_another_statement(sent: dict[str, Any]) -> None:
    assert not equality.same(KEPT, sent)
