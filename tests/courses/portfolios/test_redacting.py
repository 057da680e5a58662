"""What was is gone, that it was stays: in the item, in what was decided and signed, and in copies of it."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from courses.portfolios import errors, exporting, jobs, signing
from courses.portfolios.models import (
    Decision,
    EvidenceItem,
    EvidenceState,
    ExportKind,
    Outcome,
    PortfolioExport,
    PortfolioState,
    Redaction,
    RedactionGround,
    SignOff,
)
from courses.portfolios.services import decisions, evidence, redacting, reuse, whole
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound
from lms.core.files import StoredFile
from lms.core.mail import MailMessage
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.portfolios import (
    PDF,
    a_pair,
    accept_all,
    actor_of,
    decide,
    items_of,
    sign,
    submit,
    submit_whole,
    write,
)

TOLD = "Gwen Ficsiwn of Tregaron was seven."


def everything_kept() -> str:
    """Every row of every table that holds portfolios, as text."""
    tables = (
        "evidence_item", "evidence_decision", "portfolio_sign_off", "evidence_observation", "evidence_redaction",
        "audit_entry", "mail_message",
    )  # fmt: skip
    return "\n".join(
        row for table in tables for row in db.session.scalars(text(f"SELECT CAST(to_jsonb(t) AS text) FROM {table} t"))
    )


def test_what_was_signed_is_redacted_and_everything_else_still_verifies(app: Flask) -> None:
    pair = a_pair()
    submit(pair.items[0], TOLD)
    with transaction():
        decisions.decide(actor_of(pair.supervisor), pair.items[0].id, pair.items[0].edition, outcome=Outcome.ACCEPTED)
    other = submit(items_of(pair.portfolio)[1])
    with transaction():
        decisions.decide(actor_of(pair.supervisor), other.id, other.edition, outcome=Outcome.ACCEPTED)
        whole.submit(actor_of(pair.learner), pair.portfolio.id, declared=True)
    portfolio = items_of(pair.portfolio)[0].portfolio
    with transaction():
        seen = signing.digest(signing.evidence_content(portfolio))
        signature = decisions.sign_off(actor_of(pair.supervisor), portfolio.id, seen=seen, statement="Read.")
    before = signature.content_hash
    assert "Tregaron" in everything_kept()
    with transaction():
        redacting.redact(actor_of(pair.learner), pair.items[0].id, reason="A child could be recognised")
    assert "Tregaron" not in everything_kept()
    db.session.expire_all()
    signature = db.session.scalars(select(SignOff)).one()
    check = signing.check(signature)
    assert (check.holds, len(check.redacted), signature.content_hash) == (True, 1, before)
    assert items_of(pair.portfolio)[0].state is EvidenceState.ACCEPTED, "the signature stands"
    assert db.session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "evidence.redacted")).one()
    with transaction():
        db.session.execute(text("ALTER TABLE portfolio_sign_off DISABLE TRIGGER append_only"))
        db.session.execute(
            text("UPDATE portfolio_sign_off SET content = jsonb_set(content, '{items,1,body}', '\"forged\"')")
        )
    db.session.expire_all()
    assert not signing.check(db.session.scalars(select(SignOff)).one()).holds, "a tampered row shows, also afterwards"


def test_a_tampered_row_is_shown(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    sign(pair)
    url = f"/en/portfolio/{pair.portfolio.enrolment_id}/signed/1"
    browser = signed_in(pair.learner)
    assert "It matches" in browser.get(url).text
    with transaction():
        db.session.execute(update(EvidenceItem).where(EvidenceItem.id == pair.items[0].id).values(body="forged"))
    assert "It does not match" in browser.get(url).text


def test_nothing_but_a_redaction_empties_what_was_decided(app: Flask) -> None:
    pair = a_pair()
    sign(pair)
    for statement in (
        update(Decision).values(comment="kinder"), update(Decision).values(content={}),
        update(SignOff).values(signatory_name="Somebody else"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="only ever appended"), transaction():
            db.session.execute(statement)
    leave = text("SELECT set_config('llwybr.redacting', 'yes', true)")
    for statement in (update(SignOff).values(content_hash="0" * 64), update(Decision).values(comment="kinder")):
        db.session.execute(leave)
        with pytest.raises(IntegrityError, match="only ever appended"):
            db.session.execute(statement)
        db.session.rollback()


def test_in_an_open_portfolio_it_is_written_anew(app: Flask) -> None:
    pair = a_pair()
    portfolio = submit_whole(pair)
    item = items_of(portfolio)[0]
    with transaction():
        redacting.redact(actor_of(pair.supervisor), item.id, reason="A name")
    item = items_of(portfolio)[0]
    assert (item.state, item.body, portfolio.state) == (EvidenceState.REDACTED, "", PortfolioState.IN_PROGRESS)
    assert "redacted" in db.session.scalars(select(MailMessage.subject).order_by(MailMessage.id.desc())).first()
    with pytest.raises(errors.NothingToRedact), transaction():
        redacting.redact(actor_of(pair.learner), item.id, reason="again")
    write(item, "Nobody in particular.")
    assert items_of(portfolio)[0].state is EvidenceState.DRAFT


def test_copies_and_files_go_with_it(app: Flask) -> None:
    pair = a_pair()
    learner = actor_of(pair.learner)
    item, other = pair.items
    with transaction():
        evidence.attach_file(learner, item.id, item.edition, io.BytesIO(PDF + b"%x"), "a.pdf", 10_000)
    with transaction():
        reuse.use_also(learner, item.id, [2])
    assert items_of(pair.portfolio)[1].file_name == "a.pdf"
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1
    with transaction():
        assert len(redacting.redact(learner, item.id, reason="A name")) == 2
    assert [each.file_name for each in items_of(pair.portfolio)] == [None, None]
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0
    assert db.session.scalar(select(func.count()).select_from(Redaction)) == 2
    assert other.id in {each.item_id for each in db.session.scalars(select(Redaction))}


def test_who_may_redact(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    submit(pair.items[0])
    manager, organiser = make_person(), make_person()
    grant(organiser, Role.ORGANISER, make_organisation())
    for other in (manager, organiser):
        with pytest.raises((NotFound, Forbidden)), transaction():
            redacting.redact(actor_of(other), pair.items[0].id, reason="x")
        url = f"/en/portfolio/{pair.portfolio.enrolment_id}/1/redact"
        assert signed_in(other).get(url).status_code == 404
    write(pair.items[1])
    draft = f"/en/portfolio/{pair.portfolio.enrolment_id}/2/redact"
    assert signed_in(pair.supervisor).get(draft).status_code == 404, "a draft is the learner's alone"
    here = f"/en/portfolio/{pair.portfolio.enrolment_id}/1/redact"
    assert post_form(signed_in(pair.supervisor), here, {"reason": "A name"}).status_code == 422
    done = post_form(signed_in(pair.supervisor), here, {"reason": "A name", "certain": "true", "parts": "evidence"})
    assert done.status_code == 303


def test_what_was_kept_for_a_purpose_goes_when_it_ends_and_its_learner_was_told(app: Flask) -> None:
    pair = a_pair()
    sign(pair)
    ages = {}
    for days in (300, 336, 350, 366 + 31):
        with clock.frozen(clock.now() + timedelta(days=days)), transaction():
            jobs.warn()
            jobs.remove()
            ages[days] = (
                db.session.scalar(select(func.count()).where(MailMessage.subject == "Take a copy of your portfolio")),
                db.session.scalar(select(func.count()).where(EvidenceItem.body != "")),
            )
    assert ages == {300: (0, 1), 336: (1, 1), 350: (1, 1), 397: (1, 0)}
    redaction = db.session.scalars(select(Redaction)).first()
    assert redaction is not None
    assert redaction.ground is RedactionGround.RETENTION
    db.session.expire_all()
    assert signing.check(db.session.scalars(select(SignOff)).one()).holds, "a summary with its signature stays"
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_comment_that_names_somebody_is_redacted_and_the_evidence_stands(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    returned = decide(submit(pair.items[0]), pair.supervisor, Outcome.RETURNED, comment=TOLD)
    accept_all(pair, comment="Well told.")
    with transaction():
        whole.submit(actor_of(pair.learner), pair.portfolio.id, declared=True)
        exporting.ask(actor_of(pair.learner), pair.portfolio.id, ExportKind.PDF, "en")
    portfolio = items_of(pair.portfolio)[0].portfolio
    with transaction():
        seen = signing.digest(signing.evidence_content(portfolio))
        decisions.sign_off(actor_of(pair.supervisor), portfolio.id, seen=seen, statement="Read.")
    assert "Tregaron" in everything_kept()
    url = f"/en/portfolio/{pair.portfolio.enrolment_id}/1/redact"
    browser = signed_in(pair.supervisor)
    form = {"reason": "A name", "certain": "true"}
    assert post_form(browser, url, form).status_code == 422, "neither was chosen"
    assert post_form(browser, url, form | {"parts": "evidence"}).status_code == 303
    db.session.expire_all()
    item = db.session.get_one(EvidenceItem, returned.id)
    assert (item.body, [bool(each.comment) for each in item.decisions]) == ("", [True, True])
    assert "Tregaron" in everything_kept()
    assert post_form(browser, url, form | {"parts": "comments"}).status_code == 303
    assert "Tregaron" not in everything_kept()
    db.session.expire_all()
    signature = db.session.scalars(select(SignOff)).one()
    assert signing.check(signature).holds
    said = [each["comment"] for item in signature.content["items"] for each in item["decisions"]]
    assert said == ["", "", "Well told."], "those of the other item stay"
    assert db.session.scalar(select(func.count()).select_from(PortfolioExport)) == 0, "copies go with it"
    signed = signed_in(pair.learner).get(f"/en/portfolio/{pair.portfolio.enrolment_id}/signed/1")
    assert signed.text.count("Comment redacted") == 2


def test_comments_alone_leave_what_was_decided(app: Flask) -> None:
    pair = a_pair()
    item = decide(submit(pair.items[0]), pair.supervisor, Outcome.RETURNED, comment=TOLD)
    with transaction():
        redacting.redact(actor_of(pair.supervisor), item.id, reason="A name", parts={redacting.Part.COMMENTS})
    db.session.expire_all()
    item = db.session.get_one(EvidenceItem, item.id)
    assert (item.state, bool(item.body), item.decisions[0].comment) == (EvidenceState.RETURNED, True, "")
    with pytest.raises(errors.NothingToRedact):
        redacting.redact(actor_of(pair.supervisor), item.id, reason="again", parts={redacting.Part.COMMENTS})
    with pytest.raises(NotFound), transaction():
        redacting.redact(
            actor_of(pair.supervisor), item.id, reason="not shown to them", parts={redacting.Part.EVIDENCE}
        )
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Decision).values(comment="forged"))
