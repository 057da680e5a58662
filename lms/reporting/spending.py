"""What was spent, and what places it bought: given in a form or a spreadsheet, and kept as facts of money.

A fact is never changed: one that is wrong is cancelled by another, and given anew. Money is in pence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from courses.catalogue.models import Course, CourseLevel, CourseVersion
from lms.accounts.models import Organisation
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.reporting import groups
from lms.reporting.facts.models import Fact, FactKind
from lms.reporting.given_rows import Outcome, all_or_nothing, rows_of

RECORD = Permission.SPENDING_RECORD
COLUMNS = ("organisation", "course", "date", "pounds", "places", "reference")
HEADINGS = {
    "organisation": ("organisation", "sefydliad"), "course": ("course", "cwrs"), "date": ("date", "dyddiad"),
    "pounds": ("pounds", "spent", "amount", "punnoedd", "swm"), "places": ("places", "lleoedd"),
    "reference": ("reference", "cyfeirnod"),
}  # fmt: skip
MOST_POUNDS, MOST_PLACES, LONGEST = Decimal(1_000_000_000), 1_000_000, 200
SOURCE = "given"
KINDS = (FactKind.SPENT, FactKind.BOUGHT)


@dataclass(frozen=True)
class Spending:
    """One line: so much for a body, on a course or on none (`course` None), and the places that it bought."""

    body: groups.Body
    course: UUID | None
    on_day: date
    pence: int
    places: int
    reference: str

    @property
    def amounts(self) -> dict[FactKind, int]:
        return {kind: n for kind, n in ((FactKind.SPENT, self.pence), (FactKind.BOUGHT, self.places)) if n}

    def key(self, kind: FactKind) -> str:
        return f"{kind.value}:{self.body.id}:{self.course or '-'}:{self.on_day}:{self.reference}"


def judge(actor: Actor, content: bytes) -> list[Outcome[Spending]]:
    """Say of each row of a spreadsheet what would become of it. Writes nothing.

    Raises Forbidden; SheetUnreadable, Invalid where there is no table in it.
    """
    _allow(actor)
    return _judged(actor, rows_of(content, HEADINGS, ("organisation", "date", "reference")))


def judge_one(actor: Actor, given: Mapping[str, str]) -> Outcome[Spending]:
    """The same of what a form says."""
    _allow(actor)
    return _judged(actor, [(1, dict(given))])[0]


def keep(actor: Actor, outcomes: Sequence[Outcome[Spending]]) -> int:
    """Record every line, or none; return how many. Raises Invalid when one has a fault."""
    made = all_or_nothing(outcomes)
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('lms.reporting.spending'))"))  # one after the other
    if again := _recorded_keys([each.key(kind) for each in made for kind in each.amounts]):
        all_or_nothing([_against(each, again) for each in outcomes])
    programmes, levels, funding, sectors = _as_they_are(made)
    for it in made:
        for kind, amount in it.amounts.items():
            key = it.key(kind)
            edition = db.session.scalar(select(func.coalesce(func.max(Fact.edition), 0)).where(Fact.key == key)) or 0
            db.session.add(
                Fact(
                    kind=kind, key=key, edition=edition + 1, on_day=it.on_day, amount=amount, course_id=it.course,
                    programme_code=programmes.get(it.course), levels=levels.get(it.course, []),
                    funding=funding.get(it.course, []), sector=sectors[it.body.id], organisation_id=it.body.id,
                    organisation_lineage=list(it.body.lineage), source=SOURCE, recorded_at=clock.now(),
                )
            )  # fmt: skip
    audit.record(actor, "spending.recorded", rows=len(made))
    return len(made)


def cancel(actor: Actor, fact_id: UUID) -> Fact:
    """What was given does not hold. Again changes nothing. Raises NotFound."""
    held = get_or_refuse(Fact, fact_id, lock=True)
    if held.source != SOURCE or held.kind not in KINDS:
        raise NotFound()
    actor.require_or_hide(RECORD, at=tuple(held.organisation_lineage))
    before = db.session.scalars(select(Fact).where(Fact.cancels_id == held.id)).one_or_none()
    if before is not None:
        return before
    audit.record(actor, "spending.cancelled", thing=held)
    return record(
        Fact(
            kind=FactKind.CANCELLED, key=f"cancelled:{held.id}", on_day=held.on_day, course_id=held.course_id,
            programme_code=held.programme_code, levels=held.levels, funding=held.funding, sector=held.sector,
            organisation_id=held.organisation_id, organisation_lineage=held.organisation_lineage, source=SOURCE,
            cancels_id=held.id, recorded_at=clock.now(),
        )
    )  # fmt: skip


def recorded(actor: Actor) -> Select[Fact, Organisation, str | None]:
    """(fact, body, course's code) of what was given and holds, for the bodies in reach, newest first. Raises Forbidden."""
    _allow(actor)
    reach, not_so = actor.reach(RECORD), aliased(Fact)
    found = (
        select(Fact, Organisation, Course.code)
        .join(Organisation, Organisation.id == Fact.organisation_id)
        .outerjoin(Course, Course.id == Fact.course_id)
        .where(Fact.kind.in_(KINDS), Fact.source == SOURCE)
        .where(~select(not_so.id).where(not_so.cancels_id == Fact.id).exists())
    )
    if not reach.everything:
        found = found.where(Fact.organisation_lineage.overlap(list(reach.places)))
    return found.order_by(Fact.on_day.desc(), Fact.recorded_at.desc(), Fact.id)


def reference_of(fact: Fact) -> str:
    return fact.key.split(":", 4)[4]


def _allow(actor: Actor) -> None:
    if not actor.might(RECORD):
        actor.require(RECORD)


def _judged(actor: Actor, rows: Sequence[tuple[int, dict[str, str]]]) -> list[Outcome[Spending]]:
    bodies = {body.code: body for body in groups.organisations()}
    courses = {code: id for id, (code, _, _) in groups.courses().items()}
    outcomes: list[Outcome[Spending]] = []
    for number, cells in rows:
        given = {name: cells.get(name, "").strip() for name in COLUMNS}
        made, field, fault = _read(actor, given, bodies, courses)
        outcomes.append(Outcome(number, given, fault, made, field))
    wanted = [each.made.key(kind) for each in outcomes if each.made for kind in each.made.amounts]
    known = _recorded_keys(wanted)
    judged: list[Outcome[Spending]] = []
    for each in outcomes:
        judged.append(_against(each, known))
        known |= {each.made.key(kind) for kind in each.made.amounts} if each.made else set()
    return judged


def _against(it: Outcome[Spending], known: set[str]) -> Outcome[Spending]:
    """The same, unless it is recorded already or stands in an earlier row."""
    if it.made is None or not known & {it.made.key(kind) for kind in it.made.amounts}:
        return it
    words = N_("The same reference, place, course and date is recorded already, or in an earlier row")
    return Outcome(it.number, it.given, words, None, "reference")


def _recorded_keys(keys: Sequence[str]) -> set[str]:
    not_so = aliased(Fact)
    cancelled = select(not_so.id).where(not_so.cancels_id == Fact.id).exists()
    return set(db.session.scalars(select(Fact.key).where(Fact.key.in_(keys), ~cancelled)))


def _read(
    actor: Actor, given: Mapping[str, str], bodies: Mapping[str, groups.Body], courses: Mapping[str, UUID]
) -> tuple[Spending | None, str, str]:
    """(line, field at fault, fault)."""
    body = bodies.get(given["organisation"])
    if body is None or not actor.may(RECORD, at=body.lineage):
        return None, "organisation", N_("There is no such organisation in your care")
    if given["course"] and given["course"] not in courses:
        return None, "course", N_("There is no course with this code")
    try:
        day = date.fromisoformat(given["date"])
    except ValueError:
        return None, "date", N_("The date must be like 2027-03-31")
    if day > clock.today():
        return None, "date", N_("The date lies ahead")
    try:
        pounds = Decimal(given["pounds"].replace(",", "").removeprefix("£") or "0")
    except InvalidOperation:
        pounds = Decimal("NaN")
    if not pounds.is_finite() or not 0 <= pounds <= MOST_POUNDS or pounds * 100 != int(pounds * 100):
        return None, "pounds", N_("The pounds must be a number, like 1250 or 1250.50")
    try:
        places = int(given["places"].replace(",", "") or "0")
    except ValueError:
        places = -1
    if not 0 <= places <= MOST_PLACES:
        return None, "places", N_("The places must be a whole number")
    if not pounds and not places:
        return None, "pounds", N_("Give what was spent, the places bought, or both")
    if not given["reference"] or len(given["reference"]) > LONGEST:
        return None, "reference", N_("Give a reference, such as the number of the invoice")
    course = courses.get(given["course"])
    return Spending(body, course, day, int(pounds * 100), places, given["reference"]), "", ""


def _as_they_are(
    made: Sequence[Spending],
) -> tuple[dict[UUID | None, str | None], dict[UUID | None, list[str]], dict[UUID | None, list[str]], dict[UUID, str]]:
    """(programme, levels, funding) by course, and sector by body: facts keep them as they were."""
    courses = {each.course for each in made if each.course}
    newest = (
        select(CourseVersion.id, CourseVersion.course_id, CourseVersion.funding, Course.programme_code)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.course_id.in_(courses), CourseVersion.published_at.is_not(None))
        .ext(distinct_on(CourseVersion.course_id))
        .order_by(CourseVersion.course_id, CourseVersion.number.desc())
    )
    versions = db.session.execute(newest).all()
    by_version = {row.id: row.course_id for row in versions}
    levels: dict[UUID | None, list[str]] = {}
    serves = select(CourseLevel.version_id, CourseLevel.framework_code, CourseLevel.level_code)
    for version, framework, level in db.session.execute(serves.where(CourseLevel.version_id.in_(by_version))):
        levels.setdefault(by_version[version], []).append(f"{framework}/{level}")
    bodies = select(Organisation.id, Organisation.sector).where(Organisation.id.in_({each.body.id for each in made}))
    return (
        {row.course_id: row.programme_code for row in versions}, levels,
        {row.course_id: list(row.funding) for row in versions},
        {row.id: row.sector for row in db.session.execute(bodies)},
    )  # fmt: skip
