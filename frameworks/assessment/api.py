"""Self-assessment over JSON: one's own, and what is shared with a supervisor or manager."""

from datetime import date
from typing import Any
from uuid import UUID

from frameworks.assessment import errors, queries, services
from frameworks.assessment.models import AssessmentSharing
from frameworks.assessment.schemas import (
    AssessmentAnswerIn,
    AssessmentCountOut,
    AssessmentEditionOut,
    AssessmentHistoryOut,
    AssessmentLapseIn,
    AssessmentOut,
    AssessmentRatingsIn,
    AssessmentSharingIn,
    AssessmentSharingOut,
    AssessmentWaitsOut,
)
from frameworks.assessment.services import Say
from frameworks.assessment.views import Assessment, Line
from lms.core.errors import StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api

api = Api("assessment", __name__, description="Self-assessment: ratings, who sees them, and what supervisors answer")

READ, EDIT, CONFIRM = Permission.ASSESSMENT_READ, Permission.ASSESSMENT_EDIT, Permission.ASSESSMENT_CONFIRM
MINE, THEIRS = "/assessments/<code>", "/people/<uuid:person_id>/assessments/<code>"


@api.operation("GET", MINE, needs=READ, returns=(200, AssessmentOut))
def mine(actor: Actor, code: str) -> dict[str, Any]:
    """How one stands to a framework."""
    return _shown(services.mine(actor, code))


@api.operation(
    "PUT", f"{MINE}/domains/<domain>", needs=EDIT, body=AssessmentRatingsIn, returns=(200, AssessmentEditionOut),
    raises=(StaleEdit, errors.NotYourEvidence),
)  # fmt: skip
def rate(actor: Actor, code: str, domain: str, edition: int, ratings: list[dict[str, Any]]) -> dict[str, int]:
    """Rate statements of a domain; `edition` is the domain's that was seen, and the answer has the new one."""
    said = {each["statement"]: Say(each["value"], each["comment"], tuple(each["evidence"])) for each in ratings}
    return {"edition": services.save(actor, code, domain, edition, said)}


@api.operation("PUT", f"{MINE}/sharing", needs=EDIT, body=AssessmentSharingIn, returns=(200, AssessmentSharingOut))
def share(actor: Actor, code: str, to_supervisor: bool, to_manager: bool) -> AssessmentSharing:
    """Say who may see one's ratings."""
    return services.share(actor, code, to_supervisor=to_supervisor, to_manager=to_manager)


@api.operation(
    "POST", f"{MINE}/confirmation", needs=EDIT, returns=(200, AssessmentCountOut), raises=(errors.NothingToAsk,)
)
def ask(actor: Actor, code: str) -> dict[str, int]:
    """Ask one's supervisors to confirm what is self-assessed."""
    return {"ratings": services.ask(actor, code)}


@api.operation("GET", f"{MINE}/history", needs=READ, returns=(200, AssessmentHistoryOut))
def history(actor: Actor, code: str) -> dict[str, Any]:
    """What one said and when, newest first, at most 300."""
    it = services.mine(actor, code)
    return {
        "items": [
            {
                "statement": each.rating.statement.code, "version": each.rating.version.number, "value": each.rating.value,
                "bar": each.rating.bar, "made_at": each.rating.made_at, "comment": each.rating.comment,
                "confirmed": each.answer.confirmed if each.answer else None,
                "reason": each.answer.reason if each.answer else None,
            }
            for each in queries.history(it.person_id, it.outline.framework_id)
        ]
    }  # fmt: skip


@api.operation("GET", "/supervised-assessments", needs=CONFIRM, returns=(200, AssessmentWaitsOut))
def supervised(actor: Actor) -> dict[str, Any]:
    """One's learners who share their ratings, longest waiting first, at most 200."""
    return {"items": services.supervised(actor)}


@api.operation("GET", THEIRS, needs=Permission.HOME_READ, returns=(200, AssessmentOut))
def theirs(actor: Actor, person_id: UUID, code: str) -> dict[str, Any]:
    """Somebody's ratings, where they share them with whoever asks. A manager sees no comments and no evidence."""
    it, as_ = services.of_person(actor, person_id, code)
    return _shown(it, words=as_ != "manager")


@api.operation(
    "POST", f"{THEIRS}/answers", needs=CONFIRM, body=AssessmentAnswerIn, returns=(200, AssessmentCountOut),
    raises=(errors.NotWaiting,),
)  # fmt: skip
def answer(
    actor: Actor, person_id: UUID, code: str, ratings: list[dict[str, Any]], confirmed: bool, reason: str,
    lapses_on: date | None,
) -> dict[str, int]:  # fmt: skip
    """Confirm or return ratings that wait."""
    picks = [(each["statement_id"], each["edition"]) for each in ratings]
    done = services.answer(
        actor, person_id, code, picks, confirmed=confirmed, reason=reason, lapses_on=lapses_on
    )  # fmt: skip
    return {"ratings": done}


@api.operation(
    "PUT", "/frameworks/<code>/lapse", needs=Permission.FRAMEWORK_EDIT, body=AssessmentLapseIn,
    returns=(200, AssessmentLapseIn),
)  # fmt: skip
def lapse(actor: Actor, code: str, months: int | None) -> Any:
    """After how many months ratings from now on lapse; null: never."""
    return services.set_lapse(actor, code, months)


def _shown(it: Assessment, *, words: bool = True) -> dict[str, Any]:
    return {
        "framework": it.outline.code, "version": it.outline.number, "shared": it.shared,
        "domains": [
            {
                "code": each.code, "title": each.title, "reach": it.reaches[each.code], "edition": it.edition(each.code),
                "needed": level.code if (level := it.level_in(each.code)) else None,
            }
            for each in it.outline.domains
        ],
        "statements": [_statement(line, words) for line in it.lines],
    }  # fmt: skip


def _statement(line: Line, words: bool) -> dict[str, Any]:
    row, said = line.row, line.statement
    return {
        "id": said.id, "code": said.code, "domain": said.domain, "level": said.level, "wording": said.wording,
        "needed": line.needed, "value": row.value if row else None, "state": row.state if row else None, "met": line.met,
        "rate_again": line.again is not None, "carried": line.carried,
        "made_for_version": row.rating.version.number if row else None, "made_for_level": row.rating.bar if row else None,
        "made_at": row.rating.made_at if row else None, "lapses_on": row.lapses_on if row else None,
        "comment": row.rating.comment if row and words else None,
        "evidence": row.rating.evidence if row and words else None, "edition": row.edition if row else None,
    }  # fmt: skip
