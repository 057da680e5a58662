"""Brings the portfolio templates into the database. A changed template is a new number; open portfolios keep theirs."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import yaml
from sqlalchemy import select

from courses.portfolios.models import EvidenceKind, PortfolioTemplate, SupervisionRule, TemplateItem
from lms.core import audit
from lms.core.db import db, record
from lms.core.language import Bilingual
from lms.core.permissions import Actor

DATA = Path(__file__).parent / "data" / "portfolios.yaml"


def load_reference(actor: Actor) -> None:
    """Load every template of the file. Doing it again changes nothing: the digest of each is compared."""
    given = yaml.safe_load(DATA.read_text(encoding="utf-8"))["portfolios"]
    found = db.session.scalars(select(PortfolioTemplate).order_by(PortfolioTemplate.number))
    newest = {each.code: each for each in found}
    for each in given:
        before = newest.get(each["code"])
        digest = hashlib.sha256(orjson.dumps(each, option=orjson.OPT_SORT_KEYS)).hexdigest()
        if before is None or before.digest != digest:
            made = record(_template(each, before.number + 1 if before else 1, digest))
            audit.record(actor, "portfolio-template.published", thing=made, number=made.number, digest=digest)


def _template(given: dict[str, Any], number: int, digest: str) -> PortfolioTemplate:
    return PortfolioTemplate(
        code=given["code"],
        number=number,
        supervision=SupervisionRule(given["supervision"]),
        digest=digest,
        source=given.get("source"),
        illustrative=given.get("illustrative", False),
        items=[
            TemplateItem(position=position, kind=EvidenceKind(item["kind"]), title=Bilingual(item["en"], item["cy"]))
            for position, item in enumerate(given["items"], start=1)
        ],
    )
