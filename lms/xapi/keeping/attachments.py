"""The bytes of attachments, kept in pieces and once for each hash; read again piece by piece."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from lms.core.db import db, driver_connection, transaction
from lms.xapi.models import Attachment, AttachmentPiece
from lms.xapi.rules.multipart import Part

PIECE = 262_144
"""Bytes of a piece: all that is in memory at a time."""
_COPY = "COPY attachment_piece (tenant, sha2, number, body) FROM STDIN (FORMAT binary)"


def keep(tenant: int, part: Part) -> None:
    """Keep a part's content under its hash. What is there already stays."""
    new = insert(Attachment).values(tenant=tenant, sha2=part.sha2, size=part.size)
    if db.session.scalar(new.on_conflict_do_nothing().returning(Attachment.sha2)) is None:
        return
    part.content.seek(0)
    with driver_connection().cursor().copy(_COPY) as copy:
        copy.set_types(["int4", "text", "int4", "bytea"])
        for number, piece in enumerate(iter(lambda: part.content.read(PIECE), b"")):
            copy.write_row((tenant, part.sha2, number, piece))


def pieces(tenant: int, sha2: str) -> Iterator[bytes]:
    """The content, each piece in a transaction of its own: for an answer that is already on its way."""
    number = 0
    while True:
        with transaction():
            piece = db.session.scalar(
                select(AttachmentPiece.body).where(
                    AttachmentPiece.tenant == tenant, AttachmentPiece.sha2 == sha2, AttachmentPiece.number == number
                )
            )
        if piece is None:
            return
        yield bytes(piece)
        number += 1
