"""Links, statements, reuse, the warning before saving, and copies to keep."""

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from courses.portfolios import exporting
from courses.portfolios.models import EvidenceState, ExportKind, PortfolioExport
from courses.portfolios.services import decisions, evidence, reuse
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.files import StoredFile, content_of
from lms.core.ids import new_id
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import make_person, post_form
from tests.factories.portfolios import PDF, a_pair, accept_all, actor_of, items_of, make_portfolio, sign, write


def test_links_are_addresses_and_are_signed_with_the_rest(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    browser, url = signed_in(pair.learner), f"/en/portfolio/{pair.portfolio.enrolment_id}/1"
    for wrong in ("javascript:alert(1)", "file:///etc/passwd", "https://", "\n".join(["https://a.example"] * 11)):
        assert post_form(browser, url, {"edition": "1", "links": wrong}).status_code == 422, wrong
    good = "https://a.example/x\nhttps://b.example/y"
    assert post_form(browser, url, {"edition": "1", "links": good}).status_code == 303
    item = items_of(pair.portfolio)[0]
    assert item.links == good.split("\n")
    evidence.is_complete(item)
    assert 'rel="noopener noreferrer">https://b.example/y' in browser.get(f"{url}/submit").text


def test_before_it_is_saved_it_warns_and_says_who_will_see_it(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    browser, url = signed_in(pair.learner), f"/en/portfolio/{pair.portfolio.enrolment_id}/1"
    assert "Siân Supervisor can read it" in browser.get(url).text
    told = {"edition": "1", "body": "I met Mrs Ficsiwn, born 3 March 2015."}
    answer = post_form(browser, url, told)
    assert answer.status_code == 422
    assert "Mrs Ficsiwn" in answer.text
    assert items_of(pair.portfolio)[0].body == ""
    assert post_form(browser, url, told | {"harmless": "true"}).status_code == 303
    assert items_of(pair.portfolio)[0].body == told["body"]


def test_earlier_evidence_of_mine_is_used_again(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    later = make_portfolio(pair.learner, "PF-PIMH")
    write(pair.items[0], "From before.")
    target = items_of(later)[0]
    browser, url = signed_in(pair.learner), f"/en/portfolio/{later.enrolment_id}/1/reuse"
    assert "From before." in browser.get(url).text
    given = {"edition": "1", "source": str(pair.items[0].id)}
    assert post_form(browser, url, given).status_code == 303
    target = items_of(later)[0]
    assert (target.body, target.state, target.reused_from_id) == ("From before.", EvidenceState.DRAFT, pair.items[0].id)
    with pytest.raises(StaleEdit), transaction():
        reuse.reuse(actor_of(pair.learner), target.id, 1, pair.items[0].id)
    foreign = make_portfolio(make_person())
    with pytest.raises(NotFound), transaction():
        reuse.reuse(actor_of(pair.learner), target.id, target.edition, items_of(foreign)[0].id)


def test_one_item_serves_several_requirements_and_statements(app: Flask, signed_in: Any) -> None:
    pair = a_pair("PF-ECAMHS-4")
    item = write(pair.items[0], "One piece of work.")
    browser, url = signed_in(pair.learner), f"/en/portfolio/{pair.portfolio.enrolment_id}/1"
    assert post_form(browser, f"{url}/also", {}).status_code == 422
    assert post_form(browser, f"{url}/also", {"positions": ["2", "3"]}).status_code == 303
    assert [each.body for each in items_of(pair.portfolio)] == ["One piece of work."] * 3
    with pytest.raises(Invalid), transaction():
        reuse.use_also(actor_of(pair.learner), item.id, [2])
    with pytest.raises(Invalid), transaction():
        reuse.choose_statements(actor_of(pair.learner), item.id, item.edition, [new_id()])


def test_the_same_file_twice_is_one(app: Flask) -> None:
    pair = a_pair()
    item, learner = pair.items[0], actor_of(pair.learner)
    id, edition = item.id, item.edition

    def send() -> None:
        evidence.attach_file(learner, id, edition, io.BytesIO(PDF), "a.pdf", 10_000)

    assert at_once(app, send, send) == ["done", "done"]
    db.session.expire_all()
    assert (items_of(pair.portfolio)[0].edition, db.session.scalar(select(func.count()).select_from(StoredFile))) == (
        2,
        1,
    )


def test_submitting_or_signing_during_an_edit_is_one_or_the_other(app: Flask) -> None:
    pair = a_pair()
    item, learner = write(pair.items[0]), actor_of(pair.learner)
    id, edition = item.id, item.edition
    answers = at_once(
        app,
        lambda: evidence.save_draft(learner, id, edition, body="Changed at the same moment."),
        lambda: evidence.submit_item(learner, id, edition, no_identifiers=True),
    )
    db.session.expire_all()
    item = items_of(pair.portfolio)[0]
    changed = item.body == "Changed at the same moment."
    assert (answers, item.state) in (
        (["done", "stale-edit"], EvidenceState.DRAFT), (["done", "item-waits"], EvidenceState.SUBMITTED),
    )  # fmt: skip
    assert changed is (item.state is EvidenceState.DRAFT), "nobody submits what they have not seen"


def test_signing_while_the_learner_takes_it_back_is_one_or_the_other(app: Flask) -> None:
    from courses.portfolios import signing
    from courses.portfolios.services import whole

    pair = a_pair()
    accept_all(pair)
    with transaction():
        portfolio = whole.submit(actor_of(pair.learner), pair.portfolio.id, declared=True)
    id, seen = portfolio.id, signing.digest(signing.evidence_content(portfolio))
    learner, supervisor = actor_of(pair.learner), actor_of(pair.supervisor)
    answers = at_once(
        app,
        lambda: whole.take_back(learner, id),
        lambda: decisions.sign_off(supervisor, id, seen=seen, statement="Read."),
    )
    assert answers in (["done", "portfolio-frozen"], ["done", "portfolio-not-submitted"])


@pytest.mark.parametrize(("language", "words"), [("en", "Evidence portfolio"), ("cy", "Portffolio tystiolaeth")])
def test_a_copy_is_made_by_a_job_in_the_language_that_was_asked_for(
    app: Flask, signed_in: Any, language: str, words: str
) -> None:
    pair = a_pair()
    sign(pair)
    browser, url = signed_in(pair.learner), f"/{language}/portfolio/{pair.portfolio.enrolment_id}/export"
    assert post_form(browser, url, {"kind": "zip", "language": language}).status_code == 303
    made = db.session.scalars(select(PortfolioExport)).one()
    assert browser.get(f"{url}/{made.id}/progress").json["done"] is False
    assert browser.get(f"{url}/{made.id}").status_code == 404
    exporting.make(export_id=str(made.id))
    db.session.expire_all()
    told = browser.get(f"{url}/{made.id}/progress").json
    assert (told["done"], told["percent"]) == (True, 100)
    package = zipfile.ZipFile(io.BytesIO(browser.get(f"{url}/{made.id}").data))
    names = package.namelist()
    assert names == [f"portf{'f' if language == 'cy' else ''}olio.pdf", "portfolio.json", "002 timeline.pdf"]
    assert package.read(names[2]) == PDF
    document = PdfReader(io.BytesIO(package.read(names[0])))
    text = "\n".join(page.extract_text() for page in document.pages)
    assert words in text
    assert "I learned to wait" in text
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == ("cy" if language == "cy" else "en-GB")
    assert signed_in(pair.supervisor).get(f"{url}/{made.id}").status_code == 403
    assert signed_in(make_person()).get(url).status_code == 404


def test_a_copy_of_much_text_with_anything_in_it_is_drawn(app: Flask) -> None:
    pair = a_pair()
    write(pair.items[0], "Gŵyl 😀 ﷽\n\n" + "A long paragraph of many words. " * 400)
    with transaction():
        made = exporting.ask(actor_of(pair.learner), pair.portfolio.id, ExportKind.PDF, "cy")
        assert exporting.ask(actor_of(pair.learner), pair.portfolio.id, ExportKind.PDF, "cy").id == made.id
    exporting.make(export_id=str(made.id))
    db.session.expire_all()
    made = db.session.get_one(PortfolioExport, made.id)
    assert made.file is not None
    document = PdfReader(io.BytesIO(content_of(made.file)))
    assert len(document.pages) >= 3
    assert "Gŵyl" in "".join(page.extract_text() for page in document.pages)


def test_addresses_and_telephones_are_pointed_out_too() -> None:
    told = "She lives at SY24 5AB, ring 01970 555 123 or 07700900123, or write to mam@example.org. Room A12, level 3."
    assert [(each.kind, each.excerpt) for each in evidence.identifiers_in(told)] == [
        ("postcode", "SY24 5AB"), ("phone", "01970 555 123"), ("phone", "07700900123"), ("address", "mam@example.org"),
    ]  # fmt: skip
