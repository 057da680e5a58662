"""Use cases after a signature: draw a sample, moderate, withdraw. The portfolio's lock makes it one truth."""

from uuid import UUID

from sqlalchemy import select

from courses.enrolments import services as enrolments
from courses.portfolios import letters, rules
from courses.portfolios.errors import (
    AlreadyModerated,
    EvidenceMissing,
    SignatureWithdrawn,
    SignerIsLearner,
    SignerModerates,
)
from courses.portfolios.events import PortfolioReopened, SignOffWithdrawn
from courses.portfolios.models import Portfolio, PortfolioState, SignOff
from courses.portfolios.moderation import queries
from courses.portfolios.moderation.models import (
    ModerationOutcome,
    ModerationSample,
    SignOffWithdrawal,
    WithdrawalGround,
)
from courses.portfolios.moderation.rules import is_drawn
from courses.supervision.arrangements import arrangement_of
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

MODERATE = Permission.SIGN_OFF_MODERATE


def draw(actor: Actor, portfolio_id: UUID) -> ModerationSample | None:
    """Put the newest signature into the sample if its hash says so. Once; again changes nothing."""
    actor.require(MODERATE)
    portfolio = get_or_refuse(Portfolio, portfolio_id)
    signature = db.session.scalars(
        select(SignOff).where(SignOff.portfolio_id == portfolio_id, SignOff.version == portfolio.version)
    ).one_or_none()
    if signature is None:
        return None
    percent = arrangement_of(portfolio.learner_id, portfolio.programme_code).sample_percent
    known = select(ModerationSample.id).where(ModerationSample.sign_off_id == signature.id)
    if not is_drawn(signature.content_hash, percent) or db.session.scalar(known) is not None:
        return None
    made = record(ModerationSample(sign_off_id=signature.id, percent=percent, drawn_at=clock.now()))
    audit.record(actor, "portfolio.sampled", about=portfolio.learner_id, thing=signature, percent=percent)
    return made


def sample(actor: Actor, sample_id: UUID) -> ModerationSample:
    """A drawn signature, for whoever may moderate it. Raises NotFound, SignerModerates, SignerIsLearner."""
    found = get_or_refuse(ModerationSample, sample_id)
    portfolio = found.sign_off.portfolio
    actor.require_or_hide(MODERATE, at=lineages_of(portfolio.learner_id))
    if found.sign_off.signed_by == actor.person:
        raise SignerModerates()
    if portfolio.learner_id == actor.person:
        raise SignerIsLearner()
    return found


def moderate(actor: Actor, sample_id: UUID, *, agrees: bool, comment: str = "") -> ModerationOutcome:
    """Agree with a signature, or withdraw it, which opens the portfolio again.

    Raises NotFound, SignerModerates, SignerIsLearner, AlreadyModerated, SignatureWithdrawn, EvidenceMissing.
    """
    actor.require(MODERATE, at=lineages_of(sample(actor, sample_id).sign_off.portfolio.learner_id))
    found = sample(actor, sample_id)
    get_or_refuse(Portfolio, found.sign_off.portfolio_id, lock=True)
    decided = select(ModerationOutcome.id).where(ModerationOutcome.sample_id == sample_id)
    if db.session.scalar(decided) is not None:
        raise AlreadyModerated()
    if queries.withdrawal_of(found.sign_off_id) is not None:
        raise SignatureWithdrawn()
    if not agrees and not comment:
        raise EvidenceMissing(fields={"comment": N_("Write what you do not agree with")})
    made = record(
        ModerationOutcome(sample_id=sample_id, by=actor.person, at=clock.now(), agrees=agrees, comment=comment)
    )
    learner_id = found.sign_off.portfolio.learner_id
    audit.record(actor, "portfolio.moderated", about=learner_id, thing=found.sign_off, agrees=agrees)
    if not agrees:
        _withdraw(actor, found.sign_off, WithdrawalGround.MODERATION, comment)
    return made


def withdraw(actor: Actor, sign_off_id: UUID, ground: WithdrawalGround, reason: str) -> SignOffWithdrawal:
    """A signature no longer stands. By whoever gave it, or whoever may moderate there.

    Raises NotFound to others, SignatureWithdrawn.
    """
    signature = get_or_refuse(SignOff, sign_off_id)
    portfolio = get_or_refuse(Portfolio, signature.portfolio_id, lock=True)
    if signature.signed_by == actor.person:
        actor.require(Permission.SIGN_OFF_WITHDRAW, about=signature.signed_by)
    else:
        actor.require_or_hide(MODERATE, at=lineages_of(portfolio.learner_id))
        if portfolio.learner_id == actor.person:
            raise NotFound()
    if queries.withdrawal_of(sign_off_id) is not None:
        raise SignatureWithdrawn()
    return _withdraw(actor, signature, ground, reason)


def _withdraw(actor: Actor, signature: SignOff, ground: WithdrawalGround, reason: str) -> SignOffWithdrawal:
    """Expects the portfolio locked. What was signed stays readable; what it carried is told to those who build on it."""
    portfolio = signature.portfolio
    made = record(
        SignOffWithdrawal(sign_off_id=signature.id, by=actor.person, at=clock.now(), ground=ground, reason=reason)
    )
    audit.record(
        actor, "portfolio.sign-off-withdrawn", about=portfolio.learner_id, thing=signature, reason=reason,
        ground=ground.value, version=signature.version,
    )  # fmt: skip
    if portfolio.state is PortfolioState.SIGNED_OFF and portfolio.version == signature.version:
        portfolio.state = PortfolioState(rules.portfolio_after(portfolio.state, "reopen"))
        portfolio.version += 1
        portfolio.submitted_at = portfolio.declaration_at = None
        events.publish(PortfolioReopened(portfolio_id=portfolio.id, enrolment_id=portfolio.enrolment_id))
    letters.sign_off_withdrawn(portfolio.learner, signature, reason)
    if signature.signed_by != actor.person:
        letters.sign_off_withdrawn(get_or_refuse(Person, signature.signed_by), signature, reason)
    db.session.flush()  # those who hear of it ask the database which signatures stand
    if not queries.any_stands(portfolio.id):
        enrolments.portfolio_unsigned(Actor.system(), portfolio.enrolment_id)
    events.publish(SignOffWithdrawn(portfolio_id=portfolio.id, enrolment_id=portfolio.enrolment_id))
    return made
