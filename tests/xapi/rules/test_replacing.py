"""Other agents in a statement: everywhere one may stand, and nothing else."""

import json
from typing import Any

import pytest

from lms.xapi.rules import keys, replacing, statements
from lms.xapi.rules.naming import everybody_in
from lms.xapi.rules.versions import Version
from tests.factories.xapi import attached, learner, make_statement, signed

Json = dict[str, Any]

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
SOMEBODY = {"mbox": "mailto:sian.dychmyg@example.org"}
NAMED = SOMEBODY | {"name": "Siân Dychmyg"}
PSEUDONYM = {"objectType": "Agent", "account": {"homePage": "https://here.example", "name": "erased-1"}}
OWN = {keys.agent_key(SOMEBODY)}
GROUP = {"objectType": "Group", "member": [learner(2), NAMED]}


def sub(**given: Any) -> Json:
    return make_statement(**given) | {"objectType": "SubStatement"}


def context_agents(agent: Json) -> Json:
    return {"contextAgents": [{"objectType": "contextAgent", "agent": agent, "relevantTypes": ["https://t.example"]}]}


def context_groups(group: Json) -> Json:
    return {"contextGroups": [{"objectType": "contextGroup", "group": group, "relevantTypes": ["https://t.example"]}]}


POSITIONS: dict[str, Json] = {
    "actor": {"actor": NAMED},
    "member of the actor": {"actor": GROUP},
    "object": {"object": NAMED | {"objectType": "Agent"}},
    "member of the object": {"object": GROUP},
    "instructor": {"context": {"instructor": NAMED}},
    "member of the instructor": {"context": {"instructor": GROUP}},
    "team": {"context": {"team": SOMEBODY | {"objectType": "Group", "name": "Siân's team", "member": [learner(3)]}}},
    "member of the team": {"context": {"team": GROUP}},
    "context agent": {"context": context_agents(NAMED)},
    "member of a context group": {"context": context_groups(GROUP)},
    "actor within": {"object": sub(actor=NAMED)},
    "object within": {"object": sub(object=NAMED | {"objectType": "Agent"})},
    "instructor within": {"object": sub(context={"instructor": NAMED})},
    "context agent within": {"object": sub(context=context_agents(NAMED))},
    "team within": {"object": sub(context={"team": GROUP})},
}


def erased(statement: Json, *identifiers: str) -> Json:
    return replacing.erased(
        statement, OWN, PSEUDONYM, identifiers or ("sian.dychmyg@example.org",), lambda given: given[::-1]  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize("position", POSITIONS)
def test_somebody_is_replaced_wherever_they_stand(position: str) -> None:
    before = make_statement(**POSITIONS[position])
    statements.check(before, Version.TWO)
    copy = json.dumps(before)
    after = erased(before)
    statements.check(after, Version.TWO)
    assert json.dumps(before) == copy, "what was given is not touched"
    text = json.dumps(after, ensure_ascii=False)
    assert "dychmyg" not in text.lower()
    assert "erased-1" in text
    found = {key for agent in everybody_in(after) if (key := keys.agent_key(agent)) is not None}
    assert keys.agent_key(PSEUDONYM) in found
    assert not found & OWN
    assert set(after) == set(before)


def test_an_authority_is_replaced_too() -> None:
    assert erased(make_statement(authority=NAMED))["authority"] == {"account": PSEUDONYM["account"]}


def test_others_verbs_objects_results_and_times_stay() -> None:
    before = make_statement(
        actor=NAMED, result={"score": {"scaled": 0.5}, "success": True, "duration": "PT1M"},
        timestamp="2026-01-01T00:00:00Z", context={"instructor": learner(9) | {"name": "Gwen"}, "revision": "2"},
    )  # fmt: skip
    after = erased(before)
    assert {**after, "actor": None} == {**before, "actor": None}


@pytest.mark.parametrize(
    ("interaction", "kept"),
    [("choice", True), ("true-false", True), ("fill-in", False), ("long-fill-in", False), (None, False)],
)
def test_an_answer_in_ones_own_words_goes_and_a_choice_stays(interaction: str | None, kept: bool) -> None:
    thing: Json = {"id": "https://a.example/q"} | (
        {"definition": {"interactionType": interaction}} if interaction else {}
    )
    given = {"actor": NAMED, "object": thing, "result": {"response": "a[,]b", "success": True}}
    result = erased(make_statement(**given))["result"]
    assert ("response" in result, result["success"]) == (kept, True)
    other = erased(make_statement(**given | {"actor": learner(), "context": {"instructor": NAMED}}))
    assert other["result"]["response"] == "a[,]b", "another's answer is not theirs to take away"


def test_files_lose_their_names_and_signatures_go() -> None:
    before = make_statement(actor=NAMED)
    jws = signed(before)
    files = [
        attached(b"file", fileUrl="https://f.example/sian.pdf", description={"en": "Siân's"}),
        attached(jws, SIGNATURE),
    ]
    before["attachments"] = files
    (left,) = erased(before)["attachments"]
    assert left["sha2"] == files[0]["sha2"]
    assert left["display"] == replacing.REMOVED
    assert "fileUrl" not in left
    assert "description" not in left
    assert replacing.files_of(before, OWN) == {files[0]["sha2"]}  # type: ignore[arg-type]
    assert replacing.signatures_in(before) == {files[1]["sha2"]}
    assert "attachments" not in erased(make_statement(context={"instructor": NAMED}, attachments=[files[1]]))


def test_the_registration_becomes_another_where_they_act() -> None:
    context = {"registration": "12345678-1234-4234-8234-123456789abc"}
    assert (
        erased(make_statement(actor=NAMED, context=context))["context"]["registration"] == context["registration"][::-1]
    )
    other = make_statement(context=context | {"instructor": NAMED})
    assert erased(other)["context"]["registration"] == context["registration"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sent by sian.dychmyg@example.org.", True), ("SIAN.DYCHMYG@EXAMPLE.ORG", True),
        ("mailto:sian.dychmyg@example.org", True), ("other.sian.dychmyg@example.org", False),
        ("sian.dychmyg@example.organic", False), ("sian.dychmyg@example", False),
    ],
)  # fmt: skip
def test_identifiers_go_from_texts_and_only_as_whole_words(text: str, found: bool) -> None:
    extensions = {"https://e.example/note": {"deep": [text, 1, None]}}
    after = erased(make_statement(actor=NAMED, result={"extensions": extensions}))
    kept = after["result"]["extensions"]["https://e.example/note"]["deep"]
    assert (kept[0] != text) is found
    assert kept[1:] == [1, None]
    assert replacing.mentions(text, ["sian.dychmyg@example.org"]) is found


def test_a_short_identifier_is_not_looked_for_in_texts() -> None:
    assert erased(make_statement(actor=NAMED, result={"extensions": {"urn:e": "a1"}}), "a1")["result"][
        "extensions"
    ] == {"urn:e": "a1"}


def test_who_is_only_mentioned_learns_nothing_of_others() -> None:
    before = make_statement(
        actor=learner(5) | {"name": "Rhywun"}, result={"score": {"raw": 3}}, attachments=[attached(b"x")],
        context={"instructor": NAMED, "team": GROUP, "extensions": {"urn:e": "x"}}, authority=learner(8),
        object=sub(actor=learner(5), result={"success": False}),
    )  # fmt: skip
    numbers: dict[int, int] = {}
    after = replacing.without_others(
        before, OWN, lambda key: {"account": {"homePage": "https://h.example", "name": str(numbers.setdefault(key, len(numbers)))}}  # type: ignore[arg-type]
    )  # fmt: skip
    text = json.dumps(after, ensure_ascii=False)
    assert "Rhywun" not in text
    assert "learner-5" not in text
    assert "learner-2" not in text
    assert after["context"]["instructor"] == NAMED
    assert after["authority"] == learner(8)
    assert after["actor"]["account"] == after["object"]["actor"]["account"], "the same other is the same again"
    assert not {"result", "attachments"} & {*after, *after["object"]}
    assert "extensions" not in after["context"]
