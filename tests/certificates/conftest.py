"""Requests here have an app context of their own, as in production: `g` and the session are not the test's."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient


class Browser(FlaskClient):
    def open(self, *given: Any, **named: Any) -> Any:
        with self.application.app_context():
            return super().open(*given, **named)


@pytest.fixture(autouse=True)
def _requests_on_their_own(request: pytest.FixtureRequest) -> Iterator[None]:
    if "app" not in request.fixturenames:
        yield
        return
    app: Flask = request.getfixturevalue("app")
    app.test_client_class = Browser
    yield
    app.test_client_class = None
