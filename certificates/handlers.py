"""When courses speak: a completed course, a signed portfolio."""

from certificates import services
from courses.enrolments.events import EnrolmentCompleted
from courses.portfolios.events import PortfolioSignedOff, SignOffWithdrawn
from courses.supervision.events import LicenceIssued, LicenceWithdrawn
from lms.core.permissions import Actor


def award_on_completion(event: EnrolmentCompleted) -> None:
    services.award_if_due(Actor.system(), event.enrolment_id)


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
