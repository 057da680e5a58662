"""Tests here send requests of several people from one app context, so what a request left in `g` is forgotten first."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g, request_started


@pytest.fixture(autouse=True)
def _each_request_is_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    def forget(_sender: Flask, **_given: Any) -> None:
        for name in ("actor", "_login_user", "lang"):
            g.pop(name, None)

    with request_started.connected_to(forget):
        yield
