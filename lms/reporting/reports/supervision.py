"""Supervision: how many learners have an open portfolio, how many the licensed supervisors can take, and what waits."""

from dataclasses import replace

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, event_counts, groups, queries
from lms.reporting.reports.report import NO_DENOMINATOR, Answer, Column, Report, Row, Sheet, Value, leaders
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, view


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    places, overdue = asking.supervisor_places(seen.filters), event_counts.overdue_items(seen.filters)
    open_by = {
        code: queries.by(replace(seen.filters, programme=code, course=None, level=None), None, (), ("portfolio",)).get(
            (None, "portfolio"), 0
        )
        for code in sorted(places.keys() | overdue.keys())
    }
    rows = []
    for code, name in groups.programmes().items():
        if code not in open_by or seen.filters.programme not in (None, code):
            continue
        supervisors, capacity = places.get(code, (0, 0))
        learners = _shown(open_by[code], exact=seen.exact)
        ratio: Value = NO_DENOMINATOR if not capacity else None if learners is None else round(learners / capacity, 2)
        rows.append(Row(code, name, (supervisors, capacity, learners, ratio, overdue.get(code, 0))))
    top = next(iter(leaders(rows, 3)), None)
    finding = (
        Bilingual(
            f"{top.name.en}: {top.values[3]} learners for each supervisor place",
            f"{top.name.cy}: {top.values[3]} dysgwr am bob lle goruchwylio",
        )
        if top
        else Bilingual(
            "No programme has licensed supervisors and open portfolios to compare",
            "Nid oes gan yr un rhaglen oruchwylwyr trwyddedig a phortffolios agored i'w cymharu",
        )
    )
    sheet = Sheet(
        key="programmes",
        heading=Bilingual("Programme", "Rhaglen"),
        columns=COLUMNS,
        rows=rows,
        chart=1,
        title=Bilingual("Supervisor places by programme", "Lleoedd goruchwylio yn ôl rhaglen"),
        note=Bilingual(
            "Supervisors and items are counts of licences and work, not of learners, and are not hidden.",
            "Cyfrifon o drwyddedau a gwaith, nid o ddysgwyr, yw goruchwylwyr ac eitemau, ac ni chânt eu cuddio.",
        ),
    )
    return Answer(finding=finding, sheets=(sheet,), **asking.made(REPORT, seen, asked))


def _shown(people: int, *, exact: bool) -> int | None:
    return people if exact else disclosure.alone(people)


COLUMNS = (
    Column("supervisors", Bilingual("Licensed supervisors", "Goruchwylwyr trwyddedig"), "number"),
    Column("places", Bilingual("Learners whom they can take", "Dysgwyr y gallant eu cymryd"), "number"),
    Column("learners", Bilingual("Learners with an open portfolio", "Dysgwyr â phortffolio agored")),
    Column("ratio", BY_ID["SUPERVISOR-RATIO"].title, "ratio"),
    Column("overdue", BY_ID["OVERDUE-REVIEW"].title, "number"),
)
REPORT = Report(
    id="SUPERVISION-1",
    version=1,
    slug="supervision",
    run=run,
    actions=(11, 27),
    title=Bilingual("Supervisor demand and capacity", "Galw am oruchwylwyr a'u capasiti"),
    words=Bilingual(
        "Whether there are supervisors enough for those who build a portfolio, on the as-at date.",
        "A oes digon o oruchwylwyr i'r rhai sy'n adeiladu portffolio, ar y dyddiad cyfeirio.",
    ),
    definitions=(BY_ID["SUPERVISOR-RATIO"], BY_ID["OVERDUE-REVIEW"]),
)
