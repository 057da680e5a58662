"""A record store with nothing in it, and a client that may do everything."""

import pytest
from flask import Flask

from lms.xapi import verifying
from lms.xapi.keeping import knowing
from tests.factories.xapi import Store, make_store


@pytest.fixture
def store(app: Flask) -> Store:
    knowing.forget()  # this database is another one than the test before had
    verifying.forget()
    return make_store(app)


@pytest.fixture
def store2(app: Flask, store: Store) -> Store:
    """The same, speaking 2.0."""
    return Store(app, store.key, store.secret, "2.0.0")
