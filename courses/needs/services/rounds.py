"""Opening a round, and moving it from stage to stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Course, CourseLevel
from courses.needs import letters, queries
from courses.needs.errors import NotInRound
from courses.needs.models import Round, RoundCourse, RoundRule, StepKind
from courses.needs.rules import timetable
from courses.needs.rules.allocating import Method
from courses.needs.rules.timetable import Dates, RoundState
from courses.needs.services.access import happened, managed
from lms.accounts.models import Organisation, Sector
from lms.core import clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission


@dataclass(frozen=True)
class Wanted:
    """A course to be in the round, with levels as "PIMH:enhanced", or all heads together."""

    course: str
    levels: Sequence[str] = ()


def open_round(
    actor: Actor,
    title: Bilingual,
    place_id: UUID,
    courses: Sequence[Wanted],
    dates: Dates,
    method: Method,
    reserved_percent: int,
    sectors: Sequence[str] = (),
    areas: Sequence[UUID] = (),
) -> Round:
    """Open a round at a place. Raises Forbidden, DatesOutOfOrder, DatePassed, NotInRound, Invalid."""
    place = get_or_refuse(Organisation, place_id)
    actor.require(Permission.NEEDS_OPEN, at=place.lineage)
    timetable.check_order(dates)
    if dates.need_by < clock.today():
        raise Invalid(fields={"need_by": N_("Give bodies a day to come by which to enter their need")})
    _check_who(place, sectors, areas)
    made = record(
        Round(
            title=title, place_id=place.id, place_lineage=list(place.lineage), sectors=list(sectors), areas=list(areas),
            state=RoundState.OPEN, **dates.named(),
        )
    )  # fmt: skip
    for position, (course, levels) in enumerate(_on_offer(courses), start=1):
        db.session.add(RoundCourse(round_id=made.id, course_id=course.id, levels=list(levels), position=position))
    _publish_rule(actor, made, 1, method, reserved_percent, "")
    happened(actor, made, StepKind.OPENED)
    letters.opened(made)
    return made


def public(actor: Actor, round_id: UUID) -> Round:
    """A round whose rule anybody may read. Raises NotFound."""
    actor.require(Permission.PUBLIC_READ)
    return get_or_refuse(Round, round_id)


def _check_who(place: Organisation, sectors: Sequence[str], areas: Sequence[UUID]) -> None:
    if set(sectors) - {each.value for each in Sector}:
        raise Invalid(fields={"sectors": N_("Choose sectors from the list")})
    known = queries.organisations_by_id(areas)
    if len(known) != len(set(areas)) or any(place.id not in each.lineage for each in known.values()):
        raise Invalid(fields={"areas": N_("Choose areas within the place of the round")})


def _on_offer(courses: Sequence[Wanted]) -> list[tuple[Course, Sequence[str]]]:
    wanted = {each.course: each for each in courses}
    if not wanted:
        raise Invalid(fields={"courses": N_("Choose at least one course")})
    found = {
        each.code: each
        for each in db.session.scalars(
            select(Course).where(Course.code.in_(wanted), Course.published_version_id.is_not(None))
        )
    }
    served = {
        (row.course, f"{row.framework_code}:{row.level_code}")
        for row in db.session.execute(
            select(Course.code.label("course"), CourseLevel.framework_code, CourseLevel.level_code)
            .join(CourseLevel, CourseLevel.version_id == Course.published_version_id)
            .where(Course.code.in_(wanted))
        )
    }
    for code, each in wanted.items():
        if code not in found or any((code, level) not in served for level in each.levels):
            raise NotInRound(fields={"courses": N_("Choose courses on offer, at levels that they serve")})
    return [(found[code], each.levels) for code, each in wanted.items()]


def move_dates(actor: Actor, round_id: UUID, dates: Dates, reason: str) -> Round:
    """Days that are to come may move. What they were stays in the round's history. Raises DatePassed, DatesOutOfOrder."""
    it = managed(actor, round_id, Permission.NEEDS_OPEN)
    before = it.dates
    timetable.check_moved(before, dates, clock.today())
    changed = {name: day for name, day in dates.named().items() if before.named()[name] != day}
    for name, day in changed.items():
        setattr(it, name, day)
    if changed:
        told = {name: [before.named()[name].isoformat(), day.isoformat()] for name, day in changed.items()}
        happened(actor, it, StepKind.DATES_MOVED, reason, dates=told)
    return it


def change_rule(actor: Actor, round_id: UUID, method: Method, reserved_percent: int, reason: str) -> RoundRule:
    """Publish another rule, with why; the one before stays readable. Raises as `may_set_capacity`."""
    it = managed(actor, round_id, Permission.NEEDS_COMMISSION)
    timetable.may_set_capacity(it.state)
    last = queries.rules_of(it.id)[0]
    made = _publish_rule(actor, it, last.edition + 1, method, reserved_percent, reason)
    happened(actor, it, StepKind.RULE_CHANGED, reason, method=method.value, reserved_percent=reserved_percent)
    return made


def _publish_rule(
    actor: Actor, it: Round, edition: int, method: Method, reserved_percent: int, reason: str
) -> RoundRule:
    return record(
        RoundRule(
            round_id=it.id, edition=edition, method=method, reserved_percent=reserved_percent, at=clock.now(),
            by=actor.person, reason=reason,
        )
    )  # fmt: skip


def finish_review(actor: Actor, round_id: UUID) -> Round:
    """What was reviewed, and what nobody reviewed as it was entered, is the demand. Raises AtAnotherStage, TooEarly."""
    it = managed(actor, round_id, Permission.NEEDS_OPEN)
    timetable.may_finish_review(it.state, it.dates, clock.today())
    it.state = RoundState.REVIEWED
    happened(actor, it, StepKind.REVIEWED)
    return it


def end_acceptance(actor: Actor, round_id: UUID) -> Round:
    """Offers that nobody answered go back. Raises AtAnotherStage, TooEarly."""
    it = managed(actor, round_id, Permission.NEEDS_COMMISSION)
    newest = queries.allocations_of(it.id)
    last = newest[0] if newest else None
    answered = all(each.answered for each in queries.standings(last))
    timetable.may_end_acceptance(
        it.state, last.accept_by if last else it.accept_by, clock.today(), all_answered=answered
    )
    it.state = RoundState.ACCEPTED
    happened(actor, it, StepKind.ACCEPTED)
    return it


def close(actor: Actor, round_id: UUID) -> Round:
    """The round is over; its outturn stays. Raises AtAnotherStage, TooEarly."""
    it = managed(actor, round_id, Permission.NEEDS_OPEN)
    newest = queries.allocations_of(it.id)
    timetable.may_close(it.state, newest[0].nominate_by if newest else it.nominate_by, clock.today())
    it.state = RoundState.CLOSED
    happened(actor, it, StepKind.CLOSED)
    return it
