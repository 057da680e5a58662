"""Baselines from `data/figures.yaml`. Loading again changes nothing; a changed file changes what it says."""

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from lms.core import audit
from lms.core.db import db
from lms.core.permissions import Actor, Permission
from lms.reporting.facts import gathering, tallying
from lms.reporting.facts.models import TallyMark
from lms.reporting.models import Baseline, BaselineUse
from lms.reporting.quality import counting as quality
from lms.reporting.reach import folding
from lms.reporting.reach.models import ReachMark

DATA = Path(__file__).parent / "data" / "figures.yaml"


def load_reference(actor: Actor) -> None:
    """Load every figure of the file. Raises Forbidden unless the actor keeps the reference data."""
    actor.require(Permission.ORGANISATION_EDIT)
    given = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    table = Baseline.__table__
    rows = [_row(position, each, given["documents"]) for position, each in enumerate(given["figures"])]
    statement = insert(table).values(rows)
    new = {name: statement.excluded[name] for name in rows[0] if name != "code"}
    differs = or_(*(table.c[name].is_distinct_from(value) for name, value in new.items()))
    statement = statement.on_conflict_do_update(index_elements=["code"], set_=new, where=differs)
    if changed := len(db.session.execute(statement.returning(table.c.code)).all()):
        audit.record(actor, "reporting.baselines_loaded", rows=changed)


def fill_facts(actor: Actor) -> None:
    """The first time: facts from the records that there are already. From then on events write them.

    So it is with where people are beside the frameworks and with what is missing, which jobs bring up to date from then on.
    """
    actor.require(Permission.ORGANISATION_EDIT)
    if db.session.scalar(select(ReachMark.framework_id).limit(1)) is None:
        folding.bring_up_to_date()
    if quality.known(None) is None:
        quality.count()
    if db.session.scalar(select(TallyMark.id)) is None:
        written = gathering.of_everything()
        tallying.rebuild()
        audit.record(actor, "reporting.facts_gathered", rows=written)


def _row(position: int, each: dict[str, Any], documents: dict[str, Any]) -> dict[str, Any]:
    document = documents[each["src"].split(":")[0] if each["src"][0].isdigit() else each["src"]]
    note = each.get("note", {"en": "", "cy": ""})
    return {
        "code": each["id"],
        "position": position,
        "value": each["v"],
        "value_to": each.get("to"),
        "unit_en": each["unit"]["en"],
        "unit_cy": each["unit"]["cy"],
        "note_en": note["en"],
        "note_cy": note["cy"],
        "use": BaselineUse(each["use"]),
        "as_of": each.get("as_of"),
        "applies_to": each.get("of", []),
        "conflicts_with": each.get("conflict", []),
        "document_en": document["title"]["en"],
        "document_cy": document["title"]["cy"],
        "document_dated": document.get("dated"),
        "source": each["src"],
        "illustrative": False,
    }
