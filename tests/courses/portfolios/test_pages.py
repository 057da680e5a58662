"""The pages, as a browser without script meets them: write, submit, decide, sign, and everything that goes wrong."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.portfolios.models import Decision, EvidenceItem, EvidenceState, Outcome, Portfolio, PortfolioState
from courses.supervision.models import SupervisorLicence
from lms.core import clock
from lms.core.db import db, transaction
from tests.counting import counted_queries
from tests.factories.accounts import make_person, post_form
from tests.factories.portfolios import (
    PDF,
    a_pair,
    accept_all,
    decide,
    items_of,
    make_portfolio,
    make_supervisor,
    sign,
    submit,
    submit_whole,
    write,
)
from tests.factories.supervision import make_supervision


def at(portfolio: Portfolio, rest: str = "", lang: str = "en") -> str:
    return f"/{lang}/portfolio/{portfolio.enrolment_id}{rest}"


def edition_on(page: str) -> str:
    found = re.search(r'name="edition" value="(\d+)"', page)
    assert found, "no edition on the page"
    return found.group(1)


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_from_the_first_word_to_the_signature(app: Flask, signed_in: Any, lang: str) -> None:
    pair = a_pair()
    learner, supervisor = signed_in(pair.learner), signed_in(pair.supervisor)
    first, second = (at(pair.portfolio, f"/{position}", lang) for position in (1, 2))

    assert "0 o 2" in learner.get(at(pair.portfolio, lang=lang)).text or lang == "en"
    answer = post_form(learner, first, {"edition": "1", "body": "I waited.", "next": "check"})
    assert answer.headers["Location"].endswith(f"{first}/submit")
    answer = post_form(learner, f"{first}/submit", {"edition": "2"})
    assert answer.status_code == 422
    assert post_form(learner, f"{first}/submit", {"edition": "2", "no_identifiers": "true"}).status_code == 303

    answer = post_form(learner, second, {"edition": "1", "body": "", "next": "upload"})
    assert answer.headers["Location"].endswith(f"{second}/upload")
    answer = post_form(
        learner, f"{second}/upload", {"edition": "1", "file": (io.BytesIO(PDF), "llinell.pdf")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 303
    assert "llinell.pdf" in learner.get(second).text
    assert post_form(learner, f"{second}/submit", {"edition": "2", "no_identifiers": "true"}).status_code == 303

    queue = supervisor.get(f"/{lang}/supervision").text
    assert queue.count("Alys Learner") == 2
    one, two = items_of(pair.portfolio)
    answer = post_form(supervisor, f"/{lang}/supervision/items/{one.id}", {"edition": "2", "outcome": "returned"})
    assert answer.status_code == 422, "a return wants a comment"
    returned = {"edition": "2", "outcome": "returned", "reason": "more_needed", "comment": "And then?"}
    answer = post_form(supervisor, f"/{lang}/supervision/items/{one.id}", returned)
    assert answer.headers["Location"].endswith(str(two.id)), "the next one loads"
    accepted = {"edition": "2", "outcome": "accepted"}
    answer = post_form(supervisor, f"/{lang}/supervision/items/{two.id}", accepted)
    assert answer.headers["Location"].endswith(f"/{lang}/supervision")

    page = learner.get(first).text
    assert "And then?" in page
    post_form(learner, first, {"edition": edition_on(page), "body": "I waited. Then I asked.", "next": "check"})
    post_form(learner, f"{first}/submit", {"edition": "3", "no_identifiers": "true"})
    shown = supervisor.get(f"/{lang}/supervision/items/{one.id}").text
    assert re.search(r"<ins>.*Then I asked", shown)
    post_form(supervisor, f"/{lang}/supervision/items/{one.id}", {"edition": "3", "outcome": "accepted"})

    assert post_form(learner, at(pair.portfolio, "/submit", lang), {}).status_code == 422
    assert post_form(learner, at(pair.portfolio, "/submit", lang), {"declared": "true"}).status_code == 303
    whole = f"/{lang}/supervision/portfolios/{pair.portfolio.id}"
    assert whole in supervisor.get(f"/{lang}/supervision").text
    seen = re.search(r'name="seen" value="(\w+)"', supervisor.get(whole).text)
    assert seen is not None
    assert post_form(supervisor, whole, {"seen": seen.group(1)}).status_code == 422
    assert post_form(supervisor, whole, {"seen": seen.group(1), "declared": "true"}).status_code == 303
    db.session.expire_all()
    assert pair.portfolio.state is PortfolioState.SIGNED_OFF

    signed = learner.get(at(pair.portfolio, "/signed/1", lang))
    assert signed.status_code == 200
    assert pair.portfolio.sign_offs[0].content_hash in signed.text
    post_form(learner, at(pair.portfolio, "/reopen", lang), {"reason": "I learned more."})
    db.session.expire_all()
    assert (pair.portfolio.version, pair.portfolio.state) == (2, PortfolioState.IN_PROGRESS)
    assert learner.get(at(pair.portfolio, "/signed/1", lang)).status_code == 200


def test_a_stale_edit_shows_both_and_loses_neither(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    browser, url = signed_in(pair.learner), at(pair.portfolio, "/1")
    post_form(browser, url, {"edition": "1", "body": "from the first tab"})
    answer = post_form(browser, url, {"edition": "1", "body": "from the second tab"})
    assert answer.status_code == 409
    assert "from the first tab" in answer.text
    assert "from the second tab</textarea>" in answer.text
    mine = {"edition": edition_on(answer.text), "body": "from the second tab"}
    assert post_form(browser, url, mine).status_code == 303
    assert items_of(pair.portfolio)[0].body == "from the second tab"


def test_typing_saves_itself_and_never_undoes_an_acceptance(app: Flask, signed_in: Any) -> None:
    pair = a_pair("PF-ECAMHS-2")
    browser, url = signed_in(pair.learner), at(pair.portfolio, "/1")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(url).text)
    assert token is not None
    typed = {"csrf_token": token.group(1), "edition": "1", "body": "half a sen", "observer": "", "observed_on-day": "3"}
    saved = browser.post(f"{url}/draft", data=typed)
    assert (saved.status_code, saved.json, saved.headers["ETag"]) == (200, {"edition": 2, "found": 0}, '"2"')
    assert browser.post(f"{url}/draft", data=typed | {"body": "another tab"}).status_code == 409
    assert browser.post(f"{url}/draft", data=typed | {"body": "\x07", "edition": "2"}).status_code == 422
    assert browser.post(f"{url}/draft", data=typed | {"csrf_token": ""}).status_code == 303, "and nothing is saved"
    item = items_of(pair.portfolio)[0]
    assert item.body == "half a sen"
    decide(submit(item), pair.supervisor)
    assert browser.post(f"{url}/draft", data=typed | {"edition": "3"}).status_code == 409
    db.session.expire_all()
    assert item.state is EvidenceState.ACCEPTED


def test_changing_what_is_accepted_is_said_out_loud(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    item = decide(submit(pair.items[0]), pair.supervisor)
    browser, url = signed_in(pair.learner), at(pair.portfolio, "/1")
    assert "<textarea" not in browser.get(url).text
    page = browser.get(f"{url}?change=1").text
    assert "This item is accepted" in page
    assert "data-autosave" not in page
    post_form(browser, url, {"edition": edition_on(page), "body": "better"}, page=f"{url}?change=1")
    db.session.expire_all()
    assert item.state is EvidenceState.DRAFT


BAD_FILES = {
    "a program that calls itself a PDF": (b"MZ\x90\x00\x03", "report.pdf", 422, "Choose a PDF"),
    "nothing": (b"", "empty.pdf", 422, "This file is empty"),
    "half a picture": (b"\xff\xd8\xff\xe0", "photo.jpg", 422, "damaged or incomplete"),
    "too much": (b"%PDF-" + b"x" * 20_000_001, "large.pdf", 413, "smaller than 20 MB"),
}


@pytest.mark.parametrize(("data", "name", "status", "words"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_in_one_sentence(
    app: Flask, signed_in: Any, data: bytes, name: str, status: int, words: str
) -> None:
    pair = a_pair()
    sent = {"edition": "1", "file": (io.BytesIO(data), name)}
    url = at(pair.portfolio, "/2/upload")
    answer = post_form(signed_in(pair.learner), url, sent, content_type="multipart/form-data")
    assert answer.status_code == status
    assert answer.text.count(words) == 2, "in the summary and at the field"
    assert items_of(pair.portfolio)[1].file_id is None


def test_bad_words_are_shown_again(app: Flask, signed_in: Any) -> None:
    pair = a_pair("PF-ECAMHS-2")
    browser, url = signed_in(pair.learner), at(pair.portfolio, "/1")
    no_such_day = {"observed_on-day": "31", "observed_on-month": "2", "observed_on-year": "2026"}
    for typed, field in (
        ({"body": "a bell \x07 rings"}, "body"), ({"body": "x" * 20_001}, "body"),
        ({"body": "kept", **no_such_day}, "observed_on-day"),
    ):  # fmt: skip
        answer = post_form(browser, url, {"edition": "1", **typed})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert typed["body"] in answer.text
    assert post_form(browser, url, {"edition": "one", "body": "kept"}).status_code == 422


def test_a_file_is_handed_out_to_keep_and_only_to_those_who_may(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    item = write(pair.items[1])
    url = at(pair.portfolio, "/2/file")
    answer = signed_in(pair.learner).get(url)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=timeline.pdf"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert signed_in(pair.supervisor).get(url).status_code == 404, "a draft is the learner's alone"
    submit(item)
    assert signed_in(pair.supervisor).get(url).status_code == 200
    assert signed_in(make_person()).get(url).status_code == 404


def test_a_supervisor_sees_no_draft(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    item = write(pair.items[0], "not yet for other eyes")
    browser = signed_in(pair.supervisor)
    for url in (f"/en/supervision/items/{item.id}", f"/en/supervision/portfolios/{pair.portfolio.id}"):
        answer = browser.get(url)
        assert answer.status_code == 200
        assert "not yet for other eyes" not in answer.text
    there = browser.get(at(pair.portfolio)).headers["Location"]
    assert there.endswith(f"/en/supervision/portfolios/{pair.portfolio.id}")


def test_of_two_tabs_of_one_supervisor_the_second_is_told_and_keeps_its_comment(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    browser, url = signed_in(pair.supervisor), f"/en/supervision/items/{item.id}"
    page = browser.get(url).text
    hidden = dict(re.findall(r'name="(csrf_token|once|edition)" value="([^"]*)"', page))
    assert browser.post(url, data=hidden | {"outcome": "accepted"}).status_code == 303
    late = browser.post(url, data=hidden | {"outcome": "returned", "reason": "other", "comment": "Not yet."})
    assert late.status_code == 409
    assert "no longer waiting for a decision" in late.text
    again = browser.post(url, data=hidden | {"outcome": "accepted"})
    assert again.status_code == 303, "a double click is answered as the first was"
    assert len(db.session.scalars(select(Decision)).all()) == 1


def test_a_double_submit_is_one_submission(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    write(pair.items[0])
    browser, url = signed_in(pair.learner), at(pair.portfolio, "/1/submit")
    hidden = dict(re.findall(r'name="(csrf_token|once|edition)" value="([^"]*)"', browser.get(url).text))
    answers = [browser.post(url, data=hidden | {"no_identifiers": "true"}).status_code for _ in range(2)]
    assert answers == [303, 303]


def test_what_was_typed_survives_an_expired_sign_in(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    browser, url = signed_in(pair.learner), at(pair.portfolio, "/1")
    hidden = dict(re.findall(r'name="(csrf_token|once|edition)" value="([^"]*)"', browser.get(url).text))
    with browser.session_transaction() as session:
        mine = session.pop("_user_id")
    answer = browser.post(url, data=hidden | {"body": "an hour of work"})
    assert "sign-in" in answer.headers["Location"]
    with browser.session_transaction() as session:
        session["_user_id"] = mine
    assert "an hour of work</textarea>" in browser.get(url).text


def test_a_lapsed_licence_reads_and_does_not_decide(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    browser, url = signed_in(pair.supervisor), f"/en/supervision/items/{item.id}"
    hidden = dict(re.findall(r'name="(csrf_token|once|edition)" value="([^"]*)"', browser.get(url).text))
    with transaction():
        db.session.scalars(select(SupervisorLicence)).one().withdrawn_on = clock.today()
    page = browser.get(url)
    assert page.status_code == 200
    assert "You need a supervisor licence" in page.text
    assert 'name="outcome"' not in page.text
    assert browser.post(url, data=hidden | {"outcome": "accepted"}).status_code == 403
    assert not db.session.scalars(select(Decision)).all()


def test_the_queue_asks_the_database_as_often_for_fifty_as_for_five(app: Flask, signed_in: Any) -> None:
    supervisor = make_supervisor()
    counts = []
    for more in (3, 25):
        learners = [make_person() for _ in range(more)]
        for learner in learners:
            make_supervision(learner, supervisor)
            portfolio = make_portfolio(learner)
            for item in items_of(portfolio):
                submit(item)
            make_portfolio(learner)
        browser = signed_in(supervisor)
        browser.get("/en/supervision")
        with counted_queries() as seen:
            page = browser.get("/en/supervision")
        assert page.status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert 'rel="next"' in page.text


def test_a_portfolio_page_costs_the_same_whatever_its_history(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    browser = signed_in(pair.learner)
    counts = []
    for _ in range(2):
        with counted_queries() as seen:
            browser.get(at(pair.portfolio))
        counts.append(len(seen))
        for item in items_of(pair.portfolio):
            decide(submit(item, f"{len(counts)} words"), pair.supervisor, Outcome.RETURNED, comment="More.")
    assert counts[0] == counts[1]


def test_nothing_is_offered_where_nothing_can_be_done(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    browser = signed_in(pair.learner)
    assert "Every item must be accepted first" in browser.get(at(pair.portfolio, "/submit")).text
    assert "still open" in browser.get(at(pair.portfolio, "/reopen")).text
    assert "You have no learners" in signed_in(make_person()).get("/en/supervision").text
    submit_whole(pair)
    assert "<textarea" not in browser.get(at(pair.portfolio, "/1?change=1")).text
    post_form(browser, at(pair.portfolio, "/take-back"), {}, page=at(pair.portfolio))
    db.session.expire_all()
    assert pair.portfolio.state is PortfolioState.IN_PROGRESS
    assert browser.get(at(pair.portfolio, "/9")).status_code == 404
    assert browser.get(at(pair.portfolio, "/signed/1")).status_code == 404


def test_a_signed_file_stays_what_it_was(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    sign(pair)
    browser = signed_in(pair.learner)
    post_form(browser, at(pair.portfolio, "/reopen"), {"reason": "Another drawing."})
    edition = db.session.scalars(select(EvidenceItem.edition).where(EvidenceItem.file_id.is_not(None))).one()
    other = PDF.replace(b"<<>>", b"<</A 1>>")
    sent = {"edition": str(edition), "file": (io.BytesIO(other), "new.pdf")}
    post_form(browser, at(pair.portfolio, "/2/upload"), sent, content_type="multipart/form-data")
    assert browser.get(at(pair.portfolio, "/2/file")).data == other
    assert browser.get(at(pair.portfolio, "/signed/1/2/file")).data == PDF


def test_accepting_all_offers_the_next_step(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    accept_all(pair)
    page = signed_in(pair.learner).get(at(pair.portfolio)).text
    assert "Submit your portfolio for sign-off" in page
    assert "2 of 2" in page
