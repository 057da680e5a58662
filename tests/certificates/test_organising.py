"""A cohort at once, what ends, reminders that are sent once, and the way to a new certificate."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from certificates import handlers
from certificates.models import Award
from certificates.organising import queries, rules, runs, services
from certificates.organising.errors import NobodyThere
from certificates.organising.models import BatchLine, Reminder
from certificates.organising.rules import Candidate, Outcome
from certificates.rules import RevocationReason
from certificates.services import revoke
from courses.catalogue.models import CertificateKind
from courses.enrolments.events import EnrolmentCompleted
from courses.enrolments.models import Enrolment, EnrolmentState
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Permission, Role
from tests.factories.accounts import make_membership, make_organisation, make_person
from tests.factories.catalogue import make_course
from tests.factories.certificates import NAME, make_award, make_completed
from tests.factories.enrolments import make_enrolment

STATES = (EnrolmentState.COMPLETED, EnrolmentState.IN_PROGRESS, EnrolmentState.ENROLLED, EnrolmentState.WITHDRAWN)


@pytest.mark.parametrize(
    ("left", "stage"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)]
)
def test_which_reminder_is_due(left: int, stage: int | None) -> None:
    today = date(2026, 11, 22)
    assert rules.stage(today + timedelta(days=left), today) == stage


@pytest.mark.parametrize(
    ("facts", "completes", "found"),
    [
        ((True, False, False, False, True), False, Outcome.ISSUED),
        ((False, False, False, False, True), False, Outcome.NOT_COMPLETED),
        ((False, False, False, False, True), True, Outcome.ISSUED),
        ((True, True, False, False, True), True, Outcome.SIGN_OFF),
        ((True, False, False, True, True), True, Outcome.HAS_ONE),
        ((True, False, False, False, False), False, Outcome.NAME),
    ],
)
def test_what_a_batch_would_do(facts: tuple[bool, ...], completes: bool, found: Outcome) -> None:
    assert rules.outcome(Candidate(*facts), completes=completes) is found


def cohort() -> tuple[Actor, Any]:
    """An organiser, and a course with eight of theirs on it (two in each state) and one of somebody else's."""
    board = make_organisation()
    course = make_course(certificate_kind=CertificateKind.ATTENDANCE)
    for state in STATES * 2:
        learner = make_person(legal_name=NAME)
        make_enrolment(learner, course, make_membership(learner, board), state=state)
    make_enrolment(make_person(legal_name=NAME), course, state=EnrolmentState.COMPLETED)
    return Actor(make_person().id, "Organiser", roles=frozenset({(Role.ORGANISER, board.id)})), course


def test_a_dry_run_changes_nothing_and_the_batch_does_what_it_said(app: Flask) -> None:
    organiser, course = cohort()
    for completes, issues in ((False, 2), (True, 6)):
        with transaction():
            seen = services.preview(organiser, course.code, None, None, completes=completes)
        assert (seen.issues, len(seen.members)) == (issues, 6)
    assert db.session.scalar(select(func.count()).select_from(Award)) == 0
    with transaction():
        made = services.issue_to(organiser, course.code, None, None, completes=True)
    assert db.session.scalar(select(func.count()).select_from(Award)) == 0
    jobs.run_pending()
    db.session.expire_all()
    assert queries.outcomes_of(made.id) == {Outcome.ISSUED: 6}
    assert (made.done, made.of, made.ended_at is not None) == (6, 6, True)
    with transaction():
        runs.issue(str(made.id))  # a job may come twice
    assert db.session.scalar(select(func.count()).select_from(Award)) == 6
    with pytest.raises(NobodyThere), transaction():
        services.issue_to(organiser, course.code, None, None, completes=True)
    with pytest.raises(NotFound):
        services.batch(Actor(make_person().id, "x", roles=organiser.roles), made.id)
    with transaction():
        zipped = services.zip_of(organiser, made.id, "cy")
    assert len(zipped.award_ids) == 6


def test_a_large_batch_goes_on_in_parts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    organiser, course = cohort()
    monkeypatch.setattr(runs, "PART", 2)
    with transaction():
        made = services.issue_to(organiser, course.code, None, None, completes=True)
    with transaction():
        runs.issue(str(made.id))
    assert (made.done, made.ended_at) == (2, None)
    jobs.run_pending()
    db.session.expire_all()
    assert (made.done, made.ended_at is not None) == (6, True)
    lines = db.session.scalars(select(BatchLine.award_id).where(BatchLine.batch_id == made.id)).all()
    assert len(set(lines)) == 6


def test_a_cohort_is_narrowed_by_days_and_only_an_organiser_looks(app: Flask) -> None:
    organiser, course = cohort()
    tomorrow = clock.today() + timedelta(days=1)
    assert services.preview(organiser, course.code, tomorrow, None, completes=False).members == []
    assert len(services.preview(organiser, course.code, None, tomorrow, completes=False).members) == 6
    with pytest.raises(Forbidden):
        services.preview(Actor(make_person().id, "x"), course.code, None, None, completes=False)
    assert services.specimen(organiser, course.code, "cy").startswith(b"%PDF-1.7")


def letters() -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def remind(on: date) -> None:
    with clock.frozen(datetime.combine(on, datetime.min.time(), clock.LONDON) + timedelta(hours=9)), transaction():
        runs.remind()


def test_holders_are_reminded_once_at_each_stage_and_enrolled_again(app: Flask) -> None:
    learner = make_person(legal_name=NAME, email="sian@example.org")
    award = make_award(make_completed(learner=learner, validity_months=12))
    assert award.valid_until is not None
    for before in (100, 91, 90, 89, 31, 30, 30, 29, 8, 7, 6, 0, -1):
        remind(award.valid_until - timedelta(days=before))
    stages = db.session.scalars(select(Reminder.days).order_by(Reminder.at)).all()
    assert list(stages) == [90, 30, 7]
    assert len(letters()) == 3
    again = db.session.scalars(select(Enrolment).where(Enrolment.id != award.enrolment_id)).one()
    assert again.learner_id == learner.id
    assert f"/learning/{again.id}" in letters()[0].body
    assert set(db.session.scalars(select(Reminder.enrolment_id))) == {again.id}
    again.state, again.completed_on = EnrolmentState.COMPLETED, award.valid_until - timedelta(days=5)
    db.session.commit()
    with transaction():
        handlers.award_on_completion(EnrolmentCompleted(again.id))
    renewed = db.session.scalars(select(Award).where(Award.renews_id == award.id)).one()
    assert renewed.valid_until == award.valid_until.replace(year=award.valid_until.year + 1)
    assert db.session.get(Award, award.id) is not None  # the old record stays
    assert (
        db.session.scalars(queries.ending(Actor.system().reach(Permission.AWARD_REVOKE), award.valid_until, 90)).all()
        == []
    )


def test_several_that_end_are_one_letter_and_what_was_revoked_is_none(app: Flask) -> None:
    learner = make_person(legal_name=NAME, email="sian@example.org")
    first, second, third = (make_award(make_completed(learner=learner, validity_months=12)) for _ in range(3))
    with transaction():
        revoke(Actor.system(), third.id, RevocationReason.ISSUED_IN_ERROR, "x")
    assert first.valid_until is not None
    (revoked,) = letters()
    remind(first.valid_until - timedelta(days=40))
    (letter,) = (each for each in letters() if each.id != revoked.id)
    assert first.number in letter.body
    assert second.number in letter.body
    assert third.number not in letter.body
