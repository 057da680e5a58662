"""JSON routes of enrolments."""

from typing import Any
from uuid import UUID

from flask import url_for

from courses.catalogue.offered import Offered
from courses.enrolments import queries, rules, services, wording
from courses.enrolments.errors import (
    AlreadyEnrolled,
    EnrolmentClosed,
    EnrolmentRefused,
    LanguageNotOffered,
    ModuleFull,
    NotDeclared,
    NotForYourSector,
    NotForYourWork,
    PrerequisiteMissing,
    SupervisionNotAttested,
)
from courses.enrolments.hooks import about_standing
from courses.enrolments.models import Enrolment, EnrolmentState, WithdrawalReason
from courses.enrolments.schemas import (
    EnrolmentIn,
    EnrolmentOut,
    EnrolmentQuery,
    EnrolmentsOut,
    EnrolmentWholeOut,
    StandingOut,
    WithdrawalForm,
)
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, page_of

api = Api("enrolments", __name__, description="Enrolling, waiting, withdrawing, completing, and why not")

P = Permission
REFUSALS = (
    NotForYourWork, NotForYourSector, PrerequisiteMissing, SupervisionNotAttested, NotDeclared, ModuleFull,
)  # fmt: skip


@api.operation("GET", "/courses/<code>/standing", needs=P.ENROLMENT_CREATE, returns=(200, StandingOut))
def standing(actor: Actor, code: str) -> dict[str, Any]:
    """How one stands to a course: on it, free to enrol, or refused, with everything that stands in the way."""
    version = _version(code)
    if actor.person is None:
        raise NotFound()
    found = services.standing(actor.person, version)
    return about_standing(found) | {
        "asked": [
            {"key": each.key, "text": wording.fact(each.words), "optional": each.optional}
            for each in rules.asked(found.best)
        ],
        "enrolment": found.last.id if found.last else None,
    }


@api.operation(
    "POST", "/courses/<code>/enrolments", needs=P.ENROLMENT_CREATE, body=EnrolmentIn, returns=(201, EnrolmentOut),
    raises=(*REFUSALS, AlreadyEnrolled, LanguageNotOffered),
)  # fmt: skip
def create(actor: Actor, code: str, learner_id: UUID | None, **given: Any) -> tuple[Enrolment, int, dict[str, str]]:
    """Enrol oneself, or a learner where one organises. A refusal names every reason, and what is open meanwhile."""
    learner_id = learner_id or actor.person
    if learner_id is None:
        raise NotFound()
    try:
        made = services.enrol(actor, learner_id, code, **given)
    except EnrolmentRefused as refusal:
        raise wording.translated(refusal) from None
    return made, 201, {"Location": url_for("enrolments_api.one", enrolment_id=made.id)}


@api.operation("GET", "/enrolments", needs=P.ENROLMENT_READ, query=EnrolmentQuery, returns=(200, EnrolmentsOut))
def many(actor: Actor, course: str | None, state: str | None, cursor: str | None, size: int) -> Page[Enrolment]:
    """One's own enrolments, those of one's learners, and those made where one organises."""
    found = queries.enrolments_for(actor, course_code=course, state=EnrolmentState(state) if state else None)
    return page_of(found, cursor, size, key=(Enrolment.id,), descending=True)


@api.operation("GET", "/enrolments/<uuid:enrolment_id>", needs=P.ENROLMENT_READ, returns=(200, EnrolmentWholeOut))
def one(actor: Actor, enrolment_id: UUID) -> dict[str, Any]:
    """One enrolment: how far it is, what it still needs, and what has happened."""
    found = services.readable(actor, enrolment_id)
    events = queries.timeline(enrolment_id)
    waits = found.state is EnrolmentState.WAITLISTED
    shown = {name: getattr(found, name) for name in EnrolmentOut._declared_fields if hasattr(found, name)}
    return shown | {
        "version": found.version,
        "job_role_code": found.job_role_code,
        "setting_code": found.setting_code,
        "position": queries.waiting_position(found) if waits else None,
        "needs": wording.needs(found, events),
        "events": [event for event, _name in events],
    }


@api.operation(
    "POST", "/enrolments/<uuid:enrolment_id>/withdrawal", needs=P.ENROLMENT_WITHDRAW, body=WithdrawalForm,
    returns=(200, EnrolmentOut), raises=(EnrolmentClosed,),
)  # fmt: skip
def withdraw(actor: Actor, enrolment_id: UUID, reason: str) -> Enrolment:
    """Give up the place. What was done stays on record; the next on the waiting list gets the place."""
    return services.withdraw(actor, enrolment_id, WithdrawalReason(reason))


@api.operation(
    "POST", "/enrolments/<uuid:enrolment_id>/completion", needs=P.ENROLMENT_COMPLETE, returns=(200, EnrolmentOut),
    raises=(EnrolmentClosed,),
)  # fmt: skip
def complete(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """Record that the learner attended or has done all of the content. Doing it again changes nothing."""
    return services.complete(actor, enrolment_id)


@api.operation(
    "POST", "/enrolments/<uuid:enrolment_id>/place", needs=P.ENROLMENT_COMPLETE, returns=(200, EnrolmentOut),
    raises=(EnrolmentClosed, *REFUSALS),
)  # fmt: skip
def give_place(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """Give a place to somebody on the waiting list."""
    try:
        return services.give_place(actor, enrolment_id)
    except EnrolmentRefused as refusal:
        raise wording.translated(refusal) from None


def _version(code: str) -> Offered:
    version = queries.published(code)
    if version is None:
        raise NotFound()
    return version
