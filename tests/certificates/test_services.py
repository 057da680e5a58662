"""An award is made once, says what was true, and is never rewritten."""

import hashlib
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from certificates import drawing, handlers, queries, services
from certificates.errors import AlreadyRevoked, AwardNotActive, NoSuchCertificate
from certificates.models import Award, AwardCheck, AwardEvent, AwardFile
from certificates.rules import AwardEventKind, NameVisibility, RevocationReason, State, Wait
from certificates.snapshots import fingerprint
from courses.catalogue.models import CertificateKind
from courses.enrolments.errors import EnrolmentClosed
from courses.enrolments.events import EnrolmentCompleted
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.enrolments.services.learning import complete
from courses.portfolios.events import PortfolioSignedOff
from lms.core import clock, files
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound, TooMany
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, kept, make_membership, make_organisation, make_person
from tests.factories.certificates import NAME, make_award, make_completed, make_sign_off
from tests.factories.enrolments import make_enrolment


def count(kind: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def organiser_at(organisation: Any) -> Actor:
    return Actor(make_person().id, "Organiser", roles=frozenset({(Role.ORGANISER, organisation.id)}))


def test_completion_awards_once_however_often_it_is_said(app: Flask) -> None:
    enrolment = make_completed(validity_months=36, minutes=90)
    for _ in range(3):
        with transaction():
            handlers.award_on_completion(EnrolmentCompleted(enrolment.id))
    award = db.session.scalars(select(Award)).one()
    assert (award.learner_id, award.enrolment_id, award.kind) == (
        enrolment.learner_id, enrolment.id, CertificateKind.COMPLETION,
    )  # fmt: skip
    assert award.number.startswith(f"LLW-{clock.today().year}-")
    assert award.valid_until == date(award.completed_on.year + 3, award.completed_on.month, award.completed_on.day)
    assert award.snapshot["cy"]["holder"] == NAME
    assert award.snapshot["address"] == f"http://localhost/v/{award.code}"
    assert award.snapshot_hash == fingerprint(award.snapshot)
    assert [event.kind for event in award.events] == [AwardEventKind.ISSUED]
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "award.issued")) == 1


def test_what_the_house_records_as_completed_is_certified_in_the_same_transaction(app: Flask) -> None:
    enrolment = make_enrolment(make_person(legal_name=NAME), state=EnrolmentState.IN_PROGRESS)
    complete(Actor.system(), enrolment.id)
    db.session.rollback()  # as the edge does when anything fails later in the request
    assert count(Award) == 0
    for _ in range(2):
        with transaction(), suppress(EnrolmentClosed):
            complete(Actor.system(), enrolment.id)
    assert [award.enrolment_id for award in db.session.scalars(select(Award))] == [enrolment.id]


def test_twenty_completions_at_once_give_one_certificate(app: Flask) -> None:
    enrolment = make_completed()
    start, faults = Barrier(20), []

    def say_so() -> None:
        with app.app_context():
            try:
                start.wait()
                with transaction():
                    handlers.award_on_completion(EnrolmentCompleted(enrolment.id))
            except Exception as fault:  # reported below: a thread must not hide its error
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [Thread(target=say_so) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert (count(Award), count(AwardEvent)) == (1, 1)
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "award.issued")) == 1


def test_two_who_pass_the_lock_together_still_leave_one(app: Flask) -> None:
    """The unique key is the last word, should anything ever issue without the enrolment's lock."""
    award = make_award()
    columns = [column.key for column in Award.__table__.columns if column.key != "recorded_at"]
    row = {key: getattr(award, key) for key in columns} | {"id": new_id(), "number": "x", "code": "y"}
    with pytest.raises(DBAPIError, match="uq_award_enrolment_id"), transaction():
        db.session.execute(Award.__table__.insert().values(**row))


def test_a_completion_that_is_still_being_written_is_seen(app: Flask) -> None:
    enrolment = make_enrolment(make_person(legal_name=NAME), state=EnrolmentState.IN_PROGRESS)
    with transaction():
        held = db.session.get_one(Enrolment, enrolment.id)
        held.state, held.completed_on = EnrolmentState.COMPLETED, clock.today()
        handlers.award_on_completion(EnrolmentCompleted(enrolment.id))
    assert count(Award) == 1
    assert db.session.get_one(Enrolment, enrolment.id).state is EnrolmentState.COMPLETED


def test_where_a_portfolio_is_asked_for_its_signature_makes_the_award(app: Flask) -> None:
    enrolment = make_completed(certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO)
    learner = Actor(enrolment.learner_id, "Learner")
    with transaction():
        handlers.award_on_completion(EnrolmentCompleted(enrolment.id))
    assert count(Award) == 0
    assert [wait for _, wait in services.reasons_to_wait(learner, enrolment.learner_id)] == [Wait.SIGN_OFF]
    signed = make_sign_off(enrolment)
    for _ in range(2):
        with transaction():
            handlers.award_on_sign_off(PortfolioSignedOff(signed.portfolio_id, enrolment.id))
    award = db.session.scalars(select(Award)).one()
    assert "Dr Mari Tŷ-Gwyn" in award.snapshot["cy"]["notes"][0]
    assert "ESL-2026-0042" in award.snapshot["en"]["notes"][0]
    assert services.reasons_to_wait(learner, enrolment.learner_id) == []


def test_no_certificate_for_a_course_without_one_or_not_completed(app: Flask) -> None:
    without = make_completed(certificate_kind=CertificateKind.NONE)
    unfinished = make_enrolment(state=EnrolmentState.IN_PROGRESS)
    with transaction():
        assert services.award_if_due(Actor.system(), without.id) is None
        assert services.award_if_due(Actor.system(), unfinished.id) is None
    assert count(Award) == 0


def test_a_name_that_cannot_be_printed_holds_the_award_but_not_the_completion(app: Flask) -> None:
    enrolment = make_completed(name="李文")
    with transaction():
        handlers.award_on_completion(EnrolmentCompleted(enrolment.id))
    learner = Actor(enrolment.learner_id, "Learner")
    assert count(Award) == 0
    assert [wait for _, wait in services.reasons_to_wait(learner, enrolment.learner_id)] == [Wait.NAME]
    with transaction():
        db.session.merge(enrolment).learner.legal_name = "Li Wen"
    with transaction():
        award = services.award_if_due(learner, enrolment.id)
    assert award is not None
    assert award.snapshot["en"]["holder"] == "Li Wen"


def test_nothing_that_is_printed_goes_past_the_gate(app: Flask, signed_in: Any) -> None:
    """Not the course's title in either language, nor the name under a signature: a file could never be drawn."""
    title = Bilingual("Minds 🙂 matter", "Meddyliau")
    of_title = make_completed(title=title)
    of_signature = make_completed(certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO)
    make_sign_off(of_signature, make_person(legal_name="李文"))
    for enrolment in (of_title, of_signature):
        learner = Actor(enrolment.learner_id, "Learner")
        with transaction():
            assert services.award_if_due(learner, enrolment.id) is None
        assert [wait for _, wait in services.reasons_to_wait(learner, enrolment.learner_id)] == [Wait.WORDS]
        page = signed_in(enrolment.learner).get("/en/record").text
        assert "Tell whoever organises your training" in page
    assert count(Award) == 0
    organiser = make_person(display_name="王芳")
    grant(organiser, Role.ORGANISER, make_organisation())
    browser = signed_in(organiser)
    refused = browser.get(f"/en/manage/awards/specimen-en.pdf?course={of_title.course.code}")
    assert (refused.status_code, "letters that our certificates cannot print" in refused.text) == (422, True)
    drawn = browser.get(f"/en/manage/awards/specimen-en.pdf?course={of_signature.course.code}")
    assert (drawn.status_code, drawn.mimetype) == (200, "application/pdf")


def test_nobody_claims_another_persons_award(app: Flask) -> None:
    enrolment = make_completed()
    with pytest.raises(Forbidden), transaction():
        services.award_if_due(Actor(make_person().id, "Other"), enrolment.id)
    assert count(Award) == 0


def test_an_award_refuses_to_be_rewritten_or_deleted(app: Flask) -> None:
    award = make_award()
    for change in ("UPDATE award SET snapshot_hash = 'x'", "UPDATE award SET valid_until = '2099-01-01'",
                   "DELETE FROM award_event", "UPDATE award_event SET note = 'x'"):  # fmt: skip
        with pytest.raises(DBAPIError, match=r"never rewritten|only ever appended"), transaction():
            db.session.execute(text(change))
    with transaction():
        db.session.execute(text("UPDATE award SET name_visibility = 'private'"))
    assert db.session.scalar(select(Award.name_visibility).where(Award.id == award.id)) is NameVisibility.PRIVATE


def test_a_file_is_sealed_when_first_asked_for_and_then_stays_the_same(app: Flask) -> None:
    award = make_award()
    holder = Actor(award.learner_id, "Holder")
    assert count(AwardFile) == 0
    with transaction():
        first = services.certificate(holder, award, "cy")
    with transaction():
        assert services.certificate(holder, award, "cy") == first
    assert count(AwardFile) == 1
    assert first.startswith(drawing.unsealed(award, "cy")[:1000])
    assert b"ETSI.CAdES.detached" in first
    assert queries.digests_of(award.id) == [hashlib.sha256(first).hexdigest()]


def test_a_file_that_the_store_has_lost_is_drawn_again(app: Flask, tmp_path: Any) -> None:
    award = make_award()
    holder = Actor(award.learner_id, "Holder")
    with transaction():
        before = services.certificate(holder, award, "en")
    app.config["FILES_LOCATION"], was = str(tmp_path), app.config["FILES_LOCATION"]
    try:
        with transaction():
            again = services.certificate(holder, award, "en")
        assert again.startswith(drawing.unsealed(award, "en")[:1000])
        assert (
            files.content_of(db.session.scalars(select(AwardFile).order_by(AwardFile.id.desc())).first().file_id)
            == again
        )
        both = {hashlib.sha256(each).hexdigest() for each in (before, again)}
        assert set(queries.digests_of(award.id)) == both  # whoever holds the first one still holds a real one
    finally:
        app.config["FILES_LOCATION"] = was


def test_revoking_is_for_organisers_of_the_place_and_final(app: Flask) -> None:
    board, elsewhere = make_organisation(), make_organisation()
    team = make_organisation(board)
    learner = make_person(legal_name=NAME)
    award = make_award(make_completed(learner=learner, membership=make_membership(learner, team)))
    organiser = organiser_at(board)
    for stranger, refusal in (
        (organiser_at(elsewhere), NotFound), (Actor(learner.id, "Holder"), Forbidden), (Actor(), NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal), transaction():
            services.revoke(stranger, award.id, RevocationReason.WRONG_DETAILS, "note")
    with transaction():
        revoked = services.revoke(organiser, award.id, RevocationReason.WRONG_DETAILS, "Spelt wrongly")
    standing = queries.standing_of(revoked, clock.today())
    assert (standing.state, standing.reason) == (State.REVOKED, RevocationReason.WRONG_DETAILS)
    with pytest.raises(AlreadyRevoked), transaction():
        services.revoke(organiser, award.id, RevocationReason.ISSUED_IN_ERROR, "again")
    with pytest.raises(AwardNotActive), transaction():
        services.certificate(Actor(learner.id, "Holder"), revoked, "en")
    assert db.session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "award.revoked")).all() == [
        "wrong_details"
    ]


def test_two_organisers_revoking_at_once_leave_one_revocation_and_one_refusal(app: Flask) -> None:
    learner, board = make_person(), make_organisation()
    award = make_award(make_completed(learner=learner, membership=make_membership(learner, board)))
    actors, start, outcomes = [organiser_at(board), organiser_at(board)], Barrier(2), []

    def revoke(actor: Actor) -> None:
        with app.app_context():
            try:
                start.wait()
                with transaction():
                    services.revoke(actor, award.id, RevocationReason.ISSUED_IN_ERROR, "note")
                outcomes.append("revoked")
            except AlreadyRevoked:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [Thread(target=revoke, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "revoked"]


def test_an_award_expires_by_itself(app: Flask) -> None:
    award = make_award(validity_months=12)
    assert award.valid_until is not None
    assert queries.standing_of(award, award.valid_until).state is State.ACTIVE
    assert queries.standing_of(award, award.valid_until + timedelta(days=1)).state is State.EXPIRED
    with clock.frozen(datetime(2040, 1, 1, tzinfo=UTC)), transaction():
        assert services.certificate(Actor(award.learner_id, "Holder"), award, "en").startswith(b"%PDF")


def test_checks_are_counted_but_not_the_holders_own(app: Flask) -> None:
    award = make_award()
    typed = award.code.lower().replace("-", " ")
    for actor in (Actor(), Actor(make_person().id, "Other"), Actor(award.learner_id, "Holder")):
        with transaction():
            it = services.check(actor, typed, "192.0.2.1")
    assert (it.name, it.standing.state, it.award.number) == (NAME, State.ACTIVE, award.number)
    assert queries.times_checked(award.id) == 2
    assert {column.key for column in AwardCheck.__table__.columns} == {"award_id", "on", "count"}


def test_guessing_codes_is_soon_refused(app: Flask) -> None:
    award = make_award()
    for _ in range(services.GUESSES):
        with pytest.raises(NoSuchCertificate), transaction():
            services.check(Actor(), "00000-00000-00000-00000", "192.0.2.7")
    with pytest.raises(TooMany), transaction():
        services.check(Actor(), "nonsense", "192.0.2.7")
    with transaction():
        assert services.check(Actor(), award.code, "192.0.2.7").award.id == award.id


def test_number_surname_and_date_must_all_be_right_and_the_answer_does_not_say_which_was_wrong(app: Flask) -> None:
    award = make_award()
    right = {"number": award.number.lower(), "surname": "llyr gruffydd", "issued_on": award.issued_on}
    assert services.find(Actor(), **right, origin="a") == award.code
    wrong = ({"number": "LLW-2026-999999"}, {"surname": "Gruffud"}, {"issued_on": award.issued_on - timedelta(days=1)})
    said = set()
    for each in wrong:
        with pytest.raises(NoSuchCertificate) as refused:
            services.find(Actor(), **right | each, origin="a")
        said.add((refused.value.title, refused.value.detail, refused.value.way_out))
    assert len(said) == 1


def test_one_number_cannot_be_tried_from_many_addresses(app: Flask) -> None:
    award = make_award()
    given = {"number": award.number, "surname": "Wrong", "issued_on": award.issued_on}
    for place in range(services.GUESSES):
        with pytest.raises(NoSuchCertificate):
            services.find(Actor(), **given, origin=f"192.0.2.{place}")
    with pytest.raises(TooMany):
        services.find(Actor(), **given, origin="192.0.2.200")


def test_a_record_that_was_tampered_with_in_the_database_shows_as_such(app: Flask) -> None:
    award = make_award()
    with transaction():
        db.session.execute(text("ALTER TABLE award DISABLE TRIGGER never_rewritten"))
        db.session.execute(text("UPDATE award SET snapshot = jsonb_set(snapshot, '{en,holder}', '\"Someone Else\"')"))
        db.session.execute(text("ALTER TABLE award ENABLE TRIGGER never_rewritten"))
    db.session.expire_all()
    with transaction():
        assert services.check(Actor(), award.code, "a").standing.state is State.ALTERED
    with pytest.raises(AwardNotActive):
        services.certificate(Actor(award.learner_id, "Holder"), db.session.get_one(Award, award.id), "en")


def test_reports_count_what_was_in_force_on_a_day(app: Flask) -> None:
    standing, revoked = make_award(), make_award()
    with transaction():
        services.revoke(Actor.system(), revoked.id, RevocationReason.ISSUED_IN_ERROR, "note")

    def counted(on: date) -> set[Any]:
        return set(db.session.scalars(select(Award.id).where(queries.in_force(on))))

    assert counted(clock.today()) == {standing.id}
    assert counted(clock.today() - timedelta(days=1)) == set()


def test_changing_a_persons_name_does_not_change_what_was_issued(app: Flask) -> None:
    award = make_award()
    award.learner.legal_name = "Somebody Else"
    kept(award.learner)
    with transaction():
        assert services.check(Actor(), award.code, "a").name == NAME
