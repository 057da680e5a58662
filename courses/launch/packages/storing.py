"""The files of packages, unpacked under the SHA-256 of the package, in the same place as all files."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import fsspec
from flask import current_app

from lms.core.ids import new_id


def unpack(digest: bytes, entries: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Write the files of a package, each as (name, pieces). They are there once all of them are, or not at all."""
    filesystem, root = _root()
    place = f"{root}/{digest.hex()}"
    if filesystem.exists(f"{place}/.complete"):
        return
    partial = f"{root}/.partial-{new_id().hex}"
    try:
        for name, pieces in entries:
            path = f"{partial}/{name}"
            filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            with filesystem.open(path, "wb") as out:
                for piece in pieces:
                    out.write(piece)
        if not filesystem.exists(place):
            filesystem.mv(partial, place, recursive=True)
        filesystem.touch(f"{place}/.complete")
    finally:
        if filesystem.exists(partial):
            filesystem.rm(partial, recursive=True)


def is_unpacked(digest: bytes) -> bool:
    filesystem, root = _root()
    return bool(filesystem.exists(f"{root}/{digest.hex()}/.complete"))


def size_of(digest: bytes, name: str) -> int | None:
    """Bytes of one file; None: the package has none of that name. `name` is as the package names it."""
    filesystem, root = _root()
    path = f"{root}/{digest.hex()}/{name}"
    return int(filesystem.size(path)) if filesystem.isfile(path) else None


@contextmanager
def opened(digest: bytes, name: str) -> Iterator[BinaryIO]:
    """One file, to be read from any place on. Raises FileNotFoundError."""
    filesystem, root = _root()
    with filesystem.open(f"{root}/{digest.hex()}/{name}", "rb") as source:
        yield source


def _root() -> tuple[fsspec.AbstractFileSystem, str]:
    filesystem, root = fsspec.core.url_to_fs(current_app.config["FILES_LOCATION"])
    return filesystem, f"{root}/packages"
