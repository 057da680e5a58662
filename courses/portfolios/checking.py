"""What becomes of a file once it is here: a preview, and what the virus scanner says. Both are jobs where they take long."""

import io
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from courses.portfolios import letters, previews, scanning
from courses.portfolios.events import FileInfected
from courses.portfolios.models import CheckState, EvidenceItem, EvidenceState, FileCheck, FilePreview
from courses.portfolios.queries import check_of
from courses.portfolios.uploads import PDF
from lms.core import audit, clock, events, files
from lms.core.db import db, transaction
from lms.core.files import StoredFile
from lms.core.ids import new_id
from lms.core.jobs import enqueue, job
from lms.core.permissions import Actor


def begin(file: StoredFile, data: bytes) -> None:
    """Ask for whatever this file needs. A picture's preview is there at once."""
    if file.media_type in previews.PICTURES and previews.previewed(file) is None:
        previews.of_picture(file, data)
    if current_app.config["CLAMD"] and check_of(file.id) is None:
        db.session.execute(
            insert(FileCheck)
            .values(id=new_id(), file_id=file.id, state=CheckState.WAITING)
            .on_conflict_do_nothing(index_elements=["file_id"])
        )
        enqueue(scan, file_id=str(file.id))
    elif file.media_type == PDF and previews.previewed(file) is None:
        enqueue(preview, file_id=str(file.id))


def record_check(actor: Actor, file_id: UUID, found: str | None) -> None:
    """What the scanner said. A file in which something was found is taken off every item, and its bytes go."""
    check = check_of(file_id)
    if check is None or check.state is not CheckState.WAITING:
        return
    check.checked_at, check.found = clock.now(), found
    check.state = CheckState.INFECTED if found else CheckState.CLEAN
    if found is None:
        file = db.session.get_one(StoredFile, file_id)
        if file.media_type == PDF:
            enqueue(preview, file_id=str(file_id))
        return
    for item in db.session.scalars(select(EvidenceItem).where(EvidenceItem.file_id == file_id).with_for_update()):
        name, item.file, item.file_name = item.file_name or "", None, None
        item.edition += 1
        if item.state is EvidenceState.SUBMITTED:
            item.state, item.submitted_at = EvidenceState.DRAFT, None
        audit.record(actor, "evidence.infected", about=item.portfolio.learner_id, thing=item, found=found)
        letters.file_infected(item, name)
    events.publish(FileInfected(file_id, found))
    db.session.flush()  # nothing refers to it any more
    drop(file_id)


def drop(file_id: UUID) -> None:
    """Keep the file no longer, nor its preview, unless something else refers to it."""
    preview = db.session.scalars(select(FilePreview).where(FilePreview.file_id == file_id)).one_or_none()
    in_use = select(EvidenceItem.id).where(EvidenceItem.file_id == file_id).limit(1)
    if db.session.scalar(in_use) is not None:
        return
    if preview is not None:
        small = preview.preview_id
        db.session.delete(preview)
        db.session.flush()  # the picture goes after what refers to it
        files.drop(small)
    files.drop(file_id)


@job("portfolios.scan", retries=8, whole=False)
def scan(file_id: str) -> None:
    """Ask the scanner about a file. Where it cannot be reached the job is tried again, and the file stays closed."""
    with transaction():
        file = db.session.get(StoredFile, UUID(file_id))
        data = files.content_of(file) if file else None
    if data is None:
        return
    found = scanning.found_in(io.BytesIO(data), current_app.config["CLAMD"])
    with transaction():
        record_check(Actor.system(), UUID(file_id), found)


@job("portfolios.preview")
def preview(file_id: str) -> None:
    """Draw the first page of a PDF."""
    file = db.session.get(StoredFile, UUID(file_id))
    if file is not None and file.media_type == PDF and previews.previewed(file) is None:
        previews.of_pdf(file, files.content_of(file))


@job("portfolios.scan_again", every="23 * * * *")
def scan_again() -> None:
    """Files that still wait for the scanner, because it was away for long."""
    if not current_app.config["CLAMD"]:
        return
    for file_id in db.session.scalars(
        select(FileCheck.file_id).where(FileCheck.state == CheckState.WAITING).limit(500)
    ):
        enqueue(scan, lock=f"scan-{file_id}", file_id=str(file_id))
