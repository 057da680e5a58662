"""A store of its own for every example: a tenant that nobody else writes to, on the test's database."""

import os
from collections.abc import Callable
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings

from lms.core.db import transaction
from lms.xapi.keeping import knowing
from tests.factories.xapi import Store, credential_of, make_store

settings.register_profile(
    "xapi", deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
settings.register_profile(
    "xapi-long", settings.get_profile("xapi"), derandomize=False, max_examples=500,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)  # fmt: skip
PROFILE = settings.get_profile(os.environ.get("LLWYBR_HYPOTHESIS", "xapi"))
_tenants = count(1000)


@pytest.fixture
def new_store(app: Flask) -> Callable[[], Store]:
    """`new_store()` is an empty store."""
    knowing.forget()

    def made() -> Store:
        store = make_store(app)
        with transaction():
            credential_of(store).tenant = next(_tenants)
        return store

    return made
