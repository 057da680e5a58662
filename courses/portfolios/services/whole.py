"""The learner's side of the whole: submit it for sign-off, take it back, open a new version of what was signed."""

from uuid import UUID

from courses.enrolments import services as enrolments
from courses.portfolios import letters, rules
from courses.portfolios.errors import EvidenceMissing
from courses.portfolios.events import PortfolioReopened, PortfolioSubmitted
from courses.portfolios.models import Portfolio, PortfolioState
from courses.portfolios.services.access import portfolio_by_id, supervisor_now
from courses.portfolios.services.evidence import as_evidence
from lms.core import audit, clock, events
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

EDIT = Permission.PORTFOLIO_EDIT


def submit(actor: Actor, portfolio_id: UUID, *, declared: bool) -> Portfolio:
    """Ask for the sign-off, with the learner's declaration. Raises NotAllAccepted."""
    portfolio = portfolio_by_id(actor, EDIT, portfolio_id, lock=True)
    rules.enrolment_is_open(portfolio.enrolment.state, "submit")
    after = rules.portfolio_after(portfolio.state, "submit")
    rules.may_be_submitted([as_evidence(item) for item in portfolio.items], portfolio.template.optional_needed)
    if not declared:
        raise EvidenceMissing(fields={"declared": N_("Confirm that this is your own work")})
    portfolio.state, portfolio.submitted_at = PortfolioState(after), clock.now()
    portfolio.declaration_at = portfolio.submitted_at
    audit.record(actor, "portfolio.submitted", about=portfolio.learner_id, thing=portfolio, version=portfolio.version)
    supervisor = supervisor_now(portfolio)
    if supervisor is not None:
        letters.portfolio_submitted(supervisor, portfolio)
    events.publish(PortfolioSubmitted(portfolio_id=portfolio.id, enrolment_id=portfolio.enrolment_id))
    return portfolio


def take_back(actor: Actor, portfolio_id: UUID) -> Portfolio:
    """In progress again; what is accepted stays accepted. Raises PortfolioFrozen when it was signed meanwhile."""
    portfolio = portfolio_by_id(actor, EDIT, portfolio_id, lock=True)
    portfolio.state = PortfolioState(rules.portfolio_after(portfolio.state, "take_back"))
    portfolio.submitted_at = portfolio.declaration_at = None
    audit.record(actor, "portfolio.taken-back", about=portfolio.learner_id, thing=portfolio)
    return portfolio


def reopen(actor: Actor, portfolio_id: UUID, *, reason: str) -> Portfolio:
    """Open a new version. The signature stays under the old one; accepted items stand until they are changed."""
    portfolio = portfolio_by_id(actor, EDIT, portfolio_id, lock=True)
    rules.enrolment_is_open(portfolio.enrolment.state, "reopen")
    portfolio.state = PortfolioState(rules.portfolio_after(portfolio.state, "reopen"))
    portfolio.version += 1
    portfolio.submitted_at = portfolio.declaration_at = None
    audit.record(
        actor, "portfolio.reopened", about=portfolio.learner_id, thing=portfolio, reason=reason,
        version=portfolio.version,
    )  # fmt: skip
    enrolments.portfolio_reopened(actor, portfolio.enrolment_id)
    events.publish(PortfolioReopened(portfolio_id=portfolio.id, enrolment_id=portfolio.enrolment_id))
    return portfolio
