"""Portfolios as the edges show them: plain values, and nothing that the reader may not see."""

from typing import Any

from courses.portfolios import signing
from courses.portfolios.models import Decision, EvidenceItem, EvidenceState, Portfolio, PortfolioState, SignOff
from courses.portfolios.moderation.queries import moderation_of
from courses.portfolios.queries import Progress
from courses.portfolios.services.access import shows_evidence, supervisor_now
from courses.portfolios.waiting import Waiting
from lms.accounts.models import Person
from lms.core.permissions import Actor


def progress(portfolio: Portfolio) -> Progress:
    """Of a portfolio whose items are loaded."""
    needed, states = portfolio.template.optional_needed, [item.state for item in portfolio.items]
    accepted = [item.template_item.optional for item in portfolio.items if item.state is EvidenceState.ACCEPTED]
    return Progress(
        accepted=accepted.count(False) + min(accepted.count(True), needed),
        waiting=states.count(EvidenceState.SUBMITTED), returned=states.count(EvidenceState.RETURNED),
        of=sum(not item.template_item.optional for item in portfolio.items) + needed,
    )  # fmt: skip


def summary(portfolio: Portfolio) -> dict[str, Any]:
    enrolment = portfolio.enrolment
    return {
        "id": portfolio.id, "enrolment_id": portfolio.enrolment_id, "learner": person(portfolio.learner),
        "course": {"code": enrolment.course.code, "title": enrolment.version.title},
        "programme": portfolio.programme_code, "state": str(portfolio.state), "version": portfolio.version,
        "progress": progress(portfolio), "submitted_at": portfolio.submitted_at,
    }  # fmt: skip


def portfolio(actor: Actor, shown: Portfolio) -> dict[str, Any]:
    supervisor, moderated = supervisor_now(shown), moderation_of(shown)
    return summary(shown) | {
        "evidence_hash": evidence_hash(shown),
        "moderated_at": moderated.at if moderated else None,
        "supervisor": person(supervisor) if supervisor else None,
        "items": [item(actor, each) for each in signing.in_order(shown)],
        "sign_offs": shown.sign_offs,
    }


def evidence_hash(shown: Portfolio) -> str | None:
    """What a supervisor would sign now; None while the whole does not wait for it."""
    waits = shown.state is PortfolioState.SUBMITTED
    return signing.digest(signing.evidence_content(shown)) if waits else None


def item(actor: Actor, shown: EvidenceItem) -> dict[str, Any]:
    open_ = shows_evidence(actor, shown)
    asked, file = shown.template_item, shown.file
    return {
        "id": shown.id, "position": asked.position, "kind": str(asked.kind), "title": asked.title,
        "state": str(shown.state), "edition": shown.edition, "saved_at": shown.saved_at,
        "submitted_at": shown.submitted_at,
        "body": shown.body if open_ else None, "observer": shown.observer if open_ else None,
        "observed_on": shown.observed_on if open_ else None,
        "file": {
            "name": shown.file_name, "sha256": file.sha256.hex(), "size": file.size, "media_type": file.media_type,
        } if open_ and file else None,
        "links": shown.links if open_ else None,
        "statements": [{"code": each.code, "wording": each.wording} for each in shown.statements] if open_ else None,
        "observation": signing.item_content(shown)["observation"] if open_ else None, "optional": asked.optional,
        "redacted_at": shown.saved_at if shown.state is EvidenceState.REDACTED else None,
        "decisions": [decision(each) for each in shown.decisions],
    }  # fmt: skip


def decision(shown: Decision) -> dict[str, Any]:
    return {
        "id": shown.id, "by": person(shown.decided_by), "at": shown.at, "outcome": str(shown.outcome),
        "comment": shown.comment, "reason": str(shown.reason) if shown.reason else None,
        "individually_supervised": shown.individually_supervised, "edition": shown.edition,
        "content_hash": shown.content_hash,
    }  # fmt: skip


def signed(shown: SignOff) -> dict[str, Any]:
    """A signed version with the check of it."""
    checked = signing.check(shown)
    told = (
        "version", "signed_at", "signatory_name", "signatory_role", "licence_number", "statement", "content_hash",
        "content",
    )  # fmt: skip
    return {name: getattr(shown, name) for name in told} | {
        "holds": checked.holds, "hash_matches": checked.hash_matches, "unchanged": checked.unchanged,
        "files": [{"name": name, "intact": intact} for name, intact in checked.files],
    }  # fmt: skip


def waiting(shown: Waiting) -> dict[str, Any]:
    return {
        "kind": shown.kind, "id": shown.id, "portfolio_id": shown.portfolio_id, "position": shown.position,
        "since": shown.since, "learner": {"id": shown.learner_id, "name": shown.learner_name},
        "course": {"code": shown.course_code, "title": shown.course}, "title": shown.title,
    }  # fmt: skip


def person(shown: Person) -> dict[str, Any]:
    return {"id": shown.id, "name": shown.display_name}
