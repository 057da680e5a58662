"""When an award is worth something else than before, its bit must say so."""

from certificates.badges import lists
from certificates.events import AwardChanged


def list_anew(event: AwardChanged) -> None:
    lists.mark_stale(event.award_id)
