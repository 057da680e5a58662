"""Keeping where people are: those about whom something changed are held against the frameworks again, a batch at a time.

What can change it, and how it is heard of: a rating that is made, answered or erased, and a membership that begins, ends or
changes, by triggers in the same transaction (`StaleReach`); a day that passes, on which a rating lapses or a membership
begins or ends, by the first run of that day; a version published, what it asks, and which roles are clinical, by
comparing `basis` on every run, after which the whole framework is counted anew in one transaction, so that nobody reads
half of one version and half of another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from frameworks.assessment import measuring, queries
from frameworks.assessment.queries import Outline
from frameworks.assessment.rules import reach_of
from frameworks.rules import Place
from lms.accounts.models import Membership
from lms.core import clock
from lms.core.db import db, driver_connection
from lms.reporting.reach.models import Reached, ReachMark, ReachSum, StaleReach

LOCK = 8_800_089
BATCH = 2000
COLUMNS = (
    "framework_id", "membership_id", "person_id", "organisation_id", "sector", "job_role_code", "rank", "reach", "alone",
)  # fmt: skip


Work = tuple[UUID, UUID | None, Place]
"""A membership of today's: its id, its organisation, and the place."""


@dataclass(frozen=True)
class Freshness:
    """`at`: when a framework's rows were last brought up to date; `since`: the oldest change that is not in them yet.

    `number`: the version that they are of. `counting`: another version, or other requirements, are in force by now.
    """

    at: datetime
    number: int
    since: datetime | None
    counting: bool

    @property
    def known_at(self) -> datetime:
        """What changed before then is in the rows."""
        return self.since or self.at


def freshness(it: Outline) -> Freshness | None:
    """None: nobody has been counted yet. One query."""
    row = db.session.execute(
        select(
            ReachMark.at, ReachMark.number, ReachMark.basis,
            select(StaleReach.since).order_by(StaleReach.id).limit(1).scalar_subquery(),
        ).where(ReachMark.framework_id == it.framework_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    at, number, basis, since = row
    return Freshness(at, number, since, basis != measuring.basis(it.code))


def waiting() -> bool:
    """Is there anybody about whom something changed?"""
    return db.session.scalar(select(StaleReach.id).limit(1)) is not None


def bring_up_to_date(people: int = BATCH) -> int:
    """Take in what changed, of so many people at most; count anew what another version asks. How many people were taken in.

    One at a time. Again changes nothing.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    today = clock.today()
    it = {each.framework_id: each for each in queries.outlines().values() if each.statements}
    marks = {mark.framework_id: mark for mark in db.session.scalars(select(ReachMark))}
    _drop(marks.keys() - it.keys())
    _note_whom_the_day_changes(min((mark.day for mark in marks.values()), default=today), today)
    anew = [each for key, each in it.items() if key not in marks or marks[key].basis != measuring.basis(each.code)]
    for each in anew:
        _count_anew(each, today)
    whom = _taken(people)
    _count(whom, list(it.values()), today)
    db.session.execute(delete(ReachSum).where(ReachSum.n == 0))
    _mark(it.values(), today)
    return len(whom)


def rebuild() -> int:
    """Count everybody anew. How many rows there are then."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    db.session.execute(delete(ReachMark))
    db.session.execute(delete(StaleReach))
    db.session.execute(delete(Reached))
    db.session.execute(delete(ReachSum))
    bring_up_to_date()
    return int(db.session.scalar(text("SELECT count(*) FROM framework_reach")) or 0)


def _drop(frameworks: Collection[UUID]) -> None:
    """Of frameworks that are not in force any more."""
    if frameworks:
        db.session.execute(delete(Reached).where(Reached.framework_id.in_(frameworks)))
        db.session.execute(delete(ReachMark).where(ReachMark.framework_id.in_(frameworks)))


def _note_whom_the_day_changes(day: date, today: date) -> None:
    """Of whom a rating lapsed, or a membership began or ended, since. They wait with the others."""
    if day == today:
        return
    db.session.execute(
        text(
            "INSERT INTO framework_reach_stale (person_id, since) SELECT person_id, now() FROM ("
            " SELECT person_id FROM assessment_standing WHERE lapses_on > :first AND lapses_on <= :last"
            " UNION SELECT person_id FROM membership WHERE starts_on > :first AND starts_on <= :last"
            " UNION SELECT person_id FROM membership WHERE ends_on >= :first AND ends_on < :last) AS changed"
        ),
        {"first": min(day, today), "last": max(day, today)},  # a clock that is put back changes the same people
    )


def _taken(people: int) -> list[UUID]:
    """Those who have waited longest; they wait no more."""
    found = db.session.scalars(
        text(
            "DELETE FROM framework_reach_stale WHERE person_id IN"
            " (SELECT person_id FROM framework_reach_stale GROUP BY person_id ORDER BY min(id) LIMIT :people)"
            " RETURNING person_id"
        ),
        {"people": people},
    )
    return sorted(set(found))


def _count_anew(it: Outline, today: date) -> None:
    """Everybody in one framework, in batches of people, in this transaction."""
    db.session.execute(delete(Reached).where(Reached.framework_id == it.framework_id))
    for people in _everybody():
        _count(people, [it], today, there=False)


def _everybody() -> Iterator[list[UUID]]:
    """Who has a membership, in batches."""
    found = select(Membership.person_id).distinct().order_by(Membership.person_id).limit(BATCH)
    people: Sequence[UUID] = db.session.scalars(found).all()
    while people:
        yield list(people)
        people = db.session.scalars(found.where(Membership.person_id > people[-1])).all()


def _count(people: Sequence[UUID], frameworks: Sequence[Outline], today: date, *, there: bool = True) -> None:
    """Hold those people against those frameworks. `there`: they may have rows already, which go."""
    if not people:
        return
    if there:
        ids = [each.framework_id for each in frameworks]
        db.session.execute(
            text("DELETE FROM framework_reach WHERE person_id = ANY(:people) AND framework_id = ANY(:frameworks)"),
            {"people": list(people), "frameworks": ids},
        )
    work = _work_of(people, today)
    with driver_connection().cursor() as cursor:
        for it in frameworks:
            rows = list(_rows(it, work, today))
            if rows:
                with cursor.copy(f"COPY framework_reach ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)


_WORK = text(
    "SELECT m.person_id, m.id, m.organisation_id, m.job_role_code, m.setting_code, m.sector, coalesce(r.clinical, false)"
    " FROM membership m LEFT JOIN job_role r ON r.code = m.job_role_code"
    " WHERE m.person_id = ANY(:people) AND m.starts_on <= :day AND (m.ends_on IS NULL OR m.ends_on >= :day)"
)


def _work_of(people: Sequence[UUID], today: date) -> Mapping[UUID, list[Work]]:
    """The memberships of that day, by person. One query."""
    found: dict[UUID, list[Work]] = {}
    rows = db.session.execute(_WORK, {"people": list(people), "day": today})
    for person, id, organisation, *place in rows:
        found.setdefault(person, []).append((id, organisation, Place(*place)))
    return found


@dataclass(frozen=True)
class Bar:
    """What somebody with certain places is asked for: the rank by domain, the statements by domain, the highest rank."""

    needed: Mapping[str, int]
    wanted: Mapping[str, int]

    @cached_property
    def asked(self) -> int:
        return sum(self.wanted.values())

    @cached_property
    def rank(self) -> int:
        return max(self.needed[domain] for domain in self.wanted)


def _rows(it: Outline, work: Mapping[UUID, list[Work]], today: date) -> Iterator[tuple[Any, ...]]:
    """What is kept of those people in one framework. One query."""
    measure, bars = measuring.yardstick(it.code), _Bars(it)
    whom = {person: asking for person, some in work.items() if (asking := [each for each in some if bars.of(each[2:])])}
    marks = measuring.marks_of(whom.keys(), it.framework_id)
    for person, asking in whom.items():
        bar = bars.of(tuple(place for _id, _organisation, place in asking))
        if bar is None or not bar.wanted:
            continue
        reach = reach_of(sum(measure.met(bar.needed, marks.get(person, ()), today).values()), bar.asked)
        for id, organisation, place in asking:
            yield (it.framework_id, id, person, organisation, place.sector, place.role, bar.rank, reach.value,
                   len(asking) == 1)  # fmt: skip


class _Bars:
    """Bars by places, each worked out once."""

    def __init__(self, it: Outline) -> None:
        self.it, self.measure = it, measuring.yardstick(it.code)
        self.known: dict[tuple[Place, ...], Bar | None] = {}

    def of(self, places: tuple[Place, ...]) -> Bar | None:
        """None: nothing is asked."""
        if places not in self.known:
            needed = queries.needed(self.it, places)
            self.known[places] = Bar(needed, self.measure.wanted(needed)) if needed else None
        return self.known[places]


def _mark(frameworks: Collection[Outline], today: date) -> None:
    rows = [
        {"framework_id": it.framework_id, "number": it.number, "basis": measuring.basis(it.code), "day": today,
         "at": clock.now()}
        for it in frameworks
    ]  # fmt: skip
    if rows:
        said = insert(ReachMark).values(rows)
        new = {name: said.excluded[name] for name in ("number", "basis", "day", "at")}
        db.session.execute(said.on_conflict_do_update(index_elements=["framework_id"], set_=new))
