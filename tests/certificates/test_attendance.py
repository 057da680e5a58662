"""A register is corrected after a certificate was issued: who hears of it, what they see, and what their decision does."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from certificates import queries as awards
from certificates import services as issuing
from certificates import wording
from certificates.attendance import services
from certificates.attendance.errors import DoubtSettled, OwnAward
from certificates.attendance.models import AwardDoubt
from certificates.attendance.rules import Settlement
from certificates.models import Award
from certificates.organising import services as organising_services
from certificates.organising.rules import Outcome
from certificates.rules import RevocationReason, State
from courses.catalogue.models import CertificateKind
from courses.cpd.models import CpdEntry
from courses.delivery import queries as dates
from courses.delivery.models import Booking, Presence, Series
from courses.delivery.services import register
from courses.delivery.services.register import Marked
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from lms.reporting.facts.models import Fact, FactKind
from tests.certificates.test_standing import at_once
from tests.factories.accounts import make_membership, make_organisation, make_person, post_form
from tests.factories.certificates import NAME
from tests.factories.delivery import make_booking, make_organiser, make_series, make_taught, organising
from tests.factories.portfolios import actor_of


@dataclass
class Held:
    """A course that was held on two days, and everybody around it. The certificate of attendance is issued."""

    series: Series
    booking: Booking
    trainer: Person
    learner: Person
    organiser: Person
    acts: Actor
    award: Award

    def corrected(
        self, presence: Presence, minutes: int | None = None, day: int = 1, reason: str = "She left."
    ) -> None:
        meeting = self.series.meetings[day]
        line = next(each for each in dates.register(meeting.id, self.series.id) if each.booking.id == self.booking.id)
        given = Marked(self.booking.id, presence, minutes, seen=line.mark.id if line.mark else None)
        with clock.frozen(clock.now()), transaction():
            register.correct(actor_of(self.trainer), meeting.id, given, reason)
        db.session.expire_all()

    def doubts(self) -> list[AwardDoubt]:
        return list(db.session.scalars(select(AwardDoubt).order_by(AwardDoubt.id)))

    def decided(self, choice: Settlement, acts: Actor | None = None, seen: int | None = None) -> Award:
        doubt = self.doubts()[-1]
        with transaction():
            made = services.decide(acts or self.acts, doubt.id, choice, "Seen with the trainer.", seen or doubt.edition)
        db.session.expire_all()
        return made


def held(app: Flask, share: int = 55, **course: Any) -> Held:
    """Two whole days; a little more than one of them is asked for, so that the certificate comes with the second."""
    region = make_organisation()
    board = make_organisation(region)
    make_organiser(region)  # further up: not told, for somebody is nearer
    organiser, trainer, learner = make_organiser(board), make_person(), make_person(legal_name=NAME)
    make_membership(learner, board)
    series = make_series(make_taught(**course), region, trainer, days=(30, 31), share=share)
    booking = make_booking(series, learner)
    for meeting in series.meetings:
        with clock.frozen(meeting.starts_at + timedelta(minutes=30)), transaction():
            register.mark(actor_of(trainer), meeting.id, [Marked(booking.id, Presence.ATTENDED)])
            register.close(actor_of(trainer), meeting.id)
    award = db.session.scalars(select(Award)).one()
    db.session.execute(MailMessage.__table__.delete())
    db.session.commit()
    return Held(series, booking, trainer, learner, organiser, organising(organiser, board), award)


@pytest.fixture
def it(app: Flask) -> Held:
    return held(app)


def letters() -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def state_of(award: Award) -> State:
    found = awards.award_by_id(award.id)
    assert found is not None
    return awards.standing_of(found, clock.today()).state


def test_a_correction_that_still_suffices_is_told_to_the_nearest_organiser_and_leads_to_a_new_certificate(
    it: Held,
) -> None:
    it.corrected(Presence.PARTLY, 120)
    (doubt,) = it.doubts()
    assert (doubt.award_id, doubt.enough, doubt.reason, doubt.outcome) == (it.award.id, True, "She left.", None)
    (letter,) = letters()
    assert letter.to == it.organiser.emails[0].address
    assert it.award.number in letter.subject
    for said in ("She left.", "14 hours", "9 hours", NAME, f"/en/manage/awards/registers/{doubt.id}"):
        assert said in letter.body
    assert state_of(it.award) is State.ACTIVE  # until somebody has decided
    made = it.decided(Settlement.REISSUED)
    days = wording.days([clock.on_the_day(each.starts_at) for each in it.series.meetings])
    assert made.snapshot["en"]["notes"] == [
        f"Attended on {days.en}: 9 hours.",
        f"Replaces certificate {it.award.number}.",
    ]
    assert made.snapshot["cy"]["notes"][0] == f"Mynychwyd ar {days.cy}: 9 awr."
    assert made.snapshot["en"]["holder"] == NAME
    old = awards.award_by_id(it.award.id)
    assert old is not None
    standing = awards.standing_of(old, clock.today())
    assert (standing.state, standing.reason) == (State.SUPERSEDED, RevocationReason.ATTENDANCE_CORRECTED)
    assert db.session.get_one(Enrolment, it.booking.enrolment_id).state is EnrolmentState.COMPLETED
    told = letters()[-1]
    assert (told.to, made.number in told.body) == (it.learner.emails[0].address, True)
    assert "The attendance register was corrected" in told.body
    assert "Seen with the trainer" not in told.body


def test_too_little_attendance_takes_certificate_completion_and_cpd_with_it_and_another_date_brings_them_back(
    it: Held, app: Flask
) -> None:
    it.corrected(Presence.DID_NOT_ATTEND, day=0)
    it.corrected(Presence.PARTLY, 60, day=1, reason="One hour.")
    (doubt,) = it.doubts()
    assert (doubt.enough, doubt.edition, doubt.reason) == (False, 2, "One hour.")
    assert len(letters()) == 1  # told once; the page shows the newest
    assert state_of(it.award) is State.ACTIVE
    revoked = it.decided(Settlement.REVOKED)
    assert revoked.id == it.award.id
    assert state_of(it.award) is State.REVOKED
    enrolment = db.session.get_one(Enrolment, it.booking.enrolment_id)
    assert (enrolment.state, enrolment.completed_on, enrolment.attended_at, enrolment.learning_completed_at) == (
        EnrolmentState.RESIT_DUE, None, None, None,
    )  # fmt: skip
    kinds = db.session.scalars(select(EnrolmentEvent.kind).where(EnrolmentEvent.enrolment_id == enrolment.id)).all()
    assert {EnrolmentEventKind.ATTENDANCE_WITHDRAWN, EnrolmentEventKind.COMPLETION_WITHDRAWN} <= set(kinds)
    entry = db.session.scalars(select(CpdEntry).where(CpdEntry.origin_id == enrolment.id)).one()
    assert entry.withdrawn_at is not None
    assert counted(FactKind.COMPLETED) == 0
    with transaction():
        assert issuing.award_if_due(Actor.system(), enrolment.id) is None

    again = make_series(it.series.course, make_organisation(), it.trainer, days=(40,))
    booking = make_booking(again, it.learner)
    assert booking.enrolment_id == enrolment.id
    (meeting,) = again.meetings
    with clock.frozen(meeting.starts_at + timedelta(minutes=30)), transaction():
        register.mark(actor_of(it.trainer), meeting.id, [Marked(booking.id, Presence.ATTENDED)])
        register.close(actor_of(it.trainer), meeting.id)
    db.session.expire_all()
    assert db.session.get_one(Enrolment, enrolment.id).state is EnrolmentState.COMPLETED
    newest = awards.award_of_enrolment(enrolment.id)
    assert newest is not None
    assert (newest.edition, state_of(newest)) == (2, State.ACTIVE)
    assert counted(FactKind.COMPLETED) == 1
    db.session.refresh(entry)
    assert entry.withdrawn_at is None


def counted(kind: FactKind) -> int:
    """Facts of that kind that hold."""
    not_so = select(Fact.cancels_id).where(Fact.cancels_id.is_not(None))
    return db.session.scalar(select(func.count()).where(Fact.kind == kind, Fact.id.not_in(not_so))) or 0


def test_what_agrees_again_or_was_dealt_with_otherwise_is_no_longer_to_be_decided(it: Held) -> None:
    it.corrected(Presence.PARTLY, 120)
    it.corrected(Presence.ATTENDED)
    assert [each.outcome for each in it.doubts()] == [Settlement.PUT_BACK]
    it.corrected(Presence.PARTLY, 60)
    with transaction():
        issuing.revoke(it.acts, it.award.id, RevocationReason.HOLDER_ASKED, "x")
    db.session.expire_all()
    assert [each.outcome for each in it.doubts()] == [Settlement.PUT_BACK, Settlement.OVERTAKEN]
    it.corrected(Presence.PARTLY, 30)
    assert len(it.doubts()) == 2  # a certificate that does not count is not doubted


def test_what_stands_in_for_it_in_another_name_is_doubted_in_its_place(it: Held) -> None:
    it.corrected(Presence.PARTLY, 120)
    with transaction():
        new = issuing.reissue(it.acts, it.award.id, RevocationReason.WRONG_DETAILS, "Siân Wyn")
    assert "14 hours" in new.snapshot["en"]["notes"][0]
    db.session.expire_all()
    assert [(each.award_id, each.outcome) for each in it.doubts()] == [(new.id, None)]
    right = it.decided(Settlement.REISSUED)
    assert (right.snapshot["en"]["holder"], "9 hours" in right.snapshot["en"]["notes"][0]) == ("Siân Wyn", True)
    assert [state_of(each) for each in (it.award, new, right)] == [State.SUPERSEDED, State.SUPERSEDED, State.ACTIVE]


def test_what_was_left_as_it_is_is_not_asked_again_until_the_register_says_something_new(it: Held) -> None:
    it.corrected(Presence.PARTLY, 120)
    assert it.decided(Settlement.KEPT).id == it.award.id
    assert state_of(it.award) is State.ACTIVE
    it.corrected(Presence.PARTLY, 120, reason="The same again.")
    assert len(it.doubts()) == 1
    it.corrected(Presence.PARTLY, 180)
    assert [each.outcome for each in it.doubts()] == [Settlement.KEPT, None]
    assert len(letters()) == 2


def test_a_correction_of_somebody_without_a_certificate_or_of_nothing_that_it_says_tells_nobody(app: Flask) -> None:
    it = held(app, certificate_kind=CertificateKind.COMPLETION)
    it.corrected(Presence.PARTLY, 240)  # a certificate of completion names no days, and enough is left
    assert it.doubts() == []
    it.corrected(Presence.DID_NOT_ATTEND)
    it.corrected(Presence.DID_NOT_ATTEND, day=0)
    assert [each.enough for each in it.doubts()] == [False]


def test_only_who_looks_after_it_decides_never_the_holder_and_never_about_what_they_have_not_seen(it: Held) -> None:
    it.corrected(Presence.PARTLY, 120)
    doubt = it.doubts()[0]
    stranger = organising(make_organiser(make_organisation()), make_organisation())
    for other in (stranger, actor_of(it.learner), actor_of(it.trainer)):
        with pytest.raises(NotFound):
            services.doubt(other, doubt.id)
        with pytest.raises(NotFound), transaction():
            services.decide(other, doubt.id, Settlement.KEPT, "x", 1)
    holder = Actor(it.learner.id, "Holder", roles=it.acts.roles)
    with pytest.raises(OwnAward), transaction():
        services.decide(holder, doubt.id, Settlement.KEPT, "x", 1)
    with pytest.raises(Invalid), transaction():
        services.decide(it.acts, doubt.id, Settlement.REVOKED, "x", 1)  # enough was attended
    it.corrected(Presence.PARTLY, 60)
    with pytest.raises(StaleEdit), transaction():
        services.decide(it.acts, doubt.id, Settlement.REISSUED, "x", 1)
    it.decided(Settlement.REISSUED)
    with pytest.raises(DoubtSettled), transaction():
        services.decide(it.acts, doubt.id, Settlement.KEPT, "x", 2)


def test_ten_decisions_at_once_leave_one(it: Held, app: Flask) -> None:
    it.corrected(Presence.PARTLY, 120)
    doubt_id, acts = it.doubts()[0].id, it.acts
    failed = at_once(app, 10, lambda: services.decide(acts, doubt_id, Settlement.REISSUED, "x", 1))
    assert [type(each) for each in failed] == [DoubtSettled] * 9
    assert db.session.scalar(select(func.count()).select_from(Award)) == 2


def test_an_organiser_sees_both_and_decides_by_the_pages(it: Held, signed_in: Any, as_token: Any) -> None:
    browser = signed_in(it.organiser)
    assert "Every certificate agrees with its register" in browser.get("/en/manage/awards/registers").text
    it.corrected(Presence.PARTLY, 120)
    (doubt,) = it.doubts()
    assert "Corrected registers (1)" in browser.get("/en/manage/awards").text
    assert "The register says otherwise" in browser.get(f"/en/record/{it.award.number}").text
    listed = browser.get("/cy/manage/awards/registers").text
    assert it.award.number in listed
    page = f"/en/manage/awards/registers/{doubt.id}"
    shown = browser.get(page).text
    for said in ("14 hours", "9 hours", "She left.", "Issue it again as the register says now"):
        assert said in shown
    assert "Revoke it" not in shown
    refused = post_form(browser, page, {"decision": "", "note": "x", "seen": "1"})
    assert (refused.status_code, "Choose one of the answers" in refused.text) == (422, True)
    stale = post_form(browser, page, {"decision": "reissued", "note": "x", "seen": "7"})
    assert stale.status_code == 422
    token = as_token(it.organiser)
    (item,) = token.get("/api/v1/award-doubts").json["items"]
    assert (item["id"], item["choices"], item["outcome"]) == (str(doubt.id), ["reissued", "kept"], None)
    assert "9 awr" in item["registers"]["cy"]
    done = post_form(browser, page, {"decision": "reissued", "note": "Looked at it.", "seen": "1"})
    assert done.status_code == 303
    after = browser.get(done.headers["Location"]).text
    assert "A new certificate has been issued." in after
    assert "9 hours" in after
    assert "This has been decided already" in browser.get(page).text
    again = token.post(f"/api/v1/award-doubts/{doubt.id}/decision", json={"decision": "kept", "note": "x", "seen": 1})
    assert (again.status_code, again.json["type"]) == (409, "/problems/award-doubt-settled")
    assert "The register says otherwise" not in signed_in(it.learner).get(f"/en/record/{it.award.number}").text


def test_the_organiser_reads_it_in_their_own_language(it: Held) -> None:
    with transaction():
        db.session.get_one(Person, it.organiser.id).language = "cy"
    it.corrected(Presence.PARTLY, 120)
    (letter,) = letters()
    assert (letter.language, "9 awr" in letter.body, "%(" in letter.subject + letter.body) == ("cy", True, False)


def test_a_learner_reads_on_their_course_why_it_does_not_count(it: Held, signed_in: Any) -> None:
    it.corrected(Presence.DID_NOT_ATTEND, day=0)
    it.corrected(Presence.DID_NOT_ATTEND, day=1)
    it.decided(Settlement.REVOKED)
    browser = signed_in(it.learner)
    page = browser.get(f"/en/learning/{it.booking.enrolment_id}").text
    assert "The attendance register was corrected on" in page
    assert "The signature under the portfolio was withdrawn" not in page
    assert db.session.get_one(Enrolment, it.booking.enrolment_id).state is EnrolmentState.DID_NOT_ATTEND
    assert browser.get(f"/cy/learning/{it.booking.enrolment_id}").status_code == 200


def test_a_certificate_that_names_days_waits_for_the_last_of_them(app: Flask, signed_in: Any) -> None:
    """Half of the time is enough, so the course is completed after the first of two days; the certificate says both."""
    board = make_organisation()
    organiser, trainer, learner = make_organiser(board), make_person(), make_person(legal_name=NAME)
    make_membership(learner, board)
    series = make_series(make_taught(), board, trainer, days=(30, 31), share=50)
    booking = make_booking(series, learner)

    def closed(day: int) -> None:
        meeting = series.meetings[day]
        with clock.frozen(meeting.starts_at + timedelta(minutes=30)), transaction():
            register.mark(actor_of(trainer), meeting.id, [Marked(booking.id, Presence.ATTENDED)])
            register.close(actor_of(trainer), meeting.id)
        db.session.expire_all()

    def award() -> Award | None:
        return awards.award_of_enrolment(booking.enrolment_id)

    closed(0)
    enrolment = db.session.get_one(Enrolment, booking.enrolment_id)
    assert (enrolment.state, award()) == (EnrolmentState.COMPLETED, None)
    assert "You have attended enough." in signed_in(learner).get("/en/record").text
    seen = organising_services.preview(organising(organiser, board), series.course.code, None, None, completes=True)
    assert [outcome for _, outcome in seen.members] == [Outcome.DAYS]
    with transaction():
        assert issuing.award_if_due(actor_of(learner), enrolment.id) is None
    closed(1)
    made = award()
    assert made is not None
    assert "14 hours" in made.snapshot["en"]["notes"][0]


def test_a_register_that_nobody_closes_keeps_nobody_waiting_for_long(app: Flask) -> None:
    trainer, learner = make_person(), make_person(legal_name=NAME)
    series = make_series(make_taught(), trainer=trainer, days=(30, 31), share=50)
    booking = make_booking(series, learner)
    with clock.frozen(series.meetings[0].starts_at + timedelta(minutes=30)), transaction():
        register.mark(actor_of(trainer), series.meetings[0].id, [Marked(booking.id, Presence.ATTENDED)])
        register.close(actor_of(trainer), series.meetings[0].id)
    for days, issued in ((13, False), (15, True)):
        with clock.frozen(series.ends_at + timedelta(days=days)), transaction():
            made = issuing.award_if_due(actor_of(learner), booking.enrolment_id)
            assert (made is not None) is issued
