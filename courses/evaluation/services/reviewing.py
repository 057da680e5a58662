"""Words of learners: nobody reads them but reviewers, until one of them releases them."""

from uuid import UUID

from sqlalchemy import Select, text

from courses.evaluation import queries, rules
from courses.evaluation.errors import TextReviewed
from courses.evaluation.models import EvaluationText, RejectReason, TextState
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

REVIEW = Permission.EVALUATION_REVIEW
NOT_ONLY_TAKEN_OUT = N_(
    "Only take words out, and write […] where they stood. Change nothing else; to leave nothing of it, reject it"
)
SHUFFLE = """
WITH taken AS (
    DELETE FROM evaluation_text WHERE NOT shuffled RETURNING form, edition, question, course_id, language, text, state
)
INSERT INTO evaluation_text (id, form, edition, question, course_id, language, text, state, shuffled)
SELECT gen_random_uuid(), form, edition, question, course_id, language, text, state, true FROM taken ORDER BY random()
"""


def to_review(actor: Actor) -> Select[EvaluationText]:
    """What waits for this reviewer. Raises Forbidden."""
    _require(actor)
    return queries.waiting(actor.person)


def text_at(actor: Actor, text_id: UUID, *, lock: bool = False) -> EvaluationText:
    """One that waits for this reviewer. Raises NotFound; TextReviewed once it was decided about."""
    _require(actor)
    asked = queries.waiting(actor.person).where(EvaluationText.id == text_id)
    found = db.session.scalars(asked.with_for_update(of=EvaluationText) if lock else asked).one_or_none()
    if found is None:
        decided = db.session.get(EvaluationText, text_id)
        if decided is not None and decided.state is not TextState.WAITING:
            raise TextReviewed()
        raise NotFound()
    return found


def release(actor: Actor, text_id: UUID) -> EvaluationText:
    """As it was written. Raises NotFound, TextReviewed."""
    found = text_at(actor, text_id, lock=True)
    return _decide(actor, found, TextState.RELEASED)


def redact(actor: Actor, text_id: UUID, left: str) -> EvaluationText:
    """Without some of its words, which are gone for good. Raises NotFound, TextReviewed, Invalid."""
    found = text_at(actor, text_id, lock=True)
    if not rules.only_taken_out(found.text, left):
        raise Invalid(fields={"text": NOT_ONLY_TAKEN_OUT})
    found.text = left
    return _decide(actor, found, TextState.REDACTED)


def reject(actor: Actor, text_id: UUID, reason: RejectReason) -> EvaluationText:
    """Not at all; the words are gone for good, the reason stays. Raises NotFound, TextReviewed."""
    found = text_at(actor, text_id, lock=True)
    found.text, found.reason = "", reason
    return _decide(actor, found, TextState.REJECTED)


def shuffle(actor: Actor) -> int:
    """Write new words anew, in no order, with ids of their own; from then on reviewers see them. Return how many.

    The rows of a week are one write of one transaction then, so nothing in the database tells which of them came when.
    """
    _require(actor)
    done = db.session.execute(text(SHUFFLE)).rowcount  # type: ignore[attr-defined]
    if done:
        audit.record(actor, "evaluation.shuffled", texts=done)
    return int(done)


def _decide(actor: Actor, found: EvaluationText, state: TextState) -> EvaluationText:
    found.state, found.reviewed_by, found.reviewed_on = state, actor.person, clock.today()
    audit.record(actor, f"evaluation-text.{state.value}", thing=found, reason=found.reason)
    return found


def _require(actor: Actor) -> None:
    actor.require(REVIEW, at=tuple(actor.reach(REVIEW).places))
