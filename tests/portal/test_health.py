"""Health, help and the developers' page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.core.db import db, transaction


def test_healthz_answers_without_the_database_and_readyz_says_what_is_wrong(app: Flask, client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok"}
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001_core'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "unavailable")
    assert "0001_core" in answer.json["migrations"]


@pytest.mark.parametrize("path", ["help", "accessibility", "privacy", "developers"])
def test_texts_stand_in_both_languages_and_point_to_each_other(client: FlaskClient, path: str) -> None:
    for language, other in (("en", "cy"), ("cy", "en")):
        answer = client.get(f"/{language}/{path}")
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
        assert f'href="/{other}/{path}"' in answer.text


def test_the_address_without_a_language_follows_the_browser(client: FlaskClient) -> None:
    assert client.get("/", headers={"Accept-Language": "cy"}).location == "/cy/"
    assert client.get("/", headers={"Accept-Language": "fr"}).location == "/en/"


def test_the_same_headings_stand_in_both_languages_of_a_text(app: Flask) -> None:
    for name in ("help", "accessibility", "privacy"):
        texts = [
            app.jinja_env.loader.get_source(app.jinja_env, f"portal/text/{name}.{lang}.html")[0]
            for lang in ("en", "cy")
        ]
        assert len({one.count("<h2") for one in texts}) == len({one.count("<li") for one in texts}) == 1, name
