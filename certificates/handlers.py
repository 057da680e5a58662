"""When courses speak: a completed course, a signed portfolio. And when an award is worth something else than before."""

from certificates import letters, queries, services
from certificates.events import AwardChanged
from courses.delivery import attended
from courses.delivery.events import SeriesHeld
from courses.enrolments.events import EnrolmentCompleted
from courses.portfolios.events import PortfolioSignedOff, SignOffWithdrawn
from courses.supervision.events import LicenceIssued, LicenceWithdrawn
from lms.core.db import db
from lms.core.permissions import Actor


def award_on_completion(event: EnrolmentCompleted) -> None:
    services.award_if_due(Actor.system(), event.enrolment_id)


def award_when_held(event: SeriesHeld) -> None:
    """Whoever had attended enough before the last day waits for a certificate that names all of their days."""
    for enrolment_id in attended.on_series(event.series_id):
        services.award_if_due(Actor.system(), enrolment_id)


def award_on_sign_off(event: PortfolioSignedOff) -> None:
    """A course may be completed before its portfolio is signed, or by it: whichever comes last makes the award."""
    services.award_if_due(Actor.system(), event.enrolment_id)


def revoke_on_withdrawal(event: SignOffWithdrawn) -> None:
    """A certificate stands on a signature. When none stands any more, neither does it."""
    services.revoke_without_sign_off(Actor.system(), event.enrolment_id)


def award_on_licence(event: LicenceIssued) -> None:
    services.award_licence(Actor.system(), event.licence_id)


def revoke_on_withdrawn_licence(event: LicenceWithdrawn) -> None:
    services.revoke_without_licence(Actor.system(), event.licence_id)


def tell_holder(event: AwardChanged) -> None:
    """Nobody should learn from an employer that their certificate no longer counts."""
    found = queries.award_by_id(event.award_id)
    if found is not None:
        db.session.refresh(found, ["events"])
        letters.changed(found)
