"""Statements of 2.0 for who speaks 1.0.3: nothing is left that 1.0.3 refuses, and nothing else is changed."""

from typing import Any

import pytest

from lms.xapi.rules import earlier, parsing, patterns, statements
from lms.xapi.rules.versions import Version
from tests.factories.xapi import attached, learner, make_statement, new_uuid

Json = dict[str, Any]

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
AGENTS = [{"objectType": "contextAgent", "agent": learner(2), "relevantTypes": ["https://r.example/assessor"]}]
GROUPS = [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [learner(3)]}}]
REGISTRATION = new_uuid()


def two(**given: Any) -> Json:
    return make_statement(**({"id": new_uuid(), "version": "2.0.0", "timestamp": "2026-03-01T09:00:00Z"} | given))


def told(statement: Json) -> Json:
    found = parsing.load(earlier.spoken(parsing.dump(statement), Version.ONE))
    assert isinstance(found, dict)
    statements.check(found, Version.ONE)
    assert str(found.get("version", "1.0.0")).startswith("1.0")
    return found


def test_what_two_added_is_left_out_wherever_it_stands() -> None:
    context = {"registration": REGISTRATION, "contextAgents": AGENTS, "contextGroups": GROUPS}
    inner = make_statement(context=context) | {"objectType": "SubStatement"}
    given = two(context=context, object=inner)
    expected = given | {
        "version": "1.0.0", "context": {"registration": REGISTRATION},
        "object": inner | {"context": {"registration": REGISTRATION}},
    }  # fmt: skip
    assert told(given) == expected


def test_a_context_that_had_nothing_else_goes_too() -> None:
    assert "context" not in told(two(context={"contextAgents": AGENTS}))
    assert told(two(context={}))["context"] == {}, "but what was sent empty is not ours to judge"


def test_an_older_version_stays_but_what_it_may_not_have_does_not() -> None:
    assert told(two(version="1.0.3", context={"contextGroups": GROUPS}))["version"] == "1.0.3"


def test_a_signature_goes_with_what_it_signed() -> None:
    own, jws = attached(b"file"), attached(b"jws", SIGNATURE, "application/octet-stream")
    cut = two(context={"contextAgents": AGENTS}, attachments=[own, jws])
    assert told(cut)["attachments"] == [own]
    assert "attachments" not in told(two(context={"contextAgents": AGENTS}, attachments=[jws]))
    inner = make_statement(context={"contextAgents": AGENTS}) | {"objectType": "SubStatement"}
    assert told(two(object=inner, attachments=[own, jws]))["attachments"] == [own]
    assert told(two(attachments=[own, jws]))["attachments"] == [own, jws], "a version alone is not what was signed"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-03-01 09:00:00Z", "2026-03-01T09:00:00.000000Z"), ("2026-03-01t09:00:00z", "2026-03-01T09:00:00.000000Z"),
        ("2026-03-01T10:00+01", "2026-03-01T09:00:00.000000Z"), ("2026-03-01T09:00:00,25Z", "2026-03-01T09:00:00.250000Z"),
        ("2026-03-01T10:00:00.1+01:00", "2026-03-01T10:00:00.1+01:00"), ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"),
    ],
)  # fmt: skip
def test_a_time_is_written_as_everybody_reads_it(given: str, expected: str) -> None:
    found = told(two(timestamp=given))["timestamp"]
    assert found == expected
    assert patterns.instant(found) == patterns.instant(given)


def test_what_is_of_one_already_or_for_a_store_of_two_stays_byte_for_byte() -> None:
    raw = b'{"id":"x","version":"2.0.0","object":{"id":"urn:x"},"result":{"score":{"raw":1.10}}}'
    assert earlier.spoken(raw, Version.TWO) is raw
    assert b'"raw":1.10' in earlier.spoken(raw, Version.ONE), "numbers keep their digits"
    for mark in (b"1.0.0", b"1.0.3"):
        one = raw.replace(b"2.0.0", mark)
        assert earlier.spoken(one, Version.ONE) is one
    tricky = b'{"version":"1.0.0","object":{"id":"urn:x"},"context":{"extensions":{"urn:e":{"version":"2.0.0"}}}}'
    assert earlier.spoken(tricky, Version.ONE) == tricky
