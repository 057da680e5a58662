"""The pages: what is shown, said and refused; constant queries; drafts; and the matrix of who gets where."""

import io
from typing import Any

import pytest
from flask import Flask

from courses.cpd.models import CpdCopy, CpdEntry
from courses.cpd.services import own
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Role
from tests.counting import queries_of
from tests.courses.cpd.test_automatic import complete, entries
from tests.factories.accounts import grant, kept, make_membership, make_person, organisation, post_form
from tests.factories.cpd import make_entries, on_register, write_down
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import a_pair, actor_of

HERE = "/en/record/cpd"
YEAR = "period=dates&starts-day=1&starts-month=1&starts-year=2026&ends-day=31&ends-month=12&ends-year=2026"
DAY = {"happened_on-day": "2", "happened_on-month": "3", "happened_on-year": "2026"}


def test_the_record_says_how_far_it_is_and_what_could_be_added(signed_in: Any) -> None:
    person = on_register("NMC", renews_on=clock.today().replace(year=clock.today().year + 1))
    write_down(person, minutes=720, method="course")
    shown = signed_in(person).get(HERE)
    assert shown.status_code == 200
    assert "12 of 35 hours" in shown.text
    assert "12 of 20 hours" in shown.text
    assert "Could be added: Link to the Code, Reflection" in " ".join(shown.text.split())
    welsh = signed_in(person).get("/cy/record/cpd")
    assert "12 o 35 awr" in welsh.text


def test_a_register_without_hours_says_so(signed_in: Any) -> None:
    person = on_register("SCW")
    write_down(person)
    browser = signed_in(person)
    assert "Your register asks for no hours." in browser.get(HERE).text
    old = f"{HERE}?register=SCW&period=dates&starts-day=1&starts-month=4&starts-year=2022&ends-day=31&ends-month=3&ends-year=2025"
    assert "0 of 90 hours" in browser.get(old).text
    assert "It ended on 31 March 2025." in browser.get(old).text


def test_dates_that_are_none_show_why_and_what_is_usual(signed_in: Any) -> None:
    shown = signed_in(make_person()).get(f"{HERE}?period=dates&starts-day=40&starts-month=1&starts-year=2026")
    assert shown.status_code == 422
    assert "Enter a real date" in shown.text
    assert "Nothing in these days" in shown.text
    assert signed_in(make_person()).get(f"{HERE}?register=NMC").status_code == 422


def test_300_entries_are_paged_and_take_as_many_queries_as_three(signed_in: Any) -> None:
    few, many = on_register("NMC"), on_register("NMC")
    make_entries(few, 3)
    make_entries(many, 300, minutes=30)
    assert queries_of(signed_in(few), HERE) == (known := queries_of(signed_in(many), HERE))
    assert known <= 8
    assert queries_of(signed_in(few), f"{HERE}/copy") == queries_of(signed_in(many), f"{HERE}/copy")
    browser, seen, url = signed_in(many), 0, HERE
    while url:
        text = browser.get(url).text
        seen += text.count('<article class="app-card')
        found = (
            text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0] if 'rel="next"' in text else ""
        )
        url = found.replace("&amp;", "&")
    assert seen == 300


def test_an_entry_is_added_in_one_step_and_said_more_of_later(signed_in: Any) -> None:
    person = on_register("NMC")
    browser = signed_in(person)
    answer = post_form(browser, f"{HERE}/new", {**DAY, "title": "Study day", "hours": "1,5", "method": "course"})
    assert answer.status_code == 303
    [entry] = entries(person)
    assert (entry.title.en, entry.minutes, entry.participatory_minutes) == ("Study day", 90, 90)
    given = {
        **DAY, "edition": "1", "title": "Study day", "hours": "2", "participatory_hours": "1", "method": "course",
        "reflection": "I ask first.", "impact": "", "standards": ["NMC:practise"], "offered": "yes",
        "links": "https://example.org/day",
    }  # fmt: skip
    answer = post_form(browser, f"{HERE}/{entry.id}", given)
    assert answer.status_code == 303, answer.text
    db.session.refresh(entry)
    assert (entry.minutes, entry.participatory_minutes, entry.standards) == (120, 60, ["NMC:practise"])
    assert (entry.texts, entry.links) == ({"reflection": "I ask first."}, ["https://example.org/day"])
    stale = post_form(browser, f"{HERE}/{entry.id}", given | {"reflection": "Another"})
    assert stale.status_code == 409
    assert "Another" in stale.text
    assert "I ask first." in stale.text


def test_what_is_missing_is_said_by_field(signed_in: Any) -> None:
    answer = post_form(signed_in(make_person()), f"{HERE}/new", {"hours": "long", "reflection": "kept"})
    assert answer.status_code == 422
    for words in ("Write what you did", "Enter the date on which it was", "Enter the hours as a number", "kept"):
        assert words in answer.text


def test_an_entry_of_ones_own_keeps_a_title_and_a_day(signed_in: Any) -> None:
    person = make_person()
    entry = write_down(person)
    answer = post_form(signed_in(person), f"{HERE}/{entry.id}", {"edition": "1", "title": " ", "reflection": "kept"})
    assert answer.status_code == 422
    assert "Write what you did" in answer.text
    assert "kept" in answer.text


def test_a_sign_of_a_person_is_warned_of_before_it_is_saved(signed_in: Any) -> None:
    person = make_person()
    browser = signed_in(person)
    given = {**DAY, "title": "Case talk", "reflection": "Mrs Jones, 943 476 5919"}
    answer = post_form(browser, f"{HERE}/new", given)
    assert answer.status_code == 422
    assert "looks like an NHS number" in answer.text
    assert entries(person) == []
    assert post_form(browser, f"{HERE}/new", given | {"harmless": "true"}).status_code == 303
    [entry] = entries(person)
    copy = browser.get(
        f"{HERE}/copy?period=dates&starts-day=1&starts-month=1&starts-year=2026&ends-day=31&ends-month=12&ends-year=2026"
    )
    assert "Look at these before you give the copy to anybody" in copy.text
    edited = post_form(
        browser, f"{HERE}/{entry.id}", {**DAY, "edition": "1", "title": "Case talk", "impact": "Dr Owens said"}
    )
    assert edited.status_code == 422
    assert "looks like somebody’s name" in edited.text


def test_drafts_are_kept_while_somebody_types(signed_in: Any) -> None:
    person = make_person()
    entry = write_down(person)
    browser, url = signed_in(person), f"{HERE}/{entry.id}"
    half = {"edition": "1", "title": "", "happened_on-day": "4", "hours": "1.", "reflection": "I beg", "links": "htt"}
    answer = post_form(browser, f"{url}/draft", half, page=url)
    assert (answer.status_code, answer.json["edition"], answer.headers["ETag"]) == (200, 2, '"2"')
    db.session.refresh(entry)
    assert (entry.texts, entry.title.en, entry.minutes) == ({"reflection": "I beg"}, "Read the new guideline", 60)
    assert post_form(browser, f"{url}/draft", half | {"reflection": "x"}, page=url).status_code == 409
    wrong = {"edition": "2", "hours": "1", "participatory_hours": "2"}
    assert post_form(browser, f"{url}/draft", wrong, page=url).status_code == 422


def test_leaving_out_taking_in_and_deleting(signed_in: Any) -> None:
    person = make_person()
    entry = write_down(person)
    browser, url = signed_in(person), f"{HERE}/{entry.id}"
    assert post_form(browser, f"{url}/left-out", {"left_out": "yes"}, page=url).status_code == 303
    assert "Nothing in these days" in browser.get(HERE).text
    assert "Read the new guideline" in browser.get(f"{HERE}/left-out").text
    assert post_form(browser, f"{url}/left-out", {"left_out": "no"}, page=url).status_code == 303
    assert "Read the new guideline" in browser.get(HERE).text
    assert post_form(browser, f"{url}/delete", {}).status_code == 303
    assert browser.get(url).status_code == 404


def test_what_came_by_itself_has_no_delete(signed_in: Any) -> None:
    enrolment = make_enrolment()
    complete(enrolment)
    [entry] = entries(enrolment.learner)
    browser, url = signed_in(enrolment.learner), f"{HERE}/{entry.id}"
    assert "Delete this entry" not in browser.get(url).text
    assert post_form(browser, f"{url}/delete", {}, page=url).status_code == 409


def test_a_file_is_added_and_had_back(signed_in: Any) -> None:
    person = make_person()
    entry = write_down(person)
    browser, url = signed_in(person), f"{HERE}/{entry.id}"
    sent = {"edition": "1", "file": (io.BytesIO(b"what I noted"), "notes.txt")}
    answer = post_form(browser, f"{url}/upload", sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert browser.get(f"{url}/file").data == b"what I noted"
    wrong = {"edition": "2", "file": (io.BytesIO(b"\x00\x01"), "x.exe")}
    assert post_form(browser, f"{url}/upload", wrong, content_type="multipart/form-data").status_code == 422
    assert post_form(browser, f"{url}/file/remove", {"edition": "2"}, page=url).status_code == 303
    assert browser.get(f"{url}/file").status_code == 404


def test_my_record_leads_to_it(signed_in: Any) -> None:
    assert 'href="/en/record/cpd"' in signed_in(make_person()).get("/en/record").text


WHO = ("owner", "supervisor", "line_manager", "organiser", "administrator", "commissioner", "other", "anonymous")
PAGES = {
    "/en/record/cpd/{e}": (200, 404, 404, 404, 404, 404, 404, 303),
    "/en/record/cpd/{e}/upload": (200, 404, 404, 404, 404, 404, 404, 303),
    "/en/record/cpd/{e}/file": (200, 404, 404, 404, 404, 404, 404, 303),
    "/en/record/cpd/{e}/delete": (200, 404, 404, 404, 404, 404, 404, 303),
    "/en/record/cpd/copy/{c}/progress": (200, 404, 404, 404, 404, 404, 404, 303),
}
POSTS = ("", "/draft", "/left-out", "/delete", "/file/remove")
API = {
    ("GET", "entries/{e}"): (200, 404, 404, 404, 404, 404, 404, 401),
    ("PUT", "entries/{e}"): (200, 404, 404, 404, 404, 404, 404, 401),
    ("PUT", "entries/{e}/left-out"): (200, 404, 404, 404, 404, 404, 404, 401),
    ("GET", "copies/{c}"): (200, 404, 404, 404, 404, 404, 404, 401),
    ("GET", "copies/{c}/file"): (404, 404, 404, 404, 404, 404, 404, 401),
    ("DELETE", "entries/{e}"): (204, 404, 404, 404, 404, 404, 404, 401),
}
BODIES: dict[str, dict[str, Any]] = {"entries/{e}": {"edition": 2}, "entries/{e}/left-out": {"left_out": False}}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    pair, wales = a_pair(), organisation("WALES")
    people = {name: make_person() for name in WHO[2:7]}
    make_membership(pair.learner, wales, line_manager_id=people["line_manager"].id)
    for name in ("organiser", "administrator", "commissioner"):
        grant(people[name], Role(name), wales)
    entry = write_down(pair.learner)
    with transaction():
        own.attach_file(actor_of(pair.learner), entry.id, 1, io.BytesIO(b"words"), "a.txt", 1000)
    copy = kept(CpdCopy(person_id=pair.learner.id, language="en", asked={}, asked_at=clock.now()))
    return {"owner": pair.learner, "supervisor": pair.supervisor, "e": entry.id, "c": copy.id, **people}


def test_only_the_person_gets_there(cast: dict[str, Any], signed_in: Any, as_token: Any, client: Any) -> None:
    for n, who in enumerate(WHO):
        browser = signed_in(cast[who]) if who in cast else client
        for url, expected in PAGES.items():
            assert browser.get(url.format(**cast)).status_code == expected[n], (who, url)
        if who in cast and who != "owner":
            for ending in POSTS:
                url = f"/en/record/cpd/{cast['e']}{ending}"
                assert post_form(browser, url, {"edition": "2"}, page=HERE + "/new").status_code == 404, (who, ending)
            assert "Read the new guideline" not in browser.get(HERE).text
    for n, who in reversed(list(enumerate(WHO))):
        for (method, url), expected in API.items():
            address, body = f"/api/v1/cpd/{url.format(**cast)}", BODIES.get(url) if method == "PUT" else None
            asking = (
                as_token(cast[who]).open if who in cast else lambda how, at, **more: client.open(at, method=how, **more)
            )
            answer = asking(method, address, json=body)
            assert answer.status_code == expected[n], (who, method, url, answer.text)
    assert db.session.get(CpdEntry, cast["e"]) is None


def test_a_token_for_something_else_does_not_open_it(as_token: Any) -> None:
    person = make_person()
    assert as_token(person, scopes=["award:read"]).get("/api/v1/cpd/entries").status_code == 403
    assert as_token(person, scopes=["cpd:read"]).get("/api/v1/cpd/entries").status_code == 200
    assert as_token(person, scopes=["cpd:read"]).post("/api/v1/cpd/entries", json={}).status_code == 403
