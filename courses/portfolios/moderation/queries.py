"""Reads of moderation, and whether a signature stands."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from courses.enrolments.models import Enrolment
from courses.portfolios.models import Portfolio, PortfolioState, SignOff
from courses.portfolios.moderation.models import ModerationOutcome, ModerationSample, SignOffWithdrawal
from lms.accounts.queries import people_within
from lms.core.db import db
from lms.core.permissions import Actor, Permission


def stands() -> ColumnElement[bool]:
    """Of `SignOff`: nobody has withdrawn it."""
    return ~exists().where(SignOffWithdrawal.sign_off_id == SignOff.id)


def any_stands(portfolio_id: UUID) -> bool:
    """Does a signature under any version of the portfolio stand?"""
    found = select(SignOff.id).where(SignOff.portfolio_id == portfolio_id, stands())
    return bool(db.session.scalar(select(found.exists())))


def withdrawal_of(sign_off_id: UUID) -> SignOffWithdrawal | None:
    return db.session.scalars(
        select(SignOffWithdrawal)
        .options(joinedload(SignOffWithdrawal.withdrawn_by))
        .where(SignOffWithdrawal.sign_off_id == sign_off_id)
    ).one_or_none()


def withdrawals_of(portfolio_id: UUID) -> dict[UUID, SignOffWithdrawal]:
    """By signature, of one portfolio."""
    found = db.session.scalars(
        select(SignOffWithdrawal)
        .join(SignOffWithdrawal.sign_off)
        .options(joinedload(SignOffWithdrawal.withdrawn_by))
        .where(SignOff.portfolio_id == portfolio_id)
    )
    return {each.sign_off_id: each for each in found}


def moderation_of(portfolio: Portfolio) -> ModerationOutcome | None:
    """A moderator's agreement with the signature under the version that is signed off now."""
    if portfolio.state is not PortfolioState.SIGNED_OFF:
        return None
    return db.session.scalars(
        select(ModerationOutcome)
        .join(ModerationOutcome.sample)
        .join(ModerationSample.sign_off)
        .where(SignOff.portfolio_id == portfolio.id, SignOff.version == portfolio.version, ModerationOutcome.agrees)
        .options(joinedload(ModerationOutcome.moderator))
    ).one_or_none()


def samples_for(actor: Actor) -> Select[ModerationSample]:
    """What the actor may moderate and nobody has yet; never what they signed themselves or wrote."""
    reach = actor.reach(Permission.SIGN_OFF_MODERATE)
    return (
        select(ModerationSample)
        .join(ModerationSample.sign_off)
        .join(SignOff.portfolio)
        .options(
            contains_eager(ModerationSample.sign_off).contains_eager(SignOff.portfolio).joinedload(Portfolio.learner),
            contains_eager(ModerationSample.sign_off)
            .contains_eager(SignOff.portfolio)
            .joinedload(Portfolio.enrolment)
            .joinedload(Enrolment.version),
        )
        .where(
            ~exists().where(ModerationOutcome.sample_id == ModerationSample.id),
            SignOff.signed_by != actor.person,
            Portfolio.learner_id != actor.person,
            stands(),
            people_within(reach, Portfolio.learner_id.expression),
        )
    )
