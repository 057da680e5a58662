"""What waits too long is told. Files and texts go when their purpose has ended (`data/retention.yaml`); that they were stays."""

from datetime import datetime, timedelta

from sqlalchemy import String, and_, cast, func, or_, select

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios import letters
from courses.portfolios.exporting import forget
from courses.portfolios.models import (
    Observation,
    Portfolio,
    PortfolioExport,
    PortfolioState,
    RedactionGround,
    SignOff,
)
from courses.portfolios.retention import purposes
from courses.portfolios.services import overdue, redacting
from lms.core import audit, clock
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.jobs import enqueue, job
from lms.core.permissions import Actor

BATCH = 25
"""Portfolios at once: a long job is many short ones."""
WARNED = "portfolio.evidence-will-go"
REASON = "The purpose for which it was kept has ended"


@job("portfolios.retention", every="41 3 * * *")
def retain() -> None:
    """Every night: warn, remove what was warned of, forget observers' addresses and old copies."""
    forget_observers()
    forget_exports()
    warn()
    if remove():
        enqueue(retain)


def warn() -> None:
    """Tell learners whose evidence will go, once, so that they can take a copy."""
    notice = timedelta(days=purposes()["warning"].days)
    for portfolio in _past(clock.now() + notice, warned_before=None):
        goes = clock.on_the_day(clock.now() + notice)
        audit.record(Actor.system(), WARNED, about=portfolio.learner_id, thing=portfolio, goes_on=goes.isoformat())
        letters.evidence_will_go(portfolio, goes)


def remove() -> bool:
    """Take out what was kept for a purpose that has ended, where its learner was told in time. True: there may be more."""
    told = clock.now() - timedelta(days=purposes()["warning"].days)
    found = _past(clock.now(), warned_before=told)
    for portfolio in found:
        for item in portfolio.items:
            if redacting.says_something(item):
                redacting.redact(Actor.system(), item.id, reason=REASON, ground=RedactionGround.RETENTION)
        audit.record(Actor.system(), "portfolio.evidence-gone", about=portfolio.learner_id, thing=portfolio)
    return len(found) == BATCH


def _past(when: datetime, *, warned_before: datetime | None) -> list[Portfolio]:
    """Portfolios whose purpose has ended by then, signed or left unsigned, and that still hold something; of those who
    were told before that, or (None) of those who were never told."""
    signed_by = when - timedelta(days=purposes()["signed_evidence"].days)
    left_by = clock.on_the_day(when - timedelta(days=purposes()["left_evidence"].days))
    warning = select(AuditEntry.id).where(
        AuditEntry.thing_kind == Portfolio.__tablename__, AuditEntry.thing_id == cast(Portfolio.id, String),
        AuditEntry.action == WARNED,
    )  # fmt: skip
    gone = select(AuditEntry.id).where(
        AuditEntry.thing_kind == Portfolio.__tablename__, AuditEntry.thing_id == cast(Portfolio.id, String),
        AuditEntry.action == "portfolio.evidence-gone",
    )  # fmt: skip
    last = select(func.max(SignOff.signed_at)).where(SignOff.portfolio_id == Portfolio.id).scalar_subquery()
    told = warning.where(AuditEntry.at < warned_before).exists() if warned_before else ~warning.exists()
    return list(
        db.session.scalars(
            select(Portfolio)
            .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
            .where(
                or_(
                    and_(Portfolio.state == PortfolioState.SIGNED_OFF, last < signed_by),
                    and_(Enrolment.state == EnrolmentState.WITHDRAWN, Enrolment.ended_on < left_by),
                ),
                told,
                ~gone.exists(),
            )
            .order_by(Portfolio.id)
            .limit(BATCH)
        )
    )


def forget_observers() -> None:
    """An address is of no use once the link was answered, withdrawn or has run out."""
    before = clock.now() - timedelta(days=purposes()["observer_address"].days)
    ended = func.coalesce(Observation.answered_at, Observation.withdrawn_at, Observation.expires_at)
    db.session.execute(
        Observation.__table__.update()
        .where(or_(Observation.email.is_not(None), Observation.token_digest.is_not(None)), ended < before)
        .values(email=None, token_digest=None)
    )


def forget_exports() -> None:
    """Copies that learners asked for, after some days."""
    before = clock.now() - timedelta(days=purposes()["export"].days)
    for each in db.session.scalars(select(PortfolioExport).where(PortfolioExport.asked_at < before).limit(500)):
        forget(each)


@job("portfolios.tell_what_waits_too_long", every="0 5 * * *")
def tell_what_waits_too_long() -> None:
    """Early every morning: what has waited too long goes to the deputy or to whoever finds supervisors."""
    overdue.tell_what_waits_too_long()
