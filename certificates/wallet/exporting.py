"""A zip of certificates, made by a job that seals in batches and never holds more than one file."""

import tempfile
import zipfile
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from certificates import drawing, queries
from certificates.models import Award, AwardExport
from certificates.rules import State
from lms.core import clock, files
from lms.core.db import db, get_or_refuse, transaction
from lms.core.jobs import job

ZIP = "application/zip"
BATCH = 20
KEPT = timedelta(days=7)


def exports_of(person_id: UUID) -> list[AwardExport]:
    """The newest first; at most 5."""
    asked = select(AwardExport).where(AwardExport.asked_by == person_id)
    return list(db.session.scalars(asked.order_by(AwardExport.asked_at.desc()).limit(5)))


def percent(made: AwardExport) -> int:
    return 100 if made.ended_at else round(100 * made.done / max(len(made.award_ids), 1))


@job("certificates.export", whole=False)
def make(export_id: str) -> None:
    """Make the zip. How far it is, is committed batch by batch; done again it makes the same once more."""
    with transaction():
        asked = db.session.get(AwardExport, UUID(export_id))
        if asked is None or asked.ended_at is not None:
            return
        wanted, edition = list(asked.award_ids), asked.edition
    with tempfile.TemporaryFile() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:  # what is in a PDF is compressed already
            for start in range(0, len(wanted), BATCH):
                with transaction():
                    for award in _standing(wanted[start : start + BATCH]):
                        package.writestr(f"{award.number}-{edition}.pdf", drawing.certificate_file(award, edition))
                    db.session.get_one(AwardExport, UUID(export_id)).done = min(start + BATCH, len(wanted))
                db.session.expunge_all()  # what was sealed is forgotten, so that memory stays flat
        out.seek(0)
        with transaction():
            made = get_or_refuse(AwardExport, UUID(export_id), lock=True)
            made.file_id = files.store(out, ZIP).id
            made.ended_at = clock.now()


@job("certificates.forget_exports", every="40 3 * * *")
def forget() -> None:
    """Zips are kept for a week."""
    for each in db.session.scalars(
        select(AwardExport).where(AwardExport.asked_at < clock.now() - KEPT).order_by(AwardExport.asked_at).limit(200)
    ).all():
        file_id = each.file_id
        db.session.delete(each)
        db.session.flush()  # nothing refers to the file any more
        if file_id is not None:
            files.drop(file_id)


def _standing(ids: list[UUID]) -> list[Award]:
    """Those of these that may still be handed out, in their order."""
    found = {each.id: each for each in queries.awards_by_ids(ids)}
    today = clock.today()
    return [
        found[each]
        for each in ids
        if each in found and queries.standing_of(found[each], today).state in (State.ACTIVE, State.EXPIRED)
    ]
