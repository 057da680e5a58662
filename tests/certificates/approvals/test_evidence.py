"""Evidence year by year, hours where a body asks for them, and letters that come once."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from certificates import services as awards
from certificates.approvals import jobs, queries
from certificates.approvals.errors import AlreadyDecidedUpon
from certificates.approvals.models import Approval, ApprovalNotice
from certificates.approvals.rules import Lack, State, Verdict
from certificates.approvals.services import access, changing, proving
from certificates.approvals.views import state_on, view, views
from certificates.rules import RevocationReason
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Permission
from tests.certificates.test_standing import at_once
from tests.counting import counted_queries
from tests.factories.accounts import make_person, sign_in_browser
from tests.factories.approvals import acting, days_ago, make_approval, make_council, make_officer
from tests.factories.certificates import make_award, make_completed

SYSTEM = Actor.system()


def lacks(it: Approval, days: int = 0) -> list[tuple[Lack, int]]:
    day = clock.today() - timedelta(days=days)
    return [(each.what, each.year) for each in view(access.reread(it.id), day).missing]


def is_overdue(it: Approval, days: int = 0) -> bool:
    """As the register says; the page must agree."""
    day = clock.today() - timedelta(days=days)
    found = db.session.scalar(select(Approval.id).where(Approval.id == it.id, queries.overdue(day))) is not None
    assert view(access.reread(it.id), day).overdue is found
    return found


def run(job: object) -> list[tuple[str, str]]:
    """The letters that it wrote: (to, subject)."""
    before = set(db.session.scalars(select(MailMessage.id)))
    with transaction():
        job()  # type: ignore[operator]
    rows = db.session.execute(
        select(MailMessage.to, MailMessage.subject).where(MailMessage.id.not_in(before)).order_by(MailMessage.to)
    )
    return [(row[0], row[1]) for row in rows]


def test_the_holder_gives_and_the_body_accepts(app: Flask) -> None:
    body, person = make_council(), make_person()
    officer, holder = acting(make_officer(body), body), Actor(person.id, "Holder")
    it = make_approval(body, person, starts_on=days_ago(400))
    assert lacks(it) == [(Lack.OVERDUE, 1), (Lack.EVIDENCE, 2)]
    with transaction():
        late = proving.give(holder, it.id, "competence", days_ago(100), "Observed")
        now = proving.give(holder, it.id, "practice", clock.today(), "Six assessments", 300)
    assert (late.year, now.year) == (1, 2)
    assert is_overdue(it)
    with transaction():
        proving.decide(officer, late.id, Verdict.ACCEPTED)
        proving.decide(officer, now.id, Verdict.RETURNED, "Which dates?")
    assert lacks(it) == [(Lack.EVIDENCE, 2)]
    assert not is_overdue(it)
    assert is_overdue(it, days=1), "as of yesterday it had not been accepted"
    subjects = list(db.session.scalars(select(MailMessage.subject)))
    assert "Evidence needs something more: Six assessments" in subjects


def test_evidence_is_decided_once_and_by_the_right_one(app: Flask) -> None:
    body, person = make_council(), make_person()
    officer, holder = acting(make_officer(body), body), Actor(person.id, "Holder")
    it = make_approval(body, person)
    with transaction():
        item = proving.give(holder, it.id, "practice", clock.today(), "x")
    for stranger in (holder, Actor(make_person().id, "y"), acting(make_person(), make_council())):
        with pytest.raises(NotFound), transaction():
            proving.decide(stranger, item.id, Verdict.ACCEPTED)
    with pytest.raises(NotFound), transaction():
        proving.take_back(officer, item.id)
    refused = at_once(app, 4, lambda: proving.decide(officer, item.id, Verdict.ACCEPTED))
    assert [type(each) for each in refused] == [AlreadyDecidedUpon] * 3
    with pytest.raises(AlreadyDecidedUpon), transaction():
        proving.take_back(holder, item.id)


def test_a_certificate_is_evidence_of_its_own_day_and_of_its_holder(app: Flask) -> None:
    body, person = make_council(), make_person(legal_name="Mair Onnen")
    it = make_approval(body, person, starts_on=days_ago(30))
    mine, theirs = make_award(make_completed(learner=person)), make_award()
    holder = Actor(person.id, "Holder")
    with pytest.raises(Invalid), transaction():
        proving.give(holder, it.id, "training", clock.today(), number=theirs.number)
    with transaction():
        given = proving.give(holder, it.id, "training", clock.today(), number=mine.number)
    assert (given.award_id, given.on) == (mine.id, mine.completed_on)


def test_hours_are_asked_for_by_a_body_alone_and_from_a_day_on(app: Flask) -> None:
    body, person = make_council(), make_person()
    officer = acting(make_officer(body), body)
    it = make_approval(body, person, starts_on=days_ago(400))
    other = make_approval(make_council(), make_person(), starts_on=days_ago(400))
    for each in (it, other):
        with transaction():
            proving.give(SYSTEM, each.id, "training", days_ago(100), "x", 300)
    assert not is_overdue(it)
    with transaction():
        changing.ask_for_hours(officer, body.code, "AMHP", 360, clock.today())
    assert (is_overdue(it), is_overdue(other), is_overdue(it, days=1)) == (True, False, True)
    with transaction():
        changing.ask_for_hours(officer, body.code, "AMHP", None, clock.today())
    assert not is_overdue(it)


def test_alerts_come_once_at_each_stage_to_holder_and_body(app: Flask) -> None:
    body = make_council()
    officer, people = make_officer(body), [make_person() for _ in range(3)]
    ends = [170, 80, 30]
    for person, left in zip(people, ends, strict=True):
        start = clock.today() + timedelta(days=left) - timedelta(days=1825)
        make_approval(body, person, starts_on=start, ends_on=clock.today() + timedelta(days=left))
    first = run(jobs.alert)
    assert [subject for _to, subject in first].count("Your approval ends soon") == 3
    assert [to for to, subject in first if subject == "Approvals that end soon"] == [officer.emails[0].address]
    assert run(jobs.alert) == []
    assert db.session.scalar(select(func.count()).select_from(ApprovalNotice)) == 3
    later = datetime.combine(clock.today() + timedelta(days=85), datetime.min.time(), UTC) + timedelta(hours=9)
    with clock.frozen(later):
        again = run(jobs.alert)  # 170 days are 85 now; the others have ended
        assert len(again) == 2
        assert run(jobs.alert) == []


def test_two_runs_at_once_tell_once(app: Flask) -> None:
    body, person = make_council(), make_person()
    make_officer(body)
    make_approval(body, person, starts_on=days_ago(1700))
    before = db.session.scalar(select(func.count()).select_from(MailMessage))
    assert at_once(app, 4, jobs.alert) == []
    assert db.session.scalar(select(func.count()).select_from(MailMessage)) == (before or 0) + 2


def test_what_is_followed_or_ended_is_not_alerted(app: Flask) -> None:
    from certificates.approvals.rules import Ground

    it = make_approval(make_council(), make_person(), starts_on=days_ago(1700))
    with transaction():
        changing.end(SYSTEM, it.id, clock.today(), Ground.ASKED, "x")
    assert run(jobs.alert) == run(jobs.remind) == []


def test_years_without_evidence_are_reminded_before_and_after_their_end(app: Flask) -> None:
    body, person, late = make_council(), make_person(), make_person()
    officer = make_officer(body)
    soon = make_approval(body, person, starts_on=days_ago(330))
    make_approval(body, late, starts_on=days_ago(370))
    told = run(jobs.remind)
    assert sorted(subject.partition(":")[0] for _to, subject in told) == [
        "Evidence for your approval", "Evidence is overdue", "Yearly evidence is overdue",
    ]  # fmt: skip
    assert (officer.emails[0].address, "Yearly evidence is overdue") in told
    assert run(jobs.remind) == []
    with transaction():
        proving.give(SYSTEM, soon.id, "competence", clock.today(), "x")
    after = datetime.now(UTC) + timedelta(days=60)
    with clock.frozen(after):
        assert run(jobs.remind) == []


def test_the_register_takes_as_many_queries_for_many_as_for_few(app: Flask) -> None:
    body = make_council()
    reach = acting(make_person(), body).reach(Permission.APPROVAL_KEEP)

    def look() -> int:
        db.session.expunge_all()
        with counted_queries() as found:
            rows = db.session.scalars(queries.register(reach, clock.today(), "all", None, None)).unique().all()
            assert len(views(rows, clock.today())) == len(rows)
        return len(found)

    def add() -> None:
        it = make_approval(body, make_person(), starts_on=days_ago(100))
        with transaction():
            proving.give(SYSTEM, it.id, "practice", clock.today(), "x")

    add()
    few = look()
    for _ in range(6):
        add()
    assert look() == few


def test_a_body_hears_when_a_certificate_that_an_approval_rests_on_is_revoked(app: Flask) -> None:
    body, person = make_council(), make_person(legal_name="Mair Onnen")
    officer, other = make_officer(body), make_officer(make_council())
    it = make_approval(body, person, starts_on=days_ago(100))
    course, unrelated = (make_award(make_completed(learner=person)) for _ in range(2))
    with transaction():
        proving.give(Actor(person.id, "Holder"), it.id, "training", clock.today(), number=course.number)

    def told(work: object) -> list[tuple[str, str]]:
        return [each for each in run(work) if each[0] in (officer.emails[0].address, other.emails[0].address)]

    reason = RevocationReason.ISSUED_IN_ERROR
    assert told(lambda: awards.suspend(SYSTEM, course.id, RevocationReason.UNDER_REVIEW, "x")) == []
    assert told(lambda: awards.revoke(SYSTEM, unrelated.id, reason, "x")) == []
    subject = f"A certificate that an approval rests on has been revoked: {course.number}"
    assert told(lambda: awards.revoke(SYSTEM, course.id, reason, "x")) == [(officer.emails[0].address, subject)]
    body_of = db.session.scalars(select(MailMessage.body).where(MailMessage.subject == subject)).one()
    assert "Mair Onnen" in body_of
    assert state_on(access.reread(it.id), clock.today()) is State.IN_FORCE  # the body decides
    for who, page in ((officer, f"/en/approvals/{it.id}"), (person, "/en/record/approvals")):
        assert "Certificate revoked" in sign_in_browser(app, who).get(page).text
