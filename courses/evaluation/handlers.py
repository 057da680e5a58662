"""When enrolments speak."""

from courses.enrolments.events import CompletionWithdrawn, EnrolmentCompleted
from courses.evaluation import services
from lms.core.permissions import Actor


def ask(event: EnrolmentCompleted) -> None:
    services.invite_after(Actor.system(), event.enrolment_id)


def do_not_ask(event: CompletionWithdrawn) -> None:
    services.withdraw(Actor.system(), event.enrolment_id)
