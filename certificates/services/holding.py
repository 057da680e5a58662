"""What holders and those who look after them do with an award: see it, take the file, choose what is shown."""

from uuid import UUID

from certificates import drawing, queries, rules
from certificates.errors import AwardNotActive
from certificates.models import Award
from certificates.rules import AwardEventKind, NameVisibility, State, Wait
from certificates.services.issuing import wait, waits_for_days
from certificates.services.log import append
from courses.enrolments.models import Enrolment
from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission


def reasons_to_wait(actor: Actor, learner_id: UUID) -> list[tuple[Enrolment, Wait]]:
    """What a person has learnt without a certificate yet, and why. At most 50."""
    actor.require(Permission.AWARD_READ, about=learner_id)
    learner = get_or_refuse(Person, learner_id)
    waiting = queries.waiting_for_award(learner_id)
    signed = queries.signatories_among([enrolment.id for enrolment in waiting])
    days = waits_for_days(waiting)
    return [(each, wait(each, each.version, signed.get(each.id), learner, each.id in days)) for each in waiting]


def award(actor: Actor, number: str) -> Award:
    """The award of that number. Raises NotFound, also for one that this actor may not know of."""
    return _shown(actor, queries.award_by_number(rules.read_number(number)))


def award_by_id(actor: Actor, award_id: UUID) -> Award:
    """The award. Raises NotFound, also for one that this actor may not know of."""
    return _shown(actor, queries.award_by_id(award_id))


def _shown(actor: Actor, found: Award | None) -> Award:
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.AWARD_READ, about=found.learner_id, at=found.organisation_lineage)
    return found


def certificate(actor: Actor, found: Award, edition: str) -> bytes:
    """The sealed PDF in `en`, `cy` or `both`, also of an expired award. Raises AwardNotActive when it is not in force."""
    _shown(actor, found)
    if queries.standing_of(found, clock.today()).state not in (State.ACTIVE, State.EXPIRED):
        raise AwardNotActive()
    return drawing.certificate_file(found, edition)


def choose_visibility(actor: Actor, found: Award, visibility: NameVisibility) -> None:
    """The holder says what the public page shows of their name."""
    actor.require(Permission.AWARD_SHARE, about=found.learner_id)
    locked = get_or_refuse(Award, found.id, lock=True)
    if locked.name_visibility is visibility:
        return
    locked.name_visibility = visibility
    append(actor, locked.id, AwardEventKind.VISIBILITY_CHOSEN)
    audit.record(actor, "award.visibility-chosen", about=found.learner_id, thing=found, visibility=visibility.value)
