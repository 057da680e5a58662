"""A bounded version of `python -m tests.xapi.kills 200`."""

import pytest

from tests.xapi import kills


@pytest.mark.slow
def test_what_was_acknowledged_survives_kill_9_of_server_and_database() -> None:
    seen = kills.run(kills=4, seed=20261125)
    assert seen["acknowledged"] > 50
    assert seen["stored"] >= seen["acknowledged"]
