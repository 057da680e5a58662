"""When an award is worth something else than before."""

from certificates.events import AwardChanged
from certificates.telling import services
from lms.core.permissions import Actor


def tell(event: AwardChanged) -> None:
    services.tell(Actor.system(), event.award_id)
