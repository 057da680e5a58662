"""What only pages had, over JSON: templates, observers, shares, redaction, reuse, copies, and rules of supervision."""

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from courses.portfolios import exporting
from courses.portfolios.models import EvidenceItem, EvidenceState, PortfolioExport
from courses.portfolios.services import evidence
from courses.supervision.models import Policy
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.portfolios import WRITTEN, a_pair, actor_of, decide, items_of, submit, write

TEMPLATES = "/api/v1/portfolio-templates"


def test_a_template_from_the_first_word_to_the_second_version(app: Flask, as_token: Any) -> None:
    body, author, publisher, stranger = make_organisation(), make_person(), make_person(), make_person()
    grant(author, Role.AUTHOR, body)
    grant(publisher, Role.PUBLISHER, body)
    client, other = as_token(author), as_token(publisher)
    first = {"code": "PF-API", "title_en": "Practice", "title_cy": "Ymarfer", "supervision": "group_or_individual"}
    assert as_token(stranger).post(TEMPLATES, json=first).status_code == 403
    made = client.post(TEMPLATES, json=first)
    assert (made.status_code, made.json["edition"], made.json["published_at"]) == (201, 1, None)
    assert client.post(TEMPLATES, json=first).status_code == 409
    draft = f"{TEMPLATES}/PF-API/draft"
    asked = {"edition": 1, "kind": "reflection", "title_en": "One", "title_cy": "Un", "how_many": 2}
    added = client.post(f"{draft}/items", json=asked)
    assert (added.status_code, [each["title"]["cy"] for each in added.json["items"]]) == (
        201, ["Un (1 o 2)", "Un (2 o 2)"],
    )  # fmt: skip
    assert client.post(f"{draft}/items", json=asked).json["type"] == "/problems/stale-edit"
    alone = {
        "edition": 2,
        "kind": "activity",
        "title_en": "Alone",
        "title_cy": "Ar ei ben ei hun",
        "individual_only": True,
    }
    assert client.put(f"{draft}/items/2", json=alone).json["items"][1]["individual_only"] is True
    assert client.post(f"{draft}/items/2/move", json={"edition": 3, "by": -1}).json["items"][0]["kind"] == "activity"
    assert len(client.post(f"{draft}/items/2/removal", json={"edition": 4}).json["items"]) == 1
    whole = {"edition": 5, "title_en": "Practice", "title_cy": "Ymarfer", "supervision": "individual_required"}
    assert client.put(draft, json=whole).json["supervision"] == "individual_required"
    assert client.post(f"{draft}/publication", json={"edition": 6}).status_code == 403, "an author does not publish"
    published = other.post(f"{draft}/publication", json={"edition": 6})
    assert (published.status_code, published.json["number"]) == (200, 1)
    assert client.put(draft, json=whole).status_code == 404, "there is no draft any more"
    assert client.post(draft).json["number"] == 2
    versions = client.get(f"{TEMPLATES}/PF-API").json["items"]
    assert [(each["number"], each["published_at"] is None) for each in versions] == [(2, True), (1, False)]
    assert client.delete(draft).status_code == 204
    line = next(each for each in client.get(TEMPLATES).json["items"] if each["code"] == "PF-API")
    assert (line["number"], line["has_draft"], line["items"]) == (1, False, 1)


def test_an_observer_is_asked_and_the_request_cancelled(app: Flask, as_token: Any) -> None:
    pair = a_pair("PF-ECAMHS-2")
    item = write(pair.items[0])
    client, url = as_token(pair.learner), f"/api/v1/portfolios/{pair.portfolio.id}/items/1/observations"
    asked = {"edition": item.edition, "name": "Mair", "email": "mair@example.org", "language": "cy"}
    made = client.post(url, json=asked)
    assert (made.status_code, made.json["name"], "token" in made.text) == (201, "Mair", False)
    assert client.post(url, json=asked).json["type"] == "/problems/observation-asked"
    assert db.session.scalars(select(MailMessage.to).where(MailMessage.to == "mair@example.org")).one()
    assert as_token(pair.supervisor).get(url).status_code == 403
    gone = client.delete(f"{url}/{made.json['id']}")
    assert gone.json["withdrawn_at"] is not None
    assert client.delete(f"{url}/{made.json['id']}").status_code == 409
    assert [each["answer"] for each in client.get(url).json["items"]] == [None]


def test_an_item_is_shared_and_no_longer(app: Flask, as_token: Any) -> None:
    pair, manager = a_pair(), make_person()
    make_membership(pair.learner, make_organisation(), line_manager_id=manager.id)
    submit(pair.items[0])
    client, url = as_token(pair.learner), f"/api/v1/portfolios/{pair.portfolio.id}/items/1/shares"
    theirs = as_token(manager)
    assert theirs.get("/api/v1/shared-evidence").json["items"] == [], "a manager reads nothing by being one"
    for wrong in ({}, {"reader_id": str(manager.id), "email": "a@example.org"}):
        assert client.post(url, json=wrong).status_code == 422
    assert client.post(url, json={"reader_id": str(pair.supervisor.id)}).status_code == 404
    made = client.post(url, json={"reader_id": str(manager.id)})
    assert (made.status_code, made.json["reader"]["id"]) == (201, str(manager.id))
    (shown,) = theirs.get("/api/v1/shared-evidence").json["items"]
    read = theirs.get(f"/api/v1/shared-evidence/{shown['id']}")
    assert read.json["content"]["body"] == WRITTEN
    assert theirs.get(f"/api/v1/shared-evidence/{shown['id']}/file").status_code == 404, "it has none"
    assert as_token(make_person()).get(f"/api/v1/shared-evidence/{shown['id']}").status_code == 404
    assert len(client.get(url).json["items"]) == 1
    assert client.delete(f"{url}/{made.json['id']}").json["ended_at"] is not None
    assert theirs.get(f"/api/v1/shared-evidence/{shown['id']}").status_code == 404


def test_evidence_and_comments_are_redacted(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    item = decide(submit(pair.items[0]), pair.supervisor, comment="Names a child")
    url = f"/api/v1/portfolios/{pair.portfolio.id}/items/1/redactions"
    for who, status in ((make_person(), 404), (pair.learner, 422)):
        assert as_token(who).post(url, json={"parts": ["all"], "reason": "x"}).status_code in (status, 422)
    supervisor = as_token(pair.supervisor)
    done = supervisor.post(url, json={"parts": ["comments"], "reason": "A name"})
    assert (done.status_code, done.json["items"][0]["reason"]) == (201, "A name")
    assert supervisor.post(url, json={"parts": ["comments"], "reason": "A name"}).status_code == 409
    assert supervisor.post(url, json={"reason": "A name"}).status_code == 201
    assert as_token(make_person()).post(url, json={"reason": "A name"}).status_code == 404
    db.session.expire_all()
    kept = db.session.get_one(EvidenceItem, item.id)
    assert (kept.state, kept.body, kept.decisions[0].comment) == (EvidenceState.REDACTED, "", "")


def test_one_item_serves_another(app: Flask, as_token: Any) -> None:
    pair = a_pair("PF-ECAMHS-3")
    write(pair.items[0])
    client, url = as_token(pair.learner), f"/api/v1/portfolios/{pair.portfolio.id}/items"
    (source,) = client.get(f"{url}/2/reusable").json["items"]
    assert (source["position"], source["id"]) == (1, str(pair.items[0].id))
    used = client.post(f"{url}/2/reuse", json={"edition": 1, "source": source["id"]})
    assert (used.status_code, used.json["body"], used.headers["ETag"]) == (200, WRITTEN, '"2"')
    assert client.post(f"{url}/2/reuse", json={"edition": 1, "source": source["id"]}).status_code == 409
    assert client.post(f"{url}/1/also", json={"positions": [2]}).status_code == 422, "it says something already"
    assert client.get(f"{url}/1/statements").json["items"] == []
    assert client.put(f"{url}/1/statements", json={"edition": 2, "statements": []}).status_code == 200
    other = a_pair("PF-ECAMHS-3")
    stolen = {"edition": 2, "source": str(other.items[0].id)}
    assert client.post(f"{url}/2/reuse", json=stolen).status_code == 404


def test_a_copy_is_asked_for_made_and_fetched(app: Flask, as_token: Any) -> None:
    pair = a_pair()
    write(pair.items[0])
    client, url = as_token(pair.learner), f"/api/v1/portfolios/{pair.portfolio.id}/exports"
    asked = client.post(url, json={"kind": "zip", "language": "cy"})
    assert (asked.status_code, asked.json["percent"], asked.json["ended_at"]) == (202, 0, None)
    assert client.post(url, json={"kind": "zip", "language": "cy"}).json["id"] == asked.json["id"]
    one = f"{url}/{asked.json['id']}"
    assert client.get(f"{one}/file").status_code == 404
    db.session.rollback()
    exporting.make(asked.json["id"])
    db.session.expire_all()
    assert client.get(one).json["percent"] == 100
    assert client.get(f"{one}/file").data.startswith(b"PK")
    for who in (pair.supervisor, make_person()):
        assert as_token(who).get(one).status_code in (403, 404)
    assert db.session.scalars(select(PortfolioExport)).one().language == "cy"


def test_rules_of_supervision_are_read_and_set(app: Flask, as_token: Any) -> None:
    body, elsewhere, lead = make_organisation(), make_organisation(), make_person()
    pair = a_pair()
    grant(lead, Role.LEAD_SUPERVISOR, body)
    client, url = as_token(lead), "/api/v1/supervision-rules"
    rule = {
        "programme": "ECAMHS", "organisation": body.code, "scope": "area", "finder_id": str(lead.id), "escalate_after": 7,
    }  # fmt: skip
    made = client.put(url, json=rule)
    assert (made.status_code, made.json["organisation"], made.json["finder"]["id"]) == (200, body.code, str(lead.id))
    assert client.put(url, json=rule | {"organisation": elsewhere.code}).status_code == 403
    assert client.put(url, json={"programme": "ECAMHS"}).status_code == 403, "everywhere is for the root"
    assert as_token(pair.supervisor).get(url).status_code == 403
    (kept,) = client.get(url).json["items"]
    assert (kept["escalate_after"], kept["sample_percent"]) == (7, None)
    assert db.session.scalars(select(Policy)).one().changed_by == lead.id


def test_an_observed_item_is_not_asked_about_before_it_says_something(app: Flask, as_token: Any) -> None:
    pair = a_pair("PF-ECAMHS-2")
    with transaction():
        evidence.save_draft(actor_of(pair.learner), pair.items[0].id, 1, body="", observed_on=date(2026, 3, 2))
    item = items_of(pair.portfolio)[0]
    url = f"/api/v1/portfolios/{pair.portfolio.id}/items/1/observations"
    asked = {"edition": item.edition, "name": "Mair", "email": "mair@example.org"}
    answer = as_token(pair.learner).post(url, json=asked)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/evidence-missing")
