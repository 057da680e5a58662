"""Attendance at taught courses: who came, who did not, how full, how long people waited, in which language."""

from collections import Counter
from dataclasses import replace

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, event_counts, groups, queries
from lms.reporting.queries import Dimension, Filters
from lms.reporting.reports.report import NOT_KNOWN, Answer, Column, Report, Row, Sheet, Value, share
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import BY_ID, Definition
from lms.reporting.services import Asked, View, view

Counts = Counter[tuple[str | None, str]]
"""People by (row or None for all, measure)."""
MEASURES = ("attended", "missed", "late")
COUNTED = ("attended", "expected", "late", "booked")
"""As the tallies have them: whoever was expected and attended nothing has missed it."""


def run(actor: Actor, asked: Asked) -> Answer:
    """Count, hide what must be hidden, and give the rest."""
    seen = view(actor, replace(asked, sector=None, programme=None, course=None, level=None))
    counted = _counted(seen.filters, Dimension.SECTOR)
    made = asking.made(REPORT, seen, asked)
    if not seen.exact and disclosure.too_few(counted[None, "booked"]):
        return Answer(finding=TOO_FEW, sheets=(), withheld=True, **made)
    codes, hidden = list(seen.sectors), hidden_above(seen)
    shown = {m: _shown(counted, codes, m, exact=seen.exact, hide=m in hidden) for m in MEASURES}
    rows = [Row(code, seen.sectors[code], tuple(shown[m][0][n] for m in MEASURES)) for n, code in enumerate(codes)]
    total = Row("total", EVERYONE, tuple(shown[m][1] for m in MEASURES))
    sheet = Sheet(
        key="sector", heading=Bilingual("Sector", "Sector"), columns=COLUMNS, rows=rows, total=total, chart=0,
        title=Bilingual("People at sessions, by sector", "Pobl mewn sesiynau, yn ôl sector"),
    )  # fmt: skip
    rates = _rates(seen, counted[None, "attended"], dict(zip(MEASURES, total.values, strict=True)))
    return Answer(finding=_finding(total.values[0]), sheets=(sheet, rates), **made)


def _counted(filters: Filters, by: Dimension) -> Counts:
    """Raw: it does not leave this file."""
    found: Counts = Counter(queries.by(filters, by, COUNTED, ()))
    for key, _ in list(found):
        found[key, "missed"] = found[key, "expected"] - found[key, "attended"]
    return found


def hidden_above(seen: View) -> set[str]:
    """Measures that are hidden for this place in the table of the one above, laid out by organisation (rule 4)."""
    body = seen.filters.organisation
    if (
        seen.exact
        or body is None
        or body.parent_id is None
        or (seen.filters.scope and body.id == seen.filters.scope.id)
    ):
        return set()
    above = replace(seen.filters, organisation=groups.row_above(body, seen.filters.scope))
    counted = _counted(above, Dimension.ORGANISATION)
    keys = [key for each in groups.bodies_below(above.place)[0] if counted[(key := str(each.id)), "booked"]]
    if str(body.id) not in keys:
        return set()
    return {m for m in MEASURES if _shown(counted, keys, m, exact=False)[0][keys.index(str(body.id))] is None}


def _shown(
    counted: Counts, codes: list[str], measure: str, *, exact: bool, hide: bool = False
) -> tuple[list[int | None], int | None]:
    numbers = [counted[code, measure] for code in codes]
    total = counted[None, measure]
    if exact:
        return list(numbers), total
    sensitive = [n for n, code in enumerate(codes) if code in disclosure.SENSITIVE]
    return disclosure.suppress_list(numbers, total, hide_total=hide, sensitive=sensitive)


def _rates(seen: View, all_attended: int, total: dict[str, Value]) -> Sheet:
    """Rates of what is shown, so that none tells of few people; None is hidden, words say that there is nothing."""
    attended, missed = total["attended"], total["missed"]
    waits = event_counts.waits(seen.filters).get(None)
    welsh = queries.by(seen.filters, Dimension.LANGUAGE, ("attended",), ()).get(("cy", "attended"), 0)
    languages: list[int | None] = [welsh, all_attended - welsh]
    if not seen.exact:
        languages = disclosure.suppress_list([welsh, all_attended - welsh], all_attended, hide_total=attended is None)[
            0
        ]
    known = isinstance(attended, int) and isinstance(missed, int)
    values: dict[str, Value] = {
        "dna": (_rate(missed, attended + missed) if known else None),  # type: ignore[operator, arg-type]
        "fill": _fill(seen) if attended is not None else None,
        "wait": NOT_KNOWN if not waits
        else round(waits.median) if seen.exact or waits.offers >= disclosure.RULE.cohort else None,
        "welsh": NOT_KNOWN if attended == 0
        else share(languages[0], attended, exact=seen.exact),  # type: ignore[arg-type]
    }  # fmt: skip
    return Sheet(
        key="rates", heading=Bilingual("Figure", "Ffigur"), title=Bilingual("Rates of the period", "Cyfraddau'r cyfnod"),
        columns=(Column("value", Bilingual("Value", "Gwerth"), "number"),), note=RATES_NOTE,
        rows=[Row(key, RATES[key], (value,)) for key, value in values.items()],
    )  # fmt: skip


def _fill(seen: View) -> Value:
    """Told for all of Wales alone: places are not anybody's organisation's."""
    if seen.filters.place is not None:
        return NOT_KNOWN
    found = event_counts.events(seen.filters, ("attended", "places"))
    came, places = found.get((None, "attended"), 0), found.get((None, "places"), 0)
    if seen.exact or not places:
        return _rate(came, places)
    shown, whole = disclosure.suppress_list([came, max(places - came, 0)], places)  # the places are public
    return disclosure.percent(shown[0], whole)


def _rate(part: int, whole: int) -> Value:
    return (200 * part + whole) // (2 * whole) if whole else NOT_KNOWN


def _finding(attended: Value) -> Bilingual:
    if not attended:
        return (
            Bilingual("How many people attended is hidden", "Mae nifer y bobl a oedd yn bresennol wedi'i guddio")
            if attended is None
            else Bilingual("Nobody attended a session in this period", "Nid oedd neb mewn sesiwn yn y cyfnod hwn")
        )
    return Bilingual(f"{attended:,} people attended a session", f"Bu {attended:,} o bobl mewn sesiwn")


TOO_FEW = Bilingual("Too few people to report on", "Rhy ychydig o bobl i adrodd arnynt")
EVERYONE = Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith")
RATES = {
    "dna": Bilingual("Rate of not attending, percent", "Cyfradd y rhai nad oeddent yn bresennol, y cant"),
    "fill": Bilingual("Places filled at sessions held, percent", "Lleoedd a lenwyd mewn sesiynau a gynhaliwyd, y cant"),
    "wait": Bilingual("Days from asking to an offer, median", "Dyddiau o ofyn i gynnig, canolrif"),
    "welsh": Bilingual("Followed in Welsh, percent", "Dilynwyd yn Gymraeg, y cant"),
}
RATES_NOTE = Bilingual(
    "Places filled are told for all of Wales alone: places are not those of one organisation.",
    "Dywedir faint o leoedd a lenwyd ar gyfer Cymru gyfan yn unig: nid yw lleoedd yn perthyn i un sefydliad.",
)
DEFINITIONS = (
    BY_ID["ATTENDANCE-ATTENDED"],
    Definition("ATTENDANCE-DNA", 1, Bilingual("Did not attend", "Heb fynychu"), Bilingual(
        "People who had a place and came to nothing in the period, without being excused. The rate is of these and of "
        "those who attended; late cancellations are counted apart.",
        "Pobl a oedd â lle ac na ddaethant i ddim yn y cyfnod, heb gael eu hesgusodi. Cyfradd o'r rhain a'r rhai a oedd yn "
        "bresennol yw'r gyfradd; cyfrifir canslo hwyr ar wahân.",
    )),
    Definition("ATTENDANCE-LATE", 1, Bilingual("Cancelled late", "Wedi'i ganslo'n hwyr"), Bilingual(
        "People who gave up a place in the period after the day until which that is free.",
        "Pobl a ildiodd le yn y cyfnod ar ôl y diwrnod olaf ar gyfer gwneud hynny'n rhydd.",
    )),
)  # fmt: skip
COLUMNS = tuple(Column(key, each.title) for key, each in zip(MEASURES, DEFINITIONS, strict=True))
REPORT = Report(
    id="ATTENDANCE-1",
    version=1,
    slug="attendance",
    run=run,
    counts_others=True,
    filters=("organisation", "from", "to"),
    title=Bilingual("Attendance", "Presenoldeb"),
    words=Bilingual(
        "Each person counts once in each figure, under the sector that they had when they asked for the place.",
        "Mae pob person yn cyfrif unwaith ym mhob ffigur, o dan y sector a oedd ganddynt pan ofynnwyd am y lle.",
    ),
    definitions=(*DEFINITIONS, BY_ID["FILL"], BY_ID["WAIT"], BY_ID["WELSH-SHARE"]),
)
