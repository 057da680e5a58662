"""Statements in from another store: judged line by line, kept once, all or nothing."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import files, jobs
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.files import StoredFile
from lms.core.permissions import Role
from lms.xapi import importing
from lms.xapi.models import ImportState, StatementImport, StoredStatement
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.xapi import (
    Store,
    attached,
    learner,
    make_keeper,
    make_statement,
    new_uuid,
    payloads,
    signed,
    voiding,
)

Json = dict[str, Any]
URL = "/api/v1/record_store/statements/import"


@pytest.fixture
def keeper(app: Flask, as_token: Any) -> Any:
    return as_token(make_keeper())


def ndjson(*statements: Any) -> bytes:
    return b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in statements)


def some(count: int, **given: Any) -> list[Json]:
    return [make_statement(id=new_uuid(), timestamp="2020-05-01T09:00:00Z", **given) for _ in range(count)]


def send(keeper: Any, body: bytes, dry_run: bool = False) -> Any:
    answer = keeper.post(
        URL, data=body, content_type="application/x-ndjson", query_string={"dry_run": str(dry_run).lower()}
    )
    assert answer.status_code == 201, answer.text
    return answer.json


def kept() -> list[Json]:
    return [
        json.loads(bytes(each))
        for each in db.session.scalars(select(StoredStatement.payload).order_by(StoredStatement.seq))
    ]


def counts(told: Json) -> tuple[str, int, int, int, int]:
    return told["state"], told["new"], told["known"], told["contradicting"], told["malformed"]


def test_statements_are_kept_with_their_time_under_the_houses_authority(keeper: Any) -> None:
    theirs = {"stored": "2020-05-01T10:00:00Z", "authority": learner(9)}
    one = some(1)[0] | theirs
    two = {key: value for key, value in (some(1)[0] | theirs).items() if key != "timestamp"}
    assert counts(send(keeper, ndjson(one, two))) == ("done", 2, 0, 0, 0)
    first, second = kept()
    assert (first["timestamp"], second["timestamp"]) == ("2020-05-01T09:00:00Z", "2020-05-01T10:00:00Z")
    assert first["stored"] > "2026"
    assert first["authority"]["account"]["name"] == "llwybr"


def test_a_dry_run_judges_everything_and_keeps_nothing(keeper: Any, store: Store) -> None:
    known, changed, new = some(3)
    store.keep(known, changed)
    changed = changed | {"verb": {"id": "https://v.example/other"}}
    told = send(keeper, ndjson(known, changed, new, b"", b"{", {"actor": 1}), dry_run=True)
    assert counts(told) == ("refused", 1, 1, 1, 2)
    assert [(each["line"], each["pointer"]) for each in told["faults"]] == [(2, "/id"), (5, ""), (6, "")] or [
        each["line"] for each in told["faults"]
    ] == [5, 6, 2]
    assert len(kept()) == 2


def test_doing_it_again_changes_nothing(keeper: Any) -> None:
    body = ndjson(*some(300))
    assert counts(send(keeper, body)) == ("done", 300, 0, 0, 0)
    before = kept()
    assert counts(send(keeper, body)) == ("done", 0, 300, 0, 0)
    assert kept() == before


def test_what_contradicts_is_told_and_the_rest_is_kept(keeper: Any) -> None:
    one, two = some(2)
    send(keeper, ndjson(one))
    told = send(
        keeper, ndjson(one | {"verb": {"id": "https://v.example/other"}}, two, two, two | {"actor": learner(8)})
    )
    assert counts(told) == ("done", 1, 1, 2, 0)
    assert [each["line"] for each in told["faults"]] == [1, 4]
    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("bad", "pointer", "rule"),
    [
        (b"nonsense", "", "RFC 8259"), (b"[]", "", ""), (b'"x"', "", ""), (b'{"id":1,"id":2}', "", "RFC 8259 §4"),
        (make_statement(), "/id", ""), (make_statement(id="x"), "/id", "Part 2 §2.4.1"),
        (make_statement(id=new_uuid()) | {"verb": {"id": "x"}}, "/verb/id", "Part 2 §2.4.3"),
        (make_statement(id=new_uuid(), actor={"mbox": "x"}), "/actor/mbox", "Part 2 §2.4.2"),
        (make_statement(id=new_uuid(), timestamp="2020-01-01T00:00:00-00:00"), "/timestamp", "Part 2 §4.5"),
        (make_statement(id=new_uuid(), attachments=[attached(b"elsewhere")]), "/attachments", "Part 2 §2.4.11"),
    ],
)  # fmt: skip
def test_one_bad_line_keeps_everything_out_and_is_told_with_property_and_rule(
    keeper: Any, bad: Any, pointer: str, rule: str
) -> None:
    told = send(keeper, ndjson(*some(2), bad, *some(1)))
    assert counts(told) == ("refused", 0, 0, 0, 1)
    (fault,) = told["faults"]
    assert (fault["line"], fault["pointer"]) == (3, pointer)
    assert fault["rule"] == rule
    assert fault["detail"]
    assert kept() == []


def test_what_was_exported_comes_back_unchanged_and_what_was_voided_stays_so(keeper: Any, store: Store) -> None:
    body = b"a file"
    target = some(1)[0]
    store.keep(target)
    store.keep(voiding(target["id"]) | {"id": new_uuid()})
    statement = some(1)[0]
    jws = signed(statement)
    usage = "http://adlnet.gov/expapi/attachments/signature"
    declared = [attached(body), attached(jws, usage, "application/octet-stream")]
    store.keep_with(statement | {"attachments": declared}, body, jws)
    out = keeper.get("/api/v1/record_store/statements/export", query_string={"voided": "both"}).data
    assert counts(send(keeper, out)) == ("done", 0, 3, 0, 0)


def test_both_versions_are_told_by_themselves(keeper: Any) -> None:
    agents = [{"objectType": "contextAgent", "agent": learner(2), "relevantTypes": ["https://t.example"]}]
    two = some(1, context={"contextAgents": agents})[0]
    assert counts(send(keeper, ndjson(two, two | {"id": new_uuid(), "version": "2.0.0"})))[0] == "done"
    assert counts(send(keeper, ndjson(two | {"id": new_uuid(), "version": "1.0.3"})))[0] == "refused"


def test_numbers_keep_their_digits(keeper: Any) -> None:
    line = json.dumps(some(1)[0])[:-1].encode() + b',"result":{"score":{"raw":1.10}}}'
    send(keeper, ndjson(line))
    assert b'"raw":1.10' in bytes(db.session.scalars(select(StoredStatement.payload)).one())


class TestLarge:
    """More than is done while the sender waits."""

    @pytest.fixture(autouse=True)
    def little_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "AT_ONCE", 1000)

    def test_it_is_done_in_the_background_and_the_file_goes(self, app: Flask, keeper: Any) -> None:
        told = send(keeper, ndjson(*some(600)))
        assert (told["state"], told["lines"], told["ended_at"]) == ("waiting", 0, None)
        (file,) = db.session.scalars(select(StoredFile))
        place = files._place(file.sha256)
        jobs.run_pending()
        told = keeper.get(f"/api/v1/record_store/imports/{told['id']}").json
        assert counts(told) == ("done", 600, 0, 0, 0)
        assert (told["lines"], len(kept())) == (600, 600)
        db.session.expire_all()
        assert db.session.scalars(select(StoredFile)).all() == []
        assert not place[0].exists(place[1]), "an erasure could not reach it"

    def test_a_bad_line_at_the_end_keeps_everything_out(self, keeper: Any) -> None:
        told = send(keeper, ndjson(*some(300), b"{"))
        jobs.run_pending()
        told = keeper.get(f"/api/v1/record_store/imports/{told['id']}").json
        assert counts(told) == ("refused", 0, 0, 0, 1)
        assert told["faults"][0]["line"] == 301
        assert kept() == []

    def test_a_batch_that_runs_twice_keeps_nothing_twice(self, app: Flask, keeper: Any) -> None:
        body = ndjson(*some(260))
        told = send(keeper, body)
        jobs.run_pending()
        again = send(keeper, body)
        jobs.run_pending()
        assert counts(keeper.get(f"/api/v1/record_store/imports/{again['id']}").json) == ("done", 0, 260, 0, 0)
        importing.go_on(told["id"])
        assert len(kept()) == 260

    def test_the_page_shows_how_far_it_is(self, app: Flask, signed_in: Any, keeper: Any) -> None:
        told = send(keeper, ndjson(*some(300)))
        browser = signed_in(make_keeper())
        url = f"/en/manage/record-store/imports/{told['id']}"
        assert "Under way" in browser.get(url).text
        assert browser.get(f"{url}/progress").json == {"done": False, "percent": 0, "text": "0 lines checked so far"}
        jobs.run_pending()
        assert browser.get(f"{url}/progress").json["done"] is True
        assert "Known already" in browser.get(url).text


class TestPage:
    URL = "/en/manage/record-store/import"

    def upload(self, browser: Any, body: bytes, mode: str) -> Any:
        data = {"file": (io.BytesIO(body), "some.ndjson"), "mode": mode}
        return post_form(browser, self.URL, data, content_type="multipart/form-data")

    def test_checking_keeps_nothing_and_says_what_is_wrong(self, signed_in: Any) -> None:
        browser = signed_in(make_keeper())
        answer = self.upload(browser, ndjson(*some(2), {"actor": "<script>"}), "check")
        shown = browser.get(answer.location).text
        assert "What is wrong" in shown
        assert "<script>" not in shown.replace('<script type="module"', "")
        assert kept() == []

    def test_keeping_keeps(self, signed_in: Any) -> None:
        browser = signed_in(make_keeper())
        answer = self.upload(browser, ndjson(*some(2)), "keep")
        assert "Done" in browser.get(answer.location).text
        assert len(kept()) == 2

    def test_what_is_missing_is_said(self, signed_in: Any) -> None:
        browser = signed_in(make_keeper())
        assert "The file is empty" in self.upload(browser, b" \n", "keep").text
        answer = post_form(browser, self.URL, {})
        assert answer.status_code == 422
        assert "Choose a file" in answer.text


class TestCommand:
    def run(self, app: Flask, path: Path, *options: str) -> Any:
        return app.test_cli_runner().invoke(args=["import-statements", str(path), *options])

    def test_it_imports_and_reports(self, app: Flask, tmp_path: Path) -> None:
        path = tmp_path / "some.ndjson"
        path.write_bytes(ndjson(*some(510)))
        for options, words in (
            (["--dry-run"], "510 lines: 510 would be new, 0 known already"), ([], "510 lines: 510 new"),
            ([], "510 lines: 0 new, 510 known already"),
        ):  # fmt: skip
            done = self.run(app, path, *options)
            assert (done.exit_code, words in done.output) == (0, True), done.output
        assert len(kept()) == 510

    def test_a_bad_line_is_named_and_nothing_is_kept(self, app: Flask, tmp_path: Path) -> None:
        path = tmp_path / "some.ndjson"
        path.write_bytes(ndjson(*some(1), make_statement(id="x")))
        done = self.run(app, path)
        assert done.exit_code == 1
        assert "line 2: /id:" in done.output
        assert kept() == []


@pytest.mark.parametrize("who", ["administrator below", "learner", "reader of oneself"])
def test_others_may_not(as_token: Any, who: str) -> None:
    person = make_person()
    if who == "administrator below":
        grant(person, Role.ADMINISTRATOR, make_organisation(make_organisation()))
    scopes = ["record-store:read"] if who == "reader of oneself" else None
    answer = as_token(make_keeper() if scopes else person, scopes=scopes).post(URL, data=ndjson(*some(1)))
    assert answer.status_code == 403
    assert db.session.scalars(select(StatementImport)).all() == []


def test_it_is_audited_without_what_is_in_it(keeper: Any) -> None:
    send(keeper, ndjson(*some(1, actor={"mbox": "mailto:someone@example.org"})))
    found = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("import.%")).order_by(AuditEntry.at)
    ).all()
    assert [each.action for each in found] == ["import.begun", "import.ended"]
    assert found[1].details["new"] == 1
    assert "someone" not in str([each.details for each in found])
    assert "someone" in payloads()
    assert db.session.scalars(select(StatementImport)).one().state == ImportState.DONE
