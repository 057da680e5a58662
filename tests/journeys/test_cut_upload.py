"""A connection that is cut while a file is half sent: nothing is kept of it, nothing is lost, and it is sent again."""

import io
import socket
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.portfolios.models import EvidenceItem
from courses.portfolios.services import evidence
from lms.core.db import db, transaction
from lms.core.files import StoredFile
from tests.factories.accounts import make_person, sign_in_browser
from tests.factories.portfolios import actor_of, items_of, make_portfolio
from tests.journeys.conftest import Server

LARGE = b"%PDF-1.4\n" + b"x" * 2_000_000 + b"\n%%EOF\n"


@pytest.mark.browser
def test_an_upload_that_is_cut_at_half_leaves_the_draft_as_it_was(live_demo: tuple[Server, Flask]) -> None:
    server, app = live_demo
    learner = make_person()
    portfolio = make_portfolio(learner)
    item = items_of(portfolio)[1]
    with transaction():
        evidence.save_draft(actor_of(learner), item.id, item.edition, body="What I wrote before.")
    before = db.session.scalar(select(func.count()).select_from(StoredFile))
    browser = sign_in_browser(app, learner)
    cookie = browser.get_cookie("llwybr")
    assert cookie is not None
    there = urlsplit(server.url)
    body = (
        b'--cut\r\nContent-Disposition: form-data; name="edition"\r\n\r\n2\r\n'
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + LARGE + b"\r\n--cut--\r\n"
    )
    head = (
        f"POST /en/portfolio/{portfolio.enrolment_id}/2/upload HTTP/1.1\r\nHost: {there.netloc}\r\n"
        f"Cookie: llwybr={cookie.value}\r\nContent-Type: multipart/form-data; boundary=cut\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection((there.hostname or "", there.port or 80), 10) as connection:
        connection.sendall(head + body[: len(body) // 2])
    db.session.rollback()
    item = db.session.get_one(EvidenceItem, item.id, populate_existing=True)
    assert (item.body, item.file_id, item.edition) == ("What I wrote before.", None, 2)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == before
    assert browser.get(f"/en/portfolio/{portfolio.enrolment_id}/2").status_code == 200, "the server goes on"
    with transaction():
        again = evidence.attach_file(actor_of(learner), item.id, 2, io.BytesIO(LARGE), "a.pdf", 20_000_000)
    assert again.file_name == "a.pdf"
