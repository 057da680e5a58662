"""Background work of needs rounds."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from courses.needs import letters, queries
from courses.needs.models import Answer, Round, Step, StepKind
from courses.needs.rules.timetable import RoundState
from courses.needs.services import rounds
from courses.needs.services.access import happened
from lms.accounts.models import Organisation
from lms.core import clock, jobs
from lms.core.db import db
from lms.core.permissions import Actor

NOTICE = timedelta(days=7)


@jobs.job("needs.keep_the_days", every="25 5 * * *")
def keep_the_days() -> None:
    """Early every morning: what nobody answered in time goes back, and who has something to say soon is told once."""
    today, house = clock.today(), Actor.system()
    for it in db.session.scalars(select(Round).where(Round.state != RoundState.CLOSED)):
        newest = queries.allocations_of(it.id)
        last = newest[0] if newest else None
        if it.state is RoundState.ALLOCATED and last and today > last.accept_by:
            rounds.end_acceptance(house, it.id)
        if it.state is RoundState.OPEN and it.opens_on <= today:
            _tell(house, it, "need", it.need_by, 0, _silent(it))
        elif last:
            found = queries.standings(last)
            unanswered = {each.share.organisation_id for each in found if not each.answered}
            _tell(house, it, "accept", last.accept_by, last.edition, unanswered)
            unnamed = {each.share.organisation_id for each in found if each.held > each.named}
            _tell(house, it, "nominate", last.nominate_by, last.edition, unnamed)


def _silent(it: Round) -> Collection[UUID]:
    answered = select(Answer.organisation_id).where(Answer.round_id == it.id)
    return db.session.scalars(
        queries.invited(it).where(Organisation.id.not_in(answered)).with_only_columns(Organisation.id)
    ).all()


def _tell(house: Actor, it: Round, stage: str, day: date, edition: int, bodies: Collection[UUID]) -> None:
    if not bodies or not day - NOTICE <= clock.today() <= day:
        return
    key = f"{stage}:{edition}:{day.isoformat()}"
    told = select(Step.id).where(
        Step.round_id == it.id, Step.kind == StepKind.REMINDED, Step.details["key"].as_string() == key
    )
    if db.session.scalars(told).first() is None:
        letters.remind(it, bodies, stage, day.isoformat())
        happened(house, it, StepKind.REMINDED, stage=stage, bodies=len(bodies), key=key)
