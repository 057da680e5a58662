"""How a person stands to a course: on it, free to enrol, or refused, with everything that stands in the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from courses.catalogue.offered import Offered
from courses.catalogue.rules.conditions import Names
from courses.enrolments import queries, rules
from courses.enrolments.errors import EnrolmentRefused, ModuleFull
from courses.enrolments.models import OPEN_STATES, WAITING_STATES, Enrolment, EnrolmentState
from courses.enrolments.queries import Last, LearnerFacts, Version
from courses.enrolments.rules.facts import Application, Offer
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission

Kind = Literal["enrolled", "waiting", "completed", "open", "full", "refused"]


@dataclass(frozen=True)
class Standing:
    """`applications`: one for each place from which the learner could apply; `best` is the one that we would take.

    `reasons`: what stands in the way from there. `alternatives`: what is open instead. `last`: the newest enrolment.
    """

    kind: Kind
    version: Offered
    best: Application
    applications: tuple[Application, ...]
    reasons: tuple[EnrolmentRefused, ...] = ()
    alternatives: tuple[Offer, ...] = ()
    begun: tuple[str, ...] = field(default_factory=tuple)
    last: Last | None = None


def standing(person_id: UUID, version: Offered) -> Standing:
    """How one person stands to one course, with names for what is missing and what is open meanwhile."""
    facts = queries.learner_facts(person_id, clock.today())
    found = _standings(facts, [version], queries.code_names())[version.course_id]
    if found.kind != "refused":
        return found
    alternatives, begun = open_instead(facts, version)
    return Standing(found.kind, version, found.best, found.applications, found.reasons, alternatives, begun, found.last)


def readable(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """An enrolment for whoever may read it. Raises NotFound, also where there is one not theirs to know of."""
    found = queries.enrolment(enrolment_id)
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.ENROLMENT_READ, about=found.learner_id, at=found.organisation_lineage)
    return found


def standings(person_id: UUID, versions: Iterable[Offered]) -> dict[UUID, Standing]:
    """By course id, for a list. Six queries at most, however many courses; reasons name codes, not titles."""
    return _standings(queries.learner_facts(person_id, clock.today()), list(versions), {})


def open_to(person_id: UUID, versions: Iterable[Offered]) -> set[UUID]:
    """Ids of the courses that this person could enrol on now, or is on. Six queries at most."""
    return {course for course, each in standings(person_id, versions).items() if each.kind not in ("refused", "full")}


def open_instead(facts: LearnerFacts, version: Version) -> tuple[tuple[Offer, ...], tuple[str, ...]]:
    """Related courses that are open to the learner now, and codes of those they have begun. One query at most."""
    near = queries.related(version)
    found = _standings(facts, near, {})
    offers = tuple(one.best.offer for one in (found[each.course_id] for each in near) if _is_simply_open(one))
    begun = tuple(each.course.code for each in near if found[each.course_id].kind in ("enrolled", "waiting"))
    return offers, begun


def _is_simply_open(it: Standing) -> bool:
    """Open at once, with nothing to confirm and nobody to choose."""
    return it.kind == "open" and not it.best.offer.chosen and not rules.asked(it.best)


def _standings(facts: LearnerFacts, versions: list[Offered], names: Names) -> dict[UUID, Standing]:
    offers = queries.offers(versions)
    today = clock.today()
    asked = queries.asked_by(offers.values(), facts, today)
    return {
        version.course_id: _one(
            facts,
            version,
            queries.applications(facts, offers[version.course_id], today, names=names, asked=asked),
        )
        for version in versions
    }


def _one(facts: LearnerFacts, version: Offered, applications: list[Application]) -> Standing:
    best = rules.best(applications)
    last = facts.enrolments.get(version.course_id)
    reasons = tuple(rules.unmet_but_for_asking(best))
    kind: Kind
    if last is not None and last.state in OPEN_STATES:
        kind = "waiting" if last.state in WAITING_STATES else "enrolled"
    elif last is not None and last.state is EnrolmentState.COMPLETED:
        kind = "completed"
    elif reasons:
        kind = "refused"
    else:
        full = any(isinstance(each, ModuleFull) for each in rules.a_place_is_free(best))
        kind = "full" if full and not best.offer.chosen else "open"
    return Standing(kind, version, best, tuple(applications), reasons, last=last)
