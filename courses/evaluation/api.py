"""JSON routes of evaluation. Results are among the reports (`/reports/evaluation`)."""

from typing import Any
from uuid import UUID

from courses.evaluation import queries, services
from courses.evaluation.errors import AlreadyAnswered, EvaluationClosed, TextReviewed
from courses.evaluation.forms import Form, newest
from courses.evaluation.models import EvaluationText, RejectReason
from courses.evaluation.rules import Said
from courses.evaluation.schemas import (
    EvaluationAnswerIn,
    EvaluationAskingIn,
    EvaluationAskingOut,
    EvaluationDecisionIn,
    EvaluationInvitationOut,
    EvaluationInvitationPage,
    EvaluationTextOut,
    EvaluationTextPage,
)
from courses.evaluation.services.answering import is_open
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("evaluation", __name__, description="What courses were like; answers are counted, and belong to nobody")

ANSWER, REVIEW = Permission.EVALUATION_ANSWER, Permission.EVALUATION_REVIEW
MINE = "/evaluation-invitations"
ONE = f"{MINE}/<uuid:invitation_id>"


@api.operation("GET", MINE, needs=ANSWER, returns=(200, EvaluationInvitationPage))
def invitations(actor: Actor) -> dict[str, Any]:
    """What you can answer now, the first to close first."""
    shown = [
        {"id": it.id, "course": vars(it.course), "until": it.until, "open": True, "asks": _asks(it.form)}
        for it in services.mine(actor)
    ]
    return {"items": shown, "next": None}


@api.operation("GET", ONE, needs=ANSWER, returns=(200, EvaluationInvitationOut))
def invitation(actor: Actor, invitation_id: UUID) -> dict[str, Any]:
    """One of your own, with its questions."""
    it = services.asked(actor, invitation_id)
    return {
        "id": it.id, "course": vars(it.enrolment.version.title), "until": it.closes_on, "open": is_open(it),
        "asks": _asks(newest(it.form)),
    }  # fmt: skip


@api.operation(
    "POST", f"{ONE}/answer", needs=ANSWER, body=EvaluationAnswerIn, returns=(204, None),
    raises=(AlreadyAnswered, EvaluationClosed, Invalid), remembers=False,
)  # fmt: skip
def answer(
    actor: Actor, invitation_id: UUID, ratings: dict[str, int], chosen: dict[str, list[str]], texts: dict[str, str],
    language: str,
) -> None:  # fmt: skip
    """Answer, once. It is counted, and cannot be found again; that you answered is all that is kept with your name."""
    given = Said(ratings, {code: tuple(some) for code, some in chosen.items()}, texts)
    services.answer(actor, invitation_id, given, language)


@api.operation(
    "POST", f"{ONE}/decline", needs=ANSWER, returns=(204, None), raises=(AlreadyAnswered, EvaluationClosed)
)  # fmt: skip
def decline(actor: Actor, invitation_id: UUID) -> None:
    """Not this time."""
    services.decline(actor, invitation_id)


@api.operation("GET", "/evaluation-asking", needs=ANSWER, returns=(200, EvaluationAskingOut))
def asking(actor: Actor) -> dict[str, bool]:
    """Whether you are asked about courses that you complete."""
    return {"asked": not queries.is_silent(actor.me)}


@api.operation(
    "PUT", "/evaluation-asking", needs=ANSWER, body=EvaluationAskingIn, returns=(200, EvaluationAskingOut)
)  # fmt: skip
def set_asking(actor: Actor, asked: bool) -> dict[str, bool]:
    """Do not ask me, or ask me again."""
    services.set_silence(actor, silent=not asked)
    return {"asked": asked}


@api.operation("GET", "/evaluation-texts", needs=REVIEW, query=PageQuery, returns=(200, EvaluationTextPage))
def texts(actor: Actor, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """What learners wrote that waits for a reviewer; never of a course that you wrote yourself."""
    page: Page[EvaluationText] = page_of(services.to_review(actor), cursor, size, key=(EvaluationText.id,))
    return Page([_text(it) for it in page.items], page.next)


@api.operation(
    "POST", "/evaluation-texts/<uuid:text_id>/decision", needs=REVIEW, body=EvaluationDecisionIn,
    returns=(200, EvaluationTextOut), raises=(TextReviewed, Invalid),
)  # fmt: skip
def decide(actor: Actor, text_id: UUID, decision: str, text: str, reason: str | None) -> dict[str, Any]:
    """Release it, take words out of it, or reject it with a reason. What is taken out or rejected is gone for good."""
    if decision == "reject":
        if reason is None:
            raise Invalid(fields={"reason": N_("Choose a reason")})
        return _text(services.reject(actor, text_id, RejectReason(reason)))
    return _text(services.redact(actor, text_id, text) if decision == "redact" else services.release(actor, text_id))


def _asks(form: Form) -> dict[str, Any]:
    return {
        "form": form.which, "edition": form.edition, "title": vars(form.title),
        "questions": [
            {
                "code": it.code, "kind": it.kind, "title": vars(it.title),
                "choices": [{"code": each.code, "title": vars(each.title)} for each in it.choices],
            }
            for it in form.questions
        ],
    }  # fmt: skip


def _text(it: EvaluationText) -> dict[str, Any]:
    names = ("id", "form", "question", "language", "text", "state", "reason")
    return {name: getattr(it, name) for name in names} | {"course": it.course.code}
