"""Waiting and unmet demand: who has asked and has no place, how long an offer takes, and whether places are used."""

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, event_counts, groups, queries
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import (
    NOT_KNOWN,
    Answer,
    Column,
    Report,
    Row,
    Sheet,
    Value,
    leaders,
    leading,
    people_of,
)
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, View, view

COUNTED = ("attended", "did_not_attend", "cancelled_late", "places")


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    sheets = (_unmet(seen, Dimension.COURSE), _unmet(seen, Dimension.SECTOR), _sessions(seen))
    return Answer(
        finding=leading(leaders(sheets[0].rows, 0), *FINDINGS), sheets=sheets, **asking.made(REPORT, seen, asked)
    )


def _unmet(seen: View, dimension: Dimension) -> Sheet:
    counts = queries.by(seen.filters, dimension, (), ("unmet",))
    if dimension is Dimension.COURSE:
        names = {
            str(id): Bilingual(f"{t.en} ({code})", f"{t.cy} ({code})") for id, (code, _, t) in groups.courses().items()
        }
        heading = Bilingual("Course", "Cwrs")
    else:
        names, heading = dict(groups.sectors()), Bilingual("Sector", "Sector")
    codes = [code for code in names if dimension is Dimension.SECTOR or (code, "unmet") in counts]
    people = people_of(counts, codes, "unmet", exact=seen.exact)
    return Sheet(
        key=f"unmet-{dimension.value}",
        heading=heading,
        columns=(Column("unmet", BY_ID["UNMET"].title),),
        chart=0,
        title=Bilingual(
            f"People without a place that they asked for, by {heading.en.lower()}",
            f"Pobl heb le y gofynnwyd amdano, yn ôl {heading.cy.lower()}",
        ),
        rows=[Row(code, names[code], (people.by[code],)) for code in codes],
        total=Row("total", Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith"), (people.total,)),
    )


def _sessions(seen: View) -> Sheet:
    waits = event_counts.waits(seen.filters).get(None)
    offers, long = (waits.offers, waits.long) if waits else (0, 0)
    found = event_counts.events(seen.filters, COUNTED)
    attended, missed, late, places = (found.get((None, measure), 0) for measure in COUNTED)
    capacity = 0 if seen.filters.place else places  # places are nobody's organisation's
    many = seen.exact or not disclosure.too_few(offers)
    rate: Value = _percent(missed, attended + missed, seen)
    rows = [
        Row(
            "median",
            Bilingual("Median days from asking to an offer", "Canolrif dyddiau o ofyn i gynnig"),
            (None if not many else round(waits.median) if waits else NOT_KNOWN,),
        ),
        Row(
            "over-90",
            Bilingual("Offers after more than 90 days, percent", "Cynigion ar ôl mwy na 90 diwrnod, y cant"),
            (_percent(long, offers, seen),),
        ),
        Row("dna", Bilingual("Did not attend, percent", "Heb fynychu, y cant"), (rate,)),
        Row("late", Bilingual("Cancelled late", "Canslwyd yn hwyr"), (_count(late, seen),)),
        Row(
            "fill",
            Bilingual("Fill rate of sessions held, percent", "Cyfradd lenwi'r sesiynau a gynhaliwyd, y cant"),
            (_percent(attended, capacity, seen),),
        ),
    ]
    return Sheet(
        key="waits",
        heading=Bilingual("Figure", "Ffigur"),
        columns=(Column("value", Bilingual("Value", "Gwerth"), "number"),),
        title=Bilingual("Offers and sessions in the period", "Cynigion a sesiynau yn y cyfnod"),
        rows=rows,
        note=Bilingual("Attendances and offers, not people.", "Presenoldebau a chynigion, nid pobl."),
    )


def _count(number: int, seen: View) -> Value:
    return number if seen.exact else disclosure.alone(number)


def _percent(part: int, whole: int, seen: View) -> Value:
    if seen.exact:
        return (200 * part + whole) // (2 * whole) if whole else NOT_KNOWN
    shown = disclosure.suppress_list([part, max(whole - part, 0)], whole)
    return disclosure.percent(shown[0][0], shown[1])


FINDINGS = (
    Bilingual("Most people wait for {}", "Mae'r nifer fwyaf o bobl yn aros am {}"),
    Bilingual(
        "As many people wait for one course as for another, of those with the most",
        "Mae cynifer o bobl yn aros am un cwrs ag am un arall, o blith y rhai â'r nifer fwyaf",
    ),
    Bilingual(
        "Nobody waits, or too few people to say for what",
        "Nid oes neb yn aros, neu rhy ychydig o bobl i ddweud am beth",
    ),
)
REPORT = Report(
    id="WAITING-1",
    version=1,
    slug="waiting",
    run=run,
    actions=(5, 27, 28),
    title=Bilingual("Waiting and unmet demand", "Aros a galw heb ei ddiwallu"),
    words=Bilingual(
        "Who has asked for a place and has none, and how places are used. Open e-learning has no places, so nobody "
        "waits for it: the two kinds of offer are never mixed.",
        "Pwy sydd wedi gofyn am le heb gael un, a sut y defnyddir lleoedd. Nid oes lleoedd mewn e-ddysgu agored, felly "
        "nid oes neb yn aros amdano: ni chymysgir y ddau fath o gynnig byth.",
    ),
    definitions=(BY_ID["UNMET"], BY_ID["WAIT"], BY_ID["DNA"], BY_ID["FILL"]),
)
