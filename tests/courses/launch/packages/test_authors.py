"""Authors send packages, look at them, put one on offer and go back; nobody else does."""

from typing import Any

import pytest
from sqlalchemy import select

from courses.catalogue.models import Course
from courses.launch.packages import queries
from courses.launch.packages.models import Package, PackageImport
from lms.core.audit import AuditEntry
from lms.core.db import db
from tests.counting import queries_of
from tests.factories.accounts import make_person, post_form
from tests.factories.packages import make_cmi5, make_structure, make_unit, make_zip

URL = "/en/manage/courses/PACK-1/packages"
API = "/api/v1/courses/PACK-1/packages"


def data(file: Any) -> bytes:
    file.seek(0)
    content: bytes = file.read()
    return content


def sent_by(token: Any, file: Any = None, languages: str = "en,cy") -> dict[str, Any]:
    answer = token.post(
        f"{API}?name=course.zip&languages={languages}", data=data(file or make_cmi5()),
        content_type="application/octet-stream",
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


class TestPages:
    def test_a_package_is_sent_looked_at_and_put_on_offer(self, browser: Any, course: Course) -> None:
        assert "No package yet" in browser.get(URL).text
        file = make_cmi5()
        sent = data(file)
        file.seek(0)
        answer = post_form(browser, f"{URL}/new", {"file": (file, "course.zip"), "languages": ["en", "cy"]})
        assert answer.status_code == 303, answer.text
        assert "The package is here" in browser.get(answer.location).text
        shown = browser.get(f"{URL}/1").text
        for words in ("cmi5", "course.zip", "When it is completed", "English, Welsh"):
            assert words in shown
        assert browser.get(f"{URL}/1/file").data == sent, "as it was sent"
        answer = post_form(browser, f"{URL}/1/offer", {"languages": ["cy"], "reason": "Yn barod"})
        assert answer.status_code == 303
        assert set(queries.offered(course.id)) == {"cy"}
        assert "Yn barod" in browser.get(URL).text

    def test_what_is_wrong_is_listed_in_the_readers_language(self, browser: Any, course: Course) -> None:
        bad = make_cmi5(make_unit(1, url="missing.html"), files={})
        bad.seek(0)
        answer = post_form(browser, f"{URL}/new", {"file": (bad, "bad.zip"), "languages": ["en"]})
        shown = browser.get(answer.location).text
        assert "This package was not let in" in shown
        assert "missing.html" in shown
        assert "Ni dderbyniwyd y pecyn hwn" in browser.get(answer.location.replace("/en/", "/cy/")).text
        assert "Not let in" in browser.get(URL).text

    def test_nothing_chosen(self, browser: Any, course: Course) -> None:
        answer = post_form(browser, f"{URL}/new", {"title": "Kept"})
        assert answer.status_code == 422
        assert "Choose the languages" in answer.text
        answer = post_form(browser, f"{URL}/new", {"languages": ["en"], "title": "Kept"})
        assert "Choose a file, or give an address" in answer.text
        assert 'value="Kept"' in answer.text

    def test_a_page_elsewhere(self, browser: Any, course: Course) -> None:
        given = {"address": "https://elsewhere.example/a", "title": "Elsewhere", "languages": ["en"]}
        answer = post_form(browser, f"{URL}/new", given)
        assert "The package is here" in browser.get(answer.location).text

    def test_how_it_runs(self, browser: Any, token: Any, course: Course) -> None:
        sent_by(token)
        given = {"completion": "Passed", "outside": "fonts.example.org\r\n*.Video.example", "sandboxed": "true"}
        assert post_form(browser, f"{URL}/1/settings", given).status_code == 303
        package = db.session.scalars(select(Package)).one()
        assert (package.completion, package.sandboxed) == ("Passed", True)
        assert package.outside == ["*.video.example", "fonts.example.org"]
        shown = browser.get(f"{URL}/1/settings").text
        assert "fonts.example.org" in shown
        for bad in ("https://fonts.example.org", "x", "a b.example", "'self'", "*", "a.example;script-src *"):
            answer = post_form(browser, f"{URL}/1/settings", given | {"outside": bad})
            assert answer.status_code == 422, bad
        assert post_form(browser, f"{URL}/1/settings", {"completion": "as_packaged"}).status_code == 303
        db.session.refresh(package)
        assert (package.completion, package.sandboxed, package.outside) == (None, False, [])

    def test_others_see_nothing(self, signed_in: Any, browser: Any, token: Any, course: Course) -> None:
        made = sent_by(token)
        stranger = signed_in(make_person())
        for path in ("", "/new", "/1", "/1/offer", "/1/withdraw", "/1/settings", f"/sent/{made['id']}"):
            assert stranger.get(URL + path).status_code == 403, path
            assert browser.get(URL + path).status_code == 200, path
        for path in ("/2", "/99999999999999", "/2/offer"):
            assert browser.get(URL + path).status_code == 404, path
        assert browser.get(f"/en/manage/courses/OTHER/packages/sent/{made['id']}").status_code == 404

    def test_the_list_takes_as_many_queries_however_long_it_is(self, browser: Any, token: Any, course: Course) -> None:
        sent_by(token)
        browser.get(URL)
        few = queries_of(browser, URL)
        for _ in range(3):
            sent_by(token)
        assert queries_of(browser, URL) == few


class TestApi:
    def test_offer_go_back_withdraw(self, token: Any, course: Course) -> None:
        first, second = sent_by(token)["package_id"], sent_by(token)["package_id"]
        for package_id in (first, second, first):
            answer = token.post(f"/api/v1/packages/{package_id}/offers", json={"languages": ["en", "cy"]})
            assert answer.status_code == 201, answer.text
            assert {str(made.package_id) for made in queries.offered(course.id).values()} == {package_id}
        again = token.post(f"/api/v1/packages/{first}/offers", json={"languages": ["en"]})
        assert (again.status_code, again.json["type"]) == (409, "/problems/offer-unchanged")
        answer = token.post(f"/api/v1/packages/{first}/withdrawals", json={"reason": "Wrong one"})
        assert answer.status_code == 201
        assert queries.offered(course.id) == {}
        actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("package.%"))).all()
        assert actions.count("package.offered") == 3
        assert "package.withdrawn" in actions

    def test_a_language_that_it_does_not_speak(self, token: Any, course: Course) -> None:
        made = sent_by(token, languages="en")
        answer = token.post(f"/api/v1/packages/{made['package_id']}/offers", json={"languages": ["cy"]})
        assert answer.status_code == 422

    def test_lists_and_parts(self, token: Any, course: Course) -> None:
        units = "".join(make_unit(number) for number in range(1, 8))
        made = sent_by(token, make_zip({"cmi5.xml": make_structure(units), "index.html": "x"}))
        package = token.get(f"/api/v1/packages/{made['package_id']}").json
        assert (package["format"], package["number"], len(package["sha256"])) == ("cmi5", 1, 64)
        assert token.get(API).json["items"] == [package]
        page = token.get(f"/api/v1/packages/{package['id']}/parts?size=5").json
        rest = token.get(f"/api/v1/packages/{package['id']}/parts?size=5&cursor={page['next']}").json
        assert [each["kind"] for each in page["items"] + rest["items"]] == ["course", *["unit"] * 7]

    def test_a_refused_one_says_why(self, token: Any, course: Course) -> None:
        made = sent_by(token, make_cmi5(make_unit(1, url="missing.html"), files={}))
        assert made["state"] == "refused"
        assert made["faults"][0]["rule"]
        assert token.get(f"/api/v1/package_imports/{made['id']}").json == made

    def test_sent_twice_with_one_key_is_kept_once(self, token: Any, course: Course) -> None:
        url, body = f"{API}?name=a.zip", data(make_cmi5())
        sent = [
            token.post(url, data=body, content_type="application/octet-stream", headers={"Idempotency-Key": "one"})
            for _ in range(2)
        ]
        assert sent[0].json == sent[1].json
        assert len(db.session.scalars(select(PackageImport)).all()) == 1

    def test_too_large(self, token: Any, course: Course, monkeypatch: pytest.MonkeyPatch, app: Any) -> None:
        monkeypatch.setitem(app.config, "MAX_PACKAGE", 100)
        answer = token.post(f"{API}?name=a.zip", data=data(make_cmi5()))
        assert answer.status_code in (413, 422), answer.text

    def test_strangers_are_refused(self, as_token: Any, token: Any, course: Course) -> None:
        package_id = sent_by(token)["package_id"]
        stranger = as_token(make_person())
        for method, path, body in (
            ("get", API, None), ("post", f"{API}?name=x", b"x"), ("get", f"/api/v1/packages/{package_id}", None),
            ("get", f"/api/v1/packages/{package_id}/parts", None),
            ("post", f"/api/v1/packages/{package_id}/offers", None),
        ):  # fmt: skip
            given = {"data": body} if body else ({"json": {"languages": ["en"]}} if method == "post" else {})
            assert getattr(stranger, method)(path, **given).status_code == 403, path
