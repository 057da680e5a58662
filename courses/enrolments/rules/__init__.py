"""When a learner may enrol, and when an enrolment is complete. Pure: no database, no clock, no web.

To add a rule, write a function of Application that yields what stands in the way, and add it to RULES.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from courses.enrolments.errors import (
    EnrolmentRefused,
    ModuleFull,
    NotForYourSector,
    NotForYourWork,
    PrerequisiteMissing,
    SupervisionNotAttested,
)
from courses.enrolments.rules.conditions import Declaration, flat, for_sectors, not_declared, outcomes
from courses.enrolments.rules.facts import NOBODY, Application, Offer, Place, listed, the_same
from lms.core.language import N_

Rule = Callable[[Application], Iterator[EnrolmentRefused]]

CLINICAL = {"sector", "setting", "clinical_role", "active_learning_supervisor"}
AUDIENCES = {
    ("nhs", "camhs"): N_("This module is only for clinical staff under supervision in NHS CAMHS teams."),
}
"""Whom a clinical course is for, in one sentence, by sector and setting. Source: seed:000:L1103, L1115."""


def is_for_their_work(it: Application) -> Iterator[EnrolmentRefused]:
    """What the learner does, and where, is what the course is for. A clinical course first says so as a whole."""
    refused = [each for each in outcomes(it, it.offer.eligibility) if isinstance(each, EnrolmentRefused)]
    wanted = flat(it.offer.eligibility)
    if refused and wanted.keys() >= CLINICAL:
        sentence = AUDIENCES.get((wanted["sector"], wanted["setting"]))
        if sentence:
            yield NotForYourWork(sentence)
    yield from refused


def their_sector_is_served(it: Application) -> Iterator[EnrolmentRefused]:
    """The course is offered to the sector that the learner belongs to."""
    if it.offer.sectors and it.place.sector not in it.offer.sectors and "sector" not in flat(it.offer.eligibility):
        yield for_sectors(it, it.offer.sectors)


def prerequisites_are_completed(it: Application) -> Iterator[EnrolmentRefused]:
    """A course with a portfolio counts as completed only once the portfolio is signed off."""
    missing = [code for code in it.offer.prerequisites.get("completed", []) if code not in it.completed]
    if not missing:
        return
    params = {"courses": listed([the_same(code) for code in missing])}
    if it.offer.prerequisites.get("portfolio_signed_off"):
        yield PrerequisiteMissing(
            N_("These come first, completed and with their portfolios signed off: %(courses)s."), params=params,
            who=N_("You complete them; your learning supervisor signs the portfolios off."),
        )  # fmt: skip
    else:
        yield PrerequisiteMissing(
            N_("These come first: %(courses)s."), params=params, who=N_("You can complete them yourself.")
        )


def supervision_is_attested(it: Application) -> Iterator[EnrolmentRefused]:
    """A supervisor with a live licence has attested clinical role, team and supervision (domain dossier §4, rule 2)."""
    if "active_learning_supervisor" not in flat(it.offer.eligibility) or it.supervised.attested_until is not None:
        return
    params = {
        "programme": it.offer.programme_title or it.offer.title,
        "supervisor": it.supervised.supervisor,
        "ended": it.supervised.attestation_ended,
    }
    if it.supervised.supervisor is None:
        detail = N_("You have no learning supervisor for %(programme)s.")
        who = N_("A lead supervisor, or whoever organises training where you work, can give you one.")
    elif not it.supervised.licence_live:
        detail = N_("Your supervisor %(supervisor)s has no live supervisor licence for %(programme)s.")
        who = N_("A lead supervisor can renew the licence, or give you another supervisor.")
    elif it.supervised.attestation_ended is not None:
        detail = N_("The attestation of your clinical role, team and supervision ended on %(ended)s.")
        who = N_("Ask %(supervisor)s to attest it again.")
    else:
        detail = N_("%(supervisor)s has not yet attested your clinical role, your team and your supervision.")
        who = N_("Ask %(supervisor)s to attest them.")
    yield SupervisionNotAttested(detail, who=who, params=params)


def facts_are_declared(it: Application) -> Iterator[EnrolmentRefused]:
    """What nobody holds here, the learner has confirmed."""
    for each in asked(it):
        if not each.optional and each.key not in it.declared:
            yield not_declared(each)


def a_place_is_free(it: Application) -> Iterator[EnrolmentRefused]:
    if it.offer.seats_left is not None and it.offer.seats_left < 1:
        yield ModuleFull(N_("You can join the waiting list: when somebody leaves, the next in line gets the place."))


RULES: tuple[Rule, ...] = (
    is_for_their_work,
    their_sector_is_served,
    prerequisites_are_completed,
    supervision_is_attested,
    facts_are_declared,
    a_place_is_free,
)
LAST = (facts_are_declared, a_place_is_free)
"""What is settled while enrolling: the learner confirms, or waits for a place."""


def unmet(it: Application) -> list[EnrolmentRefused]:
    """Everything that stands in the way, in the order of RULES. Empty: let them in."""
    return [refusal for rule in RULES for refusal in rule(it)]


def unmet_but_for_asking(it: Application) -> list[EnrolmentRefused]:
    """What stands in the way even if the learner confirms all that we ask, and whether or not a place is free."""
    return [refusal for rule in RULES if rule not in LAST for refusal in rule(it)]


def asked(it: Application) -> list[Declaration]:
    """What the learner has to confirm, or may."""
    return [each for each in outcomes(it, it.offer.eligibility) if isinstance(each, Declaration)]


def best(applications: list[Application]) -> Application:
    """The place from which most is met; the first of equals. Seats are the same from everywhere."""
    if len(applications) == 1:
        return applications[0]
    return min(applications, key=lambda it: (len(unmet_but_for_asking(it)), len(asked(it))))


def depends_on_attestation(offer_eligibility: dict[str, object]) -> bool:
    """Losing the attestation pauses an enrolment on such a course."""
    return "active_learning_supervisor" in flat(offer_eligibility)


@dataclass(frozen=True)
class Done:
    """What has been done on an enrolment, and what its course asks for."""

    needs_portfolio: bool
    learning_completed_at: datetime | None
    portfolio_signed_off_at: datetime | None
    needs_attendance: bool = False
    attended_at: datetime | None = None


def is_complete(it: Done) -> bool:
    """The content is done; and the portfolio is signed off, and the dates attended, where the course asks for these."""
    return (
        it.learning_completed_at is not None
        and (not it.needs_portfolio or it.portfolio_signed_off_at is not None)
        and (not it.needs_attendance or it.attended_at is not None)
    )


__all__ = [
    "NOBODY", "RULES", "Application", "Declaration", "Done", "NotForYourSector", "Offer", "Place", "asked", "best",
    "depends_on_attestation", "is_complete", "replace", "unmet", "unmet_but_for_asking",
]  # fmt: skip
