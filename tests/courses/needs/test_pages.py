"""Who may see and do what, over pages and the API; what a body sees; and the cost of a large round."""

import csv
import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import insert, select

from courses.needs import queries
from courses.needs.models import Acceptance, Allocation, Answer, Entry, Nominee, Via
from courses.needs.rules.allocating import Method
from courses.needs.services import accepting, answering, nominating, reviewing, rounds, sharing
from lms.accounts.models import Organisation, Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.permissions import Actor, Role
from tests.counting import counted_queries, queries_of
from tests.courses.portfolios.test_races import at_once, count
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, post_form
from tests.factories.needs import Story, a_round, noon

WHO = ("nobody", "body", "other body", "area", "area elsewhere", "organiser", "commissioner", "stranger")
MATRIX: dict[str, tuple[int, ...]] = {
    # {r} the round, {b} the body, {c} its course in the round, {k} the course's code
    "/en/needs": (303, 200, 200, 200, 200, 200, 403, 403),
    "/en/needs/{r}/{b}": (303, 200, 404, 200, 404, 200, 403, 403),
    "/en/needs/{r}/{b}/sheet.xlsx": (303, 200, 404, 200, 404, 200, 403, 403),
    "/en/needs/{r}/{b}/places/{c}": (303, 200, 404, 200, 404, 200, 403, 403),
    "/en/needs/{r}/{b}/people/{c}": (303, 200, 404, 200, 404, 200, 403, 403),
    "/en/needs/{r}/rule": (200,) * 8,
    "/en/manage/needs": (303, 403, 403, 200, 200, 200, 200, 403),
    "/en/manage/needs/new": (303, 403, 403, 200, 200, 200, 403, 403),
    "/en/manage/needs/{r}": (303, 403, 403, 200, 404, 200, 200, 403),
    "/en/manage/needs/{r}/answers": (303, 403, 403, 200, 404, 200, 200, 403),
    "/en/manage/needs/{r}/answers/{b}": (303, 403, 403, 200, 404, 200, 403, 403),
    "/en/manage/needs/{r}/answers/{b}/link": (303, 403, 403, 200, 404, 200, 403, 403),
    "/en/manage/needs/{r}/demand": (303, 403, 403, 200, 404, 200, 200, 403),
    "/en/manage/needs/{r}/capacity": (303, 403, 403, 403, 403, 403, 200, 403),
    "/en/manage/needs/{r}/allocation": (303, 403, 403, 200, 404, 200, 200, 403),
    "/en/manage/needs/{r}/outturn": (303, 403, 403, 200, 404, 200, 200, 403),
    "/en/manage/needs/{r}/export/workbook": (303, 403, 403, 200, 404, 200, 200, 403),
    "/en/manage/needs/{r}/dates": (303, 403, 403, 403, 404, 200, 403, 403),
    "/api/v1/needs-rounds": (401, 403, 403, 200, 200, 200, 200, 403),
    "/api/v1/needs-rounds/{r}": (401, 403, 403, 200, 404, 200, 200, 403),
    "/api/v1/needs-rounds/{r}/bodies/{b}": (401, 200, 404, 200, 404, 200, 200, 404),
    "/api/v1/needs-rounds/{r}/bodies/{b}/sheet": (401, 200, 404, 200, 404, 200, 403, 403),
    "/api/v1/needs-rounds/{r}/bodies/{b}/courses/{k}/nominees": (401, 200, 404, 200, 404, 200, 403, 403),
    "/api/v1/needs-rounds/{r}/demand": (401, 403, 403, 200, 404, 200, 200, 403),
    "/api/v1/needs-rounds/{r}/allocation": (401, 403, 403, 200, 404, 200, 200, 403),
    "/api/v1/needs-rounds/{r}/outturn": (401, 403, 403, 200, 404, 200, 200, 403),
    "/api/v1/needs-rounds/{r}/rule": (200,) * 8,
}  # fmt: skip


@pytest.fixture
def story(app: Flask) -> Story:
    """A board, a council-like body and a charity with places; the charity has taken its own."""
    it = a_round(reserved=20)
    for number, heads in enumerate((20, 10, 5)):
        it.enter(number, it.line(heads))
    it.reviewed()
    it.bought(20)
    it.allocated()
    it.accepted(2, it.places()[2], reason="")
    return it


@pytest.fixture
def cast(story: Story) -> dict[str, Any]:
    elsewhere = make_person()
    grant(elsewhere, Role.ORGANISER, make_organisation())
    area = make_person()
    grant(area, Role.ORGANISER, story.bodies[2])
    return {
        "nobody": None, "body": story.people[2], "other body": story.people[0], "area": area, "area elsewhere": elsewhere,
        **story.named, "stranger": make_person(),
    }  # fmt: skip


def test_matrix(app: Flask, story: Story, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    ids = {"r": story.round.id, "b": story.bodies[2].id, "c": story.of().id, "k": story.courses[0].code}
    found = {}
    for address in MATRIX:
        got = []
        for who in WHO:
            person = cast[who]
            if person is None:
                client: Any = app.test_client()
            else:
                client = as_token(person) if address.startswith("/api") else signed_in(person)
            got.append(client.get(address.format(**ids)).status_code)
        found[address] = tuple(got)
    assert found == MATRIX


def test_an_area_sees_its_own_bodies_only(story: Story, cast: dict[str, Any], as_token: Any) -> None:
    answer = as_token(cast["area"]).get(f"/api/v1/needs-rounds/{story.round.id}/demand").json
    assert [each["heads"] for each in answer["items"]] == [5]
    places = as_token(cast["area"]).get(f"/api/v1/needs-rounds/{story.round.id}/allocation").json["places"]
    assert {each["body"]["code"] for each in places} == {story.bodies[2].code}
    everybody = as_token(cast["commissioner"]).get(f"/api/v1/needs-rounds/{story.round.id}/demand").json
    assert [each["heads"] for each in everybody["items"]] == [35]


def test_other_bodies_ids_are_not_found_when_guessed(story: Story, as_token: Any) -> None:
    mine, other = as_token(story.people[0]), story.bodies[2].id
    there = f"/api/v1/needs-rounds/{story.round.id}/bodies/{other}"
    code = story.courses[0].code
    tried = [
        mine.post(f"{there}/answer", json={"edition": 0, "lines": []}),
        mine.post(f"{there}/courses/{code}/acceptance", json={"accepted": 0, "reason": "x"}),
        mine.post(f"{there}/courses/{code}/nominees", json={"person_id": str(story.people[2].id)}),
        mine.delete(f"{there}/nominees/{new_id()}"),
    ]
    assert [each.status_code for each in tried] == [404] * 4
    assert count(Nominee) == 0


def sheet_of(story: Story, browser: Any, heads: Any, reason: str) -> bytes:
    """The downloaded sheet with its first row filled in."""
    base = f"/en/needs/{story.round.id}/{story.bodies[2].id}"
    book = load_workbook(io.BytesIO(browser.get(f"{base}/sheet.xlsx").data))
    sheet = book.worksheets[0]
    sheet["E2"], sheet["F2"] = heads, reason
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_one_spreadsheet_is_tried_before_it_is_kept(app: Flask, signed_in: Any) -> None:
    story = a_round(courses=2)
    browser = signed_in(story.people[2])
    base = f"/en/needs/{story.round.id}/{story.bodies[2].id}"
    wrong = post_form(browser, f"{base}/sheet", {"file": (io.BytesIO(sheet_of(story, browser, "many", "")), "n.xlsx")})
    assert wrong.status_code == 200
    assert "Some rows cannot be kept" in wrong.text
    assert count(Answer) == 0
    good = post_form(
        browser, f"{base}/sheet", {"file": (io.BytesIO(sheet_of(story, browser, 7, "-New team")), "n.xlsx")}
    )
    assert "Nothing has been kept yet" in good.text
    assert count(Answer) == 0
    import html
    import re

    kept = html.unescape(re.search(r'name="rows" value="([^"]*)"', good.text).group(1))  # type: ignore[union-attr]
    done = post_form(browser, f"{base}/sheet", {"rows": kept, "edition": "0"})
    assert done.status_code == 303
    answer = db.session.scalars(select(Answer)).one()
    assert (answer.via, [(each.heads, each.reason) for each in answer.entries]) == (Via.SHEET, [(7, "-New team")])
    again = load_workbook(io.BytesIO(browser.get(f"{base}/sheet.xlsx").data)).worksheets[0]
    assert (again["E2"].value, again["F2"].value) == (7, "'-New team"), "text starts no formula"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"\x00\x01\x02", b"no;headings\n1;2\n"])
def test_what_is_no_spreadsheet_is_refused(app: Flask, signed_in: Any, data: bytes) -> None:
    story = a_round()
    browser = signed_in(story.people[2])
    base = f"/en/needs/{story.round.id}/{story.bodies[2].id}"
    answer = post_form(browser, f"{base}/sheet", {"file": (io.BytesIO(data), "n.xlsx")})
    assert answer.status_code == 422
    assert count(Answer) == 0


def test_the_export_reads_back_and_names_nobody(story: Story, signed_in: Any) -> None:
    person = make_person(display_name="Nobody Should See")
    make_membership(person, story.bodies[2])
    with story.on("accept_by"), transaction():
        nominating.nominate(story.body(2), story.round.id, story.bodies[2].id, story.of().id, person.id)
    browser = signed_in(story.named["commissioner"])
    file = browser.get(f"/cy/manage/needs/{story.round.id}/export/workbook")
    book = load_workbook(io.BytesIO(file.data))
    assert len(book.worksheets) == 6
    outturn = {row[0]: row for row in book.worksheets[4].iter_rows(min_row=2, values_only=True)}
    assert outturn[story.bodies[2].code][5:11] == (5, 4, 4, 4, 1, 0)
    plain = browser.get(f"/en/manage/needs/{story.round.id}/export/outturn").data.decode("utf-8-sig")
    assert plain.splitlines()[0].startswith("Body code,")
    everything = str([list(sheet.values) for sheet in book.worksheets]) + plain
    assert "Nobody Should See" not in everything


def test_every_stage_is_in_the_export_with_who_and_when(app: Flask, signed_in: Any) -> None:
    story = a_round(reserved=30)
    story.enter(0, story.line(4, reason="First thought"))
    story.enter(0, story.line(6), edition=1)
    story.enter(2, headcount=answering.People(20, "Our own count"))
    entry = queries.figures(story.round.id)[0].entry_id
    with story.on("need_by", 1), transaction():
        reviewing.review(
            story.organiser, story.round.id, story.bodies[0].id, 2, {entry: (5, "One is trained already")}, "Seen"
        )
    story.reviewed()
    story.bought(5, pence=25000, budget=100000)
    story.allocated()
    story.accepted(0, 3, reason="One has left")
    make_membership(named := make_person(display_name="Nobody Should See"), story.bodies[0])
    with story.on("accept_by"), transaction():
        nominating.nominate(story.body(0), story.round.id, story.bodies[0].id, story.of().id, named.id)
    browser = signed_in(story.named["commissioner"])
    text = browser.get(f"/en/manage/needs/{story.round.id}/export/history").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    lead, first = story.people[0].display_name, story.bodies[0].code
    told = [(row["What"], row["Body code"], row["How many"], row["Who"]) for row in rows]
    assert told == [
        ("Round opened", "", "", "Organiser"), ("Need entered", first, "4", lead), ("Need entered", first, "6", lead),
        ("Need entered: nothing", story.bodies[2].code, "", story.people[2].display_name),
        ("Headcount given", story.bodies[2].code, "20", story.people[2].display_name),
        ("The body’s need looked at", first, "", "Organiser"), ("Another figure in the review", first, "5", "Organiser"),
        ("Review finished", "", "", "Organiser"), ("Capacity and budget set", "", "5", "Commissioner"),
        ("Places shared out", "", "", "Commissioner"), ("Places accepted", first, "3", lead),
        ("Somebody named", first, "1", lead),
    ]  # fmt: skip
    reasons = {row["What"]: row["Reason"] for row in rows}
    assert reasons["Capacity and budget set"] == "£250.00 a place, budget £1000.00"
    assert reasons["Places accepted"] == "One has left"
    assert reasons["Need entered"].endswith("typed on the page")
    assert all(row["When (Wales)"] for row in rows)
    assert "Nobody Should See" not in text
    demand = browser.get(f"/cy/manage/needs/{story.round.id}/export/demand").data.decode("utf-8-sig")
    assert [row[4:7] for row in csv.reader(io.StringIO(demand))][1:] == [["1", "6", "5"]]


def test_two_who_enter_the_same_need_at_once_are_told(app: Flask) -> None:
    story = a_round()
    actor, here = story.body(0), (story.round.id, story.bodies[0].id)
    answers = at_once(
        app,
        lambda: answering.answer(actor, *here, 0, [story.line(3)], Via.PAGE),
        lambda: answering.answer(actor, *here, 0, [story.line(9)], Via.PAGE),
    )
    assert answers == ["done", "stale-edit"]
    assert count(Answer) == 1


def test_two_allocations_at_once_are_one(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(3))
    story.reviewed()
    story.bought(3)
    answers = at_once(
        app,
        lambda: sharing.share_out(story.commissioner, story.round.id, 0),
        lambda: sharing.share_out(story.commissioner, story.round.id, 0),
    )
    assert answers == ["done", "stale-edit"]
    assert count(Allocation) == 1


def test_the_last_place_is_given_once(app: Flask, story: Story) -> None:
    people = [make_person() for _ in range(5)]
    for each in people:
        make_membership(each, story.bodies[2])
    here = (story.body(2), story.round.id, story.bodies[2].id, story.of().id)
    with transaction():
        for each in people[:3]:
            nominating.nominate(*here, each.id)
    one, two = people[3].id, people[4].id
    answers = at_once(app, lambda: nominating.nominate(*here, one), lambda: nominating.nominate(*here, two))
    assert answers == ["done", "no-place-left"]


def test_accepting_and_sharing_out_anew_at_once_is_one_of_them(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(3))
    story.reviewed()
    story.bought(3)
    story.allocated()
    course = story.of().id
    answers = at_once(
        app,
        lambda: accepting.accept(story.body(0), story.round.id, story.bodies[0].id, course, 3),
        lambda: sharing.share_out(story.commissioner, story.round.id, 1, "Again"),
    )
    assert answers in (["done", "done"], ["done", "offers-answered"])
    newest = queries.allocations_of(story.round.id)[0]
    kept = db.session.scalars(select(Acceptance)).all()
    assert len(kept) == 1
    assert queries.standings(newest)[0].held == 3


def grow(story: Story, bodies: int) -> None:
    """So many more bodies that answer for every course."""
    made = [
        {"id": (key := new_id()), "code": f"BIG{key}", "name_en": f"Big {n}", "name_cy": f"Mawr {n}", "kind": "charity",
         "sector": Sector.THIRD_SECTOR, "parent_id": story.place.id, "lineage": [story.place.id, key]}
        for n in range(bodies)
    ]  # fmt: skip
    courses = queries.courses_of(story.round.id)
    answers = [
        {"id": new_id(), "round_id": story.round.id, "organisation_id": each["id"], "edition": 1, "via": Via.API,
         "at": clock.now(), "by_name": "x"}
        for each in made
    ]  # fmt: skip
    entries = [
        {"id": new_id(), "answer_id": each["id"], "round_course_id": course.id, "level": "", "heads": 3 + n % 7,
         "reason": "x", "evidence": ""}
        for n, each in enumerate(answers) for course in courses
    ]  # fmt: skip
    with transaction():
        db.session.execute(insert(Organisation.__table__), made)
        db.session.execute(insert(Answer.__table__), answers)
        db.session.execute(insert(Entry.__table__), entries)


LISTS = ("", "/answers", "/demand", "/outturn", "/allocation")


def test_two_hundred_bodies_and_thirty_courses_cost_as_many_queries_as_three(app: Flask, signed_in: Any) -> None:
    costs = []
    for bodies, courses in ((3, 2), (197, 30)):
        story = a_round(courses=courses, reserved=10)
        grow(story, bodies)
        story.reviewed()
        story.bought(*[100] * courses)
        with counted_queries() as seen:
            story.allocated()
        browser, organiser = signed_in(story.named["commissioner"]), signed_in(story.named["organiser"])
        mine = signed_in(story.people[2])
        base = f"/en/manage/needs/{story.round.id}"
        pages = [queries_of(browser if each != "/answers" else organiser, base + each) for each in LISTS]
        pages.append(queries_of(browser, f"{base}/allocation/{story.of().id}"))
        pages.append(queries_of(mine, f"/en/needs/{story.round.id}/{story.bodies[2].id}"))
        costs.append((len(seen), pages))
        share = db.session.scalars(select(Allocation).where(Allocation.round_id == story.round.id)).one()
        found = queries.standings(share)
        assert len(found) == bodies * courses
        assert all(each.share.places <= each.share.need for each in found)
    assert costs[0] == costs[1]


def test_a_round_is_opened_and_moved_on_by_its_pages(app: Flask, signed_in: Any) -> None:
    story = a_round()
    browser = signed_in(story.named["organiser"])
    today = clock.today()
    days = {
        f"{name}-{part}": str(getattr(day, part))
        for name, day in story.round.dates.named().items()
        for part in ("day", "month", "year")
    }
    given = {
        "title_en": "Winter", "title_cy": "Gaeaf", "place_id": str(story.place.id), "courses": story.courses[0].code,
        "method": Method.EQUAL.value, "reserved_percent": "5", **days,
    }  # fmt: skip
    wrong = post_form(browser, "/en/manage/needs/new", given | {"title_cy": "", "need_by-year": str(today.year - 3)})
    assert wrong.status_code == 422
    assert "Enter a title in Welsh" in wrong.text
    made = post_form(browser, "/en/manage/needs/new", given)
    assert made.status_code == 303
    page = browser.get(made.headers["Location"]).text
    assert "Winter" in page
    assert "Possible after" in page
    early = browser.post(
        made.headers["Location"] + "/reviewed", data={"csrf_token": page.split('csrf_token" value="')[1].split('"')[0]}
    )
    assert early.status_code == 409


def test_by_mailed_link_a_body_answers_without_an_account(app: Flask, client: Any) -> None:
    story = a_round()
    with transaction():
        answering.send_link(story.organiser, story.round.id, story.bodies[2].id, "a@small.example", "en")
    from tests.courses.needs.test_services import secret_of

    url = f"/en/needs/answer/{secret_of('a@small.example', 'needs/answer')}"
    nameless = post_form(client, url, {"edition": "0", "heads-1": "4", "reason-1": "Volunteers"})
    assert nameless.status_code == 422
    done = post_form(client, url, {"edition": "0", "heads-1": "4", "reason-1": "Volunteers", "name": "Ann"})
    assert done.status_code == 303
    assert client.get(url).status_code == 409
    assert db.session.scalars(select(Answer)).one().by_name == "Ann"


def test_the_house_ends_acceptance_when_its_last_day_is_over(app: Flask, story: Story) -> None:
    with clock.frozen(noon(story.round.accept_by)), pytest.raises(Exception, match="last day"), transaction():
        rounds.end_acceptance(Actor.system(), story.round.id)
