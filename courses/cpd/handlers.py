"""When other rooms speak: what was learnt enters the record, and what does not stand any more says so."""

from courses.cpd import sources
from courses.cpd.services import automatic, own
from courses.enrolments.events import EnrolmentWithdrawn, LearningCompleted, LearningWithdrawn
from courses.mentoring.cascade.events import CascadeAttended, CascadeCancelled
from courses.mentoring.events import MeetingAgreed
from courses.portfolios.events import FileInfected, PortfolioSignedOff, SignOffWithdrawn
from courses.supervision.events import SessionAgreed, SessionWithdrawn
from lms.core.permissions import Actor


def learnt(event: LearningCompleted) -> None:
    automatic.bring(Actor.system(), sources.courses_learnt(event.enrolment_id))


def given_up(event: EnrolmentWithdrawn | LearningWithdrawn) -> None:
    automatic.withdraw(Actor.system(), sources.COURSE, event.enrolment_id)


def agreed(event: SessionAgreed) -> None:
    """For the learner who agreed; for the supervisor with the first of them."""
    automatic.bring(Actor.system(), sources.supervision_agreed(event.session_id, event.learner_id))


def recorded_in_error(event: SessionWithdrawn) -> None:
    for origin in (sources.SUPERVISION, sources.SUPERVISION_GIVEN):
        automatic.withdraw(Actor.system(), origin, event.session_id)


def signed_off(event: PortfolioSignedOff) -> None:
    automatic.bring(Actor.system(), sources.portfolios_signed(event.portfolio_id))


def sign_off_withdrawn(event: SignOffWithdrawn) -> None:
    """An earlier signature may still stand."""
    if not sources.is_signed(event.portfolio_id):
        automatic.withdraw(Actor.system(), sources.SIGN_OFF, event.portfolio_id)


def met(event: MeetingAgreed) -> None:
    automatic.bring(Actor.system(), sources.mentoring_agreed(event.meeting_id))


def passed_on(event: CascadeAttended) -> None:
    automatic.bring(Actor.system(), sources.cascade_attended(event.session_id, event.person_id))


def not_passed_on(event: CascadeCancelled) -> None:
    automatic.withdraw(Actor.system(), sources.CASCADE, event.session_id)


def infected(event: FileInfected) -> None:
    own.let_file_go(Actor.system(), event.file_id)
