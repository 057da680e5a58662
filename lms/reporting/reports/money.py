"""Funding: what was spent, what places it bought, and what each person who completed cost."""

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups, queries
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import NOT_KNOWN, Answer, Column, Report, Row, Sheet, Value, people_of
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, view


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    money: dict[tuple[str | None, str], int] = {}
    for course, kind, amount in asking.money(seen.filters):
        for key in {course, None}:
            money[key, kind] = money.get((key, kind), 0) + amount
    counts = queries.by(seen.filters, Dimension.COURSE, ("completed",), ())
    courses = {
        str(id): Bilingual(f"{t.en} ({code})", f"{t.cy} ({code})") for id, (code, _, t) in groups.courses().items()
    }
    codes = [code for code in courses if (code, "spent") in money or (code, "bought") in money]
    people = people_of(
        counts,
        [code for code in courses if code in codes or (code, "completed") in counts],
        "completed",
        exact=seen.exact,
    )
    rows = [
        Row(
            code,
            courses[code],
            (
                money.get((code, "spent"), 0),
                money.get((code, "bought"), NOT_KNOWN),
                people.by[code],
                cost(money.get((code, "spent"), 0), people.by[code]),
            ),
        )
        for code in codes
    ]
    spent = money.get((None, "spent"), 0)
    total = Row(
        "total",
        Bilingual("Everything", "Popeth"),
        (spent, money.get((None, "bought"), NOT_KNOWN), people.total, cost(spent, people.total)),
    )
    finding = (
        Bilingual(f"£{spent / 100:,.0f} was spent in the period", f"Gwariwyd £{spent / 100:,.0f} yn y cyfnod")
        if spent
        else Bilingual("No spending is recorded in this period", "Nid oes gwariant wedi'i gofnodi yn y cyfnod hwn")
    )
    sheet = Sheet(
        key="courses",
        heading=Bilingual("Course", "Cwrs"),
        columns=COLUMNS,
        rows=rows,
        total=total,
        chart=0,
        title=Bilingual("Spent, bought and completed, by course", "Gwariant, lleoedd a brynwyd a chwblhau, yn ôl cwrs"),
    )
    return Answer(finding=finding, sheets=(sheet,), **asking.made(REPORT, seen, asked))


def cost(pence: int, people: int | None) -> Value:
    """Pence for each person who completed; words where there is none."""
    return NOT_KNOWN if not pence or people == 0 else None if people is None else round(pence / people)


COLUMNS = (
    Column("spent", Bilingual("Spent", "Gwariwyd"), "pence"),
    Column("bought", Bilingual("Places bought", "Lleoedd a brynwyd"), "number"),
    Column("completed", Bilingual("Completed", "Wedi cwblhau")),
    Column("cost", BY_ID["COST"].title, "pence"),
)
REPORT = Report(
    id="MONEY-1",
    version=1,
    slug="money",
    run=run,
    actions=(28, 29),
    title=Bilingual("Funding spent and what it bought", "Cyllid a wariwyd a'r hyn a brynodd"),
    words=Bilingual(
        "Spending and places as they were recorded, beside the people who completed. What others have published about "
        "the same money stands under published figures and is not part of these.",
        "Gwariant a lleoedd fel y'u cofnodwyd, wrth ymyl y bobl a gwblhaodd. Mae'r hyn a gyhoeddodd eraill am yr un "
        "arian o dan ffigurau cyhoeddedig ac nid yw'n rhan o'r rhain.",
    ),
    definitions=(BY_ID["COST"], BY_ID["UPTAKE-COMPLETED"]),
)
