"""Who may do what about supervision, by relationship and state: one table over pages and the API."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.portfolios.moderation.models import ModerationSample
from courses.supervision import services
from courses.supervision.models import StandInKind
from courses.supervision.sessions import services as sessions
from courses.supervision.sessions.models import SessionKind
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Role
from tests.factories.accounts import grant, kept, make_membership, make_organisation, make_person
from tests.factories.portfolios import a_pair, actor_of, sign, submit
from tests.factories.supervision import make_licence, make_supervision

WHO = ("learner", "supervisor", "former", "cover", "manager", "commissioner", "lead", "lead elsewhere", "other learner")
OPEN = (200,) * 9
PAGES: dict[str, tuple[int, ...]] = {
    # {i} a submitted item, {p} its portfolio, {s} a session of supervisor and learner, {g} a signature, {m} its sample
    "/en/supervision/items/{i}": (303, 200, 404, 200, 404, 404, 404, 404, 404),
    "/en/supervision/portfolios/{p}": (303, 200, 404, 200, 404, 404, 404, 404, 404),
    "/en/supervision/several": OPEN,
    "/en/supervision/invitations": OPEN,
    "/en/supervision/cover": OPEN,
    "/en/supervision/sessions": OPEN,
    "/en/supervision/sessions/{s}": (200, 200, 404, 404, 404, 404, 404, 404, 404),
    "/en/supervision/sign-offs/{g}/withdraw": (404, 200, 404, 404, 404, 404, 200, 404, 404),
    "/en/manage/supervision/moderation": (403, 403, 403, 403, 403, 403, 200, 200, 403),
    "/en/manage/supervision/moderation/{m}": (403, 403, 403, 403, 403, 403, 200, 404, 403),
    "/en/manage/supervision/demand": (403, 403, 403, 403, 403, 403, 200, 200, 403),
    "/en/manage/supervision/rules": (403, 403, 403, 403, 403, 403, 200, 200, 403),
    "/en/manage/supervision/attestations": (403, 403, 403, 403, 403, 403, 200, 200, 403),
    "/en/manage/supervision/handover/{u}/ECAMHS": (403, 403, 403, 403, 403, 403, 200, 404, 403),
    "/api/v1/portfolios/{p}": (200, 200, 404, 200, 404, 404, 404, 404, 404),
    "/api/v1/supervision-sessions/{s}": (200, 200, 404, 404, 404, 404, 404, 404, 404),
    "/api/v1/supervision-invitations": OPEN,
    "/api/v1/supervision-hours": OPEN,
    "/api/v1/moderation-samples": (403, 403, 403, 403, 403, 403, 200, 200, 403),
    "/api/v1/supervision-demand": (403, 403, 403, 403, 403, 403, 200, 200, 403),
}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    body, other = make_organisation(), make_organisation()
    pair, signed = a_pair(), a_pair()
    people = {name: make_person() for name in WHO}
    people |= {"learner": pair.learner, "supervisor": pair.supervisor}
    for learner in (pair.learner, signed.learner):
        make_membership(learner, body, line_manager_id=people["manager"].id)
    make_membership(pair.supervisor, body)
    item = submit(pair.items[0])
    signature = sign(signed)
    drawn = select(ModerationSample).where(ModerationSample.sign_off_id == signature.id)  # one signature in ten is
    sample = db.session.scalars(drawn).one_or_none() or kept(
        ModerationSample(sign_off_id=signature.id, percent=10, drawn_at=clock.now())
    )
    made = make_supervision(make_person(), people["former"])
    with transaction():
        services.end(actor_of(people["former"]), made.id)
    make_licence(people["cover"])
    grant(people["commissioner"], Role.COMMISSIONER, body)
    grant(people["lead"], Role.LEAD_SUPERVISOR, body)
    grant(people["lead elsewhere"], Role.LEAD_SUPERVISOR, other)
    with transaction():
        services.stand_in(
            actor_of(pair.supervisor), pair.supervisor.id, people["cover"].id, "ECAMHS", StandInKind.COVER,
            ends_on=clock.today() + timedelta(days=3),
        )  # fmt: skip
        session = sessions.log(
            actor_of(pair.supervisor),
            [pair.learner.id],
            SessionKind.CLINICAL,
            held_on=clock.today(),
            minutes=30,
            topics="x",
        )
    names = {
        "i": item.id, "p": pair.portfolio.id, "s": session.id, "g": signature.id, "m": sample.id,
        "u": pair.supervisor.id,
    }  # fmt: skip
    return people | {"names": names, "signed": signed}


def test_each_opens_to_whom_the_table_says(app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    browsers = {who: signed_in(cast[who]) for who in WHO}
    clients = {who: as_token(cast[who]) for who in WHO}
    for path, expected in PAGES.items():
        url = path.format(**cast["names"])
        found = []
        for who in WHO:
            if "/sign-offs/" in path and who == "supervisor":
                found.append(signed_in(cast["signed"].supervisor).get(url).status_code)  # whoever gave the signature
            else:
                found.append((clients if url.startswith("/api") else browsers)[who].get(url).status_code)
        assert tuple(found) == expected, path
    for path in ("/en/supervision/invitations", "/en/manage/supervision/rules"):
        assert app.test_client().get(path).status_code == 303


def test_what_is_decided_and_named_is_for_those_in_charge(cast: dict[str, Any], as_token: Any) -> None:
    names = cast["names"]
    decision = (
        f"/api/v1/portfolios/{names['p']}/items/1/decisions",
        {"edition": 2, "outcome": "returned", "comment": "x"},
    )
    stand_in = (
        "/api/v1/supervision-stand-ins",
        {"supervisor_id": str(names["u"]), "deputy_id": str(cast["cover"].id), "programme": "ECAMHS", "kind": "deputy"},
    )
    handover = (
        "/api/v1/supervision-handovers",
        {"supervisor_id": str(names["u"]), "programme": "ECAMHS", "reason": "x", "to": {}},
    )
    table = [
        (decision, (403, 0, 403, 201, 403, 403, 403, 403, 403)),
        (stand_in, (403, 201, 403, 403, 403, 403, 201, 403, 403)),
        (handover, (403, 403, 403, 403, 403, 403, 409, 403, 403)),
    ]
    for (url, body), expected in table:
        for who, status in zip(WHO, expected, strict=True):
            if status:
                answer = as_token(cast[who]).post(url, json=body)
                assert answer.status_code == status, (who, url, answer.json)
