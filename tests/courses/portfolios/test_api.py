"""The same way through JSON alone, and everything that can be sent wrongly."""

import io
from typing import Any

from flask import Flask

from courses.portfolios.models import PortfolioState
from lms.core.db import db
from tests.factories.portfolios import PDF, a_pair, items_of, make_portfolio, submit, submit_whole


def test_from_the_first_word_to_the_signature(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    learner, supervisor = as_token(pair.learner), as_token(pair.supervisor)
    url = f"/api/v1/portfolios/{pair.portfolio.id}"
    tag = learner.get(f"{url}/items/1").headers["ETag"]
    saved = learner.put(f"{url}/items/1", json={"body": "I waited."}, headers={"If-Match": tag})
    assert (saved.status_code, saved.headers["ETag"], saved.json["state"]) == (200, '"2"', "draft")
    sent = learner.post(f"{url}/items/2/file", data={"file": (io.BytesIO(PDF), "t.pdf")}, headers={"If-Match": '"1"'})
    assert (sent.status_code, sent.json["file"]["name"], sent.json["edition"]) == (200, "t.pdf", 2)
    for position in (1, 2):
        word = {"edition": 2, "no_identifiers": True}
        assert learner.post(f"{url}/items/{position}/submission", json=word).json["state"] == "submitted"
    queue = supervisor.get("/api/v1/supervision/queue", query_string={"size": 1}).json
    assert (queue["items"][0]["kind"], queue["items"][0]["position"]) == ("item", 1)
    more = supervisor.get("/api/v1/supervision/queue", query_string={"size": 1, "cursor": queue["next"]}).json
    assert (more["items"][0]["position"], more["next"]) == (2, None)
    for position in (1, 2):
        made = supervisor.post(f"{url}/items/{position}/decisions", json={"edition": 2, "outcome": "accepted"})
        assert (made.status_code, made.json["by"]["name"]) == (201, "Siân Supervisor")
    assert learner.post(f"{url}/submission", json={"declared": True}).json["state"] == "submitted"
    seen = supervisor.get(url).json["evidence_hash"]
    signature = supervisor.post(f"{url}/sign-off", json={"seen": seen, "statement": "I have read it."})
    assert signature.status_code == 201
    kept = learner.get(f"{url}/sign-offs/1").json
    assert (kept["holds"], kept["content_hash"]) == (True, signature.json["content_hash"])
    assert learner.post(f"{url}/reopening", json={"reason": "More."}).json["version"] == 2


def test_an_edit_says_which_edition_it_saw(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    client, url = as_token(pair.learner), f"/api/v1/portfolios/{pair.portfolio.id}/items/1"
    assert client.put(url, json={"body": "one"}).status_code == 428
    assert client.put(url, json={"body": "one"}, headers={"If-Match": "*"}).status_code == 428
    assert client.put(url, json={"body": "one"}, headers={"If-Match": '"1"'}).status_code == 200
    stale = client.put(url, json={"body": "two"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale-edit")
    late = client.post(f"{url}/submission", json={"edition": 1, "no_identifiers": True})
    assert (late.status_code, late.json["type"]) == (409, "/problems/stale-edit")


def test_what_is_sent_wrongly_is_answered_with_where(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    client, url = as_token(pair.learner), f"/api/v1/portfolios/{pair.portfolio.id}/items/1"
    first = {"If-Match": '"1"'}
    for body, pointer in (
        ({"body": 5}, "#/body"), ({"body": "x" * 20_001}, "#/body"), ({"body": "\x00"}, "#/body"),
        ({"observed_on": "31/2"}, "#/observed_on"), ({"words": "x"}, "#/words"), ({"observer": "a\nb"}, "#/observer"),
    ):  # fmt: skip
        answer = client.put(url, json=body, headers=first)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert client.put(url, data="{", headers=first | {"Content-Type": "application/json"}).status_code == 400
    nothing = client.post(f"{url}/submission", json={"edition": 1, "no_identifiers": True})
    assert (nothing.status_code, nothing.json["errors"][0]["pointer"]) == (422, "#/body")
    spoofed = client.post(f"{url}/file", data={"file": (io.BytesIO(b"MZ\x90\x00"), "x.pdf")}, headers=first)
    assert (spoofed.status_code, spoofed.json["type"]) == (422, "/problems/file-refused")
    assert client.post(f"{url}/file", data={}, headers=first).status_code == 422
    large = {"file": (io.BytesIO(b"%PDF-" + b"x" * 20_000_100), "x.pdf")}
    assert client.post(f"{url}/file", data=large, headers=first).status_code == 413
    huge = {"file": (io.BytesIO(b"x" * 22_000_000), "x.pdf")}
    assert client.post(f"{url}/file", data=huge, headers=first).status_code == 413
    welsh = client.post(f"{url}/submission", json={"edition": 1}, headers={"Accept-Language": "cy"})
    assert welsh.headers["Content-Language"] == "cy"


def test_a_decision_is_made_once_and_a_retry_is_answered_as_it_was(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    client, url = as_token(pair.supervisor), f"/api/v1/portfolios/{pair.portfolio.id}/items/1/decisions"
    body, once = {"edition": item.edition, "outcome": "accepted"}, {"Idempotency-Key": "k1"}
    first, again = (client.post(url, json=body, headers=once) for _ in range(2))
    assert (first.status_code, first.json) == (again.status_code, again.json)
    late = client.post(url, json=body)
    assert (late.status_code, late.json["type"]) == (409, "/problems/already-decided")
    assert "way_out" in late.json
    for wrong, pointer in (({"outcome": "burned"}, "#/outcome"), ({"edition": "x"}, "#/edition"), ({}, "#/outcome")):
        answer = client.post(url, json={"edition": 2, "outcome": "accepted"} | wrong if wrong else {"edition": 2})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_everything_can_be_taken_back_until_somebody_decides(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    submit(pair.items[0])
    client, url = as_token(pair.learner), f"/api/v1/portfolios/{pair.portfolio.id}"
    assert client.delete(f"{url}/items/1/submission").json["state"] == "draft"
    assert client.delete(f"{url}/items/1/submission").json["type"] == "/problems/item-not-submitted"
    assert client.delete(f"{url}/submission").json["type"] == "/problems/portfolio-not-submitted"
    assert client.post(f"{url}/submission", json={"declared": True}).json["type"] == "/problems/not-all-accepted"
    submit_whole(pair)
    assert client.delete(f"{url}/submission").json["state"] == "in_progress"
    db.session.expire_all()
    assert pair.portfolio.state is PortfolioState.IN_PROGRESS
    edition = items_of(pair.portfolio)[1].edition
    gone = client.delete(f"{url}/items/2/file", headers={"If-Match": f'"{edition}"'})
    assert (gone.json["file"], gone.json["state"]) == (None, "draft")


def test_lists_are_paged(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    for _ in range(2):
        make_portfolio(pair.learner)
    client, seen, cursor = as_token(pair.learner), [], None
    while True:
        page = client.get("/api/v1/portfolios", query_string={"size": 2, **({"cursor": cursor} if cursor else {})}).json
        seen += [each["id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 3
    assert client.get("/api/v1/portfolios", query_string={"cursor": "nonsense"}).status_code == 422
