"""Cascade: people whom champions' sessions reached, by sector, organisation and quarter. Apart from completions.

People and champions go through the disclosure rule; sessions are no people, and are exempt (domain dossier §8, rule 5).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from babel.dates import format_date
from sqlalchemy import text

from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups
from lms.reporting.facts.shares import NIL
from lms.reporting.queries import NOWHERE, OWN, Filters
from lms.reporting.reports.report import Answer, Column, Report, Row, Sheet
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import Definition
from lms.reporting.rules.periods import month_after
from lms.reporting.services import Asked, View, view

GROUPS = ("sector", "organisation", "quarter")
ALL = "all"
COUNTED = (0, 2)
"""Which of (people, sessions, champions) are counts of people."""
COUNTS = """
WITH told AS (
    SELECT s.id, s.champion_id, s.organisation_id, s.organisation_lineage, g.sector, g.people,
           to_char(date_trunc('quarter', a.held_on), 'YYYY-MM') AS quarter
    FROM cascade_session AS s JOIN cascade_account AS a ON a.session_id = s.id
    JOIN cascade_group AS g ON g.account_id = a.id
    WHERE s.cancelled_at IS NULL AND a.held_on BETWEEN :starts_on AND :ends_on
      AND a.number = (SELECT max(number) FROM cascade_account AS other WHERE other.session_id = s.id)
      AND (CAST(:place AS uuid) IS NULL OR s.organisation_lineage @> ARRAY[CAST(:place AS uuid)])
), keyed AS (
    SELECT 'all' AS by, '' AS key, told.* FROM told
    UNION ALL SELECT 'sector', sector, told.* FROM told
    UNION ALL SELECT 'quarter', quarter, told.* FROM told
    UNION ALL SELECT 'organisation', CASE WHEN at_id = :nil THEN 'none' WHEN alone THEN 'own:' || at_id
                                     ELSE CAST(at_id AS text) END, told.*
      FROM told JOIN unnest(CAST(:places AS uuid[]), CAST(:own AS boolean[])) AS at_place(at_id, alone)
        ON CASE WHEN alone THEN coalesce(organisation_id, :nil) = at_id ELSE organisation_lineage @> ARRAY[at_id] END
)
SELECT by, key, sum(people)::int, count(DISTINCT id)::int, count(DISTINCT champion_id)::int FROM keyed GROUP BY by, key"""

Three = tuple[int | None, int | None, int | None]
"""People, sessions, champions."""


@dataclass(frozen=True)
class Told:
    """The three tables by key, and their total, as they may be shown. `few`: too few people to say anything of them."""

    by: dict[str, dict[str, Three]]
    total: Three
    few: bool


def run(actor: Actor, asked: Asked) -> Answer:
    """Champions' sessions as they stand now: a cancelled one counts for nobody, and of several accounts the newest."""
    seen = view(actor, replace(asked, sector=None, programme=None, course=None, level=None))
    told = _told(seen.filters, exact=seen.exact)
    sheets = tuple(_sheet(by, told, seen) for by in GROUPS)
    return Answer(finding=_finding(told), sheets=sheets, **asking.made(REPORT, seen, asked))


def quarter_of(day: date) -> date:
    """Its first day. Quarters of the calendar and of the financial year begin on the same days."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _told(filters: Filters, *, exact: bool) -> Told:
    """What may be told under these filters: what is hidden in the table that this place is a row of is hidden here."""
    raw = _counts(filters)
    total: Three = raw[ALL].get("", (0, 0, 0))
    by: dict[str, dict[str, Three]] = {each: dict(raw[each]) for each in GROUPS}
    if exact:
        return Told(by, total, few=False)
    few = disclosure.too_few(total[0] or 0)
    above = _row_above(filters)
    hidden = [few or bool(above and above[n] is None) for n in COUNTED]
    for which, n in enumerate(COUNTED):
        shown = {each: _listed(raw[each], n, total[n] or 0, hide=hidden[which]) for each in GROUPS}
        if any(whole is None for _, whole in shown.values()):  # hidden in one table, hidden in all three
            shown = {each: _listed(raw[each], n, total[n] or 0, hide=True) for each in GROUPS}
        total = _with(total, n, None if few else shown[GROUPS[0]][1])
        for each in GROUPS:
            numbers = shown[each][0]
            by[each] = {key: _with(three, n, None if few else numbers[key]) for key, three in by[each].items()}
    return Told(by, total, few)


def _row_above(filters: Filters) -> Three | None:
    """This place's row in the table of the place above, as it is shown there; None: there is none."""
    body = filters.organisation
    if body is None or body.parent_id is None or (filters.scope and body.id == filters.scope.id):
        return None
    wider = _told(replace(filters, organisation=groups.row_above(body, filters.scope)), exact=False)
    return wider.by["organisation"].get(str(body.id))


def _counts(filters: Filters) -> dict[str, dict[str, tuple[int, int, int]]]:
    """(people, sessions, champions) by table and key. Raw: it does not leave this file."""
    below, own = groups.bodies_below(filters.place)
    places = [(body.id, False) for body in below if filters.place is None or body.id != filters.place.id]
    places += [(body.id, True) for body in own] + ([(NIL, True)] if filters.place is None else [])
    if filters.place is not None and filters.place in below:
        places.append((filters.place.id, False))
    period = filters.period
    given: dict[str, Any] = {
        "starts_on": period.starts_on, "ends_on": min(period.ends_on, period.as_at), "nil": NIL,
        "place": filters.place.id if filters.place else None, "places": [id for id, _ in places],
        "own": [alone for _, alone in places],
    }  # fmt: skip
    found: dict[str, dict[str, tuple[int, int, int]]] = {each: {} for each in (ALL, *GROUPS)}
    for by, key, people, sessions, champions in db.session.execute(text(COUNTS), given):
        found[by][key] = (people, sessions, champions)
    return found


def _listed(
    rows: dict[str, tuple[int, int, int]], n: int, total: int, *, hide: bool
) -> tuple[dict[str, int | None], int | None]:
    keys = sorted(rows)
    sensitive = [place for place, key in enumerate(keys) if key in disclosure.SENSITIVE]
    shown, whole = disclosure.suppress_list([rows[key][n] for key in keys], total, hide_total=hide, sensitive=sensitive)
    return dict(zip(keys, shown, strict=True)), whole


def _with(three: Three, n: int, value: int | None) -> Three:
    return (*three[:n], value, *three[n + 1 :])  # type: ignore[return-value]


def _sheet(by: str, told: Told, seen: View) -> Sheet:
    names = _names(by, seen)
    nobody: Three = (0, 0, 0) if seen.exact else (disclosure.alone(0), 0, disclosure.alone(0))
    rows = [
        Row(code, names[key], told.by[by].get(key, nobody))
        for key, code in _codes(by, names).items()
        if by != "organisation" or key in told.by[by]
    ]
    if by != "quarter":  # largest first, hidden ones last: order tells nothing of them
        rows.sort(key=lambda row: 1 if row.values[0] is None else -row.values[0])  # type: ignore[operator]
    heading, title = HEADINGS[by]
    return Sheet(
        key=by, heading=heading, title=title, columns=COLUMNS, rows=rows, chart=None if told.few else 0,
        total=Row("total", Bilingual("Together", "Gyda'i gilydd"), told.total), note=FEW if told.few else None,
    )  # fmt: skip


def _names(by: str, seen: View) -> dict[str, Bilingual]:
    if by == "sector":
        return dict(seen.sectors)
    if by == "quarter":
        firsts = sorted({quarter_of(month) for month in seen.filters.period.months})
        return {first.strftime("%Y-%m"): _quarter(first) for first in firsts}
    below, own = groups.bodies_below(seen.filters.place)
    named = {str(body.id): body.name for body in below}
    named |= {f"{OWN}{body.id}": Bilingual(f"{body.name.en}, itself", f"{body.name.cy} ei hun") for body in own}
    return named | {NOWHERE: Bilingual("No organisation", "Dim sefydliad")}


def _codes(by: str, names: dict[str, Bilingual]) -> dict[str, str]:
    """The code by which the world knows a group: ids stay inside."""
    known = {str(body.id): body.code for body in groups.organisations()} if by == "organisation" else {}
    return {key: known.get(key.removeprefix(OWN), key) for key in names}


def _quarter(first: date) -> Bilingual:
    last = month_after(first, 2)
    return Bilingual(*(
        f"{format_date(first, 'MMMM', locale=language)}–{format_date(last, 'MMMM y', locale=language)}"
        for language in ("en", "cy")
    ))  # fmt: skip


def _finding(told: Told) -> Bilingual:
    people, sessions, _ = told.total
    if not sessions:
        return Bilingual("No sessions in this period", "Dim sesiynau yn y cyfnod hwn")
    if told.few or people is None:
        return FEW if told.few else Bilingual(
            "Champions gave sessions; how many people they reached is hidden",
            "Rhoddodd hyrwyddwyr sesiynau; mae nifer y bobl a gyrhaeddwyd wedi'i guddio",
        )  # fmt: skip
    return Bilingual(f"Champions reached {people:,} people", f"Cyrhaeddodd hyrwyddwyr {people:,} o bobl")


FEW = Bilingual(
    "Fewer than 10 people were reached, so only sessions are counted",
    "Cyrhaeddwyd llai na 10 o bobl, felly dim ond sesiynau a gyfrifir",
)
HEADINGS = {
    "sector": (
        Bilingual("Sector", "Sector"),
        Bilingual("People whom champions reached, by sector", "Pobl a gyrhaeddwyd gan hyrwyddwyr, yn ôl sector"),
    ),
    "organisation": (
        Bilingual("Organisation of the champion", "Sefydliad yr hyrwyddwr"),
        Bilingual("People whom champions reached, by organisation", "Pobl a gyrhaeddwyd gan hyrwyddwyr, yn ôl sefydliad"),
    ),
    "quarter": (
        Bilingual("Quarter", "Chwarter"),
        Bilingual("People whom champions reached, by quarter", "Pobl a gyrhaeddwyd gan hyrwyddwyr, yn ôl chwarter"),
    ),
}  # fmt: skip
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
    ), "number",
)  # fmt: skip
CHAMPIONS = Definition(
    "CASCADE-CHAMPIONS", 1, Bilingual("Champions active", "Hyrwyddwyr gweithredol"),
    Bilingual(
        "People who gave at least one of these sessions, each under a champion’s certificate that held that day.",
        "Pobl a roddodd o leiaf un o'r sesiynau hyn, pob un dan dystysgrif hyrwyddwr a oedd yn ddilys y diwrnod hwnnw.",
    ),
)  # fmt: skip
COLUMNS = (
    Column("people", PEOPLE.title),
    Column("sessions", SESSIONS.title, "number"),
    Column("champions", CHAMPIONS.title),
)
REPORT = Report(
    id="CASCADE-1",
    version=1,
    slug="cascade",
    run=run,
    counts_others=True,
    filters=("organisation", "from", "to"),
    title=Bilingual("Cascade sessions of champions", "Sesiynau rhaeadru hyrwyddwyr"),
    words=Bilingual(
        "Organisation is that of the champion on the day of the session, so history does not shift when people move; "
        "sector is that of the people reached. Dates are those of Wales (Europe/London).",
        "Sefydliad yr hyrwyddwr ar ddiwrnod y sesiwn a ddefnyddir, felly nid yw hanes yn newid pan fydd pobl yn symud; "
        "sector y bobl a gyrhaeddwyd a ddefnyddir. Dyddiadau Cymru yw'r dyddiadau (Ewrop/Llundain).",
    ),
    definitions=(PEOPLE, SESSIONS, CHAMPIONS),
)
