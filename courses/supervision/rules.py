"""Who may supervise, and how long a supervisor's word holds. Pure: no database, no clock, no web."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from courses.supervision.errors import NotLicensed, OwnSupervisor, SupervisorFull
from lms.core.errors import Invalid
from lms.core.language import N_

LICENCE_MONTHS = 36
"""How long a licence holds unless it says otherwise. Source: catalogue.yaml, SUP-CAMHS (illustrative)."""
ATTESTATION_MONTHS = 12
"""Longest time for which a supervisor may attest without looking again."""

CONFIRMED = {
    "clinical_role": N_("Confirm that the learner works in a clinical role"),
    "in_setting": N_("Confirm that the learner works in the team you name"),
    "under_supervision": N_("Confirm that the learner works under supervision"),
}


@dataclass(frozen=True)
class Pairing:
    """A supervisor proposed for a learner. `capacity` None: no live licence; `learners`: how many they have now."""

    same_person: bool
    capacity: int | None
    learners: int


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
