"""When a certificate that an approval rests on, or its evidence, is revoked: the body that gave it decides what follows."""

from certificates import queries as awards
from certificates.approvals import letters, queries
from certificates.events import AwardChanged
from certificates.rules import State
from lms.core import clock
from lms.core.db import db


def fell(event: AwardChanged) -> None:
    """Each body hears once, about all that rests on it. An approval stands until its body has decided."""
    today = clock.today()
    resting = queries.resting_on(event.award_id, today)
    award = awards.award_by_id(event.award_id) if resting else None
    if award is None:
        return
    db.session.refresh(award, ["events"])
    if awards.standing_of(award, today).state is not State.REVOKED:
        return
    for body, found in resting.items():
        letters.certificate_fell(body, found, award)
