"""Statutory approvals expiring: how many are in force for each function, and how many of them end soon with nothing after.

Counts go through the disclosure rule for every reader: who is approved is known to the body, the person and their manager
alone, so the role that sees names elsewhere does not see them here. Nothing narrows it but the day (disclosure rule 4).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from certificates.approvals import functions
from certificates.approvals.functions import Function
from certificates.approvals.models import Approval
from certificates.approvals.queries import followed, standing
from certificates.approvals.rules import STAGES
from lms.accounts.models import Organisation
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting.reports.report import Report
from lms.reporting.rules import disclosure
from lms.reporting.rules.disclosure import Table
from lms.reporting.rules.measures import Definition
from lms.reporting.services import Asked, View, view

SPANS = (*((before + 1, days) for before, days in zip((-1, *STAGES), STAGES, strict=False)), None)
"""Days until the end: up to 49, up to 90, up to 180; None: later, followed by another, or without an end."""
DEFINITIONS = (
    Definition("APPROVALS-STANDING", 1, Bilingual("In force or suspended", "Mewn grym neu wedi'i hatal"), Bilingual(
        "Approvals that are in force or suspended on the day, by the function they are for. Somebody approved for two "
        "functions counts under each.",
        "Cymeradwyaethau sydd mewn grym neu wedi'u hatal ar y diwrnod, yn ôl y swyddogaeth y maent ar ei chyfer. Mae rhywun a "
        "gymeradwywyd ar gyfer dwy swyddogaeth yn cyfrif o dan y ddwy.",
    )),
    Definition("APPROVALS-ENDING", 1, Bilingual("Ending soon", "Yn dod i ben cyn hir"), Bilingual(
        "Of these, those that end within 49, 90 or 180 days and that no other approval by the body follows. All "
        "others are under Later.",
        "O'r rhain, y rhai sy'n dod i ben o fewn 49, 90 neu 180 diwrnod ac nad oes cymeradwyaeth arall gan y corff yn eu dilyn. "
        "Mae'r lleill i gyd o dan Yn ddiweddarach.",
    )),
)  # fmt: skip
REPORT = Report(
    "APPROVALS-1", 1, "approvals",
    Bilingual("Statutory approvals expiring", "Cymeradwyaethau statudol sy'n dod i ben"),
    Bilingual(
        "Approvals count where the body that gave them lies, not where the people work. A doctor's approval as Approved "
        "Clinician, which also gives Section 12(2), counts once, as Approved Clinician.",
        "Mae cymeradwyaethau'n cyfrif lle mae'r corff a'u rhoddodd, nid lle mae'r bobl yn gweithio. Mae cymeradwyaeth meddyg fel "
        "Clinigydd Cymeradwy, sydd hefyd yn rhoi Adran 12(2), yn cyfrif unwaith, fel Clinigydd Cymeradwy.",
    ),
    DEFINITIONS, "uptake.approvals",
)  # fmt: skip


@dataclass(frozen=True)
class ApprovalLine:
    """One function. `ending`: one count for each of `SPANS`; None in them, or as `total`: hidden."""

    function: Function
    ending: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True)
class ApprovalFigures:
    """What this reader may see. `withheld`: too few people to say anything of them."""

    view: View
    lines: list[ApprovalLine]
    withheld: bool


def approvals(actor: Actor, asked: Asked) -> ApprovalFigures:
    """Count, hide what must be hidden, and give the rest. Raises what `services.view` raises."""
    seen = view(actor, Asked(as_at=asked.as_at))
    day = seen.filters.period.as_at
    rows: dict[str, Any] = {row[0]: row for row in _counts(day, seen.filters.places)}
    live = functions.functions(day)
    people = sum(row[1] for row in rows.values())
    if disclosure.too_few(people):
        return ApprovalFigures(seen, [], withheld=True)
    cells = [tuple(rows[code][2:]) if code in rows else (0,) * len(SPANS) for code in live]
    shown = disclosure.suppress(Table(tuple(cells), tuple(sum(each) for each in cells)))
    totals = shown.row_totals or ()
    lines = [ApprovalLine(*each) for each in zip(live.values(), shown.cells, totals, strict=True)]
    return ApprovalFigures(seen, lines, withheld=False)


def _counts(day: date, places: frozenset[UUID] | None) -> list[Any]:
    """(function, people, one count for each of SPANS). Raw: it does not leave this file."""
    soon = [
        Approval.ends_on.between(day + timedelta(days=span[0]), day + timedelta(days=span[1])) & ~followed()
        for span in SPANS
        if span is not None
    ]
    any_soon = Approval.ends_on.between(day, day + timedelta(days=max(STAGES))) & ~followed()
    found = (
        select(
            Approval.function, func.count(Approval.person_id.distinct()), *(func.count().filter(each) for each in soon),
            func.count() - func.count().filter(any_soon),
        )
        .where(standing(day))
        .group_by(Approval.function)
    )  # fmt: skip
    if places is not None:
        found = found.join(Organisation, Organisation.id == Approval.body_id).where(
            Organisation.lineage.overlap(list(places))
        )
    return list(db.session.execute(found).all())
