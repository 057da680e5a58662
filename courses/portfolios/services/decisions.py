"""The supervisor's side: decide about an item, sign off the whole. The portfolio's lock makes it one decision."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from courses.enrolments import services as enrolments
from courses.portfolios import letters, rules, signing
from courses.portfolios.errors import EvidenceMissing, OneByOne
from courses.portfolios.events import EvidenceMoved, PortfolioSignedOff
from courses.portfolios.models import (
    Decision,
    EvidenceItem,
    EvidenceState,
    Outcome,
    PortfolioState,
    ReturnReason,
    SignOff,
    SupervisionRule,
)
from courses.portfolios.queries import job_role_of
from courses.portfolios.services.access import item_by_id, licence_to_decide, portfolio_by_id
from courses.portfolios.services.evidence import as_evidence
from lms.core import audit, clock, events
from lms.core.db import db, record
from lms.core.errors import NotFound, Refusal, StaleEdit
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission

SUPERVISOR = Bilingual("Learning supervisor", "Goruchwylydd dysgu")
"""The role that a signature shows where the signatory's post is not recorded."""


def decide(
    actor: Actor,
    item_id: UUID,
    edition: int,
    *,
    outcome: Outcome,
    comment: str = "",
    reason: ReturnReason | None = None,
    individually_supervised: bool = False,
) -> Decision:
    """Accept an item, or return it with a comment. Of two who decide at once the second is refused.

    While the whole waits for its sign-off an accepted item can still be returned; then the portfolio is in progress.
    Raises NotTheSupervisor, LicenceNotLive, AlreadyDecided, StaleEdit (the learner changed it since `edition`),
    SupervisedAlone.
    """
    item = item_by_id(actor, Permission.PORTFOLIO_READ, item_id, lock=True)
    portfolio = item.portfolio
    licence_to_decide(actor, portfolio)
    actor.require(Permission.PORTFOLIO_DECIDE, about=portfolio.learner_id)
    rules.enrolment_is_open(portfolio.enrolment.state, "decide")
    after = rules.item_after(portfolio.state, item.state, "accept" if outcome is Outcome.ACCEPTED else "return")
    if item.edition != edition:
        raise StaleEdit(N_("The learner has changed this evidence since you opened it."))
    if outcome is Outcome.ACCEPTED:
        rules.may_be_accepted(
            individual_only=item.template_item.individual_only, individually_supervised=individually_supervised
        )
    if outcome is Outcome.RETURNED and not comment:
        raise EvidenceMissing(fields={"comment": N_("Write what the learner should change")})
    why = (reason or ReturnReason.OTHER) if outcome is Outcome.RETURNED else None
    content = signing.item_content(item)
    made = record(
        Decision(
            item=item, by=actor.person, at=clock.now(), outcome=outcome, comment=comment, edition=edition,
            reason=why,
            individually_supervised=individually_supervised and outcome is Outcome.ACCEPTED,
            content=content, content_hash=signing.digest(content),
        )
    )  # fmt: skip
    item.state, item.submitted_at = EvidenceState(after), None
    if portfolio.state is PortfolioState.SUBMITTED:
        portfolio.state = PortfolioState(rules.portfolio_after(portfolio.state, "return"))
        portfolio.submitted_at = portfolio.declaration_at = None
    audit.record(
        actor, f"evidence.{outcome}", about=portfolio.learner_id, thing=item, edition=edition, hash=made.content_hash
    )
    letters.decided(made, actor.name)
    events.publish(EvidenceMoved(item_id=item.id, enrolment_id=portfolio.enrolment_id))
    return made


def accept_several(actor: Actor, seen: Mapping[UUID, int]) -> dict[UUID, Refusal | None]:
    """Accept many items that were read together: `seen` is item → edition. Each is a decision of its own.

    What cannot be accepted is told, by item, and does not hold up the others. Only where the template lets items be
    supervised in a group (OneByOne otherwise).
    """
    actor.require(Permission.SUPERVISION_READ, about=actor.person)
    places = select(EvidenceItem.id).where(EvidenceItem.id.in_(list(seen)))
    told: dict[UUID, Refusal | None] = dict.fromkeys(seen, NotFound())
    for item_id in db.session.scalars(places.order_by(EvidenceItem.portfolio_id, EvidenceItem.id)):
        try:
            with db.session.begin_nested():
                _accept_with_others(actor, item_id, seen[item_id])
            told[item_id] = None
        except Refusal as refusal:
            told[item_id] = refusal
    return told


def _accept_with_others(actor: Actor, item_id: UUID, edition: int) -> None:
    item = item_by_id(actor, Permission.PORTFOLIO_READ, item_id)
    template, alone = item.portfolio.template, item.template_item.individual_only
    if alone or template.supervision is not SupervisionRule.GROUP_OR_INDIVIDUAL:
        raise OneByOne()
    decide(actor, item_id, edition, outcome=Outcome.ACCEPTED)


def sign_off(actor: Actor, portfolio_id: UUID, *, seen: str, statement: str) -> SignOff:
    """Sign the whole. `seen` is the digest of the evidence that the supervisor was shown: nothing else gets signed.

    Raises NotTheSupervisor, LicenceNotLive, NotAllAccepted, IndividualSupervisionMissing, StaleEdit.
    """
    portfolio = portfolio_by_id(actor, Permission.PORTFOLIO_READ, portfolio_id, lock=True)
    licence = licence_to_decide(actor, portfolio)
    actor.require(Permission.PORTFOLIO_SIGN_OFF, about=portfolio.learner_id)
    rules.enrolment_is_open(portfolio.enrolment.state, "sign_off")
    after = rules.portfolio_after(portfolio.state, "sign_off")
    template = portfolio.template
    rules.may_be_signed([as_evidence(item) for item in portfolio.items], template.supervision, template.optional_needed)
    content = signing.evidence_content(portfolio)
    if signing.digest(content) != seen:
        raise StaleEdit(N_("The portfolio has changed since you opened it. Read it again before you sign."))
    now = clock.now()
    post = job_role_of(licence.person_id, clock.today())
    role = post.title if post else SUPERVISOR
    name = licence.person.legal_name  # what is signed and printed, as on the signatory's own certificates
    content["signature"] = {
        "by": {"id": str(licence.person_id), "name": name}, "role": signing.both(role),
        "licence": licence.number, "at": signing.instant(now), "statement": statement,
    }  # fmt: skip
    made = record(
        SignOff(
            portfolio=portfolio, version=portfolio.version, signed_by=licence.person_id, signed_at=now,
            signatory_name=name, signatory_role=role.in_(actor.language), licence_number=licence.number,
            statement=statement, content=content, content_hash=signing.digest(content),
        )
    )  # fmt: skip
    portfolio.state, portfolio.submitted_at = PortfolioState(after), None
    audit.record(
        actor, "portfolio.signed-off", about=portfolio.learner_id, thing=portfolio, version=made.version,
        hash=made.content_hash, licence=licence.number,
    )  # fmt: skip
    letters.signed_off(made)
    enrolments.portfolio_signed_off(actor, portfolio.enrolment_id)
    events.publish(PortfolioSignedOff(portfolio_id=portfolio.id, enrolment_id=portfolio.enrolment_id))
    return made
