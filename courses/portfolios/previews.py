"""Small pictures of files: a photograph at once, the first page of a PDF by a job."""

import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pypdfium2
from PIL import Image
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from courses.portfolios.models import CheckState, FileCheck, FilePreview
from courses.portfolios.uploads import JPEG, PNG
from lms.core import files
from lms.core.db import db
from lms.core.files import StoredFile
from lms.core.ids import new_id

LARGEST_SIDE = 480
"""Pixels."""
PICTURES = (JPEG, PNG)


def of_picture(file: StoredFile, data: bytes) -> None:
    """Keep a preview of a picture that was drawn anew already (`uploads.recognised`)."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
        _keep(file, picture, 1)


def of_pdf(file: StoredFile, data: bytes) -> bool:
    """Keep a preview of a PDF's first page. False: it cannot be drawn (locked, broken), so there is none."""
    try:
        document = pypdfium2.PdfDocument(data)  # type: ignore[no-untyped-call]
        try:
            page = document[0]
            scale = LARGEST_SIDE / max(*page.get_size(), 1)
            _keep(file, page.render(scale=min(scale, 4), may_draw_forms=False).to_pil(), len(document))
        finally:
            document.close()  # type: ignore[no-untyped-call]
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        return False
    return True


def previewed(file: StoredFile) -> FilePreview | None:
    return db.session.scalars(select(FilePreview).where(FilePreview.file_id == file.id)).one_or_none()


def of_files(file_ids: Sequence[UUID]) -> dict[UUID, FilePreview]:
    """By file, of those that the virus scanner has let through or was never asked about."""
    if not file_ids:
        return {}
    unchecked = exists().where(FileCheck.file_id == FilePreview.file_id, FileCheck.state != CheckState.CLEAN)
    found = db.session.scalars(select(FilePreview).where(FilePreview.file_id.in_(file_ids), ~unchecked))
    return {each.file_id: each for each in found}


def of_signed(content: dict[str, Any]) -> dict[str, FilePreview]:
    """By SHA-256, of the files in what was signed."""
    hashes = [bytes.fromhex(each["file"]["sha256"]) for each in content["items"] if each["file"]]
    if not hashes:
        return {}
    names = dict(
        db.session.execute(select(StoredFile.id, StoredFile.sha256).where(StoredFile.sha256.in_(hashes))).all()
    )
    return {names[file_id].hex(): found for file_id, found in of_files(list(names)).items()}


def _keep(file: StoredFile, picture: Any, pages: int) -> None:
    small = picture.convert("RGB")
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    kept = files.store(out.getvalue(), JPEG)
    db.session.execute(
        insert(FilePreview)
        .values(id=new_id(), file_id=file.id, preview_id=kept.id, pages=pages, width=small.width, height=small.height)
        .on_conflict_do_nothing(index_elements=["file_id"])
    )
