"""Coverage of the frameworks: who holds a certificate at each level, and of which staff groups or settings."""

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups, queries
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import (
    NO_DENOMINATOR,
    Answer,
    Column,
    People,
    Report,
    Row,
    Sheet,
    Value,
    leaders,
    leading,
    people_of,
    share,
)
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, View, view

HOLD = "certified"


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    sheets = [_by(seen, Dimension.LEVEL), _by(seen, Dimension.ROLE), _by(seen, Dimension.SETTING)]
    return Answer(
        finding=leading(leaders(sheets[0].rows, 1), *FINDINGS), sheets=tuple(sheets), **asking.made(REPORT, seen, asked)
    )


def _by(seen: View, dimension: Dimension) -> Sheet:
    names = groups.levels() if dimension is Dimension.LEVEL else groups.people_by(dimension.value)
    counts = queries.by(seen.filters, dimension, (), (HOLD,))
    enrolled = queries.by(seen.filters, dimension, ("enrolled",), ())
    codes = [code for code in names if (code, HOLD) in counts or (code, "enrolled") in enrolled]
    holders = people_of(counts, codes, HOLD, exact=seen.exact)
    learners = people_of(enrolled, codes, "enrolled", exact=seen.exact)
    heads = asking.headcounts(seen.filters, dimension)
    heading = {
        Dimension.LEVEL: Bilingual("Framework level", "Lefel fframwaith"),
        Dimension.ROLE: Bilingual("Staff group", "Grŵp staff"),
        Dimension.SETTING: Bilingual("Setting", "Lleoliad"),
    }[dimension]
    return Sheet(
        key=dimension.value,
        title=Bilingual(
            f"People who hold a certificate, by {heading.en.lower()}",
            f"Pobl sy'n dal tystysgrif, yn ôl {heading.cy.lower()}",
        ),
        heading=heading,
        columns=COLUMNS,
        rows=[
            Row(code, names[code], _values(learners.by[code], holders.by[code], heads.get(code), seen))
            for code in codes
        ],
        total=Row(
            "total",
            Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith"),
            _whole(learners, holders, heads.get(None), seen),
        ),
        chart=1,
    )


def _values(enrolled: int | None, holding: int | None, head: object, seen: View) -> tuple[Value, ...]:
    people = getattr(head, "people", None)
    return (
        enrolled,
        holding,
        people or NO_DENOMINATOR,
        share(holding, people, exact=seen.exact) if people else NO_DENOMINATOR,
    )


def _whole(enrolled: People, holding: People, head: object, seen: View) -> tuple[Value, ...]:
    return _values(enrolled.total, holding.total, head, seen)


COLUMNS = (
    Column("enrolled", Bilingual("Enrolled in the period", "Wedi cofrestru yn y cyfnod")),
    Column("holders", BY_ID["HOLDERS"].title),
    Column("headcount", Bilingual("Headcount", "Cyfrif pennau"), "number"),
    Column("coverage", BY_ID["COVERAGE"].title, "percent"),
)
FINDINGS = (
    Bilingual("Most certificates are held at {}", "Delir y nifer fwyaf o dystysgrifau ar {}"),
    Bilingual(
        "As many certificates are held at one level as at another, of those with the most",
        "Delir cynifer o dystysgrifau ar un lefel ag ar un arall, o blith y rhai â'r nifer fwyaf",
    ),
    Bilingual(
        "Too few people hold a certificate to compare the levels",
        "Mae rhy ychydig o bobl yn dal tystysgrif i gymharu'r lefelau",
    ),
)
REPORT = Report(
    id="COVERAGE-1",
    version=1,
    slug="coverage",
    run=run,
    actions=(11, 17, 27),
    title=Bilingual("Coverage of the frameworks", "Cwmpas y fframweithiau"),
    words=Bilingual(
        "Who holds a valid certificate at each level of practice. A course counts at every level that it serves. "
        "Headcounts are those that were recorded for this place; without one there is no percentage.",
        "Pwy sy'n dal tystysgrif ddilys ar bob lefel ymarfer. Mae cwrs yn cyfrif ar bob lefel y mae'n ei gwasanaethu. "
        "Y cyfrifon pennau yw'r rhai a gofnodwyd ar gyfer y lle hwn; heb un nid oes canran.",
    ),
    definitions=(BY_ID["UPTAKE-ENROLLED"], BY_ID["HOLDERS"], BY_ID["COVERAGE"]),
    filters=("organisation", "from", "to"),
)
