"""Whether a signature stands: the sample, two who disagree, withdrawal as a new fact, and the certificate that follows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from certificates.models import Award
from certificates.queries import award_of_enrolment, sign_off_of, standing_of
from certificates.rules import State
from courses.catalogue.models import CertificateKind
from courses.enrolments import services as enrolments
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentState
from courses.enrolments.models import EnrolmentEventKind as K
from courses.enrolments.queries import learner_facts
from courses.portfolios import signing
from courses.portfolios.errors import AlreadyModerated, EvidenceMissing, SignatureWithdrawn, SignerModerates
from courses.portfolios.models import PortfolioState
from courses.portfolios.moderation import queries, services
from courses.portfolios.moderation.models import ModerationOutcome, ModerationSample, WithdrawalGround
from courses.portfolios.moderation.rules import is_drawn
from courses.portfolios.services import decisions, whole
from courses.supervision.services import set_policy
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from lms.portal.queries import learning_of
from lms.portal.rules import Step, step
from lms.reporting.queries import Dimension
from lms.reporting.queries import counts as uptake_counts
from lms.reporting.returns.knowing import as_known
from lms.reporting.rules.measures import Measure
from lms.reporting.services import Asked, view
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, post_form
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import a_pair, actor_of, sign
from tests.factories.reporting import told_to_reports

CODE = "ECAMHS"


def test_a_share_is_drawn_by_the_hash_itself() -> None:
    hashes = [f"{number * 2654435761 % 2**32:08x}" for number in range(1, 10_001)]
    assert 900 < sum(is_drawn(each, 10) for each in hashes) < 1100
    assert [is_drawn("000000ff", percent) for percent in (0, 55, 56, 100)] == [False, False, True, True]


@pytest.fixture
def signed(app: Flask) -> dict[str, Any]:
    """A signed portfolio of a completed course, its certificate, and a lead where every signature is moderated."""
    body = make_organisation()
    course = make_course(
        programme_code=CODE, portfolio_template_code="PF-ECAMHS-1",
        certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO,
    )  # fmt: skip
    pair = a_pair(course=course)
    make_membership(pair.learner, body)
    person = make_person(display_name="Lead")
    grant(person, Role.LEAD_SUPERVISOR, body)
    lead = Actor(person=person.id, name="Lead", roles=frozenset({(Role.LEAD_SUPERVISOR, body.id)}))
    with transaction():
        set_policy(lead, CODE, body.id, sample_percent=100)
        enrolments.complete(Actor.system(), pair.portfolio.enrolment_id)
    signature = sign(pair)
    sample = db.session.scalars(select(ModerationSample)).one()
    return {"pair": pair, "lead": lead, "person": person, "signature": signature, "sample": sample, "body": body}


def state_of_award(signed: dict[str, Any]) -> State:
    award = award_of_enrolment(signed["pair"].portfolio.enrolment_id)
    assert award is not None
    db.session.refresh(award, ["events"])
    return standing_of(award, clock.today()).state


def test_agreement_leaves_all_as_it_is(signed: dict[str, Any]) -> None:
    assert state_of_award(signed) is State.ACTIVE
    services.moderate(signed["lead"], signed["sample"].id, agrees=True)
    assert signed["pair"].portfolio.state is PortfolioState.SIGNED_OFF
    assert state_of_award(signed) is State.ACTIVE
    with pytest.raises(AlreadyModerated):
        services.moderate(signed["lead"], signed["sample"].id, agrees=False, comment="After all")


def test_disagreement_reopens_and_the_certificate_falls_and_comes_again(signed: dict[str, Any]) -> None:
    pair, portfolio = signed["pair"], signed["pair"].portfolio
    with pytest.raises(EvidenceMissing):
        services.moderate(signed["lead"], signed["sample"].id, agrees=False)
    with transaction():
        services.moderate(signed["lead"], signed["sample"].id, agrees=False, comment="The reflection shows no change")
    assert (portfolio.state, portfolio.version) == (PortfolioState.IN_PROGRESS, 2)
    assert state_of_award(signed) is State.REVOKED
    assert sign_off_of(portfolio.enrolment_id) is None
    enrolment = portfolio.enrolment
    assert (enrolment.state, enrolment.completed_on) == (EnrolmentState.IN_PROGRESS, None)
    assert enrolment.portfolio_signed_off_at is None
    told = {
        to for to, subject in db.session.execute(select(MailMessage.to, MailMessage.subject)) if "withdrawn" in subject
    }
    assert told == {pair.learner.emails[0].address, pair.supervisor.emails[0].address}
    withdrawal = queries.withdrawal_of(signed["signature"].id)
    assert withdrawal is not None
    assert withdrawal.ground is WithdrawalGround.MODERATION
    with transaction():
        whole.submit(actor_of(pair.learner), portfolio.id, declared=True)
    with transaction():
        decisions.sign_off(
            actor_of(pair.supervisor), portfolio.id, seen=signing.digest(signing.evidence_content(portfolio)),
            statement="Read again.",
        )  # fmt: skip
    assert state_of_award(signed) is State.ACTIVE
    assert (enrolment.state, enrolment.completed_on) == (EnrolmentState.COMPLETED, clock.today())
    kinds = [each.kind for each in db.session.scalars(select(EnrolmentEvent).order_by(EnrolmentEvent.at))]
    assert [kinds.count(each) for each in (K.COMPLETED, K.COMPLETION_WITHDRAWN)] == [2, 1], "nothing is rewritten"
    awards = db.session.scalars(select(Award).order_by(Award.edition)).all()
    assert [(each.edition, standing_of(each, clock.today()).state) for each in awards] == [
        (1, State.REVOKED), (2, State.ACTIVE),
    ]  # fmt: skip


def test_the_signatory_withdraws_once_and_says_why(signed: dict[str, Any]) -> None:
    supervisor, id = actor_of(signed["pair"].supervisor), signed["signature"].id
    for stranger in (signed["pair"].learner, make_person()):
        with pytest.raises(NotFound):
            services.withdraw(actor_of(stranger), id, WithdrawalGround.SIGNED_IN_ERROR, "x")
    with transaction():
        services.withdraw(supervisor, id, WithdrawalGround.SIGNED_IN_ERROR, "The wrong portfolio")
    assert state_of_award(signed) is State.REVOKED
    with pytest.raises(SignatureWithdrawn):
        services.withdraw(supervisor, id, WithdrawalGround.SIGNED_IN_ERROR, "Again")
    with pytest.raises(SignatureWithdrawn):
        services.moderate(signed["lead"], signed["sample"].id, agrees=True)
    with pytest.raises(DBAPIError, match="append"), transaction():
        db.session.execute(db.text("DELETE FROM portfolio_sign_off_withdrawal"))


def test_nobody_moderates_their_own_signature_nor_elsewhere(signed: dict[str, Any]) -> None:
    supervisor, body = signed["pair"].supervisor, signed["body"]
    own = Actor(person=supervisor.id, roles=frozenset({(Role.LEAD_SUPERVISOR, body.id)}))
    with pytest.raises(SignerModerates):
        services.moderate(own, signed["sample"].id, agrees=True)
    elsewhere = Actor(person=make_person().id, roles=frozenset({(Role.LEAD_SUPERVISOR, make_organisation().id)}))
    with pytest.raises(NotFound):
        services.moderate(elsewhere, signed["sample"].id, agrees=True)
    organiser = Actor(person=make_person().id, roles=frozenset({(Role.ORGANISER, body.id)}))
    with pytest.raises((NotFound, Forbidden)):
        services.moderate(organiser, signed["sample"].id, agrees=True)
    assert len(db.session.scalars(queries.samples_for(signed["lead"])).all()) == 1
    assert db.session.scalars(queries.samples_for(own)).all() == []


def test_two_moderators_at_once_make_one_outcome(app: Flask, signed: dict[str, Any]) -> None:
    lead, id = signed["lead"], signed["sample"].id
    answers = at_once(
        app,
        lambda: services.moderate(lead, id, agrees=True),
        lambda: services.moderate(lead, id, agrees=False, comment="No"),
    )
    assert answers == ["already-moderated", "done"]
    assert len(db.session.scalars(select(ModerationOutcome)).all()) == 1


def test_by_page_and_api(signed: dict[str, Any], signed_in: Callable[..., Any], as_token: Callable[..., Any]) -> None:
    browser = signed_in(signed["person"])
    assert "Alys Learner" in browser.get("/en/manage/supervision/moderation").text
    url = f"/cy/manage/supervision/moderation/{signed['sample'].id}"
    assert post_form(browser, url, {"agrees": "false"}).status_code == 422
    assert len(as_token(signed["person"]).get("/api/v1/moderation-samples").json["items"]) == 1
    withdrawn = f"/en/supervision/sign-offs/{signed['signature'].id}/withdraw"
    supervisor = signed_in(signed["pair"].supervisor)
    assert post_form(supervisor, withdrawn, {"ground": "not_own_work", "reason": "Copied"}).status_code == 303
    asked = {"ground": "signed_in_error", "reason": "x"}
    again = as_token(signed["pair"].supervisor).post(
        f"/api/v1/sign-offs/{signed['signature'].id}/withdrawal", json=asked
    )
    assert (again.status_code, again.json["type"]) == (409, "/problems/signature-withdrawn")
    portfolio = signed["pair"].portfolio
    shown = signed_in(signed["pair"].learner).get(f"/en/portfolio/{portfolio.enrolment_id}/signed/1")
    assert "This signature no longer stands" in shown.text


def test_a_withdrawn_completion_counts_no_longer_and_did_count_before(
    signed: dict[str, Any], signed_in: Callable[..., Any]
) -> None:
    pair = signed["pair"]
    enrolment = pair.portfolio.enrolment

    def completed() -> int:
        filters = view(Actor.system(), Asked()).filters
        return uptake_counts(filters, Dimension.SECTOR, None).totals.get(Measure.COMPLETED, 0)

    told_to_reports()
    assert completed() == 1
    url = f"/en/learning/{enrolment.id}"
    learner = signed_in(pair.learner)
    assert "This no longer counts as completed" not in learner.get(url).text
    with clock.frozen(clock.now() + timedelta(days=3)):
        with transaction():
            services.withdraw(
                actor_of(pair.supervisor), signed["signature"].id, WithdrawalGround.SIGNED_IN_ERROR, "The wrong one"
            )
        told_to_reports()
        assert completed() == 0
        with transaction(), as_known(clock.now() - timedelta(days=2)):
            assert completed() == 1, "what was known then"
        assert "This no longer counts as completed" in learner.get(url).text
        assert enrolment.course.code not in learner_facts(pair.learner.id, clock.today()).completed
        (mine,) = learning_of(pair.learner.id)
        assert (mine.state, mine.completed_on, step(mine)) == ("in_progress", None, Step.SUBMIT_PORTFOLIO)


def test_whoever_has_begun_the_course_anew_goes_on_there(signed: dict[str, Any]) -> None:
    pair, before = signed["pair"], signed["pair"].portfolio.enrolment
    anew = make_enrolment(pair.learner, before.course)
    with transaction():
        services.moderate(signed["lead"], signed["sample"].id, agrees=False, comment="Not shown")
    db.session.refresh(before)
    assert (before.state, before.completed_on) == (EnrolmentState.WITHDRAWN, None)
    assert db.session.get_one(Enrolment, anew.id).state is EnrolmentState.ENROLLED


def test_an_older_signature_that_stands_holds_the_completion(signed: dict[str, Any]) -> None:
    pair, portfolio = signed["pair"], signed["pair"].portfolio
    with transaction():
        whole.reopen(actor_of(pair.learner), portfolio.id, reason="More to show")
        whole.submit(actor_of(pair.learner), portfolio.id, declared=True)
    with transaction():
        seen = signing.digest(signing.evidence_content(portfolio))
        second = decisions.sign_off(actor_of(pair.supervisor), portfolio.id, seen=seen, statement="Read again.")
    for signature, state in (
        (second.id, EnrolmentState.COMPLETED),
        (signed["signature"].id, EnrolmentState.IN_PROGRESS),
    ):
        with transaction():
            services.withdraw(actor_of(pair.supervisor), signature, WithdrawalGround.EVIDENCE_NOT_SOUND, "Copied")
        assert portfolio.enrolment.state is state
    assert state_of_award(signed) is State.REVOKED
