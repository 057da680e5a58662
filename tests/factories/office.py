"""LibreOffice, that people open our spreadsheets with."""

import shutil
import subprocess
from pathlib import Path

import pytest


def converted(given: Path, kind: str) -> Path:
    """The file as LibreOffice has read it and written it again, as "csv", "xlsx" …. Where there is none, the test is skipped."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    profile = f"-env:UserInstallation={(given.parent / 'profile').as_uri()}"
    asked = [office, profile, "--headless", "--convert-to", kind, "--outdir", given.parent / "again", given]
    subprocess.run(asked, check=True, capture_output=True)
    return given.parent / "again" / f"{given.stem}.{kind}"
