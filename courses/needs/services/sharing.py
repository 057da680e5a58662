"""Capacity and budget, and places by the published rule. An allocation is never changed: doing it anew is a new edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from courses.needs import letters, queries, upstairs
from courses.needs.errors import CapacityMissing, HeadcountMissing, TooEarly
from courses.needs.models import Allocation, AllocationKind, Capacity, PlaceShare, Round, RoundRule, StepKind
from courses.needs.queries import Standing
from courses.needs.rules import timetable
from courses.needs.rules.allocating import Claim, Given, affordable, allocate, without_headcount
from courses.needs.rules.timetable import RoundState
from courses.needs.services.access import happened, managed
from lms.accounts.models import Organisation, Sector
from lms.core import audit, clock
from lms.core.db import db, record
from lms.core.errors import Invalid, StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

Need = Mapping[tuple[UUID, UUID], int]
"""By course in the round and body: heads after review, all levels together."""


@dataclass(frozen=True)
class Bought:
    """Of one course: seats, pence of a place, and the budget in pence."""

    seats: int
    pence: int
    budget: int


def set_capacity(actor: Actor, round_id: UUID, given: Mapping[UUID, Bought]) -> None:
    """By course in the round. Only what changed is appended. Raises NotFound, AtAnotherStage, Invalid."""
    it = managed(actor, round_id, Permission.NEEDS_COMMISSION)
    timetable.may_set_capacity(it.state)
    last, known = queries.capacities_of(it.id), {each.id for each in queries.courses_of(it.id)}
    for course, bought in given.items():
        if course not in known:
            raise Invalid(fields={"courses": N_("This round does not have that course or level")})
        before = last.get(course)
        if before and (before.seats, before.pence, before.budget) == (bought.seats, bought.pence, bought.budget):
            continue
        record(
            Capacity(
                round_course_id=course, edition=(before.edition if before else 0) + 1, seats=bought.seats,
                pence=bought.pence, budget=bought.budget, at=clock.now(), by=actor.person,
            )
        )  # fmt: skip
        audit.record(
            actor, "needs.capacity", thing=it, course=str(course), seats=bought.seats, pence=bought.pence,
            budget=bought.budget,
        )  # fmt: skip


def share_out(actor: Actor, round_id: UUID, edition: int, reason: str = "") -> Allocation:
    """Give places by the rule in force, over the edition that was seen (0: none yet).

    Raises NotFound, AtAnotherStage, OffersAnswered, StaleEdit, CapacityMissing, HeadcountMissing, Invalid.
    """
    it = managed(actor, round_id, Permission.NEEDS_COMMISSION)
    last = _seen(it, edition)
    standings = queries.standings(last)
    timetable.may_allocate(it.state, answered=any(each.accepted is not None for each in standings))
    if last is not None and not reason:
        raise Invalid(fields={"reason": N_("Write why places are given anew")})
    rule = queries.rules_of(it.id)[0]
    need = _need(it.id)
    found = _by_course(it, rule, need, {}, {})
    kind = AllocationKind.AGAIN if last else AllocationKind.FIRST
    made = _keep(actor, it, rule, kind, edition, reason, it.accept_by, it.nominate_by, found, need, standings)
    it.state = RoundState.ALLOCATED
    happened(actor, it, StepKind.REALLOCATED if last else StepKind.ALLOCATED, reason, edition=made.edition)
    letters.offered(it, made)
    return made


def reoffer(
    actor: Actor, round_id: UUID, edition: int, accept_by: date, nominate_by: date, reason: str = ""
) -> Allocation:
    """Places that came back, or were not named in time, by the same rule to those who took all they were offered.

    Raises NotFound, AtAnotherStage, TooEarly, NothingReturned, StaleEdit, Invalid.
    """
    it = managed(actor, round_id, Permission.NEEDS_COMMISSION)
    last, today = _seen(it, edition), clock.today()
    standings = queries.standings(last)
    if last is not None and today <= last.accept_by and not all(each.answered for each in standings):
        raise TooEarly(N_("The last day is %(day)s."), params={"day": last.accept_by})
    if not today <= accept_by <= nominate_by <= it.ends_on:
        raise Invalid(fields={"accept_by": N_("Choose days from today to the end of the round, one after the other")})
    rule, need = queries.rules_of(it.id)[0], _need(it.id)
    kept = {_key(each): each.remaining(today) for each in standings}
    done = {_key(each) for each in standings if kept[_key(each)] < each.share.places}
    found = _by_course(it, rule, need, kept, {key: kept[key] for key in done})
    more = sum(each.places for given in found.values() for each in given) - sum(kept.values())
    timetable.may_reoffer(it.state, more)
    made = _keep(
        actor, it, rule, AllocationKind.REOFFER, edition, reason, accept_by, nominate_by, found, need, standings
    )
    happened(actor, it, StepKind.REOFFERED, reason, edition=made.edition, places=more)
    letters.offered(it, made)
    return made


def _key(each: Standing) -> tuple[UUID, UUID]:
    return each.share.round_course_id, each.share.organisation_id


def _seen(it: Round, edition: int) -> Allocation | None:
    found = queries.allocations_of(it.id)
    if (found[0].edition if found else 0) != edition:
        raise StaleEdit()
    return found[0] if found else None


def _need(round_id: UUID) -> Need:
    return queries.totals(
        ((each.round_course_id, each.organisation_id), each.heads) for each in queries.figures(round_id)
    )


def _by_course(it: Round, rule: RoundRule, need: Need, kept: Need, capped: Need) -> dict[UUID, Sequence[Given]]:
    """Places of every course. `capped`: bodies that gave places back, and so ask for no more than they keep."""
    courses, capacities = queries.courses_of(it.id), queries.capacities_of(it.id)
    if lacking := [each.course.code for each in courses if each.id not in capacities]:
        raise CapacityMissing(more={"courses": lacking})
    bodies = queries.organisations_by_id(body for _, body in need)
    heads = _headcounts(it, set(bodies))
    found: dict[UUID, Sequence[Given]] = {}
    for course in courses:
        asks = {body: heads_ for (of, body), heads_ in need.items() if of == course.id and heads_}
        claims = [
            Claim(
                str(body), capped.get((course.id, body), asked), heads.get(body),
                bodies[body].sector is Sector.THIRD_SECTOR, kept.get((course.id, body), 0),
            )
            for body, asked in sorted(asks.items())
        ]  # fmt: skip
        if missing := without_headcount(claims, rule.method):
            raise _headcount_missing(missing, bodies)
        there = capacities[course.id]
        places = affordable(there.seats, there.pence, there.budget)
        bound = "budget" if places < there.seats else "seats"
        given = allocate(claims, places, rule.method, rule.reserved_percent, f"{it.id}:{course.course.code}")
        found[course.id] = [Given(each.body, each.places, {**each.workings, "bound": bound}) for each in given]
    return found


def _headcounts(it: Round, bodies: set[UUID]) -> dict[UUID, int]:
    """What is kept above us counts before what was entered with the need."""
    entered = {body: each.people for body, each in queries.headcounts_of(it.id, bodies).items()}
    return entered | {body: each.people for body, each in upstairs.headcounts(bodies, clock.today()).items()}


def _headcount_missing(missing: Sequence[str], bodies: Mapping[UUID, Organisation]) -> HeadcountMissing:
    names = [bodies[UUID(each)].name for each in missing]
    return HeadcountMissing(
        N_("No headcount is known of: %(bodies)s"), params={"bodies": names},
        more={"bodies": [{"id": each, "name": {"en": name.en, "cy": name.cy}} for each, name in zip(missing, names, strict=True)]},
    )  # fmt: skip


def _keep(
    actor: Actor, it: Round, rule: RoundRule, kind: AllocationKind, edition: int, reason: str, accept_by: date,
    nominate_by: date, found: Mapping[UUID, Sequence[Given]], need: Need, standings: Sequence[Standing],
) -> Allocation:  # fmt: skip
    made = record(
        Allocation(
            round_id=it.id, edition=edition + 1, kind=kind, rule_id=rule.id, at=clock.now(), by=actor.person,
            reason=reason, accept_by=accept_by, nominate_by=nominate_by,
        )
    )  # fmt: skip
    before = {_key(each): each.share.places for each in standings}
    rows: list[dict[str, Any]] = [
        {
            "allocation_id": made.id, "round_course_id": course, "organisation_id": UUID(each.body),
            "need": need[course, UUID(each.body)], "kept": each.workings["kept"], "places": each.places,
            "before": before.get((course, UUID(each.body))), "workings": dict(each.workings),
        }
        for course, given in found.items()
        for each in given
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(PlaceShare), rows)
    return made
