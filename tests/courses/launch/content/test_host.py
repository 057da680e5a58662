"""The content's origin serves the files of packages behind a token, and nothing else; the pages' origin never does."""

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.launch.packages import addresses
from courses.launch.packages.models import Package
from tests.factories.content import make_files, make_scorm, unit

FILES = {
    "index.html": b"<!doctype html><p>Hello</p>", "media/film.mp4": bytes(range(256)) * 40,
    "odd.xyz": b"?",
}  # fmt: skip


@pytest.fixture
def package(app: Flask) -> Package:
    return make_files(None, (unit("one", "index.html"),), FILES)


def get(client: FlaskClient, url: str, method: str = "GET", **headers: str) -> Any:
    """As a browser asks: by the address's own host."""
    parts = urlsplit(url)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(parts.path, method=method, base_url=f"{parts.scheme}://{parts.netloc}", headers=named)


def at(package: Package, name: str) -> str:
    return addresses.folder(package, uuid4()) + name


def test_a_file_is_served_with_its_walls_and_without_a_cookie(client: FlaskClient, package: Package) -> None:
    answer = get(client, at(package, "index.html"), Cookie="llwybr=x")
    assert (answer.status_code, answer.data) == (200, FILES["index.html"])
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'self' http://localhost" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers
    assert "private" in answer.headers["Cache-Control"]


def test_types_are_ours_and_unknown_files_are_only_bytes(client: FlaskClient, package: Package) -> None:
    assert get(client, at(package, "odd.xyz")).headers["Content-Type"] == "application/octet-stream"
    assert get(client, at(package, "media/film.mp4")).headers["Content-Type"] == "video/mp4"


def test_a_film_is_served_in_parts(client: FlaskClient, package: Package) -> None:
    whole = FILES["media/film.mp4"]
    url = at(package, "media/film.mp4")
    part = get(client, url, Range="bytes=100-199")
    assert (part.status_code, part.data) == (206, whole[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert get(client, url, Range="bytes=-5").data == whole[-5:]
    assert get(client, url, Range="bytes=99999-").status_code == 416
    assert get(client, url, Range="bytes=0-1", If_Range='"another"').data == whole
    assert get(client, url, "HEAD").headers["Content-Length"] == str(len(whole))


def test_what_the_browser_has_is_not_sent_again(client: FlaskClient, package: Package) -> None:
    url = at(package, "index.html")
    again = get(client, url, If_None_Match=get(client, url).headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name", ["missing.html", "../secret_key", "a/../../index.html", ".complete", "", "media", "%2e%2e/x"]
)
def test_nothing_else_is_there(client: FlaskClient, package: Package, name: str) -> None:
    assert get(client, at(package, name)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/en/", "/en/learning", "/api/v1/openapi.json", "/xapi/about", "/static/x", "/run/x/scorm", "/healthz"]
)
def test_the_content_host_never_serves_the_app(client: FlaskClient, app: Flask, path: str) -> None:
    assert get(client, app.config["CONTENT_ORIGIN"] + path).status_code == 404
    assert get(client, app.config["CONTENT_ORIGIN"] + path, "POST").status_code == 405


def test_its_root_leads_to_the_pages(client: FlaskClient, app: Flask) -> None:
    answer = get(client, app.config["CONTENT_ORIGIN"] + "/")
    assert (answer.status_code, answer.headers["Location"]) == (302, app.config["PUBLIC_URL"])


def test_the_pages_never_serve_packages(client: FlaskClient, package: Package, app: Flask) -> None:
    path = urlsplit(at(package, "index.html")).path
    assert get(client, app.config["PUBLIC_URL"] + path).status_code == 404


def test_no_service_worker_comes_from_a_package(client: FlaskClient, package: Package) -> None:
    url = at(package, "index.html")
    assert get(client, url, Service_Worker="script").status_code == 403
    assert get(client, url).status_code == 200


def test_a_forged_or_old_token_says_what_to_do_in_both_languages(
    client: FlaskClient, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = at(package, "index.html")
    for wrong in (url.replace("/c/", "/c/x"), url.replace("/index", "x/index", 1)):
        answer = get(client, wrong)
        assert answer.status_code == 410, wrong
        assert "Start it again from My learning" in answer.text
        assert "Dechreuwch eto" in answer.text
    monkeypatch.setattr(addresses, "LASTS", -1)
    assert get(client, url).status_code == 410


def test_a_sandboxed_package_has_no_origin_but_those_that_need_ours_are_not_parted_from_it(
    client: FlaskClient, app: Flask
) -> None:
    alone = make_files(None, (unit("one", "index.html"),), {"index.html": b"alone"}, sandboxed=True)
    answer = get(client, at(alone, "index.html"))
    assert "sandbox allow-scripts" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    together = make_scorm(files={"sco.html": b"x"}, sandboxed=True)
    assert "sandbox" not in get(client, at(together, "sco.html")).headers["Content-Security-Policy"]


def test_each_package_has_its_own_name_where_there_are_many(
    client: FlaskClient, app: Flask, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "CONTENT_ORIGIN", "http://*.content.example")
    url = at(package, "index.html")
    assert get(client, url).status_code == 200
    assert get(client, url.replace(urlsplit(url).netloc, "pabc.content.example")).status_code == 410


def test_our_own_pages_and_scripts_lie_beside_the_files(client: FlaskClient, app: Flask) -> None:
    package = make_scorm()
    page = get(client, at(package, "~llwybr/scorm12"))
    assert page.status_code == 200
    assert "/run/" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    script = next(part.split('"')[0] for part in page.text.split('src="')[1:])
    loaded = get(client, app.config["CONTENT_ORIGIN"] + script, Accept_Encoding="br")
    assert loaded.status_code == 200
    assert loaded.headers["Content-Encoding"] == "br"
    assert loaded.headers["Content-Type"] == "text/javascript"
    assert "immutable" in loaded.headers["Cache-Control"]
    assert get(client, at(package, "~llwybr/nothing")).status_code == 404
