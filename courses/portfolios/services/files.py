"""What is shown of a file beside the evidence."""

from courses.portfolios import previews
from courses.portfolios.models import CheckState, EvidenceItem, FilePreview
from courses.portfolios.queries import check_of
from courses.portfolios.services.access import shows_evidence
from lms.core.permissions import Actor


def preview_of(actor: Actor, item: EvidenceItem) -> FilePreview | None:
    """The small picture of the item's file, if there is one and the actor may see the evidence."""
    if item.file is None or not shows_evidence(actor, item):
        return None
    check = check_of(item.file.id)
    if check is not None and check.state is not CheckState.CLEAN:
        return None
    return previews.previewed(item.file)
