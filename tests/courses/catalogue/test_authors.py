"""Writing courses: draft, review by somebody else, publish, retire; by page and by API."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.catalogue import queries
from courses.catalogue.models import CourseStatus
from lms.accounts.models import Person
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_organisation, make_person, post_form

FORM = {
    "code": "NEW-1",
    "programme": "SUP",
    "title_en": "Listening well",
    "title_cy": "Gwrando'n dda",
    "summary_en": "How to.",
    "summary_cy": "Sut i.",
    "format": "elearning",
    "topic": "literacy",
    "minutes": "90",
    "languages": ["en", "cy"],
    "sectors": ["nhs", "public"],
    "funding": ["free_open"],
    "capacity_rule": "open",
    "certificate_kind": "completion",
    "levels": ["PIMH:skilled"],
    "conditions": "manager_support\nsetting_in: camhs, maternity",
    "any_of": "all",
    "completed": "PIMH-01 PIMH-02",
}
BODY = {
    "code": "NEW-2",
    "title": {"en": "Listening", "cy": "Gwrando"},
    "summary": {"en": "How to.", "cy": "Sut i."},
    "format": "elearning",
    "topic": "literacy",
    "minutes": 60,
    "sectors": ["nhs"],
    "languages": ["en", "cy"],
}


@pytest.fixture
def author(app: Flask) -> Person:
    person = make_person(display_name="Awdur")
    grant(person, Role.AUTHOR, make_organisation())
    return person


@pytest.fixture
def publisher(app: Flask) -> Person:
    person = make_person(display_name="Cyhoeddwr")
    grant(person, Role.PUBLISHER, make_organisation())
    return person


def test_a_course_from_the_first_word_to_the_shelf(
    app: Flask, signed_in: Any, author: Person, publisher: Person
) -> None:
    writes, reads = signed_in(author), signed_in(publisher)
    there = "/en/manage/courses/NEW-1/versions/1"
    assert post_form(writes, "/en/manage/courses/new", FORM | {"title_cy": ""}).headers["Location"] == there
    assert "Write the title in Welsh" in writes.get(there).text
    refused = post_form(writes, f"{there}/review", {})
    assert (refused.status_code, "Write the title in Welsh" in refused.text) == (409, True)
    saved = {name: value for name, value in FORM.items() if name not in ("code", "programme")}
    assert post_form(writes, f"{there}/edit", saved | {"edition": "1"}).status_code == 303
    assert post_form(writes, f"{there}/review", {}).status_code == 303
    assert writes.get(f"{there}/publish").status_code == 403
    assert post_form(reads, f"{there}/return", {"reason": ""}).status_code == 422
    assert post_form(reads, f"{there}/return", {"reason": "Say it plainly."}).status_code == 303
    assert "Say it plainly." in writes.get(there).text
    assert post_form(writes, f"{there}/review", {}).status_code == 303
    assert writes.get("/en/training/NEW-1").status_code == 404
    assert post_form(reads, f"{there}/publish", {}).status_code == 303
    page = writes.get("/cy/training/NEW-1").text
    assert "Gwrando&#39;n dda" in page
    assert "Mae eich rheolwr yn eich cefnogi" in page
    found = queries.course_on_offer("NEW-1")
    assert found.eligibility == {"all": [{"manager_support": True}, {"setting_in": ["camhs", "maternity"]}]}
    assert found.prerequisites == {"completed": ["PIMH-01", "PIMH-02"]}
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.thing_id == str(found.id)).order_by(AuditEntry.at)
    ).all()
    assert list(actions) == [
        "course.drafted",
        "course.edited",
        "course.submitted",
        "course.returned",
        "course.submitted",
        "course.published",
    ]

    assert post_form(writes, "/en/manage/courses/NEW-1/versions", {}, page=there).headers["Location"].endswith("/2")
    second = post_form(writes, "/en/manage/courses/NEW-1/versions", {}, page=there)
    assert (second.status_code, "already being written" in second.text) == (409, True)
    assert post_form(writes, "/en/manage/courses/NEW-1/versions/2/review", {}).status_code == 303
    assert post_form(reads, "/en/manage/courses/NEW-1/versions/2/publish", {}).status_code == 303
    db.session.expire_all()
    assert queries.version_numbered("NEW-1", 1).status is CourseStatus.RETIRED
    assert queries.course_on_offer("NEW-1").number == 2
    last = "/en/manage/courses/NEW-1/versions/2"
    assert post_form(reads, f"{last}/retire", {"reason": "No longer given."}).status_code == 303
    assert reads.get("/en/training/NEW-1").status_code == 404


def test_whoever_worked_on_it_does_not_publish_it(app: Flask, as_token: Any, author: Person, publisher: Person) -> None:
    writes, reads = as_token(author), as_token(publisher)
    at = "/api/v1/courses/NEW-2/versions/1"
    tag = writes.post("/api/v1/courses", json=BODY).headers["ETag"]
    mine = reads.patch(at, json={"minutes": 45}, headers={"If-Match": tag})
    assert (mine.status_code, mine.json["minutes"], mine.json["title"]) == (200, 45, BODY["title"])
    assert writes.patch(at, json={"minutes": 30}, headers={"If-Match": mine.headers["ETag"]}).status_code == 200
    assert writes.post(f"{at}/reviews").status_code == 200
    refused = reads.post(f"{at}/publication")
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/course-own-work")
    other = make_person()
    grant(other, Role.PUBLISHER, make_organisation())
    assert as_token(other).post(f"{at}/publication").json["status"] == "published"
    assert reads.patch(at, json={"minutes": 1}, headers={"If-Match": '"1-3-published"'}).status_code == 409
    assert reads.post(f"{at}/retirement", json={"reason": "Tried."}).json["status"] == "retired"


def test_two_tabs_the_second_is_told_and_keeps_its_words(
    app: Flask, signed_in: Any, as_token: Any, author: Person
) -> None:
    writes = signed_in(author)
    post_form(writes, "/en/manage/courses/new", FORM)
    edit = "/en/manage/courses/NEW-1/versions/1/edit"
    assert post_form(writes, edit, FORM | {"edition": "1", "summary_en": "From the first tab."}).status_code == 303
    stale = post_form(writes, edit, FORM | {"edition": "1", "summary_en": "From the second tab."})
    assert stale.status_code == 409
    assert "From the second tab." in stale.text
    assert "This was changed in the meantime" in stale.text
    assert queries.version_numbered("NEW-1", 1).summary.en == "From the first tab."
    api = as_token(author)
    at = "/api/v1/courses/NEW-1/versions/1"
    assert (
        api.patch(at, json={"minutes": 5}, headers={"If-Match": '"1-1-draft"'}).json["type"] == "/problems/stale-edit"
    )
    assert api.patch(at, json={"minutes": 5}).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": ""}, "Write a code, such as ECAMHS-6"),
        ({"code": "PIMH-01"}, "Another course has this code already"),
        ({"code": "a b"}, "This is not what we expected here"),
        ({"minutes": "two"}, "Write a whole number"),
        ({"seats": "-1"}, "This number is too small or too large"),
        ({"format": ""}, "Choose a format"),
        ({"format": "radio"}, "Choose from the list"),
        ({"conditions": "manager_support\ngrade: 7"}, "We do not know this condition"),
        ({"completed": "PIMH-01 NOPE-1"}, "There is a course code here"),
        ({"title_en": "x" * 201}, "This is too long"),
        ({"summary_cy": "a\x07b"}, "Remove the characters that cannot be shown"),
        ({"levels": ["PIMH:none"]}, "Choose from the list"),
    ],
)
def test_a_fault_in_the_form_is_named_and_nothing_typed_is_lost(
    app: Flask, signed_in: Any, author: Person, wrong: dict[str, str], said: str
) -> None:
    answer = post_form(signed_in(author), "/en/manage/courses/new", FORM | {"note_en": "My long note"} | wrong)
    assert (answer.status_code, said in answer.text, "My long note" in answer.text) == (422, True, True)


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x"},
        {"minutes": -1},
        {"eligibility": {"all": [{"grade": 7}]}},
        {"levels": [{"framework": "PIMH"}]},
        {"topic": "none"},
        {"statements": [{"framework": "PIMH", "statement": "NO"}]},
        {"colour": "red"},
        {"code": "PIMH-01"},
        {"prerequisites": {"completed": ["NO-1"]}},
        {"eligibility": []},
        {"sectors": ["moon"]},
        {"programme": "NO"},
    ],
)
def test_a_fault_in_the_api_is_named(app: Flask, as_token: Any, author: Person, body: dict[str, Any]) -> None:
    answer = as_token(author).post("/api/v1/courses", json=BODY | body)
    assert answer.status_code in (409, 422)
    assert answer.json["errors"]


PAGES = [
    ("GET", "/en/manage/courses", (303, 403, 200, 200)),
    ("GET", "/en/manage/courses/new", (303, 403, 200, 200)),
    ("GET", "/en/manage/courses?status=draft", (303, 403, 200, 200)),
    ("GET", "/en/manage/courses/PIMH-01/versions/1", (303, 403, 200, 200)),
    ("GET", "/en/manage/courses/CPD-BITE/versions/1/edit", (303, 403, 200, 200)),
    ("GET", "/en/manage/courses/CPD-BITE/versions/1/review", (303, 403, 200, 200)),
    ("GET", "/en/manage/courses/PIMH-01/versions/1/retire", (303, 403, 403, 200)),
    ("GET", "/en/manage/courses/PIMH-01/versions/1/publish", (303, 403, 403, 404)),
    ("GET", "/en/manage/courses/NONE/versions/1", (303, 403, 404, 404)),
    ("GET", "/en/training", (200, 200, 200, 200)),
    ("GET", "/en/training/PIMH-01", (200, 200, 200, 200)),
]
API = [
    ("GET", "/api/v1/courses/CPD-BITE/versions/1", (401, 403, 200, 200)),
    ("POST", "/api/v1/courses", (401, 403, 201, 201)),
    ("POST", "/api/v1/courses/CPD-BITE/versions/1/reviews", (401, 403, 200, 409)),
    ("POST", "/api/v1/courses/CPD-BITE/versions/1/publication", (401, 403, 403, 200)),
    ("POST", "/api/v1/courses/PIMH-01/versions/1/retirement", (401, 403, 403, 200)),
    ("POST", "/api/v1/courses/PIMH-02/versions", (401, 403, 201, 409)),
    ("GET", "/api/v1/courses", (200, 200, 200, 200)),
]


def test_who_may_open_which_page(app: Flask, client: Any, signed_in: Any, author: Person, publisher: Person) -> None:
    browsers = [client, signed_in(make_person()), signed_in(author), signed_in(publisher)]
    for method, url, wanted in PAGES:
        got = tuple(browser.open(url, method=method).status_code for browser in browsers)
        assert got == wanted, url


def test_who_may_call_what(app: Flask, client: Any, as_token: Any, author: Person, publisher: Person) -> None:
    callers = [client, as_token(make_person()), as_token(author), as_token(publisher)]
    for method, url, wanted in API:
        got = []
        for number, caller in enumerate(callers):
            json = BODY | {"code": f"NEW-{number}"} if url.endswith("/courses") else {"reason": "x"}
            sends = {"json": json} if url.endswith(("/courses", "/retirement")) and method == "POST" else {}
            got.append(
                caller.open(url, method=method, **sends).status_code
                if caller is client
                else caller.open(method, url, **sends).status_code
            )
        assert tuple(got) == wanted, (method, url)


def test_lists_of_versions_page_and_say_when_empty(app: Flask, signed_in: Any, author: Person) -> None:
    browser = signed_in(author)
    assert "Nothing here" in browser.get("/en/manage/courses").text
    first = browser.get("/en/manage/courses?status=published").text
    assert first.count("/manage/courses/") > 25
    assert "Next page" in first
    assert browser.get("/en/manage/courses?status=odd&cursor=odd").status_code in (200, 422)
