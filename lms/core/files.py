"""Files, known by their content: the same bytes are kept once, under their SHA-256. Local folder or S3, by setting."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast
from uuid import UUID

import fsspec
from flask import current_app
from sqlalchemy import BigInteger, LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record, db
from lms.core.errors import TooLarge, Unavailable
from lms.core.ids import new_id
from lms.core.jobs import enqueue, job
from lms.core.language import N_

CHUNK = 1 << 20


class StoredFile(Record):
    """Bytes that we keep. `size` is in bytes. The name a person gave the file belongs to what refers to it."""

    __tablename__ = "stored_file"
    sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]


def store(content: bytes | BinaryIO, media_type: str, *, limit: int | None = None) -> StoredFile:
    """Keep the content, read piece by piece; return its row, old or new. Raises TooLarge above `limit` bytes.

    The bytes are written before the row: an orphaned file is harmless, a row without its file is not.
    """
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    filesystem, root = _root()
    filesystem.makedirs(root, exist_ok=True)
    partial, digest, size = f"{root}/.partial-{new_id().hex}", hashlib.sha256(), 0
    try:
        with filesystem.open(partial, "wb") as out:
            while piece := source.read(CHUNK):
                size += len(piece)
                if limit is not None and size > limit:
                    limits = {"limit": limit // 1_000_000}
                    raise TooLarge(N_("The file must be smaller than %(limit)s MB."), params=limits)
                digest.update(piece)
                out.write(piece)
        _, path = _place(digest.digest())
        if not filesystem.exists(path):
            filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            filesystem.mv(partial, path)
    finally:
        if filesystem.exists(partial):
            filesystem.rm(partial)
    db.session.execute(
        insert(StoredFile)
        .values(id=new_id(), sha256=digest.digest(), size=size, media_type=media_type)
        .on_conflict_do_nothing(index_elements=["sha256"])
    )
    return db.session.scalars(select(StoredFile).where(StoredFile.sha256 == digest.digest())).one()


def content_of(file: StoredFile | UUID) -> bytes:
    """The bytes, checked against their digest. Raises Unavailable when they are gone or changed."""
    row = file if isinstance(file, StoredFile) else db.session.get_one(StoredFile, file)
    filesystem, path = _place(row.sha256)
    try:
        with filesystem.open(path, "rb") as source:
            data = cast(bytes, source.read())
    except FileNotFoundError as fault:
        raise Unavailable(N_("The file cannot be read at the moment.")) from fault
    if hashlib.sha256(data).digest() != row.sha256:
        raise Unavailable(N_("The file cannot be read at the moment."))
    return data


@contextmanager
def opened(file: UUID) -> Iterator[BinaryIO]:
    """The bytes to be read piece by piece, unchecked. Raises Unavailable when they are gone."""
    filesystem, path = _place(db.session.get_one(StoredFile, file).sha256)
    try:
        source = filesystem.open(path, "rb")
    except FileNotFoundError as fault:
        raise Unavailable(N_("The file cannot be read at the moment.")) from fault
    with source:
        yield source


def drop(file: UUID) -> None:
    """Keep it no longer, unless something else refers to it. The bytes go once that is committed."""
    row = db.session.get_one(StoredFile, file)
    try:
        with db.session.begin_nested():
            db.session.execute(delete(StoredFile).where(StoredFile.id == file))
    except IntegrityError:
        return
    db.session.expunge(row)
    enqueue(remove_bytes, sha256=row.sha256.hex())


@job("files.remove")
def remove_bytes(sha256: str) -> None:
    """Remove the bytes, if nobody has stored the same again meanwhile."""
    digest = bytes.fromhex(sha256)
    if db.session.scalars(select(StoredFile.id).where(StoredFile.sha256 == digest)).first() is None:
        filesystem, path = _place(digest)
        if filesystem.exists(path):
            filesystem.rm(path)


def _place(digest: bytes) -> tuple[fsspec.AbstractFileSystem, str]:
    filesystem, root = _root()
    name = digest.hex()
    return filesystem, f"{root}/{name[:2]}/{name[2:4]}/{name}"


def _root() -> tuple[fsspec.AbstractFileSystem, str]:
    filesystem, root = fsspec.core.url_to_fs(current_app.config["FILES_LOCATION"])
    return filesystem, root
