"""JSON routes of completion: why, again, and what to correct."""

from datetime import date
from uuid import UUID

from courses.enrolments import services as enrolments
from courses.enrolments.errors import EnrolmentClosed
from courses.launch.completion import queries, services
from courses.launch.completion.errors import NothingToCorrect, NotYourOwn
from courses.launch.completion.schemas import CorrectionIn, EvaluationOut, ExplanationOut
from lms.core.errors import Invalid
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api

api = Api("completion", __name__, description="Why an enrolment is complete, or not")

ONE = "/enrolments/<uuid:enrolment_id>"


@api.operation("GET", f"{ONE}/completion", needs=Permission.ENROLMENT_READ, returns=(200, ExplanationOut))
def completion(actor: Actor, enrolment_id: UUID) -> queries.Explanation:
    """What the course asks for, the evidence received, what is missing, and the next step."""
    return queries.explained(enrolments.readable(actor, enrolment_id))


@api.operation("POST", f"{ONE}/evaluations", needs=Permission.ENROLMENT_READ, returns=(201, EvaluationOut))
def evaluate(actor: Actor, enrolment_id: UUID) -> dict[str, bool]:
    """Decide again from the evidence that is there. Safe: nothing is added or taken away."""
    return {"changed": services.evaluate_again(actor, enrolment_id)}


@api.operation(
    "POST", f"{ONE}/corrections", needs=Permission.ENROLMENT_COMPLETE, body=CorrectionIn, returns=(201, ExplanationOut),
    raises=(NotYourOwn, EnrolmentClosed, NothingToCorrect, Invalid),
)  # fmt: skip
def correct(actor: Actor, enrolment_id: UUID, units: list[UUID], on: date, reason: str) -> queries.Explanation:
    """Record that it was done on that day though no report of it came."""
    return queries.explained(services.correct(actor, enrolment_id, units, on, reason))
