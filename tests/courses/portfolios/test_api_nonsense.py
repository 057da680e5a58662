"""Addresses and numbers that nobody means are refused, and break nothing."""

from typing import Any

from flask import Flask

from lms.core.permissions import Role
from tests.factories.accounts import grant, make_person, organisation
from tests.factories.portfolios import a_pair


def test_nonsense_is_refused(app: Flask, as_token: Any) -> None:
    person, pair = make_person(), a_pair()
    for role in Role:
        grant(person, role, organisation("WALES"))
    everything, learner = as_token(person), as_token(pair.learner)
    templates, mine = "/api/v1/portfolio-templates", f"/api/v1/portfolios/{pair.portfolio.id}"
    item = {"edition": 1, "kind": "text", "title_en": "One", "title_cy": "Un"}
    answers = [
        everything.get(f"{templates}/%00"), everything.post(f"{templates}/a%00/draft"),
        everything.delete(f"{templates}/%00/draft"), everything.put(f"{templates}/X/draft/items/{10**20}", json=item),
        everything.get("/api/v1/attestations?on=0000-01-01"), everything.get(f"{mine}/items/{10**20}/shares"),
        learner.post(f"{mine}/items/1/also", json={"positions": [2, 10**20]}),
        learner.post(f"{mine}/exports", json={"kind": "pdf", "language": "xx"}),
        learner.post(f"{mine}/items/1/redactions", json={"parts": ["evidence"] * 3, "reason": "x"}),
    ]  # fmt: skip
    assert [each.status_code for each in answers] == [404, 404, 404, 404, 422, 404, 422, 422, 422]
    everything.post(f"{templates}/PF-ECAMHS-1/draft")
    items = f"{templates}/PF-ECAMHS-1/draft/items"
    assert everything.post(items, json=item | {"minutes": 10**30}).status_code == 422
