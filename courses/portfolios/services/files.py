"""What is shown of a file beside the evidence."""

from collections.abc import Iterable
from uuid import UUID

from courses.portfolios import previews
from courses.portfolios.models import CheckState, EvidenceItem, FilePreview
from courses.portfolios.queries import check_of
from courses.portfolios.services.access import shows_evidence
from lms.core.permissions import Actor


def previews_of(actor: Actor, items: Iterable[EvidenceItem]) -> dict[UUID, FilePreview]:
    """Of many items, by file, in one query: those that the actor may see, of files that may be opened."""
    ids = [item.file_id for item in items if item.file_id is not None and shows_evidence(actor, item)]
    return previews.of_files(ids)


def preview_of(actor: Actor, item: EvidenceItem) -> FilePreview | None:
    """The small picture of the item's file, if there is one and the actor may see the evidence."""
    if item.file is None or not shows_evidence(actor, item):
        return None
    check = check_of(item.file.id)
    if check is not None and check.state is not CheckState.CLEAN:
        return None
    return previews.previewed(item.file)
