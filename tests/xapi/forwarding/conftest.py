"""Another store to send to."""

from collections.abc import Iterator

import pytest

from tests.factories.forwarding import OtherStore, Serving
from tests.factories.xapi import Store


@pytest.fixture
def other(store: Store) -> Iterator[OtherStore]:
    with Serving() as running:
        yield running
