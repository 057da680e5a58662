"""Another store to send to, and somebody who looks after it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from lms.core.permissions import Role
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.forwarding import OtherStore, Serving
from tests.factories.xapi import Store


@pytest.fixture
def other(store: Store) -> Iterator[OtherStore]:
    with Serving() as running:
        yield running


@pytest.fixture
def administrator(app: Flask) -> Any:
    person = make_person()
    grant(person, Role.ADMINISTRATOR, make_organisation())
    return person


@pytest.fixture
def keeper(administrator: Any, signed_in: Any) -> Any:
    return signed_in(administrator)


@pytest.fixture
def token(administrator: Any, as_token: Any) -> Any:
    return as_token(administrator)
