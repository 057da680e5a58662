"""Brings the portfolio templates into the database. A changed template is a new number; open portfolios keep theirs.

What was edited on the page since stays the newest: the file counts again only where the file itself has changed.
"""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import yaml
from sqlalchemy import select

from courses.portfolios.models import EvidenceKind, PortfolioTemplate, SupervisionRule, TemplateItem
from lms.core import audit, clock
from lms.core.db import db, record
from lms.core.language import Bilingual
from lms.core.permissions import Actor

DATA = Path(__file__).parent / "data" / "portfolios.yaml"


def load_reference(actor: Actor) -> None:
    """Load every template of the file. Doing it again changes nothing: the digest of each is compared."""
    given = yaml.safe_load(DATA.read_text(encoding="utf-8"))["portfolios"]
    known: dict[str, dict[str, int]] = {}
    for code, digest, number in db.session.execute(
        select(PortfolioTemplate.code, PortfolioTemplate.digest, PortfolioTemplate.number)
    ):
        known.setdefault(code, {})[digest] = number
    for each in given:
        before = known.get(each["code"], {})
        digest = hashlib.sha256(orjson.dumps(each, option=orjson.OPT_SORT_KEYS)).hexdigest()
        if digest not in before:
            made = record(_template(each, max(before.values(), default=0) + 1, digest))
            audit.record(actor, "portfolio-template.published", thing=made, number=made.number, digest=digest)


def _template(given: dict[str, Any], number: int, digest: str) -> PortfolioTemplate:
    return PortfolioTemplate(
        code=given["code"],
        number=number,
        title=Bilingual(given["title"]["en"], given["title"]["cy"]),
        supervision=SupervisionRule(given["supervision"]),
        digest=digest,
        published_at=clock.now(),
        optional_needed=given.get("optional_needed", 0),
        source=given.get("source"),
        illustrative=given.get("illustrative", False),
        items=[
            TemplateItem(
                position=position,
                kind=EvidenceKind(item["kind"]),
                title=Bilingual(item["en"], item["cy"]),
                optional=item.get("optional", False),
                individual_only=item.get("individual_only", False),
                observer_signs=item.get("observer_signs", False),
                minutes=item.get("minutes"),
            )
            for position, item in enumerate(given["items"], start=1)
        ],
    )
