"""Statutory approvals expiring: how many are in force for each function, and how many of them end soon with nothing after.

Counts go through the disclosure rule for every reader: who is approved is known to the body, the person and their manager
alone, so the role that sees names elsewhere does not see them here. Nothing narrows it but the day (disclosure rule 4).
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from certificates.approvals import functions
from certificates.approvals.models import Approval
from certificates.approvals.queries import followed, standing
from certificates.approvals.rules import STAGES
from lms.accounts.models import Organisation
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking
from lms.reporting.groups import Body
from lms.reporting.reports.report import Answer, Column, Report, Row, Sheet
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import Definition
from lms.reporting.rules.disclosure import Table
from lms.reporting.services import Asked, view

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
FEW = Bilingual(
    "Fewer than 10 people are approved here, so nothing is told of them",
    "Mae llai na 10 o bobl wedi'u cymeradwyo yma, felly ni ddywedir dim amdanynt",
)


def run(actor: Actor, asked: Asked) -> Answer:
    """Count, hide what must be hidden, and give the rest. Raises what `services.view` raises."""
    seen = view(actor, Asked(as_at=asked.as_at))
    day = seen.filters.period.as_at
    rows: dict[str, Any] = {row[0]: row for row in _counts(day, seen.filters.place)}
    live = functions.functions(day)
    withheld = disclosure.too_few(sum(row[1] for row in rows.values()))
    lines: list[Row] = []
    if not withheld:
        cells = [tuple(rows[code][2:]) if code in rows else (0,) * len(SPANS) for code in live]
        shown = disclosure.suppress(Table(tuple(cells), tuple(sum(each) for each in cells)))
        totals = shown.row_totals or ()
        lines = [
            Row(code, function.title, (*ending, total))
            for (code, function), ending, total in zip(live.items(), shown.cells, totals, strict=True)
        ]
    sheet = Sheet(
        key="functions", heading=Bilingual("Function", "Swyddogaeth"), columns=COLUMNS, rows=lines,
        chart=None if withheld else len(SPANS), note=FEW if withheld else None,
        title=Bilingual("Approvals, by when they end", "Cymeradwyaethau, yn ôl pryd y maent yn dod i ben"),
    )  # fmt: skip
    return Answer(finding=FEW if withheld else _finding(lines), sheets=(sheet,), withheld=withheld,
                  **asking.made(REPORT, seen, asked))  # fmt: skip


def _finding(lines: list[Row]) -> Bilingual:
    soon = [row for row in lines if isinstance(row.values[0], int) and row.values[0]]
    if not soon:
        return Bilingual(
            "No function is known to lose approvals within 49 days",
            "Ni wyddys am unrhyw swyddogaeth a fydd yn colli cymeradwyaethau o fewn 49 diwrnod",
        )
    most = max(soon, key=lambda row: row.values[0])  # type: ignore[arg-type, return-value]
    return Bilingual(
        f"{most.name.en}: {most.values[0]} end within 49 days",
        f"{most.name.cy}: {most.values[0]} yn dod i ben o fewn 49 diwrnod",
    )


def _counts(day: date, place: Body | None) -> list[Any]:
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
    if place is not None:
        found = found.join(Organisation, Organisation.id == Approval.body_id).where(
            Organisation.lineage.contains([place.id])
        )
    return list(db.session.execute(found).all())


COLUMNS = (
    Column("within_49", Bilingual("Within 49 days", "O fewn 49 diwrnod")),
    Column("within_90", Bilingual("50 to 90 days", "50 i 90 diwrnod")),
    Column("within_180", Bilingual("91 to 180 days", "91 i 180 diwrnod")),
    Column("later", Bilingual("Later", "Yn ddiweddarach")),
    Column("standing", DEFINITIONS[0].title),
)
REPORT = Report(
    id="APPROVALS-1",
    version=1,
    slug="approvals",
    run=run,
    counts_others=True,
    title=Bilingual("Statutory approvals expiring", "Cymeradwyaethau statudol sy'n dod i ben"),
    words=Bilingual(
        "Approvals count where the body that gave them lies, not where the people work. A doctor's approval as Approved "
        "Clinician, which also gives Section 12(2), counts once, as Approved Clinician.",
        "Mae cymeradwyaethau'n cyfrif lle mae'r corff a'u rhoddodd, nid lle mae'r bobl yn gweithio. Mae cymeradwyaeth meddyg fel "
        "Clinigydd Cymeradwy, sydd hefyd yn rhoi Adran 12(2), yn cyfrif unwaith, fel Clinigydd Cymeradwy.",
    ),
    definitions=DEFINITIONS,
    filters=(),
)
