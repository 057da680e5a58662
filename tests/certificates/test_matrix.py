"""Who may do what with certificates: every page and operation, each person, and other people's ids guessed."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from certificates import services as awards
from certificates.attendance.models import AwardDoubt
from certificates.badges.models import StatusList
from certificates.keys.models import SigningKey
from certificates.names import services as names
from certificates.organising import runs
from certificates.organising import services as organising
from certificates.rules import RevocationReason
from certificates.telling import services as telling
from certificates.telling.models import Delivery, DeliveryState
from certificates.wallet import exporting
from certificates.wallet import services as wallet
from lms.accounts.models import Organisation
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, kept, make_membership, make_organisation, make_person, post_form
from tests.factories.badges import make_badge, reuse_rsa_keys
from tests.factories.certificates import NAME, make_award, make_completed
from tests.factories.portfolios import actor_of

WHO = ("holder", "organiser", "elsewhere", "administrator", "stranger", "nobody")
IN = "sign in"
"""Asked to sign in: a page sends nobody there, an operation answers 401."""
EVERYBODY = (200,) * 6
SIGNED_IN = (*(200,) * 5, IN)
HOLDER = (200, *(404,) * 4, IN)
READERS = (200, 200, 404, 404, 404, IN)
ORGANISERS = (403, 200, 200, 403, 403, IN)
ORGANISER = (403, 200, 404, 403, 403, IN)
ADMINISTRATOR = (403, 403, 403, 200, 403, IN)

READ: dict[str, tuple[Any, ...]] = {
    "/en/record": SIGNED_IN,
    "/en/record/{n}": READERS,
    "/en/record/{n}/certificate-en.pdf": READERS,
    "/en/record/{n}/name": HOLDER,
    "/en/record/{n}/share": HOLDER,
    "/en/record/{n}/badge": HOLDER,
    "/en/record/{n}/badge-en.json": HOLDER,
    "/en/record/copies": SIGNED_IN,
    "/en/record/copies/{x}.zip": HOLDER,
    "/en/record/copies/{x}/progress": HOLDER,
    "/en/record/name-change": SIGNED_IN,
    "/en/verify": EVERYBODY,
    "/en/verify/badge": EVERYBODY,
    "/en/v/{code}": EVERYBODY,
    "/v/{code}": EVERYBODY,
    "/v/{code}.json": EVERYBODY,
    "/en/achievements/{course}/1": EVERYBODY,
    "/en/verify/list": SIGNED_IN,
    "/en/verify/webhooks": SIGNED_IN,
    "/en/verify/webhooks/{w}": HOLDER,
    "/en/manage/awards": ORGANISERS,
    "/en/manage/awards/{n}/revocation": ORGANISER,
    "/en/manage/awards/{n}/suspension": ORGANISER,
    "/en/manage/awards/{n}/reissue": ORGANISER,
    "/en/manage/awards/cohort": ORGANISERS,
    "/en/manage/awards/specimen-en.pdf?course={course}": ORGANISERS,
    "/en/manage/awards/batches/{b}": ORGANISER,
    "/en/manage/awards/batches/{b}/progress": ORGANISER,
    "/en/manage/awards/ending": ORGANISERS,
    "/en/manage/awards/names": ORGANISERS,
    "/en/manage/awards/names/{c}": ORGANISER,
    "/en/manage/awards/ledger": ADMINISTRATOR,
    "/en/manage/awards/ledger/progress": ADMINISTRATOR,
    "/en/manage/awards/registers": ORGANISERS,
    "/en/manage/awards/registers/{q}": ORGANISER,
    "/.well-known/did.json": EVERYBODY,
    "/.well-known/jwks.json": EVERYBODY,
    "/keys/{kid}": EVERYBODY,
    "/status/{list}": EVERYBODY,
    "/issuer/en": EVERYBODY,
    "/achievements/{course}/1/en": EVERYBODY,
    "/achievements/{course}/1/en/badge.png": EVERYBODY,
    "/ob2/issuer/en": EVERYBODY,
    "/ob2/badges/{course}/1/en": EVERYBODY,
    "/ob2/assertions/{code}/en": EVERYBODY,
    "/api/v1/awards": SIGNED_IN,
    "/api/v1/awards/{a}": READERS,
    "/api/v1/awards/{a}/certificate": READERS,
    "/api/v1/awards/{a}/events": READERS,
    "/api/v1/awards/{a}/shares": HOLDER,
    "/api/v1/awards/{a}/profile-link": HOLDER,
    "/api/v1/awards/{a}/badge": HOLDER,
    "/api/v1/award-copies/{x}": HOLDER,
    "/api/v1/award-copies/{x}/file": HOLDER,
    "/api/v1/award-batches/{b}": ORGANISER,
    "/api/v1/award-batches/{b}/lines": ORGANISER,
    "/api/v1/award-specimen?course={course}": ORGANISERS,
    "/api/v1/awards-ending": ORGANISERS,
    "/api/v1/name-changes": ORGANISERS,
    "/api/v1/name-changes/{c}": ORGANISER,
    "/api/v1/certificate-webhooks": SIGNED_IN,
    "/api/v1/certificate-webhooks/{w}/deliveries": HOLDER,
    "/api/v1/award-doubts": ORGANISERS,
    "/api/v1/award-doubts/{q}": ORGANISER,
    "/api/v1/ledger-checks": ADMINISTRATOR,
    "/api/v1/verify/{code}": EVERYBODY,
}  # fmt: skip

DONE, OPERATES = (403, 303, 404, 403, 403, IN), (403, 200, 404, 403, 403, IN)
MINE = (303, *(404,) * 4, IN)
REASON = {"reason": "under_review", "note": "x"}
WRITE: list[tuple[str, Any, tuple[Any, ...]]] = [
    # In this order: what one does is there for the next. Who is refused tries first.
    ("PUT /api/v1/awards/{a}/name-visibility", {"name_visibility": "initials"}, (200, 403, 404, 404, 404, IN)),
    ("POST /en/record/{n}/name", {"name_visibility": "printed"}, MINE),
    ("POST /api/v1/awards/{a}/shares", {"days": 7}, (201, *HOLDER[1:])),
    ("POST /en/record/{n}/share", {"days": "7"}, HOLDER),
    ("POST /api/v1/awards/{a}/shares/{s}/end", {}, HOLDER),
    ("POST /en/record/{n}/share/{s}/end", {}, MINE),
    ("POST /api/v1/awards/{a}/mail", {}, (204, *HOLDER[1:])),
    ("POST /en/record/{n}/mail", {}, MINE),
    ("POST /api/v1/award-copies", {"edition": "en"}, (202, *(409,) * 4, IN)),  # theirs are none
    ("POST /en/record/copies", {"edition": "en"}, (303, *(422,) * 4, IN)),
    ("POST /en/record/{e}/claim", {}, (303, 303, 403, 403, 403, IN)),
    ("POST /api/v1/name-changes/{c}/withdrawal", {}, (404, 404, 404, 404, 404, IN)),  # it is somebody else's still
    ("POST /en/record/name-change/{c}/withdrawal", {}, (404, 404, 404, 404, 404, IN)),
    ("POST /api/v1/name-changes", {"new_name": "Eirlys Wyn", "reason": "x"}, (*(201,) * 5, IN)),
    ("POST /en/record/name-change", {"new_name": "Eirlys Wyn", "reason": "x"}, (*(422,) * 5, IN)),
    ("POST /api/v1/name-changes/{c}/decision", {"decision": "decline"}, OPERATES),
    ("POST /en/manage/awards/names/{d}", {"decision": "approve"}, DONE),
    ("POST /api/v1/verify", {"number": "{n}", "surname": "Gruffydd", "issued_on": "{on}"}, EVERYBODY),
    ("POST /en/verify", {"number": "", "surname": "", "issued_on": ""}, (422,) * 6),
    ("POST /api/v1/verify/badge", b"{}", (404,) * 6),
    ("POST /en/verify/badge", {"text": "{}"}, (422,) * 6),
    ("POST /en/v/{code}/file", {}, (422,) * 6),
    ("POST /api/v1/verify/list", b"code\nx\n", SIGNED_IN),
    ("POST /en/verify/list", {"file": b"code\nx\n"}, SIGNED_IN),
    ("POST /api/v1/certificate-webhooks", {"name": "HR", "endpoint": "https://hr.example/x"}, (*(201,) * 5, IN)),
    ("POST /en/verify/webhooks", {"name": "HR", "endpoint": "https://hr.example/y"}, SIGNED_IN),
    ("POST /api/v1/certificate-webhooks/{w}/watches", {"codes": ["{code}"]}, HOLDER),
    ("POST /en/verify/webhooks/{w}", {"codes": "{code}"}, MINE),
    ("POST /api/v1/certificate-webhooks/deliveries/{t}/again", {}, HOLDER),
    ("POST /en/verify/webhooks/deliveries/{u}/again", {}, MINE),
    ("POST /api/v1/certificate-webhooks/{w}/end", {}, HOLDER),
    ("POST /en/verify/webhooks/{w}/end", {}, MINE),
    ("POST /api/v1/awards/{a}/suspension", REASON, OPERATES),
    ("POST /api/v1/awards/{a}/suspension/end", {"note": "x"}, OPERATES),
    ("POST /en/manage/awards/{n}/suspension", REASON, DONE),
    ("POST /api/v1/awards/{a}/reissue", {"name": "Siân Wyn"}, (403, 201, 404, 403, 403, IN)),
    ("POST /en/manage/awards/{m}/reissue", {"name": "Siân Wyn"}, DONE),
    ("POST /api/v1/awards/{a}/revocation", {"reason": "wrong_details", "note": "x"}, OPERATES),
    ("POST /en/manage/awards/{o}/revocation", {"reason": "wrong_details", "note": "x", "step": "revoke"}, DONE),
    ("POST /api/v1/award-batches", {"course": "{due}", "dry_run": True}, (403, 202, 202, 403, 403, IN)),
    ("POST /api/v1/award-batches", {"course": "{due}"}, (403, 202, 409, 403, 403, IN)),
    ("POST /en/manage/awards/cohort", {"course": "{due}"}, (403, 303, 422, 403, 403, IN)),
    ("POST /api/v1/award-batches/{b}/copies", {"edition": "cy"}, (403, 202, 404, 403, 403, IN)),
    ("POST /en/manage/awards/batches/{b}/copies", {"edition": "cy"}, DONE),
    ("POST /en/manage/awards/ledger/check", {}, (403, 403, 403, 303, 403, IN)),
    ("POST /api/v1/ledger-checks", {}, (403, 403, 403, 202, 403, IN)),
    ("POST /api/v1/award-doubts/{q}/decision", {"decision": "kept", "note": "x", "seen": 1}, OPERATES),
    ("POST /en/manage/awards/registers/{r}", {"decision": "kept", "note": "x", "seen": "1"}, DONE),
]  # fmt: skip


@pytest.fixture
def cast(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Five people, and what the holder and the organiser have; `given` fills the addresses."""
    reuse_rsa_keys(monkeypatch)
    root = db.session.scalars(select(Organisation).where(Organisation.parent_id.is_(None)).limit(1)).one()
    board = make_organisation(root)
    people: dict[str, Any] = {who: make_person(legal_name=NAME) for who in WHO[:-1]} | {"nobody": None}
    grant(people["organiser"], Role.ORGANISER, board)
    grant(people["elsewhere"], Role.ORGANISER, make_organisation(root))
    grant(people["administrator"], Role.ADMINISTRATOR, root)
    place = make_membership(people["holder"], make_organisation(board))
    colleagues = [make_person(legal_name=NAME) for _ in range(2)]
    places = [make_membership(each, board) for each in colleagues]
    award, second, third = (
        make_award(make_completed(learner=people["holder"], membership=place, **given)) for given in ({}, {}, {})
    )
    holder = actor_of(people["holder"])
    organiser = Actor(people["organiser"].id, "Organiser", roles=frozenset({(Role.ORGANISER, board.id)}))
    due = make_completed(learner=colleagues[0], membership=places[0]).course.code
    make_badge(award), make_badge(award)
    with transaction():
        share, _ = wallet.share(holder, award.id, 7, "")
        export = wallet.copy_all(holder, "both")
        changes = [names.ask(actor_of(each), "Eirlys Wyn", "x") for each in colleagues]
        webhook, _secret = telling.add(holder, "HR", "https://hr.example/changed", private=False)
        telling.watch(holder, webhook.id, [award.code])
    batch = _batch(organiser, people["holder"], place)
    doubts = [_doubt(people["holder"], place) for _ in range(2)]
    exporting.make(str(export.id))
    deliveries = _dead(award.id)
    given = {
        "a": award.id, "n": award.number, "m": second.number, "o": third.number, "code": award.code, "on": award.issued_on,
        "e": award.enrolment_id, "course": award.course_code, "s": share.id, "x": export.id, "c": changes[0].id,
        "d": changes[1].id, "b": batch, "w": webhook.id, "t": deliveries[0], "u": deliveries[1],
        "q": doubts[0], "r": doubts[1],
        "due": due, "kid": db.session.scalars(select(SigningKey.kid)).first(),
        "list": db.session.scalars(select(StatusList.number)).first(),
    }  # fmt: skip
    return people | {"given": given}


def _batch(organiser: Actor, learner: Any, place: Any) -> UUID:
    """One that has ended, with a certificate in it."""
    enrolment = make_completed(learner=learner, membership=place)
    with transaction():
        made = organising.issue_to(organiser, enrolment.course.code, None, None, completes=False)
    with transaction():
        runs.issue(str(made.id))
    return made.id


def _doubt(learner: Any, place: Any) -> UUID:
    """A certificate that a corrected register contradicts."""
    award = make_award(make_completed(learner=learner, membership=place))
    made: AwardDoubt = kept(
        AwardDoubt(
            award_id=award.id, found_at=clock.now(), days=[["2026-03-03", 60]], enough=True, reason="x", edition=1
        )
    )
    return made.id


def _dead(award_id: UUID) -> list[UUID]:
    """Two tellings that were given up; the award counts again."""
    with transaction():
        awards.suspend(Actor.system(), award_id, RevocationReason.UNDER_REVIEW, "x")
        awards.lift(Actor.system(), award_id, "x")
    with transaction():
        for each in db.session.scalars(select(Delivery)):
            each.state = DeliveryState.DEAD
    return list(db.session.scalars(select(Delivery.id).order_by(Delivery.id)))


def filled(body: Any, given: dict[str, Any]) -> Any:
    if isinstance(body, dict):
        return {key: filled(value, given) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(each, given) for each in body]
    return body.format(**given) if isinstance(body, str) and body != "{}" else body


class Asking:
    """Each of them with a browser and with a token."""

    def __init__(self, app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
        self.browsers = {who: signed_in(cast[who]) if cast[who] else app.test_client() for who in WHO}
        self.tokens = {who: as_token(cast[who]) for who in WHO if cast[who]}

    def get(self, who: str, url: str) -> Any:
        if url.startswith("/api") and who in self.tokens:
            return told(self.tokens[who].get(url))
        return told(self.browsers[who].get(url))

    def send(self, who: str, method: str, url: str, body: Any) -> Any:
        if url.startswith("/api"):
            more = {"data": body, "content_type": "text/csv" if "list" in url else "text/plain"}
            more = more if isinstance(body, bytes) else {"json": body}
            if who in self.tokens:
                return told(self.tokens[who].open(method, url, **more))
            return told(self.browsers[who].open(url, method=method, **more))
        data = {key: (io.BytesIO(v), "x.csv") if isinstance(v, bytes) else v for key, v in body.items()}
        return told(post_form(self.browsers[who], url, data, page="/en/verify"))


def told(answer: Any) -> Any:
    away = answer.status_code == 303 and "/sign-in" in answer.headers["Location"]
    return IN if away or answer.status_code == 401 else answer.status_code


@pytest.fixture
def asking(app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> Asking:
    return Asking(app, cast, signed_in, as_token)


def test_each_page_and_answer_opens_to_whom_the_table_says(cast: dict[str, Any], asking: Asking) -> None:
    found = {path: tuple(asking.get(who, path.format(**cast["given"])) for who in WHO) for path in READ}
    assert found == READ


def test_each_change_is_made_by_whom_the_table_says(cast: dict[str, Any], asking: Asking) -> None:
    for line, body, expected in WRITE:
        method, _, path = line.partition(" ")
        url, given = path.format(**cast["given"]), filled(body, cast["given"])
        order = sorted(zip(WHO, expected, strict=True), key=lambda each: each[1] in (IN, 403, 404), reverse=True)
        seen = {who: asking.send(who, method, url, given) for who, _ in order}
        assert tuple(seen[who] for who in WHO) == expected, line


def test_no_page_and_no_operation_is_missing(app: Flask) -> None:
    """Approvals have a table of their own."""
    ours = {
        name for name, blueprint in app.blueprints.items()
        if blueprint.import_name.startswith("certificates.") and ".approvals" not in blueprint.import_name
    }  # fmt: skip
    wanted = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.rpartition(".")[0] in ours
    }
    example = dict.fromkeys("nmoxe", "1") | {"code": "X", "course": "X", "kid": "x", "list": 1, "due": "X", "on": "x"}
    example |= {key: str(new_id()) for key in ("a", "e", "s", "x", "c", "d", "b", "w", "t", "u", "q", "r")}
    address = app.url_map.bind("localhost")
    known = set()
    for line in [*(f"GET {path}" for path in READ), *(line for line, _, _ in WRITE)]:
        method, _, path = line.partition(" ")
        known.add((method, address.match(path.format(**example).partition("?")[0], method)[0]))
    assert len(wanted) > 80
    assert wanted - known == set()


def test_ids_that_are_nobodys_open_nothing(cast: dict[str, Any], asking: Asking) -> None:
    """The ones with most rights try ids and numbers that nobody has, and codes that are one letter off."""
    real: dict[str, Any] = cast["given"]
    wrong = real | {key: new_id() for key in ("a", "e", "s", "x", "c", "d", "b", "w", "t", "u", "q", "r")}
    wrong |= dict.fromkeys("nmo", "LLW-2026-999999")
    wrong |= {
        "code": ("1" if real["code"][0] == "0" else "0") + real["code"][1:],
        "kid": "x",
        "list": 99,
        "course": "NONE",
    }
    tried = [path for path, expected in READ.items() if "{" in path and expected is not SIGNED_IN]
    answers = {
        (who, path): asking.get(who, path.format(**wrong))
        for who in ("holder", "organiser", "administrator")
        for path in tried
    }
    opened = {key: answer for key, answer in answers.items() if answer not in (403, 404, 429)}
    assert opened == {}


def test_a_token_that_may_only_read_changes_nothing(cast: dict[str, Any], as_token: Callable[..., Any]) -> None:
    reader = as_token(cast["organiser"], scopes=["award:read"])
    one = f"/api/v1/awards/{cast['given']['a']}"
    assert reader.get(one).status_code == 200
    refused = [
        reader.post(f"{one}/revocation", json={"reason": "wrong_details", "note": "x"}),
        reader.post(f"{one}/reissue", json={"name": "x"}), reader.get("/api/v1/awards-ending"),
        reader.post("/api/v1/award-batches", json={"course": cast["given"]["due"]}),
    ]  # fmt: skip
    assert [each.status_code for each in refused] == [403] * 4
