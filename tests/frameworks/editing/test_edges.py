"""Who reaches which page and operation; other people's ids; and how many queries a large draft takes."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from frameworks.editing import queries, services
from frameworks.editing.models import Part
from lms.core.db import transaction
from lms.core.permissions import Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_person, organisation, post_form
from tests.factories.frameworks import draft_of, editing, fill_with_statements, make_editor, with_reviewer

API = "/api/v1/frameworks/CAMHS/drafts/2"
PAGE = "/en/manage/frameworks/CAMHS/2"
WHO = ("nobody", "stranger", "elsewhere", "commenter", "writer", "publisher", "editor")


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    editor, elsewhere, publisher = make_editor(), make_editor("BCU"), make_person()
    grant(publisher, Role.PUBLISHER, organisation("WALES"))
    version = draft_of(editor=editor)
    people = {"stranger": make_person(), "commenter": make_person(), "writer": make_person()}
    with_reviewer(version, editor, people["commenter"], Part.COMMENT)
    with_reviewer(version, editor, people["writer"], Part.EDIT)
    return people | {"editor": editor, "elsewhere": elsewhere, "publisher": publisher, "version": version}


MATRIX = [
    ("GET", API, None, (401, 404, 404, 200, 200, 200, 200)),
    ("GET", f"{API}/comments", None, (401, 404, 404, 200, 200, 200, 200)),
    ("GET", f"{API}/impact", None, (401, 403, 404, 403, 403, 403, 200)),
    ("GET", f"{API}/file", None, (404, 404, 404, 200, 200, 200, 200)),
    ("GET", f"{API}/mapping", None, (401, 404, 404, 200, 200, 200, 200)),
    ("GET", f"{API}/changes", None, (404, 404, 404, 200, 200, 200, 200)),
    ("POST", f"{API}/domains", {"code": "D1", "title": {"en": "a"}}, (401, 404, 404, 403, 201, 403, 201)),
    ("POST", f"{API}/comments", {"body": "Hello"}, (401, 404, 404, 201, 201, 201, 201)),
    ("POST", f"{API}/people", {"email": "x@example.org", "part": "edit"}, (401, 403, 404, 403, 403, 403, 422)),
    ("POST", f"{API}/consultation", None, (401, 403, 404, 403, 403, 403, 200)),
    ("POST", f"{API}/publication", None, (401, 403, 404, 403, 403, 409, 409)),
    ("POST", "/api/v1/frameworks/CAMHS/drafts", None, (401, 403, 403, 403, 403, 403, 409)),
]


@pytest.mark.parametrize(
    ("method", "url", "body", "answers"), MATRIX, ids=[f"{each[0]} {each[1][7:]}" for each in MATRIX]
)
def test_access_matrix(cast: dict[str, Any], client, as_token, method, url, body, answers) -> None:
    got = []
    for who in WHO:
        if who == "nobody":
            got.append(client.open(url, method=method, json=body).status_code)
        else:
            number = WHO.index(who)
            sent = body | {"code": f"D{number}"} if body and "code" in body else body
            got.append(as_token(cast[who]).open(method, url, json=sent).status_code)
    assert tuple(got) == answers


def test_other_peoples_ids_reach_nothing(cast: dict[str, Any], as_token) -> None:
    other = draft_of("PIMH", cast["editor"])
    token = as_token(cast["editor"])
    foreign = other.statements[0]
    match = {"If-Match": f'"{foreign.edition}"'}
    body = {"code": "X", "wording": {"en": "x"}}
    assert token.put(f"{API}/statements/{foreign.id}", json=body, headers=match).status_code == 404
    assert token.delete(f"{API}/statements/{foreign.id}", headers=match).status_code == 404
    assert token.post(f"{API}/comments", json={"body": "x", "statement_id": str(foreign.id)}).status_code == 404
    with transaction():
        thread = services.comment(editing(cast["editor"]), other.id, "Elsewhere")
    assert token.put(f"{API}/comments/{thread.id}/resolution").status_code == 404
    person = queries.participants(cast["version"].id)[0]
    assert token.delete(f"/api/v1/frameworks/PIMH/drafts/2/people/{person.id}").status_code == 404


def test_a_part_is_changed_with_the_edition_that_was_read(cast: dict[str, Any], as_token) -> None:
    token = as_token(cast["writer"])
    row = cast["version"].statements[0]
    url, body = (
        f"{API}/statements/{row.id}",
        {"code": row.code, "wording": {"en": "New", "cy": "Newydd"}, "level": None},
    )
    assert token.put(url, json=body).status_code == 428
    first = token.put(url, json=body, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert token.put(url, json=body, headers={"If-Match": '"1"'}).status_code == 412
    assert token.delete(url, headers={"If-Match": '"1"'}).status_code == 412
    assert token.delete(url, headers={"If-Match": '"2"'}).status_code == 204


def test_what_was_typed_survives_a_conflict_on_the_page(cast: dict[str, Any], signed_in) -> None:
    row = cast["version"].statements[0]
    url = f"{PAGE}/statements/{row.id}"
    browser = signed_in(cast["writer"])
    given = {"code": row.code, "wording_en": "Mine", "wording_cy": "Fy un i", "edition": "1"}
    assert post_form(browser, url, given).status_code == 303
    stale = post_form(browser, url, given | {"wording_en": "Typed for an hour"})
    assert stale.status_code == 409
    assert "Typed for an hour" in stale.text
    assert "Mine" in stale.text


def test_a_large_draft_takes_the_same_few_queries(cast: dict[str, Any], signed_in) -> None:
    browser = signed_in(cast["editor"])
    pages = [PAGE, f"{PAGE}/statements", f"{PAGE}/changes", f"{PAGE}/mapping", f"{PAGE}/impact", f"{PAGE}/discussion"]
    small = [queries_of(browser, url) for url in pages]
    fill_with_statements(UUID(str(cast["version"].id)), 500)
    assert [queries_of(browser, url) for url in pages] == small
    assert max(small) <= 32
