"""Attendance at taught courses: who came, who did not, how full, how long people waited, in which language.

No filter narrows it but the period: what cannot be narrowed cannot be told apart by narrowing (disclosure rule 4).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import text

from lms.core.clock import LONDON
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting.reports.report import Report
from lms.reporting.rules import disclosure
from lms.reporting.rules.measures import Definition
from lms.reporting.services import Asked, View, view

DEFINITIONS = (
    Definition("ATTENDANCE-ATTENDED", 1, Bilingual("Attended", "Yn bresennol"), Bilingual(
        "People who were there for some or all of a session in the period, as closed registers say.",
        "Pobl a oedd yno am ran neu'r cyfan o sesiwn yn y cyfnod, yn ôl cofrestrau a gaewyd.",
    )),
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
WORDS = Bilingual(
    "Each person counts once in each figure, under the sector that they had when they asked for the place.",
    "Mae pob person yn cyfrif unwaith ym mhob ffigur, o dan y sector a oedd ganddynt pan ofynnwyd am y lle.",
)
REPORT = Report(
    "ATTENDANCE-1", 1, "attendance", Bilingual("Attendance", "Presenoldeb"), WORDS, DEFINITIONS, "uptake.attendance"
)
MEASURES = ("attended", "missed", "late")
GIVEN = """
    :everywhere OR e.organisation_lineage && CAST(:places AS uuid[])
"""
PEOPLE = f"""
WITH mark AS (
    SELECT DISTINCT ON (a.meeting_id, a.booking_id) a.presence, a.language, b.learner_id, b.sector
    FROM attendance a JOIN series_meeting m ON m.id = a.meeting_id JOIN booking b ON b.id = a.booking_id
    JOIN enrolment e ON e.id = b.enrolment_id
    WHERE m.closed_at < :day_over AND a.at < :day_over AND m.starts_at >= :first AND m.starts_at < :last AND ({GIVEN})
    ORDER BY a.meeting_id, a.booking_id, a.id DESC
), person AS (
    SELECT learner_id, sector, bool_or(presence IN ('attended', 'partly')) AS attended,
        bool_or(presence = 'did_not_attend') AND NOT bool_or(presence IN ('attended', 'partly')) AS missed,
        bool_or(presence IN ('attended', 'partly') AND language = 'cy') AS welsh, false AS late
    FROM mark GROUP BY learner_id, sector
    UNION ALL
    SELECT DISTINCT b.learner_id, b.sector, false, false, false, true
    FROM booking b JOIN enrolment e ON e.id = b.enrolment_id
    WHERE b.state = 'late_cancelled' AND b.ended_at >= :first AND b.ended_at < :last AND b.ended_at < :day_over AND ({GIVEN})
)
SELECT sector, count(DISTINCT learner_id) FILTER (WHERE attended) AS attended,
    count(DISTINCT learner_id) FILTER (WHERE missed) AS missed, count(DISTINCT learner_id) FILTER (WHERE late) AS late,
    count(DISTINCT learner_id) FILTER (WHERE welsh) AS welsh, count(DISTINCT learner_id) AS people
FROM person GROUP BY GROUPING SETS ((sector), ())
"""
WAIT = f"""
SELECT count(DISTINCT b.learner_id),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM b.offered_at - b.asked_at) / 86400)
FROM booking b JOIN enrolment e ON e.id = b.enrolment_id
WHERE b.offered_at >= :first AND b.offered_at < :last AND b.offered_at < :day_over AND ({GIVEN})
"""
FILL = f"""
SELECT sum(s.capacity), sum(came.people) FROM series s JOIN LATERAL (
    SELECT count(DISTINCT b.id) AS people FROM booking b JOIN attendance a ON a.booking_id = b.id
    JOIN enrolment e ON e.id = b.enrolment_id
    WHERE b.series_id = s.id AND a.presence IN ('attended', 'partly') AND ({GIVEN})
) came ON true
WHERE s.state = 'held' AND s.ended_at < :day_over AND s.starts_at >= :first AND s.starts_at < :last
"""


@dataclass(frozen=True)
class Line:
    """People of one sector, by measure; None: hidden."""

    sector: str
    people: dict[str, int | None]


@dataclass(frozen=True)
class AttendanceFigures:
    """What this reader may see. Rates in per cent and days are None where they would tell of few people.

    `fill` is told for all of Wales alone: places are not anybody's organisation's.
    """

    view: View
    lines: list[Line]
    totals: dict[str, int | None]
    dna_rate: int | None
    fill: int | None
    wait_days: int | None
    welsh: int | None
    withheld: bool


def attendance(actor: Actor, asked: Asked) -> AttendanceFigures:
    """Count, hide what must be hidden, and give the rest. Raises what `services.view` raises."""
    seen = view(actor, Asked(first=asked.first, last=asked.last, as_at=asked.as_at))
    period = seen.filters.period
    given: dict[str, Any] = {
        "day_over": _midnight(period.as_at + timedelta(days=1)), "first": _midnight(period.starts_on),
        "last": _midnight(period.ends_on + timedelta(days=1)), "everywhere": seen.filters.places is None,
        "places": [str(place) for place in seen.filters.places or ()],
    }  # fmt: skip
    rows = {row.sector: row for row in db.session.execute(text(PEOPLE), given)}
    whole = rows.pop(None)
    if not seen.exact and disclosure.too_few(whole.people):
        return AttendanceFigures(seen, [], dict.fromkeys(MEASURES), None, None, None, None, withheld=True)
    codes = list(seen.sectors)
    lines = [Line(code, {}) for code in codes]
    totals: dict[str, int | None] = {}
    for measure in MEASURES:
        numbers = [getattr(rows[code], measure) if code in rows else 0 for code in codes]
        shown, total = _shown(numbers, getattr(whole, measure), exact=seen.exact)
        totals[measure] = total
        for line, number in zip(lines, shown, strict=True):
            line.people[measure] = number
    languages, came = _shown([whole.welsh, whole.attended - whole.welsh], whole.attended, exact=seen.exact)
    asked_people, days = db.session.execute(text(WAIT), given).one()
    enough = seen.exact or not disclosure.too_few(asked_people)
    attended, missed = totals["attended"], totals["missed"]
    return AttendanceFigures(
        seen, lines, totals, withheld=False,
        dna_rate=None if attended is None or missed is None else _share(missed, attended + missed),
        fill=_share(*db.session.execute(text(FILL), given).one()[::-1]) if seen.everywhere and attended is not None else None,
        wait_days=round(days) if days is not None and enough else None,
        welsh=None if came is None or languages[0] is None else _share(languages[0], came),
    )  # fmt: skip


def _shown(numbers: list[int], total: int, *, exact: bool) -> tuple[list[int | None], int | None]:
    return (list(numbers), total) if exact else disclosure.suppress_list(numbers, total)


def _share(part: int | None, whole: int | None) -> int | None:
    return round(100 * part / whole) if whole and part is not None else None


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
