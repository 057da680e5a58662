"""Certificates as files: drawn when first wanted, or by a job soon after issue, and kept by their content."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from certificates import snapshots
from certificates.designs import DESIGNS
from certificates.models import Award, AwardFile
from certificates.queries import drawn_file
from lms.core import files, jobs
from lms.core.db import db
from lms.core.errors import Unavailable
from lms.core.ids import new_id

PDF = "application/pdf"
EDITIONS = ("en", "cy", "both")


def certificate_file(award: Award, edition: str) -> bytes:
    """The file in that edition: the kept one, or one drawn now. The same bytes either way."""
    if kept := drawn_file(award.id, edition):
        try:
            return files.content_of(kept.file)
        except Unavailable:
            pass  # the store has lost it; what we draw below are the same bytes, and puts them back
    content = DESIGNS[award.design](snapshots.read(award.snapshot), edition)
    file = files.store(content, PDF)
    db.session.execute(
        insert(AwardFile)
        .values(id=new_id(), award_id=award.id, language=edition, file_id=file.id)
        .on_conflict_do_nothing(index_elements=["award_id", "language"])
    )
    return content


@jobs.job("certificates.draw")
def draw(award_id: str) -> None:
    """Draw what the holder will ask for."""
    award = db.session.get_one(Award, UUID(award_id))
    for edition in EDITIONS:
        certificate_file(award, edition)
