"""A record store that remembers nothing of the test before, and what it has been told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.db import db
from lms.xapi import verifying
from lms.xapi.keeping import knowing
from lms.xapi.models import StoredStatement

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> None:
    knowing.forget()
    verifying.forget()


@pytest.fixture
def stored(app: Flask) -> Callable[..., list[Json]]:
    """`stored()`: all statements in the order in which they came; `stored("launched")`: of that verb."""

    def read(verb: str = "") -> list[Json]:
        db.session.rollback()
        found = [
            json.loads(bytes(each))
            for each in db.session.scalars(select(StoredStatement.payload).order_by(StoredStatement.seq))
        ]
        return [each for each in found if each["verb"]["id"].endswith(verb)]

    return read
