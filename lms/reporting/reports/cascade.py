"""Cascade: people whom champions' sessions reached, by sector, organisation or quarter. Apart from completions.

People and champions go through the disclosure rule; sessions are no people, and are exempt (domain dossier §8, rule 5).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, String, case, cast, func, select

from courses.mentoring.cascade.models import CascadeAccount, CascadeGroup, CascadeSession
from courses.mentoring.cascade.queries import is_newest
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting.queries import NOWHERE, Filters
from lms.reporting.reports.report import Report
from lms.reporting.reports.uptake import Label
from lms.reporting.rules import disclosure
from lms.reporting.rules.measures import Definition
from lms.reporting.services import Asked, View, view

PEOPLE = Definition(
    "CASCADE-PEOPLE", 1, Bilingual("People reached", "Pobl a gyrhaeddwyd"),
    Bilingual(
        "People who were at sessions of champions in the period, as the champions counted them. Somebody who was at two "
        "sessions counts twice. They are not among those who completed training.",
        "Pobl a oedd mewn sesiynau hyrwyddwyr yn y cyfnod, fel y cyfrifodd yr hyrwyddwyr nhw. Mae rhywun a oedd mewn dwy "
        "sesiwn yn cyfrif ddwywaith. Nid ydynt ymhlith y rhai a gwblhaodd hyfforddiant.",
    ),
)  # fmt: skip
SESSIONS = Definition(
    "CASCADE-SESSIONS", 1, Bilingual("Sessions", "Sesiynau"),
    Bilingual(
        "Sessions held in the period and not cancelled, by their newest account.",
        "Sesiynau a gynhaliwyd yn y cyfnod ac na chawsant eu canslo, yn ôl eu cofnod diweddaraf.",
    ),
)  # fmt: skip
CHAMPIONS = Definition(
    "CASCADE-CHAMPIONS", 1, Bilingual("Champions active", "Hyrwyddwyr gweithredol"),
    Bilingual(
        "People who gave at least one of these sessions, each under a champion’s certificate that held that day.",
        "Pobl a roddodd o leiaf un o'r sesiynau hyn, pob un dan dystysgrif hyrwyddwr a oedd yn ddilys y diwrnod hwnnw.",
    ),
)  # fmt: skip
REPORT = Report(
    id="CASCADE-1",
    version=1,
    slug="cascade",
    title=Bilingual("Cascade sessions of champions", "Sesiynau rhaeadru hyrwyddwyr"),
    words=Bilingual(
        "Organisation is that of the champion on the day of the session, so history does not shift when people move; sector "
        "is that of the people reached. Dates are those of Wales (Europe/London).",
        "Sefydliad yr hyrwyddwr ar ddiwrnod y sesiwn a ddefnyddir, felly nid yw hanes yn newid pan fydd pobl yn symud; sector "
        "y bobl a gyrhaeddwyd a ddefnyddir. Dyddiadau Cymru yw'r dyddiadau (Ewrop/Llundain).",
    ),
    definitions=(PEOPLE, SESSIONS, CHAMPIONS),
    endpoint="uptake.cascade",
)


class CascadeDimension(StrEnum):
    SECTOR = "sector"
    ORGANISATION = "organisation"
    QUARTER = "quarter"


@dataclass(frozen=True)
class CascadeLine:
    """One group. None: hidden."""

    label: Label
    people: int | None
    sessions: int
    champions: int | None


@dataclass(frozen=True)
class Cascade:
    """The report as it may be shown to this reader. `withheld`: too few people to say anything of them."""

    view: View
    group: CascadeDimension
    lines: list[CascadeLine]
    people: int | None
    sessions: int
    champions: int | None
    withheld: bool


def cascade(actor: Actor, group: CascadeDimension, **asked: Any) -> Cascade:
    """Count, hide what must be hidden, and give the rest. `asked`: organisation, first, last; raises as `services.view`."""
    seen = view(actor, Asked(**asked))
    rows = _counts(seen.filters, _key(group))
    people, sessions, champions = next(iter(_counts(seen.filters, cast("", String)).values()), (0, 0, 0))
    withheld = not seen.exact and disclosure.too_few(people)
    labels = _labels(seen, group, set(rows))
    found = [rows.get(label.code, (0, 0, 0)) for label in labels]
    shown_people: list[int | None] = [each[0] for each in found]
    shown_champions: list[int | None] = [each[2] for each in found]
    all_people: int | None = people
    all_champions: int | None = champions
    if withheld:
        shown_people, all_people = [None] * len(found), None
        shown_champions, all_champions = [None] * len(found), None
    elif not seen.exact:
        hidden = _hidden_in_wider(seen)
        shown_people, all_people = disclosure.suppress_list([p for p, _, _ in found], people, hide_total=hidden[0])
        shown_champions, all_champions = disclosure.suppress_list(
            [c for _, _, c in found], champions, hide_total=hidden[1]
        )
    lines = [
        CascadeLine(label, shown, each[1], given)
        for label, each, shown, given in zip(labels, found, shown_people, shown_champions, strict=True)
    ]
    return Cascade(seen, group, _ordered(lines, group), all_people, sessions, all_champions, withheld)


def quarter_of(day: date) -> date:
    """Its first day. Quarters of the calendar and of the financial year begin on the same days."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _key(group: CascadeDimension) -> ColumnElement[Any]:
    if group is CascadeDimension.SECTOR:
        return cast(CascadeGroup.sector, String)
    if group is CascadeDimension.QUARTER:
        return func.to_char(func.date_trunc("quarter", cast(CascadeAccount.held_on, Date)), "YYYY-MM")
    return func.coalesce(cast(CascadeSession.organisation_id, String), NOWHERE)


def _counts(filters: Filters, key: ColumnElement[Any], *, narrowed: bool = True) -> dict[str, tuple[int, int, int]]:
    """(people, sessions, champions) by key. Raw: it does not leave this file."""
    period = filters.period
    found = (
        select(
            key.label("key"), func.coalesce(func.sum(CascadeGroup.people), 0), func.count(CascadeSession.id.distinct()),
            func.count(CascadeSession.champion_id.distinct()),
        )
        .select_from(CascadeSession)
        .join(CascadeAccount, CascadeAccount.session_id == CascadeSession.id)
        .join(CascadeGroup, CascadeGroup.account_id == CascadeAccount.id)
        .where(
            CascadeSession.cancelled_at.is_(None), is_newest(),
            CascadeAccount.held_on.between(period.starts_on, min(period.ends_on, period.as_at)),
        )
        .group_by("key")
    )  # fmt: skip
    if filters.places is not None:
        found = found.where(CascadeSession.organisation_lineage.overlap(list(filters.places)))
    if narrowed and filters.organisation is not None:
        found = found.where(CascadeSession.organisation_lineage.contains([filters.organisation.id]))
    return {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(found)}


def _hidden_in_wider(seen: View) -> tuple[bool, bool]:
    """Are people, are champions hidden in the table that this organisation is a row of (disclosure rule 4)?"""
    body = seen.filters.organisation
    if body is None:
        return False, False
    inside = CascadeSession.organisation_lineage.contains([body.id])
    key = case((inside, str(body.id)), else_=func.coalesce(cast(CascadeSession.organisation_id, String), NOWHERE))
    table = _counts(seen.filters, key, narrowed=False)
    whole = next(iter(_counts(seen.filters, cast("", String), narrowed=False).values()), (0, 0, 0))
    keys = sorted(table)
    if str(body.id) not in table:
        return False, False
    hidden = [
        disclosure.suppress_list([table[each][n] for each in keys], whole[n])[0][keys.index(str(body.id))] is None
        for n in (0, 2)
    ]
    return hidden[0], hidden[1]


def _labels(seen: View, group: CascadeDimension, present: set[str]) -> list[Label]:
    if group is CascadeDimension.QUARTER:
        quarters = sorted({quarter_of(month) for month in seen.filters.period.months})
        return [Label(each.strftime("%Y-%m"), Bilingual("", ""), each) for each in quarters]
    if group is CascadeDimension.SECTOR:
        return [Label(code, name) for code, name in seen.sectors.items()]
    named = {str(body.id): body.name for body in seen.organisations}
    named[NOWHERE] = Bilingual("No organisation", "Dim sefydliad")
    return [Label(key, name) for key, name in named.items() if key in present]


def _ordered(lines: list[CascadeLine], group: CascadeDimension) -> list[CascadeLine]:
    """Quarters in time; the rest by what is shown, largest first, hidden ones last: order tells nothing of them."""
    if group is CascadeDimension.QUARTER:
        return lines
    return sorted(lines, key=lambda it: 1 if it.people is None else -it.people)


def code_of(label: Label, report: Cascade) -> str:
    """The code by which the world knows a group: ids stay inside."""
    if report.group is CascadeDimension.ORGANISATION:
        return next((body.code for body in report.view.organisations if str(body.id) == label.code), label.code)
    return label.code
