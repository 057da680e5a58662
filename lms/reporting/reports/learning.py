"""How courses are learnt: who opened and finished them, how long it takes, and at which units people stop."""

from dataclasses import replace
from uuid import UUID

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking
from lms.reporting.facts.shares import NIL
from lms.reporting.learning import queries, rolling
from lms.reporting.learning.rules import shown
from lms.reporting.learning.rules.shown import Shown
from lms.reporting.learning.services import titled
from lms.reporting.reports.report import NOT_KNOWN, Answer, Column, Report, Row, Sheet, Value, leaders, leading
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, View, view


def run(actor: Actor, asked: Asked) -> Answer:
    """Counts of the record store as it stands. Raises what `services.view` raises."""
    seen = view(actor, asked)
    filters = seen.filters
    place = filters.place.id if filters.place else NIL
    counts = queries.courses(place)
    chosen = [id for id, (_, programme, _) in seen.courses.items()
              if id in counts and filters.programme in (None, programme)]  # fmt: skip
    told = {id: shown.whole(counts[id]) for id in chosen}
    known = [id for id in chosen if told[id].opened is not None]
    sheets = (_units(seen, place, known), _courses(seen, {id: told[id] for id in known}))
    answer = Answer(finding=_finding(sheets[0]), sheets=sheets, **asking.made(REPORT, seen, asked))
    return replace(answer, known_at=rolling.counted_until())


def _courses(seen: View, told: dict[UUID, Shown]) -> Sheet:
    rows = [Row(seen.courses[id][0], _named(seen, id), _values(it)) for id, it in told.items()]
    return Sheet(
        key="courses", heading=Bilingual("Course", "Cwrs"), columns=_columns(), rows=rows, chart=0, note=NOTE,
        title=Bilingual("People who opened the content of a course", "Pobl a agorodd gynnwys cwrs"),
    )  # fmt: skip


def _units(seen: View, place: UUID, courses: list[UUID]) -> Sheet:
    found = queries.units(place, courses)
    by_course: dict[UUID, list[queries.UnitOf]] = {}
    for each in found:
        by_course.setdefault(each.course, []).append(each)
    rows = []
    for id in courses:
        its = by_course.get(id, [])
        for unit, it in zip(its, shown.units([unit.counted for unit in its]), strict=True):
            if it.opened is not None:
                name, title = _named(seen, id), titled(unit.title)
                rows.append(
                    Row(f"{seen.courses[id][0]}/{unit.position + 1}",
                        Bilingual(f"{name.en}: {title.en}", f"{name.cy}: {title.cy}"), _values(it))
                )  # fmt: skip
    return Sheet(
        key="units", heading=Bilingual("Unit", "Uned"), columns=_columns(), rows=rows, chart=3,
        title=Bilingual("Where people stop", "Ble mae pobl yn stopio"),
    )  # fmt: skip


def _values(it: Shown) -> tuple[Value, ...]:
    return it.opened, it.finished, it.percent, it.stopped, NOT_KNOWN if it.timeless else it.minutes


def _named(seen: View, id: UUID) -> Bilingual:
    code, _, title = seen.courses[id]
    return Bilingual(f"{title.en} ({code})", f"{title.cy} ({code})")


def _finding(units: Sheet) -> Bilingual:
    first = leaders(units.rows, 3)
    number = first[0].values[3] if first else 0
    return leading(
        first,
        Bilingual(f"Most people stop at {{}} ({number})", f"Mae'r nifer fwyaf yn stopio yn {{}} ({number})"),
        Bilingual(
            f"As many people stop at one unit as at another ({number} at each of those with the most)",
            f"Mae cynifer yn stopio mewn un uned ag mewn un arall ({number} ym mhob un o'r rhai â'r nifer fwyaf)",
        ),
        Bilingual(
            "Too few people stop at one place to say where",
            "Mae rhy ychydig o bobl yn stopio yn yr un lle i ddweud ble",
        ),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("opened", BY_ID["LEARN-OPENED"].title),
        Column("finished", BY_ID["LEARN-FINISHED"].title),
        Column("share", Bilingual("Share who finished", "Cyfran a orffennodd"), "percent"),
        Column("stopped", BY_ID["LEARN-STOPPED"].title),
        Column("minutes", BY_ID["LEARN-TIME"].title, "number"),
    )


NOTE = Bilingual(
    "As the record store stands now, whichever date is chosen. A unit that fewer than ten people opened is left out.",
    "Fel y mae'r storfa gofnodion yn awr, pa ddyddiad bynnag a ddewisir. Gadewir allan uned a agorwyd gan lai na deg o bobl.",
)
REPORT = Report(
    id="LEARNING-1",
    version=1,
    slug="learning",
    run=run,
    title=Bilingual("How courses are learnt", "Sut mae cyrsiau'n cael eu dysgu"),
    words=Bilingual(
        "From what course content reports to the record store: who opened it, who finished, how long it takes, and where "
        "people stop. Each person counts once at each unit, under the organisation that they had when they enrolled.",
        "O'r hyn y mae cynnwys cyrsiau'n ei adrodd i'r storfa gofnodion: pwy a'i hagorodd, pwy a orffennodd, faint o amser "
        "mae'n ei gymryd, a ble mae pobl yn stopio. Mae pob person yn cyfrif unwaith ym mhob uned, o dan y sefydliad a oedd "
        "ganddynt wrth gofrestru.",
    ),
    definitions=tuple(BY_ID[id] for id in ("LEARN-OPENED", "LEARN-FINISHED", "LEARN-STOPPED", "LEARN-TIME")),
    filters=("organisation", "programme"),
)
