"""The key that this house seals with: the one that is set, or in development one of its own. Read once per process."""

from functools import lru_cache
from pathlib import Path

from flask import current_app

from certificates import wording
from certificates.pdf.sealing import SealKey, new_key, read_key
from lms.core import clock


def key() -> SealKey | None:
    """None: certificates are handed out without a seal. Raises UnusableSeal, or OSError where the file cannot be read."""
    path = Path(current_app.config["SEAL_KEY"]) if current_app.config["SEAL_KEY"] else None
    if path is None:
        return None
    if not path.exists() and current_app.config["DEVELOPMENT"]:
        _make(path)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> SealKey:
    return read_key(path.read_bytes())


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{clock.now().timestamp():.6f}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(new_key(wording.ISSUER.en, clock.now()))
    fresh.replace(path)  # whole, whatever other processes do at the same time
