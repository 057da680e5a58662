"""What a new version would touch of confirmed ratings: for `frameworks.editing.impact.touched`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from frameworks.assessment.models import RatingStanding
from frameworks.assessment.rules import RatingState
from frameworks.editing.impact import Becoming, Touch
from lms.core.db import db


def ratings_touched(framework: str, statements: Sequence[Becoming]) -> Touch:
    """Confirmed ratings, and people who have them, of statements that change. One query, or none."""
    ids = [UUID(each.statement_id) for each in statements]
    if not ids:
        return Touch(0, 0)
    ratings, people = db.session.execute(
        select(func.count(), func.count(RatingStanding.person_id.distinct())).where(
            RatingStanding.statement_id.in_(ids), RatingStanding.state == RatingState.CONFIRMED
        )
    ).one()
    return Touch(ratings, people)
