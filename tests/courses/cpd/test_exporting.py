"""Copies in each register's shape, read back: JSON, CSV and PDF, in both languages."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from courses.cpd import exporting, views
from courses.cpd.models import CpdCopy
from courses.cpd.registers import editions, rule_on
from courses.cpd.services import automatic, own
from courses.cpd.sources import COURSE
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.files import StoredFile, content_of
from tests.courses.cpd.test_automatic import complete, entries
from tests.factories.accounts import make_person, post_form
from tests.factories.cpd import make_entries, on_register, write_down
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import actor_of

FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture
def nurse(app: Flask) -> Any:
    """With two entries that count, one left out and one withdrawn."""
    person = on_register("NMC", make_person(display_name="Siân Ŵ", legal_name="Siân Ŵyn"), number="98A7654W")
    write_down(
        person, title=FORMULA, minutes=100, method="conference", standards=["NMC:practise", "NMC:promote"],
        texts={"reflection": "I ask first.\n\nThen I wait.", "benefit": "not in this shape"}, links=["https://example.org/"],
    )  # fmt: skip
    write_down(person, title="Article", happened_on=clock.today() - timedelta(days=3), minutes=None)
    left = write_down(person, title="Left out")
    enrolment = make_enrolment(person)
    complete(enrolment)
    with transaction():
        own.leave_out(actor_of(person), left.id, left_out=True)
        automatic.withdraw(house(), COURSE, enrolment.id)
    return person


def house() -> Any:
    from lms.core.permissions import Actor

    return Actor.system()


def content(person: Any, register: str | None = None) -> dict[str, Any]:
    return exporting.content_of(actor_of(person), views.asked(person.id, register))


def test_the_shape_says_the_edition_and_what_was_left_out(nurse: Any) -> None:
    it = content(nurse)
    assert it["rule"]["edition"] == "NMC 2016-04-01"
    assert it["register"]["number"] == "98A7654W"
    assert it["left_out"] == {"by_me": 1, "withdrawn": 1}
    assert [each["code"] for each in it["columns"]] == [each.code for each in rule_on("NMC", clock.today()).columns]
    first, second = it["entries"]
    assert (first["date"], first["title"]["en"], first["hours"]) == (
        str(clock.today() - timedelta(days=3)),
        "Article",
        "",
    )
    assert (second["hours"], second["participatory_hours"]) == ("1.67", "1.67")
    assert [each["cy"] for each in second["standards"]] == [
        "Ymarfer yn effeithiol",
        "Hybu proffesiynoldeb ac ymddiriedaeth",
    ]
    assert "benefit" not in second
    assert it["totals"] == {"entries": 2, "hours": "1.67", "participatory_hours": "1.67"}


@pytest.mark.parametrize("register", sorted(editions()))
@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_registers_csv_has_its_columns(app: Flask, register: str, language: str) -> None:
    person = make_person() if register == "GENERAL" else on_register(register)
    write_down(person, method="course", texts={"reflection": "One\n\nTwo"})
    data, media_type, name = exporting.as_file(content(person, register), "csv", language)
    assert data.startswith(b"\xef\xbb\xbf")
    assert (media_type, name.startswith("dpp-" if language == "cy" else "cpd-")) == ("text/csv", True)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    blank = rows.index([])
    rule = rule_on(register, clock.today())
    head, [entry] = rows[blank + 1], rows[blank + 2 :]
    assert head[: len(rule.columns)] == [each.title.in_(language) for each in rule.columns]
    assert str(clock.today()) in entry
    assert any(row[1:2] == [rule.edition] for row in rows[:blank])
    assert any("By me: 0" in row[1] or "Gennyf fi: 0" in row[1] for row in rows[:blank] if len(row) > 1)


def test_a_spreadsheet_runs_nothing_of_it(nurse: Any) -> None:
    data, _type, _name = exporting.as_file(content(nurse), "csv", "en")
    cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    assert "'" + FORMULA in cells
    assert not any(cell.startswith("=") for cell in cells)


def pdf_of(person: Any, language: str, register: str | None = None) -> PdfReader:
    with transaction():
        made = exporting.ask(actor_of(person), views.asked(person.id, register), language)
        again = exporting.ask(actor_of(person), views.asked(person.id, register), language)
    assert again.id == made.id, "one on its way is not asked for twice"
    exporting.make(copy_id=str(made.id))
    exporting.make(copy_id=str(made.id))
    db.session.expire_all()
    assert made.file is not None
    return PdfReader(io.BytesIO(content_of(made.file)))


@pytest.mark.parametrize(("language", "words"), [("en", "Rule of the register"), ("cy", "Rheol y gofrestr")])
def test_the_pdf_is_tagged_and_says_it_in_its_language(nurse: Any, language: str, words: str) -> None:
    reader = pdf_of(nurse, language)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == ("cy" if language == "cy" else "en-GB")
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    for each in (words, "Siân Ŵyn", "98A7654W", "NMC 2016-04-01", "Then I wait.", "1.67"):
        assert each in text, each
    assert "Left out" not in text.replace("Left out:", "")


def test_a_pdf_of_300_entries(app: Flask) -> None:
    person = make_person()
    make_entries(person, 300, texts={"reflection": "I wait longer than I did. " * 8})
    reader = pdf_of(person, "en")
    assert "Study day 299" in "".join(page.extract_text() for page in reader.pages)


def test_a_copy_that_says_what_an_emoji_is_still_drawn(app: Flask) -> None:
    person = make_person()
    write_down(person, title="A day 🌧 outside", texts={"reflection": "Wet 🌧"})
    assert len(pdf_of(person, "en").pages) == 1


def test_copies_go_after_some_days(nurse: Any) -> None:
    pdf_of(nurse, "en")
    with transaction():
        copy = db.session.query(CpdCopy).one()
        copy.asked_at -= timedelta(days=8)
    with transaction():
        exporting.forget_copies()
    assert db.session.query(CpdCopy).count() == 0
    assert db.session.query(StoredFile).count() == 0


def test_the_page_gives_a_table_at_once_and_a_pdf_when_it_is_made(nurse: Any, signed_in: Any) -> None:
    browser, url = signed_in(nurse), "/cy/record/cpd/copy?register=NMC&period=year"
    answer = post_form(browser, url, {"kind": "csv", "language": "cy"})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert "dpp-nmc-" in answer.headers["Content-Disposition"]
    assert "Cyswllt â'r Cod" in answer.data.decode("utf-8-sig")
    assert post_form(browser, url, {"kind": "pdf", "language": "cy"}).status_code == 303
    copy = db.session.query(CpdCopy).one()
    there = f"/cy/record/cpd/copy/{copy.id}"
    assert browser.get(there).status_code == 404
    assert browser.get(f"{there}/progress").json["done"] is False
    exporting.make(copy_id=str(copy.id))
    assert browser.get(f"{there}/progress").json["done"] is True
    assert browser.get(there).data.startswith(b"%PDF-")
    assert post_form(browser, url, {"kind": "doc", "language": "cy"}).status_code == 422


def test_the_api_writes_counts_and_exports(as_token: Any) -> None:
    person = on_register("NMC", on_register("SCW"))
    client = as_token(person)
    body = {
        "title": "Diwrnod astudio",
        "language": "cy",
        "happened_on": str(clock.today()),
        "minutes": 90,
        "method": "course",
    }
    made = client.post("/api/v1/cpd/entries", json=body)
    assert made.status_code == 201, made.text
    entry = made.json
    assert (entry["title"], entry["participatory_minutes"]) == ({"en": "", "cy": "Diwrnod astudio"}, 90)
    change = {
        "edition": 1,
        "minutes": 60,
        "participatory_minutes": 30,
        "method": "course",
        "texts": {"impact": "We ring."},
    }
    assert client.put(f"/api/v1/cpd/entries/{entry['id']}", json=change).json["edition"] == 2
    assert client.put(f"/api/v1/cpd/entries/{entry['id']}", json=change | {"minutes": 50}).status_code == 409
    assert (
        client.put(f"/api/v1/cpd/entries/{entry['id']}", json=change | {"edition": 2, "method": "x"}).status_code == 422
    )
    summary = client.get("/api/v1/cpd/summary?register=NMC").json
    assert (summary["rule"], summary["minutes"], summary["participatory_minutes"]) == ("NMC 2016-04-01", 60, 30)
    assert [each["asked_hours"] for each in summary["targets"]] == [35, 20]
    old = client.get("/api/v1/cpd/summary?register=SCW&from=2022-04-01&to=2025-03-31").json
    assert (old["rule"], [each["asked_hours"] for each in old["targets"]]) == ("SCW 2017-04-03", [90, 45])
    assert client.get("/api/v1/cpd/summary?register=GMC").status_code == 422
    exported = client.get("/api/v1/cpd/export?register=SCW").json
    assert exported["entries"][0]["impact"] == "We ring."
    assert client.get("/api/v1/cpd/export?register=SCW&kind=csv").mimetype == "text/csv"
    assert [each["id"] for each in client.get("/api/v1/cpd/entries").json["items"]] == [entry["id"]]
    asked = client.post("/api/v1/cpd/copies", json={"register": "NMC", "language": "cy"})
    assert (asked.status_code, asked.json["ready"]) == (201, False)
    exporting.make(copy_id=asked.json["id"])
    assert client.get(f"/api/v1/cpd/copies/{asked.json['id']}/file").data.startswith(b"%PDF-")
    assert client.delete(f"/api/v1/cpd/entries/{entry['id']}").status_code == 204


def test_a_period_that_ends_before_a_rule_is_in_the_shape_of_its_time(app: Flask) -> None:
    person = on_register("SCW")
    write_down(person, happened_on=date(2024, 5, 1))
    asked = views.asked(person.id, "SCW", views.DATES, date(2022, 4, 1), date(2025, 3, 31))
    it = exporting.content_of(actor_of(person), asked)
    assert it["rule"]["valid_until"] == "2025-03-31"
    assert [each["asked"] for each in it["rule"]["targets"]] == [90, 45]
    assert len(it["entries"]) == 1
    assert entries(person)[0].happened_on == date(2024, 5, 1)
