"""What is counted: people, not enrolments. Every output names the ids and versions of its definitions (dossier §6)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.core.language import Bilingual
from lms.reporting.rules import definitions
from lms.reporting.rules.definitions import Definition

ACTIVE_DAYS = 90


class Measure(StrEnum):
    """Measures of uptake. The tallies know more: `rules.definitions` has them all."""

    ACCESSED = "accessed"
    ENROLLED = "enrolled"
    ACTIVE = "active"
    LEARNED = "learned"
    COMPLETED = "completed"
    CERTIFIED = "certified"


DEFINITIONS: dict[Measure, Definition] = {
    measure: definitions.BY_ID[f"UPTAKE-{measure.value.upper()}"] for measure in Measure
}
FLOWS = tuple(measure.value for measure in Measure if measure is not Measure.ACTIVE)
STOCKS = (Measure.ACTIVE.value,)

ATTRIBUTION = Bilingual(
    "Each person counts once in each figure. Sector and organisation are those of the person on the day of "
    "enrolment, so history does not shift when people move; a person in two groups counts in both and once in the "
    "total, so parts may add up to more than the total. Dates are those of Wales (Europe/London).",
    "Mae pob person yn cyfrif unwaith ym mhob ffigur. Sector a sefydliad y person ar ddiwrnod cofrestru a "
    "ddefnyddir, felly nid yw hanes yn newid pan fydd pobl yn symud; mae person mewn dau grŵp yn cyfrif yn y ddau "
    "ac unwaith yn y cyfanswm, felly gall y rhannau fod yn fwy na'r cyfanswm. Dyddiadau Cymru yw'r dyddiadau "
    "(Ewrop/Llundain).",
)


@dataclass(frozen=True)
class Facts:
    """One enrolment, as of a date. `None`: it has not happened."""

    enrolled_on: date
    waitlisted: bool
    started_on: date | None
    withdrawn_on: date | None
    last_active_on: date | None
    learned_on: date | None
    completed_on: date | None
    """Of the completion that stood on the as-at date: one that was withdrawn later counts until then, and no longer."""
    certified_on: date | None
    """When the certificate that is valid on the as-at date was awarded."""


def happened(it: Facts, as_at: date, until: date) -> dict[Measure, date]:
    """On which day each measure counts this enrolment: what the tallies give, and tests hold one to the other."""
    found: dict[Measure, date] = {}
    if it.waitlisted or it.enrolled_on > as_at:
        return found
    withdrawn = it.withdrawn_on is not None and it.withdrawn_on <= as_at
    complete = it.completed_on is not None and it.completed_on <= as_at
    if not (withdrawn and (it.started_on is None or it.started_on > as_at)):
        found[Measure.ENROLLED] = it.enrolled_on
    if it.started_on is not None and it.started_on <= as_at:
        found[Measure.ACCESSED] = it.started_on
    if it.learned_on is not None and it.learned_on <= as_at:
        found[Measure.LEARNED] = it.learned_on
    recent = it.last_active_on is not None and as_at - timedelta(days=ACTIVE_DAYS) <= it.last_active_on <= as_at
    if recent and not withdrawn and not complete:
        found[Measure.ACTIVE] = min(as_at, until)
    if complete and it.completed_on is not None:
        found[Measure.COMPLETED] = it.completed_on
    if it.certified_on is not None and it.certified_on <= as_at:
        found[Measure.CERTIFIED] = it.certified_on
    return found
