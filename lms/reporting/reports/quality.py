"""Data quality: what is not recorded, who can mend it, and whether the figures agree with the facts."""

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking
from lms.reporting.facts import checking, tallying
from lms.reporting.quality import counting
from lms.reporting.quality.counting import Known
from lms.reporting.reports.report import NOT_KNOWN, Answer, Column, Report, Row, Sheet, Value
from lms.reporting.rules import disclosure
from lms.reporting.services import Asked, View, view

LEARNER = Bilingual("Each person, under Profile", "Pob person, o dan Proffil")
LEAD = Bilingual("The organisation's training lead", "Arweinydd hyfforddi'r sefydliad")
ADMINISTRATOR = Bilingual("A system administrator", "Gweinyddwr system")

LINES = (
    ("sector", Bilingual("Sector given as the public only", "Sector wedi'i nodi fel y cyhoedd yn unig"), LEARNER),
    ("role", Bilingual("Job role not recorded", "Rôl heb ei chofnodi"), LEARNER),
    ("base", Bilingual("No organisation", "Dim sefydliad"), LEARNER),
    ("setting", Bilingual("Setting not recorded", "Lleoliad heb ei gofnodi"), LEARNER),
    (
        "duplicates",
        Bilingual(
            "Same name at the same body, perhaps twice the same person",
            "Yr un enw yn yr un corff, efallai'r un person ddwywaith",
        ),
        ADMINISTRATOR,
    ),
    (
        "stale",
        Bilingual(
            "Membership open for two years with nothing learnt", "Aelodaeth ar agor ers dwy flynedd heb ddysgu dim"
        ),
        LEAD,
    ),
)


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    known = counting.known(seen.filters.place.id if seen.filters.place else None)
    rows = [
        Row(
            code, name, (*(_line(known.people.get(code, 0), known.everybody, seen) if known else (NOT_KNOWN,) * 2), who)
        )
        for code, name, who in LINES
    ]
    top = next((row for row in sorted(rows, key=_least_known)), None)
    finding = (
        Bilingual(
            f"Most often missing or doubtful: {top.name.en.lower()}",
            f"Ar goll neu'n amheus amlaf: {top.name.cy.lower()}",
        )
        if top and top.values[0]
        else Bilingual("Nothing is missing often enough to be said", "Nid oes dim ar goll yn ddigon aml i'w ddweud")
    )
    people = Sheet(
        key="people",
        heading=Bilingual("What", "Beth"),
        columns=COLUMNS,
        rows=rows,
        chart=1,
        title=Bilingual("People with a membership today", "Pobl ag aelodaeth heddiw"),
        note=Bilingual(
            "People are looked at anew every quarter of an hour, so what you mend shows here a little later.",
            "Edrychir ar bobl o'r newydd bob chwarter awr, felly mae'r hyn rydych yn ei gywiro yn ymddangos yma ychydig yn "
            "ddiweddarach.",
        ),
    )
    return Answer(finding=finding, sheets=(people, _trust(known)), **asking.made(REPORT, seen, asked))


def _least_known(row: Row) -> int:
    return -row.values[0] if isinstance(row.values[0], int) else 1


def _line(number: int, everybody: int, seen: View) -> tuple[Value, Value]:
    if seen.exact:
        return number, (200 * number + everybody) // (2 * everybody) if everybody else NOT_KNOWN
    shown, total = disclosure.suppress_list([number, max(everybody - number, 0)], everybody)
    return shown[0], disclosure.percent(shown[0], total)


def _trust(known: Known | None) -> Sheet:
    last, fresh = checking.last(), tallying.freshness()
    rows = [
        Row("people", Bilingual("People looked at", "Edrychwyd ar bobl"), (_at(known.at) if known else NOT_KNOWN,)),
        Row("fresh", Bilingual("Figures brought up to date", "Ffigurau wedi'u diweddaru"), (_at(fresh.at),)),
        Row(
            "waiting",
            Bilingual("Events that they do not hold yet", "Digwyddiadau nad ydynt yn eu cynnwys eto"),
            (fresh.waiting,),
        ),
        Row(
            "checked",
            Bilingual("Last compared with the facts", "Cymharwyd ddiwethaf â'r ffeithiau"),
            (_at(last.at) if last else NOT_KNOWN,),
        ),
        Row("cells", Bilingual("Cells compared", "Celloedd a gymharwyd"), (last.cells if last else NOT_KNOWN,)),
        Row(
            "different",
            Bilingual("Cells that differed", "Celloedd a oedd yn wahanol"),
            (last.different if last else NOT_KNOWN,),
        ),
        Row(
            "missing",
            Bilingual("Facts that were missing", "Ffeithiau a oedd ar goll"),
            (last.missing if last else NOT_KNOWN,),
        ),
    ]
    return Sheet(
        key="trust",
        heading=Bilingual("Check", "Gwiriad"),
        columns=(Column("value", Bilingual("Result", "Canlyniad"), "text"),),
        rows=rows,
        title=Bilingual("Do the figures agree with the facts?", "A yw'r ffigurau'n cytuno â'r ffeithiau?"),
        note=Bilingual(
            "New events are taken in every minute; every night everything is counted again and compared.",
            "Cymerir digwyddiadau newydd i mewn bob munud; bob nos cyfrifir popeth eto a'i gymharu.",
        ),
    )


def _at(instant: object) -> Value:
    return instant.strftime("%Y-%m-%d %H:%M UTC") if hasattr(instant, "strftime") else NOT_KNOWN


COLUMNS = (
    Column("people", Bilingual("People", "Pobl")),
    Column("share", Bilingual("Share of all", "Cyfran o bawb"), "percent"),
    Column("who", Bilingual("Who can mend it", "Pwy all ei gywiro"), "text"),
)
REPORT = Report(
    id="QUALITY-1",
    version=1,
    slug="quality",
    run=run,
    actions=(3,),
    title=Bilingual("Data quality", "Ansawdd data"),
    words=Bilingual(
        "What is missing or doubtful in what we know of people today, and who can mend it; and whether the figures in "
        "all reports agree with the facts behind them.",
        "Yr hyn sydd ar goll neu'n amheus yn yr hyn a wyddom am bobl heddiw, a phwy all ei gywiro; ac a yw'r ffigurau ym "
        "mhob adroddiad yn cytuno â'r ffeithiau y tu ôl iddynt.",
    ),
    definitions=(),
    filters=("organisation",),
)
