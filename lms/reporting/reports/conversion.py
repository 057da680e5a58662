"""Conversion: of those who enrolled, who completed within 180 days, by month of enrolment, course, sector and organisation."""

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, cohorts, laying, naming
from lms.reporting.cohorts import Cohorts
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import Answer, Report, Row, Sheet
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, View, view

BY = (Dimension.MONTH, Dimension.COURSE, Dimension.SECTOR, Dimension.ORGANISATION)
EVERYONE = Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith")


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    found = {by: cohorts.cohorts(seen, by) for by in BY}
    sheets = tuple(_sheet(by, each, seen) for by, each in found.items())
    return Answer(finding=_finding(found[Dimension.MONTH]), sheets=sheets, **asking.made(REPORT, seen, asked))


def _sheet(by: Dimension, found: Cohorts | None, seen: View) -> Sheet:
    heading = (
        Bilingual("Month of enrolment", "Mis cofrestru")
        if by is Dimension.MONTH
        else naming.in_both(naming.DIMENSIONS[by])
    )
    title = Bilingual(
        f"Completed within 180 days of enrolling, by {heading.en.lower()}",
        f"Wedi cwblhau o fewn 180 diwrnod i gofrestru, yn ôl {heading.cy.lower()}",
    )
    if found is None:
        return Sheet(by.value, title, heading, cohorts.COLUMNS, [], note=cohorts.NONE_RIPE)
    rows = [
        Row(laying.code_of(label, seen, by), naming.named(label), cohorts.values(line))
        for label, line in zip(found.labels, found.lines, strict=True)
    ]
    return Sheet(
        key=by.value, title=title, heading=heading, columns=cohorts.COLUMNS, rows=rows, chart=2,
        total=Row("total", EVERYONE, cohorts.values(found.total)), note=cohorts.note_of(found),
    )  # fmt: skip


def _finding(found: Cohorts | None) -> Bilingual:
    if found is None:
        return cohorts.NONE_RIPE
    part = found.total.percent
    if part is None:
        return Bilingual("Too few people enrolled to give a share", "Cofrestrodd rhy ychydig o bobl i roi cyfran")
    return Bilingual(
        f"{part}% of those who enrolled completed within 180 days",
        f"Cwblhaodd {part}% o'r rhai a gofrestrodd o fewn 180 diwrnod",
    )


REPORT = Report(
    id="CONVERSION-1",
    version=1,
    slug="conversion",
    run=run,
    title=Bilingual("From enrolling to completing", "O gofrestru i gwblhau"),
    words=Bilingual(
        "Of the people who enrolled in a month, how many completed within 180 days. A month counts once its 180 days are "
        "over, so newer months are not in it yet. Each person counts once, under what they were when they enrolled.",
        "O'r bobl a gofrestrodd mewn mis, faint a gwblhaodd o fewn 180 diwrnod. Mae mis yn cyfrif unwaith y bydd ei 180 "
        "diwrnod ar ben, felly nid yw misoedd mwy diweddar ynddo eto. Mae pob person yn cyfrif unwaith, yn ôl yr hyn "
        "oeddent wrth gofrestru.",
    ),
    definitions=(BY_ID["UPTAKE-ENROLLED"], BY_ID["CONVERSION"]),
)
