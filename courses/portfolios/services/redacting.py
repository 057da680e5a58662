"""Taking out what an item says, so that nothing of it is left here, while it stays known that it was.

Decisions and signatures keep a copy of the evidence and a hash of it. The copy is emptied; the hash stays as it was
signed, and the redaction writes down the hash of what remains, so that everything else can still be verified. Comments
of decisions go in the same way, with the evidence or by themselves; copies that the learner had made go whole.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text

from courses.portfolios import checking, exporting, letters, queries, rules, signing
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


class Part(StrEnum):
    """What is taken out: what the learner shows, or what was said about it."""

    EVIDENCE = "evidence"
    COMMENTS = "comments"


GONE: dict[str, Any] = {
    "body": "", "observer": None, "observed_on": None, "file": None, "links": [], "observation": None,
}  # fmt: skip


def redact(
    actor: Actor,
    item_id: UUID,
    *,
    reason: str,
    ground: RedactionGround = RedactionGround.IDENTIFIABLE,
    parts: Collection[Part] = (Part.EVIDENCE,),
) -> list[Redaction]:
    """Take out what the item says, and what was copied from it or to it; or what was commented. Raises NotFound,
    NothingToRedact.

    In an open portfolio the evidence can be written anew; a signature that stands goes on standing, and says what was
    redacted. Comments alone leave the evidence, and what was decided about it, as they are.
    """
    item = item_by_id(actor, Permission.PORTFOLIO_REDACT, item_id, lock=True)
    evidence, comments = Part.EVIDENCE in parts, Part.COMMENTS in parts
    if evidence and not shows_evidence(actor, item):
        raise NotFound()
    if not (evidence and says_something(item)) and not (comments and says_comments(item)):
        raise NothingToRedact()
    family = _family(item) if evidence else [item]
    db.session.execute(text("SELECT set_config('llwybr.redacting', 'yes', true)"))
    made = [_redact_one(actor, each, reason, ground, parts) for each in family]
    db.session.flush()  # under the leave that ends below
    db.session.execute(text("SELECT set_config('llwybr.redacting', '', true)"))
    exporting.forget_all({each.portfolio_id for each in family})
    if actor.person != item.portfolio.learner_id and ground is RedactionGround.IDENTIFIABLE:
        letters.redacted(item)
    return made


def may_redact(actor: Actor, item: EvidenceItem) -> bool:
    """Is there something to take out, and is it for this actor, who reads the portfolio, to do?"""
    if not actor.may(Permission.PORTFOLIO_REDACT, about=item.portfolio.learner_id):
        return False
    return (shows_evidence(actor, item) and says_something(item)) or says_comments(item)


def says_something(item: EvidenceItem) -> bool:
    """Is there anything in the item, or in what was decided about it, that could be taken out?"""
    kept = any(not each.content.get("redacted") for each in item.decisions)
    return bool(item.body or item.file_id or item.links or item.observer or kept)


def says_comments(item: EvidenceItem) -> bool:
    """Was anything said with a decision that could be taken out?"""
    return any(each.comment for each in item.decisions)


def _family(item: EvidenceItem) -> list[EvidenceItem]:
    """The item, and those of the same learner that share its text or file as copies of it."""
    tied = or_(EvidenceItem.reused_from_id == item.id, EvidenceItem.id == item.reused_from_id)
    if item.reused_from_id is not None:
        tied = or_(tied, EvidenceItem.reused_from_id == item.reused_from_id)
    others = db.session.scalars(select(EvidenceItem).where(tied, EvidenceItem.id != item.id).with_for_update())
    return [item, *(each for each in others if _says_the_same(each, item))]


def _says_the_same(one: EvidenceItem, other: EvidenceItem) -> bool:
    return bool((one.body and one.body == other.body) or (one.file_id and one.file_id == other.file_id))


def _redact_one(
    actor: Actor, item: EvidenceItem, reason: str, ground: RedactionGround, parts: Collection[Part]
) -> Redaction:
    portfolio, now = item.portfolio, clock.now()
    before = signing.digest(signing.item_content(item))
    files = _files_of(item) if Part.EVIDENCE in parts else set()
    mark = {"at": signing.instant(now), "ground": str(ground)}
    signatures = _empty_copies(item, mark, parts)
    if Part.EVIDENCE in parts:
        _empty(item, mark)
    made = record(
        Redaction(
            item=item, at=now, by=actor.person, ground=ground, reason=reason, content_hash=before,
            signatures=signatures,
        )
    )  # fmt: skip
    audit.record(
        actor, "evidence.redacted", about=portfolio.learner_id, thing=item, reason=reason, ground=ground, hash=before,
        parts=sorted(parts),
    )  # fmt: skip
    events.publish(EvidenceMoved(item_id=item.id, enrolment_id=portfolio.enrolment_id))
    for file_id in files:
        if not queries.is_decided_upon(file_id):
            checking.drop(file_id)
    return made


def _empty_copies(item: EvidenceItem, mark: dict[str, Any], parts: Collection[Part]) -> dict[str, str]:
    """Empty what decisions and signatures hold of the item; by signature, the hash of what it holds then."""
    gone = GONE | {"redacted": mark} if Part.EVIDENCE in parts else {}
    for decision in item.decisions:
        if Part.COMMENTS in parts and decision.comment:
            decision.comment = ""
            decision.content = decision.content | {"comment_redacted": mark}
        decision.content = decision.content | gone
    left: dict[str, str] = {}
    for signature in item.portfolio.sign_offs:
        items = [
            _emptied(each, gone, mark, parts) if each["position"] == item.template_item.position else each
            for each in signature.content["items"]
        ]
        if items != signature.content["items"]:
            signature.content = signature.content | {"items": items}
            left[str(signature.id)] = signing.digest(signature.content)
    return left


def _emptied(
    signed: dict[str, Any], gone: dict[str, Any], mark: dict[str, Any], parts: Collection[Part]
) -> dict[str, Any]:
    """An item as it was signed, without what is taken out of it."""
    if Part.COMMENTS not in parts:
        return signed | gone
    silent = {"comment": "", "comment_redacted": mark}
    return signed | gone | {"decisions": [each | silent if each["comment"] else each for each in signed["decisions"]]}


def _empty(item: EvidenceItem, mark: dict[str, Any]) -> None:
    """The item itself. In an open portfolio it waits to be written anew."""
    portfolio = item.portfolio
    for asked in item.observations:
        asked.content, asked.words, asked.token_digest, asked.email = {"redacted": mark}, "", None, None
    item.body, item.links, item.file, item.file_name, item.observer, item.observed_on = "", [], None, None, None, None
    item.edition, item.saved_at = item.edition + 1, clock.now()
    if portfolio.state is PortfolioState.SIGNED_OFF:
        return
    item.state, item.submitted_at = EvidenceState.REDACTED, None
    if portfolio.state is PortfolioState.SUBMITTED:
        portfolio.state = PortfolioState(rules.portfolio_after(portfolio.state, "return"))
        portfolio.submitted_at = portfolio.declaration_at = None


def _files_of(item: EvidenceItem) -> set[UUID]:
    """The item's file, and those that were decided about."""
    hashes = select(Decision.content["file"]["sha256"].astext).where(Decision.item_id == item.id)
    kept = select(StoredFile.id).where(func.encode(StoredFile.sha256, "hex").in_(hashes))
    return set(db.session.scalars(kept)) | ({item.file_id} if item.file_id else set())
