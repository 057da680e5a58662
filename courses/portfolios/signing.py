"""What is signed, in one form that anybody can compute again: canonical JSON, and its SHA-256.

Canonical: keys sorted, no white space, UTF-8, instants in UTC. Where there are no fractions, RFC 8785 says the same.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select

from courses.portfolios.models import Decision, EvidenceItem, Outcome, Portfolio, PortfolioState, SignOff
from lms.core.db import db
from lms.core.errors import Unavailable
from lms.core.files import StoredFile, content_of
from lms.core.language import Bilingual

FORM = "llwybr-portfolio-1"


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
            for item in in_order(portfolio)
        ],
    }  # fmt: skip


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
    """Does a signature still hold? `files` are (name, intact); `unchanged` None: the portfolio has moved on."""

    hash_matches: bool
    files: list[tuple[str, bool]]
    unchanged: bool | None

    @property
    def holds(self) -> bool:
        return self.hash_matches and all(intact for _, intact in self.files) and self.unchanged is not False


def check(signature: SignOff) -> Check:
    """Compute everything again: the hash of what was kept, each file's own, and what lies in the portfolio now."""
    signed, portfolio = signature.content, signature.portfolio
    current = portfolio.state is PortfolioState.SIGNED_OFF and portfolio.version == signature.version
    return Check(
        hash_matches=digest(signed) == signature.content_hash,
        files=[(item["file"]["name"], _is_intact(item["file"]["sha256"])) for item in signed["items"] if item["file"]],
        unchanged=[item_content(item) for item in in_order(portfolio)] == [_shown(item) for item in signed["items"]]
        if current
        else None,
    )


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "decisions"}


def _is_intact(sha256: str) -> bool:
    kept = db.session.scalars(select(StoredFile).where(StoredFile.sha256 == bytes.fromhex(sha256))).one_or_none()
    if kept is None:
        return False
    try:
        content_of(kept)
    except Unavailable:
        return False
    return True
