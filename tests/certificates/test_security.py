"""Those who try: guessed codes, counted numbers, names that are private, other hosts, what was revoked, and our own network."""

import io
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certificates import rules, services
from certificates.badges.models import Form
from certificates.keys import services as keys
from certificates.keys.rules import KeyKind, base64url
from certificates.models import Award
from certificates.rules import NameVisibility, RevocationReason
from certificates.services import GUESSES
from certificates.telling import services as telling
from certificates.wallet import services as wallet
from lms.core.db import transaction
from lms.core.permissions import Actor
from tests.certificates.test_telling import Listener, deliveries, listener
from tests.factories.accounts import make_person, post_form
from tests.factories.badges import holder_of, make_badge, reuse_rsa_keys
from tests.factories.certificates import NAME, make_award, make_completed

__all__ = ["listener"]  # a fixture of the webhooks' tests

SYSTEM = Actor.system()
EVIL = {"Host": "llwybr.evil.example", "X-Forwarded-Host": "llwybr.evil.example", "X-Forwarded-Proto": "https"}


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A port on which somebody may call."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.setblocking(False)
        yield made


def called(ear: socket.socket) -> bool:
    try:
        ear.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def revoked(award: Award) -> None:
    with transaction():
        services.revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "x")


@pytest.mark.parametrize("address", ["/en/v/{}", "/v/{}", "/v/{}.json", "/api/v1/verify/{}", "/ob2/assertions/{}/en"])
def test_whoever_guesses_codes_is_sent_away_and_whoever_has_one_is_not(
    app: Flask, client: FlaskClient, address: str
) -> None:
    award = make_award()
    tried = [client.get(address.format(rules.new_code())) for _ in range(GUESSES + 2)]
    assert [each.status_code for each in tried] == [404] * GUESSES + [429] * 2
    assert 0 < int(tried[-1].headers["Retry-After"]) <= 600
    assert client.get(f"/v/{rules.new_code()}.json").status_code == 429  # one count for every way in
    assert client.get(address.format(award.code)).status_code == 200


def test_numbers_cannot_be_counted_through(app: Flask, client: FlaskClient) -> None:
    """What is there and what is not are answered alike, and after a few there is no answer."""
    award = make_award()
    last = int(award.number.rpartition("-")[2])
    numbers = [f"LLW-{award.issued_on.year}-{last + step:06d}" for step in range(-5, 7)]
    answers = [
        client.post("/api/v1/verify", json={"number": each, "surname": "Evans", "issued_on": f"{award.issued_on}"})
        for each in numbers
    ]
    assert [each.status_code for each in answers] == [404] * GUESSES + [429] * 2
    assert len({each.text for each in answers[:GUESSES]}) == 1


def test_a_private_name_leaves_by_no_door(
    app: Flask, client: FlaskClient, listener: Listener, signed_in: Callable[..., FlaskClient], monkeypatch: Any
) -> None:
    reuse_rsa_keys(monkeypatch)
    holder = make_person(legal_name=NAME, display_name=NAME, email="sian.llyr@example.org")
    award, employer = make_award(make_completed(learner=holder)), make_person()
    make_badge(award)
    with transaction():
        services.choose_visibility(holder_of(award), award, NameVisibility.PRIVATE)
        watching, _ = telling.add(Actor(employer.id, "E"), "HR", listener.url, private=True)
        telling.watch(Actor(employer.id, "E"), watching.id, [award.code])
    shown = [
        client.get(f"{way}{award.code}{end}").text
        for way, end in (("/en/v/", ""), ("/cy/v/", ""), ("/v/", ""), ("/v/", ".json"), ("/api/v1/verify/", ""),
                         ("/ob2/assertions/", "/en"), ("/ob2/assertions/", "/cy"))
    ]  # fmt: skip
    given = {"file": (io.BytesIO(b"%PDF"), "c.pdf")}
    shown.append(post_form(client, f"/en/v/{award.code}/file", given, page="/en/verify").text)
    for way in ("csv", ""):
        given = {"file": (io.BytesIO(f"code\n{award.code}\n".encode()), "list.csv"), "as": way}
        shown.append(post_form(signed_in(employer), "/en/verify/list", given).data.decode("utf-8-sig"))
    with transaction():
        services.suspend(SYSTEM, award.id, RevocationReason.UNDER_REVIEW, "x")
    shown += [json.dumps(each.body) for each in deliveries()]
    shown.append(signed_in(employer).get(f"/en/verify/webhooks/{watching.id}").text)
    assert len(shown) == 12
    for text in shown:
        assert award.number in text or award.code in text or "status" in text
        for part in ("Siân", "Gruffydd", "Si\\u00e2n", "sian.llyr"):
            assert part not in text


@pytest.mark.parametrize("address", ["/en/v/{}", "/cy/v/{}", "/v/{}.json", "/api/v1/verify/{}"])
def test_a_look_alike_host_is_never_said_back(app: Flask, client: FlaskClient, address: str) -> None:
    award = make_award()
    answer = client.get(address.format(award.code), headers=EVIL)
    assert answer.status_code == 200
    assert "evil" not in answer.text + str(answer.headers)
    with app.test_request_context("/", headers=EVIL), transaction():
        _made, link = wallet.share(holder_of(award), award.id, 7, "")
        wallet.mail_to_me(holder_of(award), award.id)
    assert link.startswith(f"http://localhost/v/{award.code}?share=")


def test_a_genuine_file_of_a_revoked_certificate_is_told_apart_from_a_valid_one(
    app: Flask, client: FlaskClient
) -> None:
    """A copy that was downloaded before cannot be called back; wherever it is shown, it says what it is worth."""
    award = make_award()
    with transaction():
        pdf = services.certificate(holder_of(award), award, "en")
        _made, link = wallet.share(holder_of(award), award.id, 7, "")
    revoked(award)

    def compared() -> str:
        given = {"file": (io.BytesIO(pdf), "c.pdf")}
        return str(post_form(client, f"/en/v/{award.code}/file", given, page="/en/verify").text)

    text = compared()
    assert "This is our file" in text
    assert "This certificate has been revoked and should not be relied on." in text
    assert "nhsuk-panel" not in text  # no green box around it
    page = client.get(f"/en{link.removeprefix('http://localhost')}").text
    assert "This is our file, but the certificate is not valid today." in page
    assert "has been revoked" in page
    assert client.get(f"/v/{award.code}.json").json["status"]["state"] == "revoked"
    assert client.get(f"/ob2/assertions/{award.code}/en").status_code == 410


def test_what_an_old_key_signed_holds_after_a_rotation_until_it_is_compromised(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reuse_rsa_keys(monkeypatch)
    award = make_award()
    content, token = make_badge(award), make_badge(award, Form.JWT)
    old = json.loads(content)["proof"]["verificationMethod"].partition("#")[2]
    with transaction():
        new = {kind: keys.rotate(SYSTEM, kind).kid for kind in KeyKind}

    def recognised(given: str) -> int:
        return client.post("/api/v1/verify/badge", data=given, content_type="text/plain").status_code

    assert [recognised(content), recognised(token)] == [200, 200]
    published = client.get("/.well-known/did.json").text
    assert old in published
    fresh = json.loads(make_badge(make_award()))
    assert fresh["proof"]["verificationMethod"].endswith(new[KeyKind.ED25519])
    with transaction():
        keys.compromised(SYSTEM, old)
    assert [recognised(content), recognised(token)] == [404, 200]
    assert old not in client.get("/.well-known/did.json").text


def test_a_badge_that_somebody_brings_makes_us_call_nobody(
    app: Flask, client: FlaskClient, ear: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Addresses in contexts, issuers, keys, lists, schemas and pictures; as JSON, as a token, as an address alone."""
    reuse_rsa_keys(monkeypatch)
    ours = json.loads(make_badge(make_award()))
    port = ear.getsockname()[1]
    there, did = f"http://127.0.0.1:{port}/x", f"did:web:127.0.0.1%3A{port}"
    brought = [
        {**ours, "@context": [*ours["@context"], there]},
        {**ours, "issuer": {**ours["issuer"], "id": did, "url": there}},
        {**ours, "proof": {**ours["proof"], "verificationMethod": f"{did}#key"}},
        {**ours, "credentialStatus": {**ours["credentialStatus"], "statusListCredential": there}},
        {**ours, "credentialSchema": [{"id": there, "type": "1EdTechJsonSchemaValidator2019"}]},
        {"@context": there, "id": there, "type": "Assertion", "verification": {"type": "HostedBadge"}, "badge": there},
    ]
    header = {"alg": "RS256", "typ": "JWT", "kid": there, "jku": there, "x5u": there}
    parts = [base64url(json.dumps(each).encode()) for each in (header, {"iss": did, "jti": ours["id"]})]
    texts = [
        *(json.dumps(each) for each in brought),
        ".".join([*parts, "AAAA"]),
        there,
        f"<svg><image href='{there}'/></svg>",
    ]
    answers = [client.post("/api/v1/verify/badge", data=each, content_type="text/plain").status_code for each in texts]
    answers += [post_form(client, "/en/verify/badge", {"text": each}).status_code for each in texts]
    assert set(answers) == {404, 422}
    assert not called(ear)
    with socket.create_connection(("127.0.0.1", port)):
        assert called(ear)  # it does hear
