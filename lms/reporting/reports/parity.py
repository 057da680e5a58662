"""Parity: are sectors and boards reached in step with their share of the workforce?"""

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups, queries
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import (
    NO_DENOMINATOR,
    Answer,
    Column,
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


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    sheets = (_by(seen, Dimension.SECTOR), _by(seen, Dimension.ORGANISATION))
    return Answer(
        finding=leading(leaders(sheets[0].rows, 1), *FINDINGS), sheets=sheets, **asking.made(REPORT, seen, asked)
    )


def _by(seen: View, dimension: Dimension) -> Sheet:
    counts = queries.by(seen.filters, dimension, ("enrolled",), ("certified",))
    if dimension is Dimension.SECTOR:
        names = dict(groups.sectors())
        heading = Bilingual("Sector", "Sector")
    else:
        names = {str(body.id): body.name for body in groups.bodies_below(seen.filters.place)[0]}
        heading = Bilingual("Organisation", "Sefydliad")
    codes = [
        code
        for code in names
        if dimension is Dimension.SECTOR or (code, "enrolled") in counts or (code, "certified") in counts
    ]
    heads = asking.headcounts(seen.filters, dimension)
    enrolled = people_of(counts, codes, "enrolled", exact=seen.exact)
    holding = people_of(counts, codes, "certified", exact=seen.exact)
    whole = heads.get(None)
    overall = share(holding.total, whole.people, exact=seen.exact) if whole else None
    rows = []
    for code in codes:
        head = heads.get(code)
        covered = share(holding.by[code], head.people, exact=seen.exact) if head else None
        gap: Value = (
            NO_DENOMINATOR
            if not head or not whole
            else None
            if covered is None or overall is None
            else covered - overall
        )
        rows.append(
            Row(
                code,
                names[code],
                (
                    enrolled.by[code],
                    share(enrolled.by[code], enrolled.total, exact=seen.exact),
                    (200 * head.people + whole.people) // (2 * whole.people)
                    if head and whole and whole.people
                    else NO_DENOMINATOR,
                    holding.by[code],
                    covered if head else NO_DENOMINATOR,
                    gap,
                ),
            )
        )
    return Sheet(
        key=dimension.value,
        title=Bilingual(
            f"Share of people enrolled against share of the workforce, by {heading.en.lower()}",
            f"Cyfran y bobl a gofrestrodd yn erbyn cyfran y gweithlu, yn ôl {heading.cy.lower()}",
        ),
        heading=heading,
        columns=COLUMNS,
        rows=rows,
        chart=1,
        total=Row(
            "total",
            Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith"),
            (
                enrolled.total,
                None if enrolled.total is None else 100,
                100 if whole else NO_DENOMINATOR,
                holding.total,
                overall if whole else NO_DENOMINATOR,
                0 if whole else NO_DENOMINATOR,
            ),
        ),
    )


COLUMNS = (
    Column("enrolled", Bilingual("Enrolled", "Wedi cofrestru")),
    Column("share", Bilingual("Share of those enrolled", "Cyfran o'r rhai a gofrestrodd"), "percent"),
    Column("workforce", Bilingual("Share of the workforce", "Cyfran o'r gweithlu"), "percent"),
    Column("holders", BY_ID["HOLDERS"].title),
    Column("coverage", BY_ID["COVERAGE"].title, "percent"),
    Column("gap", BY_ID["PARITY"].title, "points"),
)
FINDINGS = (
    Bilingual("{} has the largest share of the people who enrolled", "{} sydd â'r gyfran fwyaf o'r bobl a gofrestrodd"),
    Bilingual(
        "No one sector has the largest share of the people who enrolled: another has as large a share",
        "Nid un sector yn unig sydd â'r gyfran fwyaf o'r bobl a gofrestrodd: mae gan un arall gyfran yr un mor fawr",
    ),
    Bilingual("Too few people enrolled to compare", "Cofrestrodd rhy ychydig o bobl i gymharu"),
)
REPORT = Report(
    id="PARITY-1",
    version=1,
    slug="parity",
    run=run,
    actions=(6, 19, 27),
    title=Bilingual("Parity between sectors and bodies", "Cydraddoldeb rhwng sectorau a chyrff"),
    words=Bilingual(
        "Whether people are reached in step with their share of the workforce. A person in two bodies counts once in "
        "each and once in the total, so shares may add up to more than 100.",
        "A yw pobl yn cael eu cyrraedd yn unol â'u cyfran o'r gweithlu. Mae person mewn dau gorff yn cyfrif unwaith ym "
        "mhob un ac unwaith yn y cyfanswm, felly gall y cyfrannau fod yn fwy na 100.",
    ),
    definitions=(BY_ID["UPTAKE-ENROLLED"], BY_ID["HOLDERS"], BY_ID["COVERAGE"], BY_ID["PARITY"]),
    filters=("organisation", "programme", "level", "from", "to"),
)
