"""Gaps beside a framework, counted: as the pages of people say, with small counts hidden and no denominator."""

import csv
import io
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, text

from courses.needs import upstairs as needs
from frameworks.assessment import queries, services
from frameworks.assessment.rules import Reach
from frameworks.editing import queries as editing_queries
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.language import Bilingual
from lms.core.mail import MailMessage
from lms.core.open_documents import ODS
from lms.core.permissions import Actor, Role
from lms.reporting import headcounts
from lms.reporting.reach import counting
from lms.reporting.reach.counting import Grouping, Where
from lms.reporting.saved import letters as saved_letters
from lms.reporting.saved import services as saved_views
from lms.reporting.saved.models import SavedView, ViewSubscription
from tests.counting import queries_of
from tests.factories.accounts import grant, make_organisation, make_person, organisation, post_form
from tests.factories.assessment import acting_for, make_health_visitor, rate
from tests.factories.catalogue import course
from tests.factories.frameworks import draft_of, editing, make_editor, published
from tests.factories.reporting import reach_taken_in
from tests.frameworks.editing.test_life import put


def acting_at(person: Any, role: Role, at: str = "WALES") -> Actor:
    return Actor(person=person.id, roles=frozenset({(role, organisation(at).id)}))


def everywhere(person: Any, value: str = "confident") -> None:
    for domain in queries.outline("CAMHS").domain_codes:
        if any(line.needed for line in services.mine(acting_for(person), "CAMHS").of_domain(domain)):
            rate(person, "CAMHS", domain, value)


def as_pages_say(person: Any) -> Where:
    reaches = {r for r in services.mine(acting_for(person), "CAMHS").reaches.values() if r is not Reach.NOT_NEEDED}
    lines = [line for line in services.mine(acting_for(person), "CAMHS").lines if line.needed]
    if reaches == {Reach.MEETS}:
        return Where.MEETS
    return Where.PARTLY if any(line.met for line in lines) else Where.NOT_YET


def test_the_counts_are_what_the_pages_say_also_after_a_new_version(app: Flask) -> None:
    people = [make_health_visitor() for _n in range(4)]
    everywhere(people[0])
    rate(people[1], "CAMHS", "C1")
    rate(people[2], "CAMHS", "C2", "developing")

    def agree() -> dict[Where, int]:
        raw = counting.counts(queries.outline("CAMHS"), Grouping.ROLE, clock.today(), None)
        said = [as_pages_say(each) for each in people]
        counted = {where: raw.get(("health_visitor", where), 0) for where in Where}
        assert counted == {where: said.count(where) for where in Where}
        return counted

    assert agree() == {Where.MEETS: 1, Where.PARTLY: 1, Where.NOT_YET: 2}
    editor = make_editor()
    draft = draft_of("CAMHS", editor)
    put(editing(editor), draft, draft.statements[0], wording=Bilingual("Something else.", "Rhywbeth arall."))
    published(editing_queries.whole(draft.id), editor)
    assert agree()[Where.MEETS] == 0, "what has to be rated again does not count"
    rate(people[0], "CAMHS", "C1")
    assert agree()[Where.MEETS] == 1


def test_small_counts_are_hidden_and_a_denominator_is_not_made_up(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    commissioner, board = make_person(), make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    grant(board, Role.COMMISSIONER, organisation("CAV"))
    for number in range(14):
        person = make_health_visitor("BCU" if number < 12 else "CAV")
        if number < 3:
            everywhere(person)
    reach_taken_in()
    answer = as_token(commissioner).get("/api/v1/reports/framework-gaps?framework=CAMHS&group=organisation").json
    assert (answer["denominator"], answer["total"]) == (None, 15)
    by_body = {line["code"]: line for line in answer["lines"]}
    assert by_body["BCU"]["people"]["meets"] is None
    assert set(by_body["CAV"]["people"].values()) == {None}
    assert by_body["CAV"]["total"] is None
    narrow = as_token(board).get("/api/v1/reports/framework-gaps?framework=CAMHS").json
    assert (narrow["withheld"], narrow["total"]) == (True, None)
    assert as_token(make_person()).get("/api/v1/reports/framework-gaps?framework=CAMHS").status_code == 403
    browser = signed_in(commissioner)
    for group in Grouping:
        page = browser.get(f"/en/reports/framework-gaps?framework=CAMHS&group={group.value}")
        assert (page.status_code, "No denominator" in page.text) == (200, True)
    few = queries_of(browser, "/en/reports/framework-gaps?framework=CAMHS")
    for _n in range(5):
        everywhere(make_health_visitor())
    reach_taken_in()
    assert queries_of(browser, "/en/reports/framework-gaps?framework=CAMHS") == few


def test_needs_rounds_hear_of_suppressed_aggregates_only(app: Flask) -> None:
    body, other = organisation("BCU"), organisation("CAV")
    for number in range(18):
        person = make_health_visitor()
        if number < 6:
            everywhere(person)
    make_health_visitor("CAV")
    wanted = db.session.execute(
        text(
            "SELECT c.code FROM course c JOIN course_level l ON l.version_id = c.published_version_id"
            " WHERE l.framework_code = 'CAMHS' ORDER BY c.code LIMIT 1"
        )
    ).scalar_one()
    of = course(wanted)
    reach_taken_in()
    told = needs.gaps([body.id, other.id], [of.id], clock.today())
    assert told == {(body.id, of.id): 15, (other.id, of.id): None}


def test_files_say_what_the_page_says_and_hide_what_it_hides(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    commissioner, board = make_person(), make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    grant(board, Role.COMMISSIONER, organisation("CAV"))
    for number in range(14):
        make_health_visitor("BCU" if number < 12 else "CAV")
    reach_taken_in()
    asked = "framework=CAMHS&group=organisation"
    told = as_token(commissioner).get(f"/api/v1/reports/framework-gaps?{asked}").json
    answer = signed_in(commissioner).get(f"/cy/reports/framework-gaps/figures.csv?{asked}")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    head = next(number for number, row in enumerate(rows) if row[:1] == ["code"])

    def cells(people: dict[str, int | None], total: int | None) -> list[str]:
        return ["*" if each is None else str(each) for each in (*(people[where.value] for where in Where), total)]

    wanted = [[line["code"], line["name"]["cy"], *cells(line["people"], line["total"])] for line in told["lines"]]
    assert [row[:6] for row in rows[head + 1 : head + 1 + len(wanted)]] == wanted
    assert rows[-1][2:6] == cells(told["totals"], told["total"])
    assert {cell for row in rows[head + 1 :] for cell in row[6:]} == {"dim enwadur"}
    assert any("FRAMEWORK-GAPS v2" in row for row in rows)
    assert answer.headers["Content-Language"] == "cy"
    assert "framework-gaps" in answer.headers["Content-Disposition"]
    for where, browser in (("/en", signed_in(commissioner)), ("/api/v1", as_token(commissioner))):
        book = load_workbook(io.BytesIO(browser.get(f"{where}/reports/framework-gaps/figures.xlsx?{asked}").data))
        shown = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
        assert [row[0] for row in shown if row[0]][1 : len(wanted) + 1] == [row[0] for row in wanted]
        assert browser.get(f"{where}/reports/framework-gaps/figures.ods?{asked}").mimetype == ODS
    few = signed_in(board).get(f"/en/reports/framework-gaps/figures.csv?{asked}").data.decode("utf-8-sig")
    assert "Too few people to report on" in few
    assert "CAV" not in few
    assert signed_in(make_person()).get(f"/en/reports/framework-gaps/figures.csv?{asked}").status_code == 403


def test_where_a_headcount_was_recorded_there_is_a_share_and_elsewhere_no_denominator(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    for number in range(44):
        person = make_health_visitor("BCU" if number < 30 else "CAV")
        if number < 20 or number % 4 == 0:
            everywhere(person)
    leaf = make_organisation(organisation("BCU")).code
    for _number in range(15):
        everywhere(make_health_visitor(leaf))
    given = "\n".join((
        "organisation,sector,staff_group,setting,date,people,source,method,confidence",
        *(f"{place},{sector},,,{clock.today()},{people},Census,estimate,medium" for place, sector, people in (
            ("WALES", "", 1000), ("WALES", "nhs", 200), ("BCU", "", 400), (leaf, "", 60))),
    ))  # fmt: skip
    with transaction():
        headcounts.keep(acting_at(commissioner, Role.COMMISSIONER), given.encode())
    reach_taken_in()
    token = as_token(commissioner)
    sectors = token.get("/api/v1/reports/framework-gaps?framework=CAMHS").json
    (nhs,) = (line for line in sectors["lines"] if line["code"] == "nhs")
    assert (sectors["denominator"], nhs["headcount"]) == (1000, 200)
    assert nhs["share"] == (200 * nhs["people"]["meets"] + 200) // 400
    bodies = token.get("/api/v1/reports/framework-gaps?framework=CAMHS&group=organisation&organisation=BCU").json
    by_code = {line["code"]: line for line in bodies["lines"]}
    assert by_code[leaf]["headcount"] == 60
    assert by_code["BCU"]["headcount"] is None, "its headcount counts those below it too"
    assert bodies["denominator"] == 400
    assert "CAV" not in by_code, "narrowed to a body and those below it"
    levels = token.get("/api/v1/reports/framework-gaps?framework=CAMHS&group=level").json
    assert {line["share"] for line in levels["lines"]} == {None}
    browser, page = signed_in(commissioner), "/en/reports/framework-gaps?framework=CAMHS"
    assert f"{nhs['share']}%" in browser.get(page).text
    assert "no denominator" in browser.get(f"{page}&group=organisation").text
    assert "No denominator" in browser.get(f"{page}&group=role&organisation=CAV").text


def test_it_is_listed_saved_and_written_about_like_any_other_report(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    for _number in range(14):
        make_health_visitor()
    reach_taken_in()
    browser, token = signed_in(commissioner), as_token(commissioner)
    assert "framework-gaps" in [each["slug"] for each in token.get("/api/v1/reports").json["items"]]
    assert "/en/reports/framework-gaps" in browser.get("/en/reports").text
    saved = post_form(browser, "/en/reports/views/new/framework-gaps?framework=CAMHS&group=role", {"name": "Ours"})
    assert saved.status_code == 303
    view = db.session.scalars(select(SavedView)).one()
    assert view.query == {"framework": "CAMHS", "group": "role"}
    opened = browser.get(f"/en/reports/views/{view.id}", follow_redirects=True)
    assert '<option value="role" selected>' in opened.text
    with transaction():
        saved_views.subscribe(acting_at(commissioner, Role.COMMISSIONER), view.id)
    asked = db.session.scalars(select(ViewSubscription)).one()
    with transaction():
        assert saved_letters.write(asked.id, clock.today())
    letter = db.session.scalars(select(MailMessage).order_by(MailMessage.id.desc()).limit(1)).one()
    assert "Gaps beside the frameworks" in letter.body
    assert "Bylchau o'u cymharu â'r fframweithiau" in letter.body
    assert "Together: 15" in letter.body


def test_what_the_address_names_wrongly_is_said_beside_the_choice(
    app: Flask, signed_in: Callable[..., FlaskClient]
) -> None:
    board = make_person()
    grant(board, Role.COMMISSIONER, organisation("CAV"))
    browser = signed_in(board)
    for wrong in ("framework=NOPE", "organisation=BCU", "organisation=NOPE", "group=colour"):
        page = browser.get(f"/en/reports/framework-gaps?{wrong}")
        assert (page.status_code, "Choose one of the answers" in page.text) == (422, True), wrong
