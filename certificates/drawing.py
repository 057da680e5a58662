"""Certificates as files: drawn and sealed when first wanted, and kept, for a seal is never the same twice."""

from certificates import seal, snapshots
from certificates.designs import DESIGNS, SEAL_FIELD
from certificates.models import Award, AwardFile
from certificates.pdf import sealing
from certificates.queries import drawn_file
from lms.core import files
from lms.core.db import record
from lms.core.errors import Unavailable

PDF = "application/pdf"
EDITIONS = ("en", "cy", "both")


def certificate_file(award: Award, edition: str) -> bytes:
    """The file in that edition: the one that was handed out before, or one drawn and sealed now, which is kept."""
    return _kept(award, edition)[1]


def handed_out(award: Award, edition: str) -> AwardFile:
    """The same, as it is kept."""
    return _kept(award, edition)[0]


def _kept(award: Award, edition: str) -> tuple[AwardFile, bytes]:
    if kept := drawn_file(award.id, edition):
        try:
            return kept, files.content_of(kept.file)
        except Unavailable:
            pass  # the store has lost it; what we draw below says the same, and is kept beside it
    content, key = unsealed(award, edition), seal.key()
    if key is not None:
        reason = snapshots.read(award.snapshot).printed("en" if edition == "en" else "cy").title
        content = sealing.sealed(content, SEAL_FIELD, key, reason=reason)
    file = files.store(content, PDF)
    made = AwardFile(award_id=award.id, language=edition, file_id=file.id, seal=key.fingerprint if key else None)
    return record(made), content


def unsealed(award: Award, edition: str) -> bytes:
    """As it is drawn: the same bytes every time."""
    return DESIGNS[award.design](snapshots.read(award.snapshot), edition)
