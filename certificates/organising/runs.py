"""The work of batches and reminders: each job does a bounded part and asks for the next in the same transaction."""

from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from certificates import services
from certificates.models import Award
from certificates.organising import letters, queries, rules
from certificates.organising.models import Batch, BatchLine, Reminder
from certificates.organising.rules import Outcome
from certificates.queries import sign_off_of
from certificates.rules import Wait
from certificates.services.issuing import wait, waits_for_days
from courses.catalogue.models import CapacityRule, CertificateKind
from courses.enrolments import services as enrolments
from courses.enrolments.errors import AlreadyEnrolled
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.enrolments.queries import published
from lms.accounts.models import Person
from lms.core import clock, jobs
from lms.core.db import db, get_or_refuse
from lms.core.errors import Refusal
from lms.core.ids import new_id
from lms.core.permissions import Actor

PART = 50
"""People in one transaction of a batch."""
LETTERS = 200
"""Awards in one run of the reminders."""
WAITS = {
    Wait.COURSE: Outcome.NOT_COMPLETED, Wait.SIGN_OFF: Outcome.SIGN_OFF, Wait.DAYS: Outcome.DAYS, Wait.NAME: Outcome.NAME,
    Wait.WORDS: Outcome.NAME,
}  # fmt: skip


@jobs.job("certificates.issue_batch", retries=5)
def issue(batch_id: str) -> None:
    """The next people of a batch. Done again it goes on where it stopped, and issues nothing twice.

    The batch's row is the lock: a job's own would keep the next part waiting until a worker asks again by itself.
    """
    batch = get_or_refuse(Batch, UUID(batch_id), lock=True)
    lines = db.session.scalars(
        select(BatchLine)
        .where(BatchLine.batch_id == batch.id, BatchLine.outcome.is_(None))
        .order_by(BatchLine.enrolment_id)
        .limit(PART)
    ).all()
    name = get_or_refuse(Person, batch.asked_by).display_name
    organiser = Actor(person=batch.asked_by, name=name, is_system=True)  # what they reach was looked at when they asked
    for line in lines:
        try:
            with db.session.begin_nested():
                line.outcome, line.award_id = _issued(organiser, line.enrolment_id, completes=batch.completes)
        except Refusal:
            line.outcome = Outcome.REFUSED
    batch.done += len(lines)
    if len(lines) < PART:
        batch.ended_at = clock.now()
    else:
        jobs.enqueue(issue, batch_id=batch_id)


def _issued(organiser: Actor, enrolment_id: UUID, *, completes: bool) -> tuple[Outcome, UUID | None]:
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    before = _newest(enrolment_id)
    if completes and enrolment.state is not EnrolmentState.COMPLETED:
        enrolments.complete(organiser, enrolment_id)
        db.session.flush()  # who hears of it may have issued, and what follows reads it
    issued = services.award_if_due(organiser, enrolment_id)
    if issued is not None:
        return Outcome.HAS_ONE if before == issued.id else Outcome.ISSUED, issued.id
    if (
        enrolment.completed_on is None
        and enrolment.version.certificate_kind is not CertificateKind.COMPLETION_WITH_PORTFOLIO
    ):
        return Outcome.NOT_COMPLETED, None
    signed = sign_off_of(enrolment_id)
    signatory = signed.signatory_name if signed else None
    waits = wait(enrolment, enrolment.version, signatory, enrolment.learner, bool(waits_for_days([enrolment])))
    return WAITS.get(waits, Outcome.REFUSED), None


def _newest(enrolment_id: UUID) -> UUID | None:
    """The newest award of an enrolment."""
    return db.session.scalar(
        select(Award.id).where(Award.enrolment_id == enrolment_id).order_by(Award.edition.desc()).limit(1)
    )


@jobs.job("certificates.remind", retries=0, every="15 6 * * *")
def remind() -> None:
    """Tell holders what ends in 90, 30 and 7 days: once each, in one letter, and begin the way to a new one."""
    today = clock.today()
    due = queries.to_remind(today, LETTERS)
    for _, group in groupby(due, key=lambda each: each.learner_id):
        told = []
        for award in group:
            days = rules.stage(award.valid_until, today) if award.valid_until else None
            if days is None:
                continue
            enrolment = queries.begun_for(award.id) or _begun(award)
            made = db.session.scalar(
                insert(Reminder)
                .values(id=new_id(), award_id=award.id, days=days, at=clock.now(), enrolment_id=enrolment)
                .on_conflict_do_nothing(index_elements=["award_id", "days"])
                .returning(Reminder.id)
            )
            if made is not None:
                told.append((award, enrolment))
        if told:
            letters.ends_soon(told[0][0].learner, told)
    if len(due) == LETTERS:
        jobs.enqueue(remind)


def _begun(award: Award) -> UUID | None:
    """Enrol the holder anew where the course is open to all who may take it; otherwise the letter invites them."""
    offered = published(award.course_code) if award.enrolment_id else None
    if offered is None or offered.capacity_rule is not CapacityRule.OPEN:
        return None
    language = award.learner.language if award.learner.language in offered.languages else offered.languages[0]
    try:
        with db.session.begin_nested():
            return enrolments.enrol(Actor.system(), award.learner_id, award.course_code, language).id
    except AlreadyEnrolled as there:
        return UUID(str(there.more["enrolment"]))
    except Refusal:
        return None
