"""From the first word to the signature: what moves, what is refused, what is told to whom."""

import io
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from courses.enrolments.events import LearnerEnrolled
from courses.enrolments.models import EnrolmentState
from courses.portfolios import errors, queries, signing
from courses.portfolios.handlers import open_for_enrolment
from courses.portfolios.loading import load_reference
from courses.portfolios.models import (
    Decision,
    EvidenceItem,
    EvidenceState,
    Outcome,
    Portfolio,
    PortfolioState,
    PortfolioTemplate,
    SignOff,
)
from courses.portfolios.services import decisions, evidence, whole
from courses.supervision.models import Supervision
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound, StaleEdit, TooLarge
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import (
    PDF,
    a_pair,
    accept_all,
    actor_of,
    decide,
    items_of,
    make_portfolio,
    make_supervisor,
    sign,
    submit,
    submit_whole,
    write,
)
from tests.factories.supervision import make_licence, make_supervision


def mails() -> list[tuple[str, str]]:
    return [(each.to, each.subject) for each in db.session.scalars(select(MailMessage).order_by(MailMessage.id))]


def test_templates_are_loaded_once_and_a_changed_one_is_a_new_number(app: Flask) -> None:
    codes = select(PortfolioTemplate.code, PortfolioTemplate.number)
    before = db.session.execute(codes).all()
    assert len(before) == 7
    with transaction():
        load_reference(Actor.system())
    assert db.session.execute(codes).all() == before
    with transaction():
        db.session.execute(text("ALTER TABLE portfolio_template DISABLE TRIGGER published"))
        db.session.execute(
            update(PortfolioTemplate).where(PortfolioTemplate.code == "PF-PIMH").values(digest="of an older file")
        )
        load_reference(Actor.system())
    newest = queries.newest_template("PF-PIMH")
    assert newest is not None
    assert (newest.number, len(newest.items)) == (2, 2)


def test_enrolling_opens_a_portfolio_once_and_only_where_one_is_asked_for(app: Flask) -> None:
    asked = make_enrolment(course=make_course(programme_code="ECAMHS", portfolio_template_code="PF-ECAMHS-4"))
    plain = make_enrolment()
    for _ in range(2):
        with transaction():
            open_for_enrolment(LearnerEnrolled(asked.id))
            open_for_enrolment(LearnerEnrolled(plain.id))
    portfolio = queries.portfolio_of(asked.id)
    assert portfolio is not None
    kinds = [str(item.template_item.kind) for item in signing.in_order(portfolio)]
    assert kinds == ["text", "text", "observed_practice"]
    assert queries.progress(portfolio) == queries.Progress(of=3)
    assert queries.portfolio_of(plain.id) is None


def test_a_course_that_names_an_unknown_template_says_so(app: Flask) -> None:
    enrolment = make_enrolment(course=make_course(programme_code="ECAMHS", portfolio_template_code="PF-NONE"))
    with pytest.raises(LookupError, match="PF-NONE"), transaction():
        open_for_enrolment(LearnerEnrolled(enrolment.id))


def test_the_whole_way(app: Flask) -> None:
    pair = a_pair()
    first, second = pair.items
    submit(first)
    decide(first, pair.supervisor, Outcome.RETURNED, comment="Say what you did.")
    assert first.state is EvidenceState.RETURNED
    submit(first, "I waited, and then I asked.")
    decide(first, pair.supervisor)
    decide(submit(second), pair.supervisor)
    assert queries.progress(pair.portfolio) == queries.Progress(accepted=2, of=2)
    assert queries.signed_off(pair.portfolio.enrolment_id) is None
    signature = sign_after(pair)
    assert queries.signed_off(pair.portfolio.enrolment_id) == signature
    assert (signature.signatory_name, signature.version) == ("Siân Supervisor", 1)
    assert signing.check(signature).holds
    learner, supervisor = (each.emails[0].address for each in (pair.learner, pair.supervisor))
    assert [to for to, _ in mails()] == [
        supervisor, learner, supervisor, learner, supervisor, learner, supervisor, learner,
    ]  # fmt: skip
    told = " ".join(db.session.scalars(select(MailMessage.body)))
    assert "Say what you did" not in told
    assert "I waited" not in told
    actions = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.about_id == pair.learner.id)))
    assert {"evidence.saved", "evidence.submitted", "evidence.returned", "portfolio.signed-off"} <= actions


def sign_after(pair: SimpleNamespace) -> SignOff:
    with transaction():
        portfolio = whole.submit(actor_of(pair.learner), pair.portfolio.id, declared=True)
    seen = signing.digest(signing.evidence_content(portfolio))
    with transaction():
        return decisions.sign_off(actor_of(pair.supervisor), portfolio.id, seen=seen, statement="Read.")


def test_a_letter_is_in_the_readers_language_and_one_covers_a_batch(app: Flask) -> None:
    pair = a_pair()
    with transaction():
        db.session.add(pair.supervisor)
        pair.supervisor.language = "cy"
    for item in pair.items:
        submit(item)
    (letter,) = db.session.scalars(select(MailMessage))
    assert letter.language == "cy"
    assert f"/cy/supervision/items/{pair.items[0].id}" in letter.body
    assert "Mae Alys Learner wedi anfon tystiolaeth" in letter.subject


def test_two_tabs_do_not_overwrite_each_other(app: Flask) -> None:
    pair = a_pair()
    item, learner = pair.items[0], actor_of(pair.learner)
    with transaction():
        evidence.save_draft(learner, item.id, 1, body="one tab")
    with transaction():
        assert evidence.save_draft(learner, item.id, 1, body="one tab").edition == 2, "the same again is no new edition"
    with pytest.raises(StaleEdit), transaction():
        evidence.save_draft(learner, item.id, 1, body="the other tab")
    with pytest.raises(StaleEdit), transaction():
        evidence.submit_item(learner, item.id, 1, no_identifiers=True)
    db.session.refresh(item)
    assert (item.body, item.edition) == ("one tab", 2)


def test_submitting_asks_for_content_for_the_learners_word_and_for_a_second_look(app: Flask) -> None:
    pair = a_pair()
    item, learner = pair.items[0], actor_of(pair.learner)
    with pytest.raises(errors.EvidenceMissing) as refused, transaction():
        evidence.submit_item(learner, item.id, 1, no_identifiers=True)
    assert set(refused.value.fields) == {"body"}
    write(item, "I met Mrs Jones on 3 May 2024.")
    with pytest.raises(errors.EvidenceMissing) as refused, transaction():
        evidence.submit_item(learner, item.id, 2, no_identifiers=False)
    assert set(refused.value.fields) == {"no_identifiers"}
    with pytest.raises(errors.IdentifiersPossible) as found, transaction():
        evidence.submit_item(learner, item.id, 2, no_identifiers=True)
    assert found.value.params == {"found": "3 May 2024, Mrs Jones"}
    with transaction():
        evidence.submit_item(learner, item.id, 2, no_identifiers=True, harmless=True)
    assert item.state is EvidenceState.SUBMITTED
    with pytest.raises(errors.ItemWaits), transaction():
        evidence.save_draft(learner, item.id, 2, body="too late")
    with transaction():
        evidence.take_back(learner, item.id)
    assert (item.state, item.submitted_at) == (EvidenceState.DRAFT, None)


def test_a_file_is_kept_replaced_and_removed_within_the_limit(app: Flask) -> None:
    pair = a_pair()
    item, learner = pair.items[1], actor_of(pair.learner)
    with transaction():
        evidence.attach_file(learner, item.id, 1, io.BytesIO(PDF), "../my timeline.PDF", 1_000_000)
    assert (item.file_name, item.edition) == ("my timeline.pdf", 2)
    for fault, data in ((TooLarge, PDF * 100), (errors.FileRefused, b"MZ\x90\x00"), (StaleEdit, PDF)):
        with pytest.raises(fault), transaction():
            evidence.attach_file(learner, item.id, 1, io.BytesIO(data), "x.pdf", 1_000)
    with transaction():
        evidence.remove_file(learner, item.id, 2)
    assert (item.file_id, item.file_name, item.edition) == (None, None, 3)


def test_a_decision_needs_the_supervisor_the_licence_the_edition_and_a_comment(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    accept = {"outcome": Outcome.ACCEPTED}
    other = make_supervisor(make_person())
    with pytest.raises(NotFound), transaction():
        decisions.decide(actor_of(other), item.id, item.edition, **accept)
    with pytest.raises(errors.SignerIsLearner), transaction():
        decisions.decide(actor_of(pair.learner), item.id, item.edition, **accept)
    with pytest.raises(errors.NotTheSupervisor), transaction():
        decisions.decide(Actor.system(), item.id, item.edition, **accept)
    with pytest.raises(errors.EvidenceMissing), transaction():
        decisions.decide(actor_of(pair.supervisor), item.id, item.edition, outcome=Outcome.RETURNED, comment="")
    with pytest.raises(StaleEdit), transaction():
        decisions.decide(actor_of(pair.supervisor), item.id, item.edition - 1, **accept)
    with clock.frozen(datetime.now(UTC) + timedelta(days=900)), pytest.raises(errors.LicenceNotLive), transaction():
        decisions.decide(actor_of(pair.supervisor), item.id, item.edition, **accept)
    decide(item, pair.supervisor)
    with pytest.raises(errors.AlreadyDecided), transaction():
        decisions.decide(actor_of(pair.supervisor), item.id, item.edition, **accept)
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 1


def test_supervising_in_one_programme_opens_nothing_in_another(app: Flask) -> None:
    learner = make_person()
    there = make_supervisor(learner, programme="PIMH")
    make_licence(there, "ECAMHS")
    item = submit(items_of(make_portfolio(learner))[0])
    with pytest.raises(NotFound), transaction():
        decisions.decide(actor_of(there), item.id, item.edition, outcome=Outcome.ACCEPTED)


def test_the_specialist_modules_need_one_item_supervised_alone(app: Flask) -> None:
    pair = a_pair("PF-ECAMHS-4")
    submit_whole(pair)
    seen = signing.digest(signing.evidence_content(pair.portfolio))
    with pytest.raises(errors.IndividualSupervisionMissing), transaction():
        decisions.sign_off(actor_of(pair.supervisor), pair.portfolio.id, seen=seen, statement="Read.")
    item = items_of(pair.portfolio)[0]
    decide(item, pair.supervisor, Outcome.RETURNED, comment="Let us look at this together.")
    db.session.refresh(pair.portfolio)
    assert pair.portfolio.state is PortfolioState.IN_PROGRESS, "a return while the whole waits opens it again"
    decide(submit(item, "We looked together."), pair.supervisor, individually_supervised=True)
    assert sign_after(pair).version == 1


def test_nothing_is_signed_that_was_not_seen(app: Flask) -> None:
    pair = a_pair()
    portfolio = submit_whole(pair)
    with pytest.raises(StaleEdit), transaction():
        decisions.sign_off(actor_of(pair.supervisor), portfolio.id, seen="0" * 64, statement="Read.")
    with pytest.raises(Forbidden), transaction():
        decisions.sign_off(actor_of(pair.learner), portfolio.id, seen="0" * 64, statement="Read.")


def test_signed_evidence_is_frozen_and_a_new_version_keeps_the_old_signature(app: Flask) -> None:
    pair = a_pair()
    signature = sign(pair)
    learner, item = actor_of(pair.learner), items_of(pair.portfolio)[0]
    with pytest.raises(errors.PortfolioFrozen), transaction():
        evidence.save_draft(learner, item.id, item.edition, body="an afterthought")
    with transaction():
        whole.reopen(learner, pair.portfolio.id, reason="I saw it otherwise later.")
    assert (pair.portfolio.version, pair.portfolio.state) == (2, PortfolioState.IN_PROGRESS)
    assert item.state is EvidenceState.ACCEPTED
    assert queries.signed_off(pair.portfolio.enrolment_id) is None
    with transaction():
        evidence.save_draft(learner, item.id, item.edition, body="an afterthought")
    assert item.state is EvidenceState.DRAFT
    db.session.refresh(signature)
    checked = signing.check(signature)
    assert (checked.holds, checked.unchanged) == (True, None)
    assert signature.content["items"][0]["body"] != "an afterthought"
    with transaction():
        evidence.submit_item(learner, item.id, item.edition, no_identifiers=True)
    decide(item, pair.supervisor)
    assert sign_after(pair).version == 2
    assert signing.check(signature).holds


def test_whoever_has_left_the_course_keeps_the_record_and_changes_nothing(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    with transaction():
        db.session.add(pair.portfolio.enrolment)
        pair.portfolio.enrolment.state = EnrolmentState.WITHDRAWN
    with pytest.raises(errors.EnrolmentNotOpen), transaction():
        decisions.decide(actor_of(pair.supervisor), item.id, item.edition, outcome=Outcome.ACCEPTED)
    assert queries.waiting_for(pair.supervisor.id) == (0, None)


def test_what_waits_moves_to_the_new_supervisor_oldest_first(app: Flask) -> None:
    pair = a_pair()
    submit(pair.items[1])
    submit(pair.items[0])
    count, oldest = queries.waiting_for(pair.supervisor.id)
    assert (count, oldest) == (2, pair.items[1].submitted_at)
    first = queries.next_waiting(pair.supervisor.id)
    assert first is not None
    assert (first.id, first.learner_name, first.title.en) == (
        pair.items[1].id, "Alys Learner", "Timeline activity with learning points",
    )  # fmt: skip
    following = queries.next_waiting(pair.supervisor.id, after=first.id)
    assert following is not None
    assert following.id == pair.items[0].id
    with transaction():
        db.session.scalars(select(Supervision)).one().ends_on = clock.today()
    successor = make_person()
    make_licence(successor)
    make_supervision(pair.learner, successor)
    assert queries.waiting_for(pair.supervisor.id)[0] == 0
    assert queries.waiting_for(successor.id)[0] == 2
    for item in items_of(pair.portfolio):
        decide(item, successor)
    assert [each.learner_id for each in queries.without_waiting(successor.id, 5)] == [pair.learner.id]


def test_the_whole_is_submitted_with_a_declaration_and_can_be_taken_back(app: Flask) -> None:
    pair = a_pair()
    learner = actor_of(pair.learner)
    with pytest.raises(errors.NotAllAccepted), transaction():
        whole.submit(learner, pair.portfolio.id, declared=True)
    accept_all(pair)
    with pytest.raises(errors.EvidenceMissing), transaction():
        whole.submit(learner, pair.portfolio.id, declared=False)
    with transaction():
        whole.submit(learner, pair.portfolio.id, declared=True)
    assert pair.portfolio.declaration_at is not None
    with transaction():
        whole.take_back(learner, pair.portfolio.id)
    assert (pair.portfolio.state, pair.portfolio.declaration_at) == (PortfolioState.IN_PROGRESS, None)
    assert all(item.state is EvidenceState.ACCEPTED for item in items_of(pair.portfolio))


def test_the_date_of_an_observation_is_kept(app: Flask) -> None:
    item = write(a_pair("PF-ECAMHS-2").items[0])
    assert (item.observer, item.observed_on) == ("Mair, team lead", date(2026, 3, 2))
    assert db.session.scalar(select(func.count()).select_from(Portfolio)) == 1
    assert db.session.scalar(select(func.count()).select_from(EvidenceItem)) == 2
