"""Asking: once after the course, once three months later, with one reminder each."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from courses.enrolments.models import Enrolment
from courses.evaluation import letters, queries, rules
from courses.evaluation.forms import Which
from courses.evaluation.models import EvaluationInvitation, InvitationState
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse
from lms.core.ids import new_id
from lms.core.permissions import Actor, Permission

A_BATCH = 500
INVITE = Permission.ENROLMENT_COMPLETE


def invite_after(actor: Actor, enrolment_id: UUID) -> EvaluationInvitation | None:
    """Ask how the course was, unless it is long ago, or they do not want to be asked. Again changes nothing.

    None: nobody was asked now. Raises NotFound.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id)
    actor.require_or_hide(INVITE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    day = enrolment.completed_on
    if day is None or not rules.worth_asking(day, clock.today()) or queries.is_silent(enrolment.learner_id):
        return None
    return _invite(actor, enrolment, Which.AFTER)


def invite_later(actor: Actor) -> int:
    """Ask what became of it, three months after the course. One batch; return how many there were: a full one wants more."""
    found = queries.due_later(clock.today(), A_BATCH)
    for enrolment in found:
        actor.require(INVITE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
        _invite(actor, enrolment, Which.LATER)
    return len(found)


def remind(actor: Actor) -> int:
    """One letter to whoever has not answered after a while. One batch, as above."""
    today = clock.today()
    found = queries.due_reminder(today, A_BATCH)
    for each in found:
        each.reminded_on = today
        letters.remind(each)
    if found:
        audit.record(actor, "evaluation.reminded", people=len(found))
    return len(found)


def withdraw(actor: Actor, enrolment_id: UUID) -> None:
    """The course is not completed any more: what was not answered yet is not asked. Completed again, it is asked again."""
    enrolment = get_or_refuse(Enrolment, enrolment_id)
    actor.require_or_hide(INVITE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    db.session.execute(
        update(EvaluationInvitation)
        .where(EvaluationInvitation.enrolment_id == enrolment_id, EvaluationInvitation.state == InvitationState.OPEN)
        .values(state=InvitationState.WITHDRAWN)
    )


def _invite(actor: Actor, enrolment: Enrolment, form: Which) -> EvaluationInvitation | None:
    """Once for each enrolment and questionnaire, however often it is called; one that was withdrawn begins anew."""
    today = clock.today()
    dates = {"made_on": today, "closes_on": rules.closes_on(today), "state": InvitationState.OPEN, "reminded_on": None}
    body = queries.bodies().get(enrolment.organisation_id, "") if enrolment.organisation_id else ""
    made = db.session.scalar(
        insert(EvaluationInvitation)
        .values(
            id=new_id(), enrolment_id=enrolment.id, form=form, course_id=enrolment.course_id, body=body,
            version=enrolment.version.number, sector=enrolment.sector, **dates,
        )
        .on_conflict_do_update(
            index_elements=["enrolment_id", "form"], set_=dates,
            where=EvaluationInvitation.state == InvitationState.WITHDRAWN,
        )
        .returning(EvaluationInvitation.id)
    )  # fmt: skip
    if made is None:
        return None
    invitation = db.session.get_one(EvaluationInvitation, made, populate_existing=True)
    audit.record(actor, "evaluation.invited", about=enrolment.learner_id, thing=invitation, form=form.value)
    letters.invite(invitation)
    return invitation
