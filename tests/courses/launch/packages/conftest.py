from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.catalogue.models import Course
from lms.accounts.models import Person
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.catalogue import make_course


@pytest.fixture
def author(app: Flask) -> Person:
    person = make_person(display_name="Awdur")
    grant(person, Role.AUTHOR, make_organisation())
    return person


@pytest.fixture
def course(app: Flask) -> Course:
    return make_course("PACK-1")


@pytest.fixture
def browser(author: Person, signed_in: Callable[[Person], FlaskClient]) -> Any:
    """The author's."""
    return signed_in(author)


@pytest.fixture
def token(author: Person, as_token: Callable[..., Any]) -> Any:
    """The author's API client."""
    return as_token(author)
