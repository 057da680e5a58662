"""What is signed, in one form that anybody can compute again: canonical JSON, and its SHA-256.

Canonical: keys sorted, no white space, UTF-8, instants in UTC. Where there are no fractions, RFC 8785 says the same.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select

from courses.portfolios.models import (
    Decision,
    EvidenceItem,
    EvidenceState,
    Observation,
    ObserverAnswer,
    Outcome,
    Portfolio,
    PortfolioState,
    Redaction,
    SignOff,
)
from lms.core.db import db
from lms.core.errors import Unavailable
from lms.core.files import StoredFile, content_of
from lms.core.language import Bilingual

FORM = "llwybr-portfolio-2"
"""1 had no links, statements and observers' signatures; what was signed so is compared in what it has."""


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def item_content(item: EvidenceItem) -> dict[str, Any]:
    """An item as a supervisor sees it: what was asked, and what is shown for it."""
    asked, file = item.template_item, item.file
    return {
        "position": asked.position,
        "kind": str(asked.kind),
        "title": both(asked.title),
        "body": item.body,
        "observer": item.observer,
        "observed_on": item.observed_on.isoformat() if item.observed_on else None,
        "file": {
            "name": item.file_name, "sha256": file.sha256.hex(), "size": file.size, "media_type": file.media_type,
        } if file else None,
        "links": item.links,
        "statements": [{"code": each.code, "wording": both(each.wording)} for each in item.statements],
        "observation": _observation_content(standing_observation(item)),
    }  # fmt: skip


def observed_content(item: EvidenceItem) -> dict[str, Any]:
    """What an observer is shown, and signs."""
    portfolio = item.portfolio
    return {
        "form": "llwybr-observation-1",
        "item": str(item.id),
        "title": both(item.template_item.title),
        "learner": portfolio.learner.display_name,
        "course": both(portfolio.enrolment.version.title),
        "body": item.body,
        "observed_on": item.observed_on.isoformat() if item.observed_on else None,
    }


def standing_observation(item: EvidenceItem) -> Observation | None:
    """The last signature of an observer under what the item says now; None where it was changed since."""
    signed = [each for each in item.observations if each.answer is ObserverAnswer.SIGNED]
    if not signed or signed[-1].content_hash != digest(observed_content(item)):
        return None
    return signed[-1]


def _observation_content(signed: Observation | None) -> dict[str, Any] | None:
    if signed is None:
        return None
    return {
        "name": signed.signed_name, "role": signed.signed_role, "at": instant(signed.answered_at),
        "words": signed.words, "content_hash": signed.content_hash,
    }  # fmt: skip


def evidence_content(portfolio: Portfolio) -> dict[str, Any]:
    """Everything that a signature is put under: what was asked, what was shown for it, and every decision."""
    template, version = portfolio.template, portfolio.enrolment.version
    return {
        "form": FORM,
        "portfolio": str(portfolio.id),
        "version": portfolio.version,
        "enrolment": str(portfolio.enrolment_id),
        "learner": {"id": str(portfolio.learner_id), "name": portfolio.learner.display_name},
        "course": {
            "code": portfolio.enrolment.course.code, "version": version.number, "title": both(version.title),
        },
        "programme": portfolio.programme_code,
        "template": {
            "code": template.code, "number": template.number, "supervision": str(template.supervision),
            "digest": template.digest,
        },
        "declared_at": instant(portfolio.declaration_at),
        "items": [
            item_content(item) | {"decisions": [_decision_content(each) for each in item.decisions]}
            for item in accepted_in_order(portfolio)
        ],
    }  # fmt: skip


def accepted_in_order(portfolio: Portfolio) -> list[EvidenceItem]:
    """What a signature covers: a draft of something optional stays the learner's own."""
    return [item for item in in_order(portfolio) if item.state is EvidenceState.ACCEPTED]


def in_order(portfolio: Portfolio) -> list[EvidenceItem]:
    return sorted(portfolio.items, key=lambda item: item.template_item.position)


def acceptance(item: EvidenceItem) -> Decision | None:
    """The decision that stands, if it accepts."""
    last = item.decisions[-1] if item.decisions else None
    return last if last is not None and last.outcome is Outcome.ACCEPTED else None


def _decision_content(decision: Decision) -> dict[str, Any]:
    return {
        "by": {"id": str(decision.by), "name": decision.decided_by.display_name},
        "at": instant(decision.at),
        "outcome": str(decision.outcome),
        "comment": decision.comment,
        "reason": str(decision.reason) if decision.reason else None,
        "individually_supervised": decision.individually_supervised,
        "content_hash": decision.content_hash,
    }


def both(text: Bilingual) -> dict[str, str]:
    return {"en": text.en, "cy": text.cy}


def instant(when: datetime | None) -> str | None:
    """RFC 3339 in UTC, with microseconds: the database keeps those, so reading it back gives the same text."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if when else None


@dataclass(frozen=True)
class Check:
    """Does a signature still hold? `files` are (name, intact); `unchanged` None: the portfolio has moved on.

    `redacted`: titles of items that were redacted after the signature. What they said is gone by intent; the rest is
    compared with the hash that the redaction left.
    """

    hash_matches: bool
    files: list[tuple[str, bool]]
    unchanged: bool | None
    redacted: list[dict[str, str]]

    @property
    def holds(self) -> bool:
        return self.hash_matches and all(intact for _, intact in self.files) and self.unchanged is not False


def check(signature: SignOff) -> Check:
    """Compute everything again: the hash of what was kept, each file's own, and what lies in the portfolio now."""
    signed, portfolio = signature.content, signature.portfolio
    current = portfolio.state is PortfolioState.SIGNED_OFF and portfolio.version == signature.version
    kept = [item for item in signed["items"] if not item.get("redacted")]
    now = {item.template_item.position: item for item in accepted_in_order(portfolio)} if current else {}
    same_items = set(now) == {item["position"] for item in signed["items"]}
    return Check(
        hash_matches=digest(signed) == expected_hash(signature),
        files=[(item["file"]["name"], _is_intact(item["file"]["sha256"])) for item in kept if item["file"]],
        unchanged=same_items and all(_is_as_signed(now[item["position"]], item) for item in kept) if current else None,
        redacted=[item["title"] for item in signed["items"] if item.get("redacted")],
    )


def expected_hash(signature: SignOff) -> str:
    """The hash under the signature, or the one that the last redaction of it left and wrote down."""
    left = db.session.scalars(
        select(Redaction.signatures[str(signature.id)].astext)
        .join(EvidenceItem, EvidenceItem.id == Redaction.item_id)
        .where(EvidenceItem.portfolio_id == signature.portfolio_id, Redaction.signatures.has_key(str(signature.id)))
        .order_by(Redaction.id.desc())
        .limit(1)
    ).first()
    return left or signature.content_hash


def _is_as_signed(item: EvidenceItem, signed: dict[str, Any]) -> bool:
    now = item_content(item)
    return all(now[name] == value for name, value in signed.items() if name in now)


def _is_intact(sha256: str) -> bool:
    kept = db.session.scalars(select(StoredFile).where(StoredFile.sha256 == bytes.fromhex(sha256))).one_or_none()
    if kept is None:
        return False
    try:
        content_of(kept)
    except Unavailable:
        return False
    return True
