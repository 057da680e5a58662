"""Formats, parameters, parts, calls, numbers and documents: the smaller rules."""

import io
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from lms.xapi.errors import Contradiction, Malformed, Overtaken
from lms.xapi.rules import calls, documents, formats, multipart, parameters
from lms.xapi.rules.documents import Kind
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bounds
from lms.xapi.rules.sequence import WRITERS, Sequence
from lms.xapi.rules.versions import Version, chosen
from tests.factories.xapi import learner, make_statement


def test_ids_leaves_only_what_identifies() -> None:
    statement = make_statement(
        actor={"objectType": "Group", "name": "g", "member": [learner() | {"name": "x"}]},
        object={"objectType": "Activity", "id": "https://a.example/x", "definition": {"name": {"en": "x"}}},
        context={"contextActivities": {"parent": [{"id": "https://a.example/y", "definition": {}}]}},
    )
    shown = formats.ids(statement)
    assert shown["actor"] == {"objectType": "Group", "member": [learner()]}
    assert shown["object"] == {"id": "https://a.example/x"}
    assert shown["context"]["contextActivities"] == {"parent": [{"id": "https://a.example/y"}]}


def test_canonical_takes_the_known_definition_in_one_language() -> None:
    known = {"https://a.example/x": {"name": {"en": "Name", "cy": "Enw"}, "type": "https://t.example/m"}}
    display = {"id": "urn:v", "display": {"en": "e", "cy": "c"}}
    statement = make_statement(object={"id": "https://a.example/x"}) | {"verb": display}
    shown = formats.canonical(statement, known, formats.languages_of("fr, cy-GB;q=0.8, en;q=0.1"))
    assert shown["object"]["definition"] == {"name": {"cy": "Enw"}, "type": "https://t.example/m"}
    assert shown["verb"]["display"] == {"cy": "c"}


def test_languages_are_read_by_their_weight() -> None:
    assert formats.languages_of("en;q=0.2, cy, fr;q=0, de;q=x") == ("cy", "en")


def test_definitions_unite_their_languages() -> None:
    before = {"name": {"en": "old", "cy": "enw"}, "type": "https://t.example/1"}
    after = formats.merged(before, {"name": {"en": "new"}, "moreInfo": "https://m.example"})
    assert after == {
        "name": {"en": "new", "cy": "enw"}, "type": "https://t.example/1", "moreInfo": "https://m.example",
    }  # fmt: skip


ID = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"


@pytest.mark.parametrize(
    "arguments",
    [
        {"StatementId": "x"}, {"limit": "-1"}, {"limit": "1.5"}, {"limit": "²"}, {"ascending": "TRUE"},
        {"format": "Exact"},
        {"since": "yesterday"}, {"registration": "x"}, {"verb": "completed"}, {"agent": "{}"}, {"agent": "x"},
        {"agent": '{"objectType":"Group","member":[]}'}, {"activity": "a\x00b"},
        {"statementId": ID, "limit": "1"},
        {"statementId": ID, "voidedStatementId": ID},
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        parameters.statements_wanted(arguments)


def test_a_filter_survives_the_token_of_more() -> None:
    wanted = Filter(agent=5, registration=UUID(int=7), since=3, limit=10, ascending=True, last=9)
    assert Filter.from_plain(wanted.as_plain()) == wanted


BODY = (
    b"--B\r\nContent-Type: application/json\r\n\r\n[]\r\n--B\r\nContent-Type: text/plain\r\n"
    b"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: AB\r\n\r\n\r\nx\r\n--\r\n--B--\r\n"
)


class Slowly:
    """Gives at most so many bytes at a time."""

    def __init__(self, body: bytes, most: int) -> None:
        self.rest, self.most = io.BytesIO(body), most

    def read(self, size: int, /) -> bytes:
        return self.rest.read(min(size, self.most))


@pytest.mark.parametrize("most", [1, 2, 3, 5, 7, 64, 100_000])
def test_parts_keep_their_bytes_however_they_arrive(most: int) -> None:
    first, second = multipart.split("multipart/mixed; boundary=B", Slowly(BODY, most))
    assert (first.body, second.body, second.sha2) == (b"[]", b"\r\nx\r\n--", "ab")
    assert (first.size, second.size) == (2, 7)


def test_what_is_framed_is_split_again() -> None:
    held = multipart.Held("a/b", "ab", 7)
    frame = multipart.framed("C", b"[]", [held])
    body = b"".join(each if isinstance(each, bytes) else b"\r\nx\r\n--" for each in frame)
    first, second = multipart.split("multipart/mixed; boundary=C", io.BytesIO(body))
    assert (first.body, second.body, second.headers["content-type"]) == (b"[]", b"\r\nx\r\n--", "a/b")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("multipart/mixed", BODY), ("multipart/mixed; boundary=C", BODY), ("multipart/mixed; boundary=B", BODY[:-6]),
     ("multipart/mixed; boundary=B", b"--B\r\nx\r\n--B--"), ("multipart/mixed; boundary=B", b"--B--"),
     ("multipart/mixed; boundary=B", b""), ("multipart/mixed; boundary=B", b"--B\r\n" + b"x: y\r\n" * 9000)],
)  # fmt: skip
def test_a_broken_frame_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        multipart.split(content_type, io.BytesIO(body))


@pytest.mark.parametrize("header", [None, "0.95", "1.1.0", "2.1", "1.0.3 ", "1.0", "2.0.1"])
def test_versions_are_chosen_by_their_first_figures(header: str | None) -> None:
    if header in ("1.0.3 ", "1.0", "2.0.1"):
        assert chosen(header) is (Version.TWO if header.startswith("2") else Version.ONE)
    else:
        with pytest.raises(Malformed):
            chosen(header)


def test_alternate_syntax_is_undone() -> None:
    form = b"X-Experience-API-Version=1.0.3&statementId=1&Content-Type=application%2Fjson&content=%7B%7D"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    call = calls.undone(calls.Call("POST", {"method": "PUT"}, headers, calls.Written(form)))
    assert (call.method, call.arguments, call.body) == ("PUT", {"statementId": "1"}, b"{}")
    assert call.headers == {"x-experience-api-version": "1.0.3", "content-type": "application/json"}


def test_writers_number_in_order_and_never_alike() -> None:
    now = 1_000_000
    sequences = [Sequence(writer, 0) for writer in (0, 5, 63)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda sequence: list(sequence.take(7, now)), sequences * 50))
    every = [number for numbers in taken for number in numbers]
    assert len(set(every)) == len(every)
    assert min(every) >= now
    assert all(
        {number % WRITERS for number in numbers} <= {0, 5, 63} and numbers == sorted(numbers) for numbers in taken
    )


def test_numbers_go_on_when_the_clock_goes_back() -> None:
    sequence = Sequence(1, 500)
    assert 500 < sequence.take(1, 10)[0] < sequence.take(1, 1000)[0] < sequence.take(1, 10)[0]


ETAG = documents.etag(b"x")


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "current", "holds"),
    [
        (None, None, None, True), ("*", None, ETAG, True), ("*", None, None, False), (ETAG, None, ETAG, True),
        ('"other"', None, ETAG, False), (f'"other", W/{ETAG}', None, ETAG, True), (None, "*", ETAG, False),
        (None, "*", None, True), (None, ETAG, ETAG, False), (None, '"other"', ETAG, True),
    ],
)  # fmt: skip
def test_preconditions(if_match: str | None, if_none_match: str | None, current: str | None, holds: bool) -> None:
    if holds:
        assert documents.check_seen(if_match, if_none_match, current) is None
    else:
        with pytest.raises(Overtaken):
            documents.check_seen(if_match, if_none_match, current)


def test_replacing_without_having_seen() -> None:
    assert documents.check_replacing(Kind.STATE, Version.ONE, said=False, current=ETAG) is None
    with pytest.raises(Contradiction):
        documents.check_replacing(Kind.STATE, Version.TWO, said=False, current=ETAG)
    with pytest.raises(Malformed):
        documents.check_replacing(Kind.AGENT_PROFILE, Version.ONE, said=False, current=None)
    assert documents.check_replacing(Kind.AGENT_PROFILE, Version.TWO, said=False, current=None) is None


def test_an_activity_tree_ends_where_its_address_does() -> None:
    bounds = Bounds(learner(), "https://a.example/m1", UUID(int=1))
    assert [bounds.holds_activity(f"https://a.example/{name}") for name in ("m1", "m1/q", "m1#q", "m10", "m")] == [
        True, True, True, False, False,
    ]  # fmt: skip
