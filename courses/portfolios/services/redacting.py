"""Taking out what an item says, so that nothing of it is left here, while it stays known that it was.

Decisions and signatures keep a copy of the evidence and a hash of it. The copy is emptied; the hash stays as it was
signed, and the redaction writes down the hash of what remains, so that everything else can still be verified.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text

from courses.portfolios import checking, letters, queries, rules, signing
from courses.portfolios.errors import NothingToRedact
from courses.portfolios.events import EvidenceMoved
from courses.portfolios.models import (
    Decision,
    EvidenceItem,
    EvidenceState,
    PortfolioState,
    Redaction,
    RedactionGround,
)
from courses.portfolios.services.access import item_by_id, shows_evidence
from lms.core import audit, clock, events
from lms.core.db import db, record
from lms.core.errors import NotFound
from lms.core.files import StoredFile
from lms.core.permissions import Actor, Permission

GONE: dict[str, Any] = {
    "body": "", "observer": None, "observed_on": None, "file": None, "links": [], "observation": None,
}  # fmt: skip


def redact(
    actor: Actor, item_id: UUID, *, reason: str, ground: RedactionGround = RedactionGround.IDENTIFIABLE
) -> list[Redaction]:
    """Take out what the item says, and what was copied from it or to it. Raises NotFound, NothingToRedact.

    In an open portfolio it can be written anew; a signature that stands goes on standing, and says what was redacted.
    """
    item = item_by_id(actor, Permission.PORTFOLIO_REDACT, item_id, lock=True)
    if not shows_evidence(actor, item):
        raise NotFound()
    if not says_something(item):
        raise NothingToRedact()
    db.session.execute(text("SELECT set_config('llwybr.redacting', 'yes', true)"))
    made = [_redact_one(actor, each, reason, ground) for each in _family(item)]
    db.session.flush()  # under the leave that ends below
    db.session.execute(text("SELECT set_config('llwybr.redacting', '', true)"))
    if actor.person != item.portfolio.learner_id and ground is RedactionGround.IDENTIFIABLE:
        letters.redacted(item)
    return made


def says_something(item: EvidenceItem) -> bool:
    """Is there anything in the item, or in what was decided about it, that could be taken out?"""
    kept = any(not each.content.get("redacted") for each in item.decisions)
    return bool(item.body or item.file_id or item.links or item.observer or kept)


def _family(item: EvidenceItem) -> list[EvidenceItem]:
    """The item, and those of the same learner that share its text or file as copies of it."""
    tied = or_(EvidenceItem.reused_from_id == item.id, EvidenceItem.id == item.reused_from_id)
    if item.reused_from_id is not None:
        tied = or_(tied, EvidenceItem.reused_from_id == item.reused_from_id)
    others = db.session.scalars(select(EvidenceItem).where(tied, EvidenceItem.id != item.id).with_for_update())
    return [item, *(each for each in others if _says_the_same(each, item))]


def _says_the_same(one: EvidenceItem, other: EvidenceItem) -> bool:
    return bool((one.body and one.body == other.body) or (one.file_id and one.file_id == other.file_id))


def _redact_one(actor: Actor, item: EvidenceItem, reason: str, ground: RedactionGround) -> Redaction:
    portfolio, now = item.portfolio, clock.now()
    before = signing.digest(signing.item_content(item))
    files = _files_of(item)
    mark = {"at": signing.instant(now), "ground": str(ground)}
    for decision in item.decisions:
        decision.content = decision.content | GONE | {"redacted": mark}
    signatures: dict[str, str] = {}
    for signature in portfolio.sign_offs:
        items = [
            each | GONE | {"redacted": mark} if each["position"] == item.template_item.position else each
            for each in signature.content["items"]
        ]
        if items != signature.content["items"]:
            signature.content = signature.content | {"items": items}
            signatures[str(signature.id)] = signing.digest(signature.content)
    for asked in item.observations:
        asked.content, asked.words, asked.token_digest, asked.email = {"redacted": mark}, "", None, None
    item.body, item.links, item.file, item.file_name, item.observer, item.observed_on = "", [], None, None, None, None
    item.edition, item.saved_at = item.edition + 1, now
    if portfolio.state is not PortfolioState.SIGNED_OFF:
        item.state, item.submitted_at = EvidenceState.REDACTED, None
        if portfolio.state is PortfolioState.SUBMITTED:
            portfolio.state = PortfolioState(rules.portfolio_after(portfolio.state, "return"))
            portfolio.submitted_at = portfolio.declaration_at = None
    made = record(
        Redaction(
            item=item, at=now, by=actor.person, ground=ground, reason=reason, content_hash=before,
            signatures=signatures,
        )
    )  # fmt: skip
    audit.record(
        actor, "evidence.redacted", about=portfolio.learner_id, thing=item, reason=reason, ground=ground, hash=before
    )
    events.publish(EvidenceMoved(item_id=item.id, enrolment_id=portfolio.enrolment_id))
    for file_id in files:
        if not queries.is_decided_upon(file_id):
            checking.drop(file_id)
    return made


def _files_of(item: EvidenceItem) -> set[UUID]:
    """The item's file, and those that were decided about."""
    hashes = select(Decision.content["file"]["sha256"].astext).where(Decision.item_id == item.id)
    kept = select(StoredFile.id).where(func.encode(StoredFile.sha256, "hex").in_(hashes))
    return set(db.session.scalars(kept)) | ({item.file_id} if item.file_id else set())
