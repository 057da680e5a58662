"""Keys: made, changed and ended by command; sealed at rest; told to the world; never to logs."""

import logging
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from certificates.keys import documents, issuer, queries, rules, sealing, services, signing
from certificates.keys.errors import KeyEnded, NoSigningKey
from certificates.keys.models import SigningKey
from certificates.keys.rules import KeyKind, KeyState
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound
from lms.core.permissions import Actor, Role
from tests.factories.accounts import make_person
from tests.factories.badges import reuse_rsa_keys

SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    reuse_rsa_keys(monkeypatch)


def command(app: Flask, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=list(words))
    db.session.expire_all()
    return done.exit_code, done.output.strip()


def states() -> dict[str, str]:
    db.session.rollback()
    return {each.kid: each.state.value for each in queries.all_keys()}


def test_a_key_s_life_by_command(app: Flask) -> None:
    code, said = command(app, "create-signing-key", "ed25519")
    first = said.split()[0]
    assert (code, states()) == (0, {first: "active"})
    second = command(app, "create-signing-key", "ed25519")[1].split()[0]
    assert states() == {first: "active", second: "pending"}
    assert [each["id"].partition("#")[2] for each in documents.did_document()["verificationMethod"]] == [first, second]
    command(app, "rotate-signing-key", "ed25519")
    assert states() == {first: "retired", second: "active"}
    third = command(app, "rotate-signing-key", "ed25519")[1].split()[0]
    assert states() == {first: "retired", second: "retired", third: "active"}
    assert command(app, "signing-key-compromised", first) == (0, f"{first}  compromised")
    assert command(app, "retire-signing-key", first)[0] != 0
    assert command(app, "retire-signing-key", "none-such")[0] != 0
    assert command(app, "signing-keys")[1].count("\n") == 2
    with transaction():
        assert {each.kid for each in queries.published()} == {second, third}
        assert queries.key_named(second).sealed is None  # type: ignore[union-attr] # it never signs again


def test_the_public_documents_say_which_keys_count(app: Flask, client: FlaskClient) -> None:
    with transaction():
        plain, token = (services.create(SYSTEM, kind) for kind in KeyKind)
    did = client.get("/.well-known/did.json")
    assert did.json["id"] == "did:web:localhost"
    assert did.json["assertionMethod"] == [f"did:web:localhost#{each}" for each in (plain.kid, token.kid)]
    assert {each["type"] for each in did.json["verificationMethod"]} == {"Multikey", "JsonWebKey"}
    assert (did.headers["Access-Control-Allow-Origin"], did.headers["Cache-Control"]) == ("*", "public, max-age=300")
    assert {each["kid"] for each in client.get("/.well-known/jwks.json").json["keys"]} == {plain.kid, token.kid}
    jwk = client.get(f"/keys/{token.kid}").json
    assert (jwk["kty"], jwk["alg"], set(jwk) & set("dpq")) == ("RSA", "RS256", set())
    with transaction():
        services.compromised(SYSTEM, token.kid)
    gone = client.get(f"/keys/{token.kid}")
    assert (gone.status_code, "n" in gone.json) == (410, False)
    assert [each["kid"] for each in client.get("/.well-known/jwks.json").json["keys"]] == [plain.kid]
    assert client.get("/keys/none-such").status_code == 404


def test_a_private_key_is_nowhere_in_the_open(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), transaction():
        made = services.create(SYSTEM, KeyKind.ED25519)
        signer = signing.signer(KeyKind.ED25519)
    private = rules.private_bytes(signer.key)
    raw = private[-32:]
    assert made.sealed is not None
    assert raw not in made.sealed
    assert len(made.sealed) == len(private) + 12 + 16
    said = caplog.text + "".join(
        f"{each.action} {each.details} {each.thing_id}" for each in db.session.scalars(select(AuditEntry))
    )
    for secret in (raw.hex(), rules.base64url(raw), rules.base58(raw), repr(raw)[2:-1]):
        assert secret not in said
    assert rules.base64url(raw) not in repr(documents.did_document()) + repr(documents.key_set())


def test_a_sealed_key_opens_under_its_own_name_and_secret_only(app: Flask) -> None:
    sealed = sealing.seal(b"private", "one")
    assert sealing.unseal(sealed, "one") == b"private"
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed, "other")
    with transaction():
        services.create(SYSTEM, KeyKind.ED25519)
    own = app.config["SECRET_KEY"]
    try:
        app.config["SECRET_KEY"] = "another" * 8
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, "one")
        with pytest.raises(NoSigningKey):
            signing.signer(KeyKind.ED25519)
        with transaction():
            services.rotate(SYSTEM, KeyKind.ED25519)
        assert signing.signer(KeyKind.ED25519).kind is KeyKind.ED25519
    finally:
        app.config["SECRET_KEY"] = own


def test_only_development_makes_a_key_by_itself(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "DEVELOPMENT", False)
    assert signing.can_sign() is False
    with pytest.raises(NoSigningKey):
        signing.signer(KeyKind.RSA)
    monkeypatch.setitem(app.config, "DEVELOPMENT", True)
    with transaction():
        assert signing.signer(KeyKind.RSA).kid == signing.signer(KeyKind.RSA).kid
    assert list(states().values()) == ["active"]


def test_two_processes_that_want_a_key_make_one(app: Flask) -> None:
    found: list[str] = []
    ready = threading.Barrier(4)

    def want() -> None:
        with app.app_context():
            ready.wait()
            with transaction():
                found.append(signing.signer(KeyKind.ED25519).kid)
            db.session.remove()

    threads = [threading.Thread(target=want) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert states() == dict.fromkeys(found, "active")
    assert len(states()) == 1


def test_nobody_but_the_house_may(app: Flask) -> None:
    place = make_person().id
    for actor in (Actor(), Actor(place, "x"), Actor(place, "x", roles=frozenset((role, place) for role in Role))):
        for act in (services.create, services.rotate):
            with pytest.raises(Forbidden):
                act(actor, KeyKind.ED25519)
        with pytest.raises(Forbidden):
            services.compromised(actor, "x")
    assert db.session.scalars(select(SigningKey)).all() == []


def test_what_has_ended_does_not_end_again(app: Flask) -> None:
    with transaction():
        made = services.create(SYSTEM, KeyKind.ED25519)
        services.retire(SYSTEM, made.kid)
        services.compromised(SYSTEM, made.kid)  # it may still come out later
    for again in (services.retire, services.compromised):
        with pytest.raises(KeyEnded):
            again(SYSTEM, made.kid)
    with pytest.raises(NotFound):
        services.retire(SYSTEM, "none-such")
    assert made.state is KeyState.COMPROMISED


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://learn.example.wales", "did:web:learn.example.wales"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
    ],
)
def test_the_issuer_is_named_by_the_setting(
    app: Flask, monkeypatch: pytest.MonkeyPatch, address: str, did: str
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", address)
    assert issuer.did() == did
    assert issuer.key_address("x") == f"{address}/keys/x"


def test_base58_is_that_of_the_specification() -> None:
    given: list[tuple[bytes, Any]] = [(b"", ""), (b"\0\0", "11"), (b"Hello World!", "2NEpo7TZRRrLZSi2U")]
    assert [(content, rules.base58(content)) for content, _ in given] == given
