"""Statements out, as a stream: exact, safe for a spreadsheet, bounded at its start, flat in memory."""

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.xapi.identity import agent_of
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.xapi import VERBS, Store, learner, make_keeper, make_statement, new_uuid, voiding

Json = dict[str, Any]
URL = "/api/v1/record_store/statements/export"
PAGE = "/en/manage/record-store/statements/export"


@pytest.fixture
def keeper(app: Flask, as_token: Any) -> Any:
    return as_token(make_keeper())


def lines(answer: Any) -> list[bytes]:
    return list(answer.data.splitlines())


def entries() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "statements.exported")))


def test_ndjson_is_what_is_stored_byte_for_byte_oldest_first(keeper: Any, store: Store) -> None:
    body = b'{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"https://v.example/v"},"object":{"id":"urn:x"},"result":{"score":{"raw":1.10,"max":1e2}}}'
    store.send("POST", "/statements", data=body, headers={"Content-Type": "application/json"})
    store.keep(*[make_statement() for _ in range(3)])
    answer = keeper.get(URL)
    assert answer.content_type == "application/x-ndjson"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statements.ndjson"'
    assert lines(answer) == [
        bytes(each) for each in db.session.scalars(text("SELECT payload FROM statement ORDER BY seq"))
    ]
    assert lines(answer)[0].startswith(body[:-1])


def test_the_filters_are_those_of_the_page(keeper: Any, store: Store) -> None:
    registration, target = new_uuid(), make_statement("failed", id=new_uuid())
    sian = make_person(email="sian@example.org")
    one = make_statement("passed", actor=agent_of(sian.id), context={"registration": registration}, id=new_uuid())
    two = make_statement(context={"instructor": {"mbox": "mailto:sian@example.org"}}, id=new_uuid())
    store.keep(one, two, target)
    store.keep(voiding(target["id"]) | {"id": new_uuid()})
    for query, wanted in (
        ({"person": "sian@example.org"}, [one]), ({"person": str(sian.id), "related": "true"}, [one, two]),
        ({"registration": registration}, [one]), ({"verb": f"{VERBS}passed"}, [one]),
        ({"voided": "only"}, [target]), ({"until": "2020-01-01T00:00:00Z"}, []), ({"activity": "urn:none"}, []),
    ):  # fmt: skip
        got = [json.loads(line)["id"] for line in lines(keeper.get(URL, query_string=query))]
        assert got == [each["id"] for each in wanted], query


def test_a_spreadsheet_runs_nothing_and_reads_every_letter(keeper: Any, store: Store) -> None:
    names = {"en": "=HYPERLINK(1)", "cy": "+Modiwl ŵ"}
    result = {"score": {"scaled": -0.5, "raw": 3}, "success": False, "completion": True, "duration": "PT1M"}
    registration = new_uuid()
    store.keep(
        make_statement(
            actor=learner() | {"name": "@SUM(A1)\t|cmd"}, object={"id": "https://a.example/x", "definition": {"name": names}},
            result=result, context={"registration": registration}, timestamp="2026-03-01T10:00:00+01:00",
        )
    )  # fmt: skip
    answer = keeper.get(URL, query_string={"format": "csv"}, headers={"Accept-Language": "cy"})
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith("\ufeffid,".encode())
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert row["actor_name"] == "'@SUM(A1)\t|cmd"
    assert row["actor"] == "https://people.example learner-1"
    assert row["object_name"] == "'+Modiwl ŵ"
    assert row["timestamp"] == "2026-03-01T09:00:00Z"
    assert (row["success"], row["completion"], row["score_scaled"], row["score_raw"]) == ("false", "true", "-0.5", "3")
    assert (row["duration"], row["registration"], row["verb"]) == ("PT1M", registration, f"{VERBS}completed")
    assert row["stored"].endswith("Z")
    assert row["authority"].startswith("client")


@pytest.mark.parametrize("odd", ["agent", "ref", "sub", "group"])
def test_every_kind_of_statement_has_its_line(keeper: Any, store: Store, odd: str) -> None:
    given: Json = {
        "agent": {"object": learner(2)}, "ref": {"object": {"objectType": "StatementRef", "id": new_uuid()}},
        "sub": {"object": make_statement() | {"objectType": "SubStatement"}},
        "group": {"actor": {"objectType": "Group", "member": [learner(3)]}},
    }[odd]  # fmt: skip
    store.keep(make_statement(**given))
    assert len(lines(keeper.get(URL, query_string={"format": "csv"}))) == 2


def test_what_comes_in_meanwhile_is_left_out(app: Flask, signed_in: Any, store: Store) -> None:
    store.keep(*[make_statement() for _ in range(600)])
    browser: FlaskClient = signed_in(make_keeper())
    answer = browser.get(PAGE, buffered=False)
    pieces = answer.iter_encoded()
    first = next(pieces)
    store.keep(make_statement())
    rest = b"".join(pieces)
    assert len((first + rest).splitlines()) == 600


def test_an_export_is_audited_with_filters_and_count_even_when_the_reader_hangs_up(
    app: Flask, signed_in: Any, keeper: Any, store: Store
) -> None:
    store.keep(*[make_statement() for _ in range(600)])
    assert keeper.get(URL, query_string={"verb": f"{VERBS}completed", "format": "csv"}).data
    answer = signed_in(make_keeper()).get(PAGE, buffered=False)
    next(iter(answer.iter_encoded()))
    answer.close()
    whole, part = entries()
    assert whole.details["filters"]["verb"] == f"{VERBS}completed"
    assert (whole.details["count"], whole.details["whole"], whole.actor_id) == (600, True, keeper.person.id)
    assert (part.details["count"], part.details["whole"]) == (500, False)


@pytest.mark.parametrize(("who", "status"), [("administrator below", 403), ("learner", 403), ("narrow token", 403)])
def test_others_may_not(as_token: Any, who: str, status: int) -> None:
    person = make_person() if who != "narrow token" else make_keeper()
    if who == "administrator below":
        grant(person, Role.ADMINISTRATOR, make_organisation(make_organisation()))
    browser = as_token(person, scopes=["profile:read"]) if who == "narrow token" else as_token(person)
    assert browser.get(URL).status_code == status
    assert entries() == []


@pytest.mark.parametrize(
    "query", [{"person": "Neb"}, {"format": "xml"}, {"since": "x"}, {"verb": "x"}, {"person": "{"}]
)
def test_what_cannot_be_is_refused(keeper: Any, query: Json) -> None:
    assert keeper.get(URL, query_string=query).status_code == 422


@pytest.mark.slow
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_memory_stays_flat(app: Flask, signed_in: Any, store: Store, form: str) -> None:
    """Forty thousand statements of 1.2 KB are 48 MB; what lies in memory at once is a page or two of 500."""
    store.keep(make_statement(result={"response": "x" * 800}))
    with transaction():
        db.session.execute(
            text(
                "INSERT INTO statement SELECT tenant, seq - n * 64, gen_random_uuid(), timestamp, verb, actor, activity,"
                " authority, registration, flags, payload FROM statement, generate_series(1, 40000) AS n"
            )
        )
    browser = signed_in(make_keeper())
    count = 0
    tracemalloc.start()
    try:
        for piece in browser.get(PAGE, query_string={"format": form}, buffered=False).iter_encoded():
            count += piece.count(b"\n")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 40_001 + (form == "csv")
    assert peak < 12_000_000
