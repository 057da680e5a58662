"""Where the databases of tests lie. `python -m tests.scratch` says it, for `make clean`."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own in it, and nothing in that is worth stealing)
ROOM = 2 * 1024**3
"""Bytes that must be free in memory: some hundreds of megabytes for the databases, and somebody else's share."""


def folder() -> Path:
    """In memory where there is room, for a clone of the template takes 0.02 s there and 0.6 on a disk; else in `var`.

    Each checkout and each user have their own.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return ROOT / "var" / "tests"
    owner = hashlib.sha256(f"{ROOT} {os.getuid()}".encode()).hexdigest()[:12]
    return MEMORY / f"llwybr-{owner}"


if __name__ == "__main__":
    sys.stdout.write(f"{folder()}\n")
