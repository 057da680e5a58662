"""The return on the Welsh language: how many took training in Welsh, where it is offered in Welsh."""

from sqlalchemy import select

from courses.catalogue.models import CourseVersion
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups, queries
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import Answer, Column, Report, Row, Sheet, Value, share
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, View, view

Cells = dict[tuple[str | None, str | None, str], int]


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    courses = {
        str(id): Bilingual(f"{t.en} ({code})", f"{t.cy} ({code})") for id, (code, _, t) in groups.courses().items()
    }
    cells = _cells(seen)
    taken = _by_course(cells, seen)
    rows = [Row(code, courses[code], values) for code, values in taken.items()]
    total = Row("total", Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith"), _line(cells, None, seen))
    part = total.values[3]
    finding = (
        Bilingual(f"{part}% of those who completed did so in Welsh", f"Cwblhaodd {part}% yn Gymraeg")
        if isinstance(part, int)
        else Bilingual("Too few people completed to give a share", "Cwblhaodd rhy ychydig o bobl i roi cyfran")
    )
    sheet = Sheet(
        key="courses",
        heading=Bilingual("Course offered in both languages", "Cwrs a gynigir yn y ddwy iaith"),
        columns=COLUMNS,
        rows=rows,
        total=total,
        chart=0,
        title=Bilingual("People who completed in Welsh, by course", "Pobl a gwblhaodd yn Gymraeg, yn ôl cwrs"),
    )
    return Answer(finding=finding, sheets=(sheet,), **asking.made(REPORT, seen, asked))


def by_course(seen: View) -> tuple[dict[str, tuple[Value, ...]], tuple[Value, ...]]:
    """What COLUMNS head, by the id of each course that is offered in both languages and was completed; and of all."""
    cells = _cells(seen)
    return _by_course(cells, seen), _line(cells, None, seen)


def _cells(seen: View) -> Cells:
    found: Cells = queries.cross(seen.filters, Dimension.COURSE, Dimension.LANGUAGE, ("completed",), ())
    return found


def _by_course(cells: Cells, seen: View) -> dict[str, tuple[Value, ...]]:
    offered = {
        str(id)
        for id, languages in db.session.execute(
            select(CourseVersion.course_id, CourseVersion.languages).where(CourseVersion.published_at.is_not(None))
        )
        if {"cy", "en"} <= set(languages)
    }
    return {
        code: _line(cells, code, seen)
        for code in map(str, groups.courses())
        if code in offered and any((code, language, "completed") in cells for language in ("cy", "en"))
    }


def _line(cells: Cells, code: str | None, seen: View) -> tuple[Value, ...]:
    numbers = [cells.get((code, language, "completed"), 0) for language in ("cy", "en")]
    whole = cells.get((code, None, "completed"), 0)
    shown, total = (list(numbers), whole) if seen.exact else disclosure.suppress_list(numbers, whole)
    return *shown, total, share(shown[0], total, exact=seen.exact)


COLUMNS = (
    Column("welsh", Bilingual("In Welsh", "Yn Gymraeg")),
    Column("english", Bilingual("In English", "Yn Saesneg")),
    Column("both", Bilingual("In either", "Yn y naill neu'r llall")),
    Column("share", BY_ID["WELSH-SHARE"].title, "percent"),
)
REPORT = Report(
    id="WELSH-1",
    version=1,
    slug="welsh",
    run=run,
    title=Bilingual("Training in Welsh", "Hyfforddiant yn Gymraeg"),
    words=Bilingual(
        "For the annual return under the Welsh language standards: who took training in Welsh, and what share that is "
        "where a Welsh version exists. Choose April to March for the financial year.",
        "Ar gyfer yr adroddiad blynyddol o dan safonau'r Gymraeg: pwy a gafodd hyfforddiant yn Gymraeg, a pha gyfran "
        "yw hynny lle mae fersiwn Gymraeg. Dewiswch Ebrill i Fawrth ar gyfer y flwyddyn ariannol.",
    ),
    definitions=(BY_ID["UPTAKE-COMPLETED"], BY_ID["WELSH-SHARE"]),
    filters=("organisation", "programme", "from", "to"),
)
