"""Who may do what, over pages and the API: one table, and ids that were guessed."""

from typing import Any

import pytest
from flask import Flask

from courses.portfolios.models import EvidenceState
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.portfolios import a_pair, items_of, make_portfolio, make_supervisor, submit, write
from tests.factories.supervision import make_licence, make_supervision

WHO = ("learner", "other_learner", "supervisor", "other_supervisor", "ex_supervisor", "organiser", "anonymous")

PAGES = {
    # page, with {e} the enrolment, {p} the portfolio, {i} a submitted item: what each of WHO is answered
    "/en/portfolio/{e}": (200, 404, 303, 404, 404, 404, 303),
    "/en/portfolio/{e}/1": (200, 404, 303, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/submit": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/upload": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/2/file": (200, 404, 200, 404, 404, 404, 303),
    "/en/portfolio/{e}/submit": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/reuse": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/also": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/statements": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/observer": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/share": (200, 404, 403, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/redact": (200, 404, 404, 404, 404, 404, 303),
    "/en/portfolio/{e}/2/redact": (200, 404, 200, 404, 404, 404, 303),
    "/en/portfolio/{e}/1/preview": (404, 404, 404, 404, 404, 404, 303),
    "/en/portfolio/{e}/export": (200, 404, 403, 404, 404, 404, 303),
    "/en/shared": (200, 200, 200, 200, 200, 200, 303),
    "/en/portfolio/{e}/reopen": (200, 404, 403, 404, 404, 404, 303),
    "/en/supervision": (200, 200, 200, 200, 200, 200, 303),
    "/en/supervision/items/{i}": (303, 404, 200, 404, 404, 404, 303),
    "/en/supervision/portfolios/{p}": (303, 404, 200, 404, 404, 404, 303),
}
READS = {
    "/api/v1/portfolios": (200, 200, 200, 200, 200, 200, 401),
    "/api/v1/portfolios/{p}": (200, 404, 200, 404, 404, 404, 401),
    "/api/v1/portfolios/{p}/items/2": (200, 404, 200, 404, 404, 404, 401),
    "/api/v1/portfolios/{p}/items/2/file": (200, 404, 200, 404, 404, 404, 401),
    "/api/v1/portfolios/{p}/sign-offs/1": (404, 404, 404, 404, 404, 404, 401),
    "/api/v1/supervision/queue": (200, 200, 200, 200, 200, 200, 401),
}
EVIDENCE: dict[str, Any] = {"body": "not mine"}
WRITES: dict[str, tuple[str, dict[str, Any], tuple[int, ...]]] = {
    # 403 where the act is never theirs, 404 where they may not even know
    "{p}/items/1": ("PUT", EVIDENCE, (0, 404, 403, 404, 404, 404, 401)),
    "{p}/items/1/submission": ("POST", {"edition": 1, "no_identifiers": True}, (0, 404, 403, 404, 404, 404, 401)),
    "{p}/items/2/submission": ("DELETE", {}, (0, 404, 403, 404, 404, 404, 401)),
    "{p}/items/2/file": ("DELETE", {}, (0, 404, 403, 404, 404, 404, 401)),
    "{p}/items/2/decisions": ("POST", {"edition": 1, "outcome": "accepted"}, (403, 403, 0, 404, 403, 403, 401)),
    "{p}/submission": ("POST", {"declared": True}, (0, 404, 403, 404, 404, 404, 401)),
    "{p}/sign-off": ("POST", {"seen": "0" * 64, "statement": "x"}, (403, 403, 0, 404, 403, 403, 401)),
    "{p}/reopening": ("POST", {"reason": "x"}, (0, 404, 403, 404, 404, 404, 401)),
}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    """Everybody of WHO, about one portfolio: item 1 a draft, item 2 submitted."""
    pair = a_pair()
    write(pair.items[0], "for the learner alone")
    submit(pair.items[1])
    other_learner, ex, organiser = make_person(), make_person(), make_person()
    make_portfolio(other_learner)
    make_licence(ex)
    former = make_person()
    supervision = make_supervision(former, ex)
    from lms.core import clock
    from lms.core.db import transaction

    with transaction():  # of this learner once, and of nobody now
        supervision = db.session.merge(supervision)
        supervision.learner_id, supervision.ends_on = pair.learner.id, clock.today()
    grant(organiser, Role.ORGANISER, make_organisation())
    names = {"e": pair.portfolio.enrolment_id, "p": pair.portfolio.id, "i": pair.items[1].id}
    return {
        "learner": pair.learner, "other_learner": other_learner, "supervisor": pair.supervisor,
        "other_supervisor": make_supervisor(other_learner), "ex_supervisor": ex, "organiser": organiser,
        "anonymous": None, "names": names, "pair": pair,
    }  # fmt: skip


def test_the_pages_open_to_whom_the_table_says(app: Flask, cast: dict[str, Any], signed_in: Any) -> None:
    browsers = {who: signed_in(cast[who]) if cast[who] else app.test_client() for who in WHO}
    for page, expected in PAGES.items():
        url = page.format(**cast["names"])
        assert tuple(browsers[who].get(url).status_code for who in WHO) == expected, page


def test_the_api_opens_to_whom_the_table_says(app: Flask, cast: dict[str, Any], as_token: Any) -> None:
    clients = {who: as_token(cast[who]) if cast[who] else app.test_client() for who in WHO}
    for path, expected in READS.items():
        url = path.format(**cast["names"])
        assert tuple(clients[who].get(url).status_code for who in WHO) == expected, path
    for path, (method, body, expected) in WRITES.items():
        url = "/api/v1/portfolios/" + path.format(**cast["names"])
        for who, status in zip(WHO, expected, strict=True):
            if status:
                answer = clients[who].open(method=method, **_request(url, body, clients[who]))
                assert answer.status_code == status, (who, path, answer.text)
    db.session.expire_all()
    states = [item.state for item in items_of(cast["pair"].portfolio)]
    assert states == [EvidenceState.DRAFT, EvidenceState.SUBMITTED], "nothing has moved"


def _request(url: str, body: dict[str, Any], client: Any) -> dict[str, Any]:
    named = "url" if hasattr(client, "person") else "path"
    return {named: url, "json": body or None, "headers": {"If-Match": '"2"'}}


def test_a_list_holds_what_a_single_read_would_show(app: Flask, cast: dict[str, Any], as_token: Any) -> None:
    for who, count in (("learner", 1), ("other_learner", 1), ("supervisor", 1), ("ex_supervisor", 0), ("organiser", 0)):
        assert len(as_token(cast[who]).get("/api/v1/portfolios").json["items"]) == count, who


def test_a_supervisor_over_the_api_sees_no_draft(app: Flask, cast: dict[str, Any], as_token: Any) -> None:
    url = f"/api/v1/portfolios/{cast['names']['p']}"
    for who, body in (("learner", "for the learner alone"), ("supervisor", None)):
        first = as_token(cast[who]).get(url).json["items"][0]
        assert first["body"] == body


def test_ids_that_were_guessed_lead_nowhere(app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    browser, client, other = signed_in(cast["supervisor"]), as_token(cast["learner"]), new_id()
    for page in PAGES:
        if "{" in page:
            url = page.format(e=other, p=other, i=other)
            assert browser.get(url).status_code == 404, page
    for path in READS:
        if "{" in path:
            assert client.get(path.format(p=other)).status_code == 404, path
    there = f"/api/v1/portfolios/{cast['names']['p']}/items"
    assert [client.get(f"{there}/{position}").status_code for position in (0, 3, 10**18)] == [404, 404, 404]


def test_a_token_does_no_more_than_its_scopes(app: Flask, cast: dict[str, Any], as_token: Any) -> None:
    client, url = as_token(cast["learner"], scopes=["portfolio:read"]), f"/api/v1/portfolios/{cast['names']['p']}"
    assert client.get(url).status_code == 200
    assert client.put(f"{url}/items/1", json=EVIDENCE, headers={"If-Match": '"2"'}).status_code == 403
