"""Who may do what about a portfolio, by relationship and state: one table. 404: not theirs to know of; 403: never theirs.

The learner has item 1 as a draft and item 2 submitted, which they share with one reader. Another portfolio of theirs is
signed off, and drawn for moderation.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.portfolios import exporting
from courses.portfolios.models import EvidenceState, ExportKind, PortfolioState
from courses.portfolios.moderation.models import ModerationSample
from courses.portfolios.services import sharing
from courses.supervision import services as supervision
from courses.supervision.models import Escalation, StandInKind
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Role
from tests.factories.accounts import grant, kept, make_membership, make_organisation, make_person
from tests.factories.portfolios import a_pair, actor_of, items_of, make_portfolio, sign, submit, write
from tests.factories.supervision import make_licence, make_supervision

WHO = (
    "learner", "supervisor", "former supervisor", "cover", "deputy", "told deputy", "manager", "commissioner",
    "organiser", "lead", "lead elsewhere", "reader", "other learner", "author",
)  # fmt: skip
CHARGE = ("supervisor", "cover", "told deputy")
"""Who has the learner: a deputy only once something has waited too long."""


@dataclass(frozen=True)
class Row:
    """What each of WHO is answered: `else_` unless `given` names them."""

    method: str
    path: str
    given: dict[str, int]
    else_: int = 404
    body: dict[str, Any] | None = field(default=None, hash=False)

    def expected(self, who: str) -> int:
        return self.given.get(who, self.else_)


def charge(status: int) -> dict[str, int]:
    return dict.fromkeys(CHARGE, status)


API = "/api/v1/portfolios"
ITEM = API + "/{p}/items"
LEARNERS_OWN = charge(403)
READ = {"learner": 200} | charge(200)
TABLE = [
    # what is read
    Row("GET", API + "/{p}", READ),
    Row("GET", ITEM + "/1", READ),
    Row("GET", ITEM + "/2/file", READ),
    Row("GET", "/en/portfolio/{e}/2/file", READ),
    Row("GET", "/en/supervision/items/{i}", {"learner": 303} | charge(200)),
    Row("GET", "/en/supervision/portfolios/{p}", {"learner": 303} | charge(200)),
    Row("GET", API + "/{q}/sign-offs/1", READ),
    Row("GET", "/en/portfolio/{f}/signed/1/2/file", READ),
    Row("GET", "/api/v1/shared-evidence/{s}", {"reader": 200}),
    Row("GET", "/en/shared/{s}/file", {"reader": 200}),
    Row("GET", "/api/v1/moderation-samples/{m}", {"lead": 200, "lead elsewhere": 404}, 403),
    Row("GET", "/api/v1/moderation-samples/{m}/items/2/file", {"lead": 200, "lead elsewhere": 404}, 403),
    Row("GET", "/en/manage/supervision/moderation/{m}/items/2/file", {"lead": 200, "lead elsewhere": 404}, 403),
    Row("GET", ITEM + "/1/observations", {"learner": 200} | LEARNERS_OWN),
    Row("GET", ITEM + "/2/shares", {"learner": 200} | LEARNERS_OWN),
    Row("GET", ITEM + "/1/reusable", {"learner": 200} | LEARNERS_OWN),
    Row("GET", ITEM + "/1/statements", {"learner": 200} | LEARNERS_OWN),
    Row("GET", API + "/{p}/exports", {"learner": 200} | LEARNERS_OWN),
    Row("GET", API + "/{p}/exports/{x}", {"learner": 200} | LEARNERS_OWN),
    Row("GET", "/api/v1/portfolio-templates", {"author": 200}, 403),
    Row("GET", "/api/v1/portfolio-templates/PF-ECAMHS-1", {"author": 200}, 403),
    Row("GET", "/api/v1/supervision-rules", {"lead": 200, "lead elsewhere": 200, "organiser": 200}, 403),
    Row("GET", "/api/v1/supervision-demand", {"lead": 200, "lead elsewhere": 200, "organiser": 200}, 403),
    # what only the learner does
    Row("POST", ITEM + "/1/submission", {"learner": 200} | LEARNERS_OWN, body={"edition": 2, "no_identifiers": True}),
    Row("DELETE", ITEM + "/2/submission", {"learner": 200} | LEARNERS_OWN),
    Row("POST", API + "/{q}/reopening", {"learner": 200} | LEARNERS_OWN, body={"reason": "More"}),
    Row("POST", ITEM + "/2/shares", {"learner": 201} | LEARNERS_OWN, body={"reader_id": "{manager}"}),
    Row("DELETE", ITEM + "/2/shares/{s}", {"learner": 200} | LEARNERS_OWN),
    Row("POST", ITEM + "/1/reuse", {"learner": 200} | LEARNERS_OWN, body={"edition": 2, "source": "{signed item}"}),
    Row("PUT", ITEM + "/1/statements", {"learner": 200} | LEARNERS_OWN, body={"edition": 2, "statements": []}),
    Row("POST", API + "/{p}/exports", {"learner": 202} | LEARNERS_OWN, body={"kind": "pdf", "language": "en"}),
    # what is for whoever has the learner
    Row(
        "POST", ITEM + "/2/decisions", charge(201), 403,
        body={"edition": 2, "outcome": "accepted"},
    ),
    Row("POST", ITEM + "/2/redactions", {"learner": 201} | charge(201), body={"reason": "A name"}),
    Row("POST", ITEM + "/1/redactions", {"learner": 201}, body={"reason": "A draft is the learner's alone"}),
    # what is for whoever signed, and whoever moderates there
    Row(
        "POST", "/api/v1/sign-offs/{g}/withdrawal", {"supervisor": 201, "lead": 201},
        body={"ground": "signed_in_error", "reason": "x"},
    ),
    Row(
        "POST", "/api/v1/moderation-samples/{m}/outcome", {"lead": 201, "lead elsewhere": 404}, 403,
        body={"agrees": True},
    ),
    Row(
        "PUT", "/api/v1/supervision-rules", {"lead": 200, "lead elsewhere": 403, "organiser": 200}, 403,
        body={"programme": "ECAMHS", "organisation": "{body}", "escalate_after": 9},
    ),
]  # fmt: skip


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    body, other = make_organisation(), make_organisation()
    pair = a_pair()
    people = {name: make_person() for name in WHO} | {"learner": pair.learner, "supervisor": pair.supervisor}
    make_membership(pair.learner, body, line_manager_id=people["manager"].id)
    write(pair.items[0])
    shown = submit(pair.items[1])
    signed = a_pair_of(pair)
    signature = sign(signed)
    drawn = select(ModerationSample).where(ModerationSample.sign_off_id == signature.id)  # one signature in ten is
    sample = db.session.scalars(drawn).one_or_none() or kept(
        ModerationSample(sign_off_id=signature.id, percent=10, drawn_at=clock.now())
    )
    for name in ("cover", "deputy", "told deputy", "former supervisor"):
        make_licence(people[name])
    make_supervision(pair.learner, people["former supervisor"], ends_on=clock.today() - timedelta(days=5))
    make_portfolio(people["other learner"])
    for name, role, place in (
        ("commissioner", Role.COMMISSIONER, body), ("organiser", Role.ORGANISER, body),
        ("lead", Role.LEAD_SUPERVISOR, body), ("lead elsewhere", Role.LEAD_SUPERVISOR, other),
        ("author", Role.AUTHOR, other),
    ):  # fmt: skip
        grant(people[name], role, place)
    boss = actor_of(pair.supervisor)
    with transaction():
        supervision.stand_in(
            boss, pair.supervisor.id, people["cover"].id, "ECAMHS", StandInKind.COVER,
            ends_on=clock.today() + timedelta(days=3),
        )  # fmt: skip
        supervision.stand_in(boss, pair.supervisor.id, people["deputy"].id, "ECAMHS", StandInKind.DEPUTY)
        share = sharing.share(actor_of(pair.learner), shown.id, email=people["reader"].emails[0].address)
        export = exporting.ask(actor_of(pair.learner), pair.portfolio.id, ExportKind.ZIP, "en")
    kept(
        Escalation(
            learner_id=pair.learner.id, programme_code="ECAMHS", supervisor_id=pair.supervisor.id,
            to_id=people["told deputy"].id, deputy=True, waiting_since=clock.now() - timedelta(days=20), at=clock.now(),
        )
    )  # fmt: skip
    names = {
        "p": pair.portfolio.id, "e": pair.portfolio.enrolment_id, "i": shown.id, "q": signed.portfolio.id,
        "f": signed.portfolio.enrolment_id, "g": signature.id, "m": sample.id, "s": share.id, "x": export.id,
        "body": body.code, "manager": people["manager"].id, "signed item": items_of(signed.portfolio)[0].id,
    }  # fmt: skip
    return people | {"names": names, "pair": pair}


def a_pair_of(pair: Any) -> Any:
    """Another portfolio of the same two."""
    portfolio = make_portfolio(pair.learner)
    return type(pair)(learner=pair.learner, supervisor=pair.supervisor, portfolio=portfolio, items=items_of(portfolio))


def asked(row: Row, cast: dict[str, Any], who: str, signed_in: Any, as_token: Any) -> int:
    """The status that this one is answered."""
    url = row.path.format(**cast["names"])
    body = {
        key: each.format(**cast["names"]) if isinstance(each, str) else each for key, each in (row.body or {}).items()
    }
    if url.startswith("/api"):
        return int(as_token(cast[who]).open(method=row.method, url=url, json=body or None).status_code)
    return int(signed_in(cast[who]).get(url).status_code)


def test_each_is_answered_as_the_table_says(app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    """All that is read, and every refusal: nothing of it changes anything."""
    found, expected = {}, {}
    browsers = {who: signed_in(cast[who]) for who in WHO}
    tokens = {who: as_token(cast[who]) for who in WHO}
    for row in TABLE:
        for who in WHO:
            if row.method == "GET" or row.expected(who) >= 300:
                one = {cast[each].id: each for each in WHO}
                expected[row.method, row.path, who] = row.expected(who)
                found[row.method, row.path, who] = asked(
                    row, cast, who, lambda person, one=one: browsers[one[person.id]],
                    lambda person, one=one: tokens[one[person.id]],
                )  # fmt: skip
    assert {key: (status, expected[key]) for key, status in found.items() if status != expected[key]} == {}
    db.session.expire_all()
    assert [each.state for each in items_of(cast["pair"].portfolio)] == [EvidenceState.DRAFT, EvidenceState.SUBMITTED]
    assert cast["pair"].portfolio.state is PortfolioState.IN_PROGRESS


CHANGES = [(row, next(who for who in WHO if row.expected(who) < 300)) for row in TABLE if row.method != "GET"]


@pytest.mark.parametrize(("row", "who"), CHANGES, ids=lambda each: getattr(each, "path", each))
def test_whoever_may_change_something_does(
    row: Row, who: str, app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any
) -> None:
    assert asked(row, cast, who, signed_in, as_token) == row.expected(who)


def test_nobody_is_let_in_without_signing_in(app: Flask, cast: dict[str, Any]) -> None:
    for row in TABLE:
        url = row.path.format(**cast["names"])
        answer = app.test_client().open(url, method=row.method, json=row.body)
        assert answer.status_code == (401 if url.startswith("/api") else 303), url
