"""Telling people what is to be rated again: once after a version came into force, and when ratings lapse, once a month at most.

Only what changed or lapsed is asked for. Whoever has rated it anew by then hears nothing.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert

from frameworks.assessment import letters, queries, views
from frameworks.assessment.models import AskedAgain, RatingStanding
from frameworks.assessment.queries import Outline
from frameworks.assessment.views import Assessment
from frameworks.rules.carrying import Outcome
from lms.core import clock
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.jobs import enqueue, job
from lms.core.permissions import Actor, Permission

BATCH = 200
APART = timedelta(days=30)
"""Between two letters about ratings that lapsed."""


def ask_again(actor: Actor, most: int) -> int:
    """Tell so many people at most, over all frameworks. How many were looked at; fewer than `most`: there is nobody left.

    Three queries a person. Done again it tells nobody twice.
    """
    actor.require(Permission.ASSESSMENT_EDIT)
    looked_at, today = 0, clock.today()
    for code, it in queries.outlines().items():
        for person in _whom(it, today, most - looked_at):
            looked_at += 1
            _tell(person, code, it, today)
    return looked_at


@job("assessment.ask_again", every="40 6 * * *")
def ask_the_next() -> None:
    """Every morning, and when a version comes into force: a bounded batch; what is left follows at once."""
    if ask_again(Actor.system(), BATCH) >= BATCH:
        ask_soon()


def ask_soon() -> None:
    """In the background, as soon as this transaction is over."""
    enqueue(ask_the_next, lock="assessment.ask_again")


def _whom(it: Outline, today: date, most: int) -> Sequence[UUID]:
    """People with ratings that changed under the version in force, or lapsed, and whom nobody has told. One query."""
    told = select(AskedAgain.id).where(
        AskedAgain.person_id == RatingStanding.person_id, AskedAgain.framework_id == it.framework_id
    )
    changed = [
        UUID(old)
        for old, carried in queries.becoming(it.code).items()
        if any(each.outcome is Outcome.NEEDS_RERATING for each in carried)
    ]
    lapsed = and_(
        RatingStanding.lapses_on <= today,
        ~told.where((AskedAgain.on_day >= RatingStanding.lapses_on) | (AskedAgain.on_day > today - APART)).exists(),
    )
    reworded = and_(
        RatingStanding.statement_id.in_(changed), ~told.where(AskedAgain.version_id == it.version_id).exists()
    )
    return db.session.scalars(
        select(RatingStanding.person_id)
        .where(RatingStanding.framework_id == it.framework_id, or_(reworded, lapsed))
        .distinct()
        .order_by(RatingStanding.person_id)
        .limit(max(most, 0))
    ).all()


def _tell(person: UUID, code: str, it: Outline, today: date) -> None:
    changed, lapsed = _asked(views.assessment(person, code, today))
    row = {"id": new_id(), "person_id": person, "framework_id": it.framework_id, "version_id": it.version_id,
           "on_day": today, "changed": changed, "lapsed": lapsed}  # fmt: skip
    first = db.session.scalar(insert(AskedAgain).values(row).on_conflict_do_nothing().returning(AskedAgain.id))
    if first and changed + lapsed:
        letters.asked_again(person, it, changed=changed, lapsed=lapsed)


def _asked(it: Assessment) -> tuple[int, int]:
    """(statements whose words changed, statements of which the rating lapsed)."""
    outcomes = [line.again.outcome for line in it.to_rate_again if line.again]
    changed = outcomes.count(Outcome.NEEDS_RERATING)
    return changed, len(outcomes) - changed


def open_for(person_id: UUID) -> Sequence[tuple[Outline, int]]:
    """What somebody was told and has not rated anew: (framework, statements). One query, and three more for each of those."""
    frameworks = set(
        db.session.scalars(
            select(AskedAgain.framework_id)
            .where(AskedAgain.person_id == person_id, AskedAgain.changed + AskedAgain.lapsed > 0)
            .distinct()
        )
    )
    found = [(it, code) for code, it in queries.outlines().items() if it.framework_id in frameworks]
    left = [(it, len(views.assessment(person_id, code, clock.today()).to_rate_again)) for it, code in found]
    return [(it, statements) for it, statements in left if statements]
