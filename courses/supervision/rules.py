"""Who may supervise, and how long a supervisor's word holds. Pure: no database, no clock, no web."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from courses.supervision.errors import NotLicensed, OwnSupervisor, SupervisorFull, SupervisorLeft
from lms.core.errors import Invalid
from lms.core.language import N_

LICENCE_MONTHS = 36
"""How long a licence holds unless it says otherwise. Source: catalogue.yaml, SUP-CAMHS (illustrative)."""
ATTESTATION_MONTHS = 12
"""Longest time for which a supervisor may attest without looking again."""

WARNED_BEFORE = (7, 30)
"""Days before its end at which an attestation is told of, the nearest first: whoever is told a week before has been."""

INVITATION_DAYS = 14
"""How long an invitation waits for its answer."""
ESCALATE_AFTER = 14
"""Days that a learner's evidence waits before somebody else is told, unless a programme says otherwise (dossier §6)."""
SAMPLE_PERCENT = 10
"""Share of signatures that are moderated, unless a programme says otherwise (dossier §4, rule 8)."""
LONGEST_COVER = 366
"""Days. Whoever is away for longer hands over."""

CONFIRMED = {
    "clinical_role": N_("Confirm that the learner works in a clinical role"),
    "in_setting": N_("Confirm that the learner works in the team you name"),
    "under_supervision": N_("Confirm that the learner works under supervision"),
}


@dataclass(frozen=True)
class Pairing:
    """A supervisor proposed for a learner. `capacity` None: no live licence; `learners`: how many they have now.

    `left`: they were in a body once, and are in none today.
    """

    same_person: bool
    capacity: int | None
    learners: int
    left: bool = False


@dataclass(frozen=True)
class Supervised:
    """How a learner stands in one programme. `supervisor` is a name.

    `attested_until` None: no attestation is in force; then `attestation_ended` says when the last one stopped, if any.
    """

    supervisor: str | None
    licence_live: bool
    attested_until: date | None
    attestation_ended: date | None


def check_pairing(it: Pairing) -> None:
    """Raise what stands in the way, if anything does."""
    if it.same_person:
        raise OwnSupervisor()
    if it.left:
        raise SupervisorLeft()
    if it.capacity is None:
        raise NotLicensed()
    if it.learners >= it.capacity:
        raise SupervisorFull()


def check_attestation(confirmed: Mapping[str, bool], ends_on: date, today: date) -> None:
    """All three facts are confirmed, and the end is at most twelve months away. Raises Invalid, by field."""
    faults = {name: message for name, message in CONFIRMED.items() if not confirmed.get(name)}
    if ends_on < today:
        faults["ends_on"] = N_("Enter today or a later date")
    elif ends_on > months_after(today, ATTESTATION_MONTHS):
        faults["ends_on"] = N_("Enter a date within the next 12 months")
    if faults:
        raise Invalid(fields=faults)


def check_licence(starts_on: date, ends_on: date, capacity: int) -> None:
    """Raises Invalid, by field."""
    faults = {}
    if ends_on < starts_on:
        faults["ends_on"] = N_("The last day must not be before the first day")
    if not 1 <= capacity <= 50:
        faults["capacity"] = N_("Enter a number of learners from 1 to 50")
    if faults:
        raise Invalid(fields=faults)


@dataclass(frozen=True)
class Offered:
    """A supervisor who could be given to a learner, and how near they are: 0 the same body, 1 the same area, 2 beyond."""

    licence_id: UUID
    distance: int
    free: int
    name: str


def nearness(learner: Sequence[Sequence[UUID]], supervisor: Sequence[Sequence[UUID]]) -> int:
    """0: they share a body; 1: a body of one lies in the body above one of the other's; 2: neither.

    Each is the lineages of the bodies that somebody is in: ids from the root down to the body itself. The root is
    nobody's area, for everybody is in it.
    """
    nearest = 2
    for mine in learner:
        for theirs in supervisor:
            if mine[-1] == theirs[-1]:
                return 0
            area = mine[-2] if len(mine) > 2 else mine[-1]
            if len(mine) > 1 and area in theirs:
                nearest = 1
    return nearest


def ranked(offered: Iterable[Offered], scope: str) -> list[Offered]:
    """Whom the rule allows, nearest first, then whoever has most room, then by name."""
    furthest = {"body": 0, "area": 1}.get(scope, 2)
    allowed = [each for each in offered if each.distance <= furthest and each.free > 0]
    return sorted(allowed, key=lambda each: (each.distance, -each.free, each.name))


def check_stand_in(*, same_person: bool, licensed: bool, starts_on: date, ends_on: date | None, today: date) -> None:
    """Raises OwnSupervisor, NotLicensed, or Invalid, by field."""
    if same_person:
        raise OwnSupervisor()
    faults = {}
    if starts_on < today:
        faults["starts_on"] = N_("Enter today or a later date")
    if ends_on is not None and ends_on < starts_on:
        faults["ends_on"] = N_("The last day must not be before the first day")
    elif ends_on is not None and (ends_on - starts_on).days > LONGEST_COVER:
        faults["ends_on"] = N_("Cover lasts for a year at most. For longer, hand the learners over")
    if faults:
        raise Invalid(fields=faults)
    if not licensed:
        raise NotLicensed()


def months_after(day: date, months: int) -> date:
    """The same day of the month, that many months later; the last day of the month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
