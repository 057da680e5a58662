"""Badges: what they say, for whom, and as long as it counts. Those who try: replay, look-alike hosts, other people's names."""

import hashlib
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from certificates import services as awards
from certificates.badges import baking, contexts, documents, lists, securing, services
from certificates.badges.errors import NotOurBadge
from certificates.badges.models import AwardBadge, Form, StatusEntry, StatusList
from certificates.errors import AwardNotActive
from certificates.keys import documents as public_keys
from certificates.keys import services as keys
from certificates.keys.rules import KeyKind
from certificates.models import Award
from certificates.rules import NameVisibility, RevocationReason
from courses.catalogue.models import CertificateKind, CourseStatement, CourseStatus, CourseVersion
from courses.enrolments.models import EnrolmentState
from frameworks.case.addresses import item_uri
from frameworks.queries import statements_named
from lms.accounts.models import EmailAddress
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import NotFound, TooMany
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.factories.badges import holder_of, make_badge, reuse_rsa_keys
from tests.factories.certificates import NAME, make_award
from tests.factories.enrolments import make_enrolment

SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    reuse_rsa_keys(monkeypatch)


def said(award: Award, language: str = "en") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(make_badge(award, Form.JSON, language))
    return found


def revoke(award: Award) -> None:
    with transaction():
        awards.revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "wrong")


def test_a_badge_is_signed_once_and_kept(app: Flask) -> None:
    award = make_award()
    first = make_badge(award)
    assert make_badge(award) == first
    assert make_badge(award, Form.JSON, "cy") != first
    assert db.session.scalar(select(func.count()).select_from(AwardBadge)) == 2
    assert json.loads(first)["credentialStatus"] == said(award, "cy")["credentialStatus"]


def test_it_holds_under_our_own_check_and_not_when_touched(app: Flask) -> None:
    award = make_award(minutes=100)
    it, token = said(award), make_badge(award, Form.JWT)
    kid = it["proof"]["verificationMethod"].partition("#")[2]
    key = public_keys.verifier(kid, KeyKind.ED25519)
    assert securing.proof_holds(it, key)  # type: ignore[arg-type]
    assert not securing.proof_holds({**it, "name": "Another"}, key)  # type: ignore[arg-type]
    rsa = public_keys.verifier(json.loads(_part(token, 0))["kid"].rpartition("/")[2], KeyKind.RSA)
    assert securing.token_holds(token, rsa)  # type: ignore[arg-type]
    assert not securing.token_holds(token[:-8] + "AAAAAAAA", rsa)  # type: ignore[arg-type]
    assert public_keys.verifier(kid, KeyKind.RSA) is None


def _part(token: str, place: int) -> bytes:
    import base64

    return base64.urlsafe_b64decode(token.split(".")[place] + "==")


def test_the_options_of_a_proof_are_written_as_they_are_canonicalised(app: Flask) -> None:
    options = {key: value for key, value in said(make_award())["proof"].items() if key != "proofValue"}
    whole = securing.canonical({"@context": [contexts.CREDENTIALS, contexts.OPEN_BADGES], **options})
    assert securing.canonical_options(options) == whole


def test_no_word_is_ever_fetched() -> None:
    for address in ("https://example.org/context", "http://127.0.0.1/x", "file:///etc/passwd"):
        with pytest.raises(contexts.Unknown):
            contexts.loader(address)


def test_what_it_covers_is_named_by_its_case_address(app: Flask) -> None:
    version = db.session.scalars(
        select(CourseVersion)
        .join(CourseStatement, CourseStatement.version_id == CourseVersion.id)
        .where(
            CourseVersion.status == CourseStatus.PUBLISHED, CourseVersion.certificate_kind == CertificateKind.COMPLETION
        )
        .order_by(CourseVersion.id)
        .limit(1)
    ).one()
    award = make_award(
        make_enrolment(make_person(legal_name=NAME), version.course, None, state=EnrolmentState.COMPLETED)
    )
    achievement = said(award, "cy")["credentialSubject"]["achievement"]
    covered = statements_named([(each.framework_code, each.statement_code) for each in version.statements])
    assert [(each["targetUrl"], each["targetName"], each["targetCode"]) for each in achievement["alignment"]] == [
        (item_uri(each.identifier), each.wording.in_("cy"), each.code) for each in covered
    ]
    assert achievement["alignment"][0]["targetUrl"].startswith("http://localhost/ims/case/")
    assert (achievement["creditsAvailable"], achievement["inLanguage"]) == (round(version.minutes / 60, 2), "cy")
    assert achievement["related"][0]["id"] == documents.addresses.achievement(award.course_code, version.number, "en")


@pytest.mark.parametrize("visibility", NameVisibility)
def test_the_name_is_what_the_holder_lets_be_shown(app: Flask, client: FlaskClient, visibility: NameVisibility) -> None:
    award = make_award()
    with transaction():
        awards.choose_visibility(holder_of(award), award, visibility)
    content, token = make_badge(award), make_badge(award, Form.JWT)
    names = [
        each["identityHash"]
        for each in json.loads(content)["credentialSubject"]["identifier"]
        if each["identityType"] == "name"
    ]
    assert names == {"printed": [NAME], "initials": ["S. Ŵ. Llŷr-Gruffydd"], "private": []}[visibility]
    hosted = client.get(f"/ob2/assertions/{award.code}/en").text
    if visibility is not NameVisibility.PRINTED:
        for text in (content, _part(token, 1).decode(), hosted):
            assert "Siân" not in json.dumps(json.loads(text), ensure_ascii=False)
    assert NAME.split()[0] not in json.dumps(json.loads(hosted), ensure_ascii=False)


def test_the_address_is_a_salted_hash_and_never_there_in_words(app: Flask) -> None:
    award = make_award()
    email = db.session.scalars(select(EmailAddress.address).where(EmailAddress.person_id == award.learner_id)).one()
    content = make_badge(award)
    (hashed,) = [each for each in json.loads(content)["credentialSubject"]["identifier"] if each["hashed"]]
    assert hashed["identityHash"] == f"sha256${hashlib.sha256((email + hashed['salt']).encode()).hexdigest()}"
    assert email not in content
    with transaction():
        db.session.execute(update(EmailAddress).values(address="new@example.org").where(EmailAddress.address == email))
    assert make_badge(award) != content


def test_who_is_not_the_holder_gets_none(app: Flask, as_token: Any, signed_in: Any) -> None:
    award = make_award()
    other = make_person()
    assert as_token(other).get(f"/api/v1/awards/{award.id}/badge").status_code == 404
    for path in (f"/en/record/{award.number}/badge", f"/en/record/{award.number}/badge-en.json"):
        assert signed_in(other).get(path).status_code == 404
    with pytest.raises(NotFound):
        services.badge(Actor(other.id, "x"), award.id, Form.JSON, "en")
    assert db.session.scalars(select(AwardBadge)).all() == []


def test_the_holder_gets_it_in_three_forms(app: Flask, as_token: Any, signed_in: Any) -> None:
    award = make_award()
    mine = as_token(award.learner)
    got = {
        form: mine.get(f"/api/v1/awards/{award.id}/badge?form={form}&language=cy") for form in ("json", "jwt", "png")
    }
    assert {form: each.mimetype for form, each in got.items()} == {
        "json": "application/vc", "jwt": "application/vc+jwt", "png": "image/png",
    }  # fmt: skip
    assert baking.unbaked(got["png"].data) == got["json"].text
    browser = signed_in(award.learner)
    page = browser.get(f"/cy/record/{award.number}/badge")
    assert (page.status_code, NAME in page.text) == (200, True)
    file = browser.get(f"/cy/record/{award.number}/badge-cy.png")
    assert f"{award.number}-cy.png" in file.headers["Content-Disposition"]
    assert mine.get(f"/api/v1/awards/{award.id}/badge?form=svg").status_code == 422


def test_what_does_not_count_is_not_signed(app: Flask, client: FlaskClient, signed_in: Any) -> None:
    award = make_award()
    assert client.get(f"/ob2/assertions/{award.code}/en").status_code == 200
    revoke(award)
    with pytest.raises(AwardNotActive):
        make_badge(award)
    gone = client.get(f"/ob2/assertions/{award.code}/cy")
    assert (gone.status_code, gone.json["revoked"]) == (410, True)
    assert gone.json["revocationReason"] == "Fe'i cyhoeddwyd trwy gamgymeriad"
    browser = signed_in(award.learner)
    assert browser.get(f"/en/record/{award.number}/badge").status_code == 200
    assert browser.get(f"/en/record/{award.number}/badge-en.json").status_code == 303


def test_a_look_alike_host_changes_nothing(app: Flask, client: FlaskClient) -> None:
    award = make_award()
    make_badge(award)
    host = {"Host": "llwybr.evil.example", "X-Forwarded-Host": "llwybr.evil.example"}
    for path in (
        "/.well-known/did.json", "/.well-known/jwks.json", "/status/1", "/issuer/en", "/ob2/issuer/cy",
        f"/achievements/{award.course_code}/1/en", f"/ob2/badges/{award.course_code}/1/en",
        f"/ob2/assertions/{award.code}/en",
    ):  # fmt: skip
        answer = client.get(path, headers=host)
        assert (answer.status_code, "evil" in answer.text, "localhost" in answer.text or "keys" in path) == (
            200,
            False,
            "jwks" not in path,
        )


def test_a_badge_that_is_brought_back_leads_to_its_certificate(app: Flask, client: FlaskClient) -> None:
    award = make_award()
    content, token = make_badge(award), make_badge(award, Form.JWT)
    with transaction():
        picture = services.picture(holder_of(award), award.id, "en")
    anew = json.dumps(dict(reversed(json.loads(content).items())), indent=2)
    for given in (content.encode(), anew.encode(), b"\xef\xbb\xbf" + token.encode() + b"\n", picture):
        answer = client.post("/api/v1/verify/badge", data=given, content_type="text/plain")
        assert (answer.status_code, answer.json["number"]) == (200, award.number)
    revoke(award)
    again = client.post("/api/v1/verify/badge", data=content, content_type="text/plain")
    assert again.json["status"]["state"] == "revoked"  # replayed, and told so


def test_a_badge_that_is_not_ours_is_not_recognised(app: Flask) -> None:
    award = make_award()
    content = make_badge(award)
    it = json.loads(content)
    forged = [
        {**it, "name": "Another"}, {**it, "id": "urn:uuid:00000000-0000-4000-8000-000000000000"},
        {**it, "proof": {**it["proof"], "proofValue": "z1"}}, {"id": it["id"]}, [], {"id": 7},
    ]  # fmt: skip
    for given in (
        *(json.dumps(each).encode() for each in forged), b"", b"{", b"a.b.c", b"\x89PNG\r\n\x1a\n" + b"\xff" * 50,
        b'{"a":' * 5000, b"x" * 300_000,
    ):  # fmt: skip
        with pytest.raises(NotOurBadge):
            services.recognised(SYSTEM, given, f"origin {len(given)} {hash(given)}")
    with transaction():
        keys.compromised(SYSTEM, it["proof"]["verificationMethod"].partition("#")[2])
    with pytest.raises(NotOurBadge):
        services.recognised(SYSTEM, content.encode(), "elsewhere")
    for _ in range(30):
        with pytest.raises(NotOurBadge):
            services.recognised(SYSTEM, b"{}", "the same")
    with pytest.raises(TooMany):
        services.recognised(SYSTEM, content.encode(), "the same")


def test_a_list_is_kept_until_it_must_be_signed_anew(app: Flask, client: FlaskClient) -> None:
    award, other = make_award(), make_award(name="Another")
    make_badge(award), make_badge(other)
    first = client.get("/status/1")
    assert (first.mimetype, first.headers["Cache-Control"]) == ("application/vc", "public, max-age=300")
    assert client.get("/status/1", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get("/status/1").text == first.text
    token = client.get("/status/1", headers={"Accept": "application/vc+jwt"})
    assert (token.mimetype, token.text.count(".")) == ("application/vc+jwt", 2)
    revoke(award)
    second = json.loads(client.get("/status/1").text)
    assert _set(second) == {_place(award)}
    with clock.frozen(clock.now() + timedelta(hours=25)):
        third = json.loads(client.get("/status/1").text)
    assert third["validUntil"] > second["validUntil"]
    with transaction():
        keys.compromised(SYSTEM, second["proof"]["verificationMethod"].partition("#")[2])
    fourth = json.loads(client.get("/status/1").text)
    assert fourth["proof"]["verificationMethod"] != second["proof"]["verificationMethod"]
    assert client.get("/status/2").status_code == 404
    assert client.get(f"/status/{2**40}").status_code == 404


def _place(award: Award) -> int:
    return db.session.get_one(StatusEntry, award.id).index


def _set(listed: dict[str, Any]) -> set[int]:
    import base64
    import gzip

    packed = listed["credentialSubject"]["encodedList"][1:]
    bits = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert len(bits) * 8 == 131_072
    return {place * 8 + bit for place, byte in enumerate(bits) for bit in range(8) if byte & (0x80 >> bit)}


def test_places_are_never_given_twice_however_many_come_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With lists of eight places, so that they must collide, and new lists begin."""
    monkeypatch.setattr(documents, "BITS", 8)
    made = [make_award(name=f"Holder {number}").id for number in range(12)]
    ready, failed = threading.Barrier(6), []

    def draw(mine: list[Any]) -> None:
        with app.app_context():
            ready.wait()
            for award_id in mine:
                try:
                    with transaction():
                        lists.place_of(award_id)
                except Exception as fault:
                    failed.append(fault)
            db.session.remove()

    threads = [threading.Thread(target=draw, args=(made[start::6],)) for start in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    db.session.rollback()
    places = [(each.list_number, each.index) for each in db.session.scalars(select(StatusEntry))]
    assert failed == []
    assert (len(places), len(set(places))) == (12, 12)
    assert db.session.scalar(select(func.count()).select_from(StatusList)) >= 2


def test_a_revocation_is_never_lost_to_a_list_that_is_signed_meanwhile(app: Flask) -> None:
    """Whoever signs holds the list's row; whoever revokes waits, and marks it afterwards."""
    award = make_award()
    make_badge(award)
    number = db.session.get_one(StatusEntry, award.id).list_number
    db.session.rollback()
    locked, done = threading.Event(), threading.Event()

    def sign() -> None:
        with app.app_context():
            with transaction():
                lists.current(number)
                locked.set()
                done.wait(0.5)
            db.session.remove()

    signing = threading.Thread(target=sign)
    signing.start()
    locked.wait()
    revoke(award)
    done.set()
    signing.join()
    db.session.rollback()
    with transaction():
        found = lists.current(number)
        assert found is not None
        assert _set(json.loads(found.document or "")) == {_place(award)}


def test_the_achievement_can_be_read_by_people_and_machines(app: Flask, client: FlaskClient) -> None:
    award = make_award()
    page = client.get(f"/cy/achievements/{award.course_code}/1")
    assert (page.status_code, "Cwblhau" in page.text) == (200, True)
    picture = client.get(f"/achievements/{award.course_code}/1/cy/badge.png")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    assert client.get(f"/achievements/{award.course_code}/1/en").json["type"] == ["Achievement"]
    hosted = client.get(f"/ob2/badges/{award.course_code}/1/en").json
    assert client.get(hosted["issuer"].removeprefix("http://localhost")).json["type"] == "Issuer"
    assert client.get(hosted["criteria"]["id"].removeprefix("http://localhost")).status_code == 200
    for path in ("/achievements/NONE/1/en", f"/achievements/{award.course_code}/{2**40}/en", "/en/achievements/%00/1"):
        assert client.get(path).status_code == 404
