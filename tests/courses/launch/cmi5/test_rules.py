"""Every rule by which a statement of launched content is refused, by its number in the public list of requirements."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from courses.launch.cmi5.rules import documents, durations, launching, words
from courses.launch.cmi5.rules.judging import Case, Heard, Told, check
from lms.xapi.errors import NotAllowed

Json = dict[str, Any]

REGISTRATION = UUID("2f1de0b7-4ac4-4d37-8f4d-0b6ac5c5a001")
SESSION = "5b0b1c1e-0c39-4b14-9f2c-6d0d2f3f9001"
PUBLISHER = "https://publisher.example/au/1"
TOLD = Told(
    actor={"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "n"}},
    activity="https://lms.example/activities/X/1",
    registration=REGISTRATION,
    context={
        "contextActivities": {"grouping": [{"id": PUBLISHER}]}, "extensions": {words.SESSION: SESSION},
    },
    mastery_score=0.8,
)  # fmt: skip
VERBS = {
    "initialized": words.INITIALIZED, "completed": words.COMPLETED, "passed": words.PASSED, "failed": words.FAILED,
    "terminated": words.TERMINATED,
}  # fmt: skip
RESULTS: dict[str, Json] = {
    "completed": {"completion": True, "duration": "PT1S"},
    "passed": {"success": True, "duration": "PT1S", "score": {"scaled": 0.8, "raw": 8, "min": 0, "max": 10}},
    "failed": {"success": False, "duration": "PT1S", "score": {"scaled": 0.79}},
    "terminated": {"duration": "PT1S"},
}
RUNNING = Heard(verbs=frozenset({words.INITIALIZED}))


def statement(verb: str, *, defined: bool = True) -> Json:
    categories = [{"id": words.DEFINED}] if defined else []
    if defined and verb in ("completed", "passed", "failed"):
        categories.append({"id": words.MOVE_ON})
    made: Json = {
        "id": "0c39b14e-9f2c-4d0d-8f3f-5b0b1c1e9001", "actor": copy.deepcopy(TOLD.actor),
        "verb": {"id": VERBS.get(verb, verb)}, "object": {"id": TOLD.activity},
        "context": {
            "registration": str(REGISTRATION),
            "contextActivities": {"grouping": [{"id": PUBLISHER}], "category": categories},
            "extensions": {words.SESSION: SESSION, words.MASTERY_SCORE: 0.8},
        },
        "timestamp": "2026-03-01T10:00:00Z",
    }  # fmt: skip
    if verb in RESULTS:
        made["result"] = copy.deepcopy(RESULTS[verb])
    return made


def refused_by(said: Json, heard: Heard = RUNNING, told: Told = TOLD, **given: bool) -> str | None:
    try:
        check(Case(said, told, heard, **given))
    except NotAllowed as fault:
        return fault.rule
    return None


@pytest.mark.parametrize("verb", ["completed", "passed", "failed", "terminated"])
def test_what_cmi5_asks_for_is_let_in(verb: str) -> None:
    assert refused_by(statement(verb)) is None


@pytest.mark.parametrize("verb", ["completed", "passed", "initialized", "https://verbs.example/looked"])
def test_any_verb_is_allowed_without_the_category(verb: str) -> None:
    said = statement(verb, defined=False) | {"object": {"id": "https://anything.example/"}}
    assert refused_by(said) is None


def test_a_whole_session_is_let_in_and_remembered() -> None:
    heard = Heard()
    for verb in ("initialized", "completed", "passed", "terminated"):
        heard = check(Case(statement(verb), TOLD, heard))
    assert not heard.is_open
    assert heard.before == {words.COMPLETED, words.PASSED}


def put(said: Json, path: str, value: Any) -> None:
    *above, last = path.split("/")
    for step in above:
        said = said[int(step)] if isinstance(said, list) else said.setdefault(step, {})
    if value is None:
        del said[last]
    else:
        said[last] = value


ALLOWED = "https://verbs.example/looked"
CHANGES: list[tuple[str, str, str, Any]] = [
    ("9.7.0.0-2", "completed", "timestamp", "2026-03-01T10:00:00+01:00"),
    ("9.7.0.0-2", ALLOWED, "timestamp", "2026-03-01T10:00:00-05:00"),
    ("6.3.0.0-1", "http://adlnet.gov/expapi/verbs/voided", "object", {"objectType": "StatementRef", "id": SESSION}),
    ("8.1.3.0-3", "completed", "actor/account/name", "other"),
    ("8.1.3.0-3", "completed", "actor", {"mbox": "mailto:a@example.org"}),
    ("8.1.3.0-3", "completed", "actor/objectType", "Group"),
    ("9.6.1.0-1", "completed", "context/registration", SESSION),
    ("9.6.1.0-1", ALLOWED, "context/registration", None),
    ("9.6.3.1-4", "completed", "context/extensions", {}),
    ("9.6.3.1-4", ALLOWED, "context/extensions", {words.SESSION: str(REGISTRATION)}),
    ("10.2.1.0-6", "completed", "context/contextActivities/grouping", []),
    ("10.2.1.0-6", ALLOWED, "context/contextActivities/grouping", [{"id": "https://publisher.example/au/2"}]),
    ("9.3.0.0-1", "https://w3id.org/xapi/adl/verbs/satisfied", "id", SESSION),
    ("9.3.0.0-1", ALLOWED, "id", SESSION),
    ("8.1.5.0-6", "completed", "object/id", PUBLISHER),
    ("8.1.5.0-6", "completed", "object", {"objectType": "StatementRef", "id": SESSION}),
    ("9.5.4.1-1", "terminated", "result", {}),
    ("9.5.4.1-2", "completed", "result/duration", None),
    ("9.5.4.1-3", "passed", "result/duration", None),
    ("9.5.4.1-4", "failed", "result/duration", None),
    ("9.5.2.0-1", "passed", "result/success", False),
    ("9.5.2.0-1", "passed", "result/success", None),
    ("9.5.2.0-2", "failed", "result/success", True),
    ("9.5.2.0-2", "failed", "result/success", None),
    ("9.5.2.0-3", "completed", "result/success", True),
    ("9.5.2.0-3", "terminated", "result/success", False),
    ("9.5.3.0-1", "completed", "result/completion", False),
    ("9.5.3.0-1", "completed", "result/completion", None),
    ("9.5.3.0-2", "passed", "result/completion", True),
    ("9.5.3.0-2", "terminated", "result/completion", True),
    ("9.5.1.0-2", "completed", "result/score", {"scaled": 1}),
    ("9.5.1.0-2", "terminated", "result/score", {"scaled": 1}),
    ("9.5.1.0-3", "passed", "result/score/min", None),
    ("9.5.1.0-3", "passed", "result/score/max", None),
    ("9.3.4.0-2", "passed", "result/score/scaled", 0.79),
    ("9.3.5.0-2", "failed", "result/score/scaled", 0.8),
    ("9.6.3.2-2", "passed", "context/extensions/" + "MASTERY", None),
    ("9.6.2.2-1", "completed", "context/contextActivities/category", [{"id": words.DEFINED}]),
    ("9.6.2.2-1", "passed", "context/contextActivities/category", [{"id": words.DEFINED}]),
    ("9.6.2.2-1", "failed", "context/contextActivities/category", [{"id": words.DEFINED}]),
    ("9.6.2.2-2", "terminated", "context/contextActivities/category", [{"id": words.DEFINED}, {"id": words.MOVE_ON}]),
    ("9.6.2.2-2", "-" + ALLOWED, "context/contextActivities/category", [{"id": words.MOVE_ON}]),
    ("9.6.2.2-2", "-passed", "context/contextActivities/other", [{"id": words.MOVE_ON}]),
]


@pytest.mark.parametrize(("rule", "verb", "path", "value"), CHANGES)
def test_one_thing_wrong_is_refused_by_its_rule(rule: str, verb: str, path: str, value: Any) -> None:
    said = statement(verb.removeprefix("-"), defined=not verb.startswith("-"))
    if path.endswith("MASTERY"):
        del said["context"]["extensions"][words.MASTERY_SCORE]
    else:
        put(said, path, value)
    assert refused_by(said) == f"cmi5 {rule}"


AFTER: list[tuple[str, str, Heard]] = [
    ("9.3.0.0-5", "completed", Heard(is_open=False)),
    ("8.1.2.0-2", "initialized", Heard(is_fetched=False)),
    ("9.3.0.0-4", "completed", Heard()),
    ("9.3.0.0-4", ALLOWED, Heard()),
    ("11.0.0.0-3", "initialized", Heard(has_preferences=False)),
    ("9.3.0.0-2", "initialized", RUNNING),
    ("9.3.0.0-2", "completed", Heard(verbs=frozenset({words.INITIALIZED, words.COMPLETED}))),
    ("9.3.0.0-3", "passed", Heard(verbs=frozenset({words.INITIALIZED, words.FAILED}))),
    ("9.3.0.0-3", "failed", Heard(verbs=frozenset({words.INITIALIZED, words.PASSED}))),
    ("9.3.0.0-6", "completed", Heard(verbs=RUNNING.verbs, before=frozenset({words.COMPLETED}))),
    ("9.3.0.0-7", "passed", Heard(verbs=RUNNING.verbs, before=frozenset({words.PASSED}))),
    ("9.3.0.0-8", "failed", Heard(verbs=RUNNING.verbs, before=frozenset({words.PASSED}))),
]


@pytest.mark.parametrize(("rule", "verb", "heard"), AFTER)
def test_what_was_heard_before_decides(rule: str, verb: str, heard: Heard) -> None:
    assert refused_by(statement(verb, defined=verb in VERBS), heard) == f"cmi5 {rule}"


@pytest.mark.parametrize(("mode", "rule"), [("Browse", "10.2.2.0-2"), ("Review", "10.2.2.0-3")])
def test_only_a_normal_launch_completes_passes_or_fails(mode: str, rule: str) -> None:
    told = Told(TOLD.actor, TOLD.activity, TOLD.registration, TOLD.context, mode, 0.8)
    for verb in ("completed", "passed", "failed"):
        assert refused_by(statement(verb), told=told) == f"cmi5 {rule}"
    assert refused_by(statement("terminated"), told=told) is None
    assert refused_by(statement(ALLOWED, defined=False), told=told) is None


def test_id_and_timestamp_are_contents_own() -> None:
    assert refused_by(statement("completed"), has_id=False) == "cmi5 9.1.0.0-1"
    assert refused_by(statement("completed"), has_timestamp=False) == "cmi5 9.7.0.0-1"


def test_without_a_mastery_score_any_score_fits() -> None:
    told = Told(TOLD.actor, TOLD.activity, TOLD.registration, TOLD.context)
    said = statement("passed")
    del said["context"]["extensions"][words.MASTERY_SCORE]
    said["result"]["score"]["scaled"] = 0.1
    assert refused_by(said, told=told) is None


@pytest.mark.parametrize("offset", ["Z", "z", "+00:00", "+0000", "+00"])
def test_utc_is_written_in_several_ways(offset: str) -> None:
    assert refused_by(statement("completed") | {"timestamp": f"2026-03-01T10:00:00{offset}"}) is None


GOOD = b'{"languagePreference": "cy-GB,en-GB", "audioPreference": "on"}'
JSON = "application/json"


def state(name: str | None, method: str) -> Callable[[], None]:
    return lambda: documents.check_state(name, method)


def preferences(
    body: bytes, kind: str = JSON, name: str = words.PREFERENCES, method: str = "PUT"
) -> Callable[[], None]:
    return lambda: documents.check_preferences(name, method, kind, body)


@pytest.mark.parametrize(
    ("rule", "ask"),
    [
        ("10.2.1.0-5", state(words.LAUNCH_DATA, "PUT")),
        ("10.2.1.0-5", state(words.LAUNCH_DATA, "POST")),
        ("10.2.1.0-5", state(words.LAUNCH_DATA, "DELETE")),
        ("10.2.1.0-5", state(None, "DELETE")),
        ("11.0.0.0-4", preferences(GOOD, name="other")),
        ("11.0.0.0-5", preferences(GOOD, "text/plain")),
        ("11.0.0.0-5", preferences(b"not JSON")),
        ("11.0.0.0-5", preferences(b"[1]")),
        ("11.0.0.0-5", preferences(b'{"languagePreference": "en"}')),
        ("11.0.0.0-5", preferences(b'{"audioPreference": "on"}')),
        ("11.0.0.0-5", preferences(GOOD, method="DELETE")),
        ("11.1.0.0-1", preferences(GOOD.replace(b"cy-GB,en-GB", b"cy_GB"))),
        ("11.1.0.0-1", preferences(GOOD.replace(b'"cy-GB,en-GB"', b"7"))),
        ("11.1.0.0-1", preferences(GOOD.replace(b"cy-GB,en-GB", b""))),
        ("11.2.0.0-1", preferences(GOOD.replace(b'"on"', b'"loud"'))),
    ],
)
def test_documents_are_refused_by_their_rule(rule: str, ask: Callable[[], None]) -> None:
    with pytest.raises(NotAllowed) as refusal:
        ask()
    assert refusal.value.rule == f"cmi5 {rule}"


def test_documents_that_are_content_s_own_are_let_in() -> None:
    assert [state(*each)() for each in ((words.LAUNCH_DATA, "GET"), ("bookmark", "DELETE"), (None, "GET"))] == [
        None
    ] * 3
    assert preferences(GOOD)() is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PT1M30.5S", 90.5), ("P1DT1H", 90_000), ("P1W", 604_800), ("PT0S", 0), ("P1Y1M", 34_128_000), ("", 0)],
)
def test_durations_are_read_as_seconds(text: str, expected: float) -> None:
    assert durations.seconds(text) == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=75, milliseconds=254), "PT75.25S"),
        (timedelta(hours=2), "PT7200S"),
        (timedelta(seconds=-3), "PT0S"),
        (timedelta(milliseconds=50), "PT0.05S"),
    ],
)
def test_durations_are_written_to_a_hundredth(length: timedelta, expected: str) -> None:
    assert durations.written(length) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", "https://a.example/x?k=a%20%26%2F"),
        ("https://a.example/x?own=%20#part", "https://a.example/x?own=%20&k=a%20%26%2F#part"),
        ("https://a.example/x#part", "https://a.example/x?k=a%20%26%2F#part"),
        ("https://a.example/x?", "https://a.example/x?k=a%20%26%2F"),
    ],
)
def test_parameters_join_the_query_before_the_fragment(url: str, expected: str) -> None:
    assert launching.with_parameters(url, {"k": "a &/"}) == expected
