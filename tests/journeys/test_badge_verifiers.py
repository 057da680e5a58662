"""Verifiers of others: they accept a fresh badge, and refuse a tampered, an expired and a revoked one.

@digitalbazaar/vc, @digitalcredentials/verifier-core and jose in node, openbadgeslib in Python. They find our keys and lists at
the local server only, and the words of credentials in packages that are not ours.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from openbadgeslib import baking
from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from certificates import services as awards
from certificates.badges import services as badges
from certificates.badges.models import Form
from certificates.keys import services as keys
from certificates.keys.rules import KeyKind
from certificates.models import Award
from certificates.rules import RevocationReason
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.badges import holder_of, make_badge
from tests.factories.certificates import make_award
from tests.journeys.conftest import Server
from tests.journeys.test_clients import run

SYSTEM = Actor.system()
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
"""verifier-core looks for it by itself, and is told that it is not there."""
Verify = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def verify(live: tuple[Server, object], clients: Path, tmp_path: Path) -> Verify:
    """`verify(verifier, content)` is what the verifier says of it."""
    server, _app = live

    def ask(verifier: str, content: str, *more: str) -> dict[str, Any]:
        file = tmp_path / "badge"
        file.write_text(content, encoding="utf-8")
        return run(clients, f"badge_{verifier}.mjs", server.url, str(file), *more)

    return ask


def made(**given: Any) -> Award:
    """With statements of a framework, in a year's time at an end, and hours that are no whole number."""
    return make_award(validity_months=12, minutes=100, **given)


def expired() -> Award:
    with clock.frozen(clock.now() - timedelta(days=800)):
        return made()


def tampered(content: str) -> str:
    assert "Holder" not in content
    return content.replace('"creditsEarned": 1.67', '"creditsEarned": 16.7')


def fetched(url: str) -> bytes:
    """For openbadgeslib, which asks for https: the local server's, as a token where there is a choice."""
    return requests.get(url.replace("https:", "http:"), headers={"Accept": "application/vc+jwt"}, timeout=10).content


def documents(url: str) -> bytes:
    return requests.get(url.replace("https:", "http:"), timeout=10).content


def linked(content: str) -> Any:
    """What openbadgeslib says of a proof inside, and of the list, whose own proof it checks only when that is a token."""
    return OB3LdpVerifier().verify(content, check_status=True, verify_status_list=False, download=documents)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_fresh_badge_is_accepted_by_all(live: tuple[Server, object], verify: Verify, language: str) -> None:
    award = made()
    content, token = make_badge(award, Form.JSON, language), make_badge(award, Form.JWT, language)
    assert verify("digitalbazaar", content) == {"verified": True, "status": [False], "errors": []}
    assert verify("verifier_core", content) == {
        "signature": True, "expiration": True, "status": True, "errors": [], "elsewhere": [SCHEMA],
    }  # fmt: skip
    claims = dict.fromkeys(("iss", "sub", "jti", "nbf", "exp"), True)
    assert verify("jose", token) == {
        "verified": True, "alg": "RS256", "typ": "JWT", "claims": claims, "ended": False, "bits": 131072,
    }  # fmt: skip
    read = OB3Verifier(_pem(token)).verify(token, check_status=True, download=fetched)
    assert (read.achievement.name, read.issuer.id) == (json.loads(content)["name"], json.loads(content)["issuer"]["id"])
    assert linked(content).id == read.id


def test_an_end_that_never_comes_is_accepted_too(verify: Verify) -> None:
    award = make_award(minutes=120)
    assert verify("digitalbazaar", make_badge(award))["verified"] is True
    assert verify("jose", make_badge(award, Form.JWT))["verified"] is True


def test_a_tampered_badge_is_refused_by_all(verify: Verify) -> None:
    award = made()
    content, token = make_badge(award), make_badge(award, Form.JWT)
    bad = tampered(content)
    assert bad != content
    found = verify("digitalbazaar", bad)
    assert (found["verified"], found["errors"]) == (False, ["Invalid signature."])
    assert verify("verifier_core", bad)["errors"] == ["invalid_signature"]
    head, claims, signature = token.split(".")
    place = len(claims) // 2
    bad = f"{head}.{claims[:place]}{'A' if claims[place] != 'A' else 'B'}{claims[place + 1 :]}.{signature}"
    assert verify("jose", bad)["error"] == "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
    with pytest.raises(OB3VerificationError):
        OB3Verifier(_pem(token)).verify(bad)
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier().verify(tampered(content), download=documents)


def test_an_expired_badge_is_refused_by_all(verify: Verify) -> None:
    award = expired()
    content, token = make_badge(award), make_badge(award, Form.JWT)
    found = verify("digitalbazaar", content)
    assert found["verified"] is False
    assert 'is after "validUntil"' in " ".join(found["errors"])
    assert verify("verifier_core", content)["expiration"] is False
    assert verify("jose", token)["error"] == "ERR_JWT_EXPIRED"
    with pytest.raises(OB3VerificationError, match="expired"):
        OB3Verifier(_pem(token)).verify(token)
    with pytest.raises(OB3VerificationError, match="expired"):
        OB3LdpVerifier().verify(content, download=documents)


def test_a_revoked_badge_is_refused_by_all_and_a_suspended_one_for_a_while(verify: Verify) -> None:
    award, other = made(), made()
    content, token = make_badge(award), make_badge(award, Form.JWT)
    make_badge(other)

    def ended() -> tuple[Any, ...]:
        db.session.rollback()
        seen = verify("digitalbazaar", content)
        return (
            seen["verified"],
            seen["status"],
            verify("verifier_core", content)["status"],
            verify("jose", token)["ended"],
        )

    assert ended() == (True, [False], True, False)
    with transaction():
        awards.suspend(SYSTEM, award.id, RevocationReason.UNDER_REVIEW, "looking")
    assert ended()[1:] == ([True], False, True)
    with transaction():
        awards.lift(SYSTEM, award.id, "fine")
    assert ended() == (True, [False], True, False)
    with transaction():
        awards.revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "wrong person")
    assert ended()[1:] == ([True], False, True)
    assert verify("digitalbazaar", make_badge(other))["status"] == [False]
    with pytest.raises(OB3VerificationError, match="revocation"):
        OB3Verifier(_pem(token)).verify(token, check_status=True, download=fetched)
    with pytest.raises(OB3VerificationError, match="revocation"):
        linked(content)


def test_the_picture_opens_for_others_and_holds_the_same(live: tuple[Server, object], verify: Verify) -> None:
    award = made()
    with transaction():
        picture = badges.picture(holder_of(award), award.id, "cy")
    inside = baking.extract_png(picture, keyword=baking.ITXT_KEYWORD_OB3)
    assert inside == make_badge(award, Form.JSON, "cy")
    assert verify("digitalbazaar", inside)["verified"] is True


def test_old_badges_outlive_a_rotation_and_not_a_compromise(verify: Verify) -> None:
    award = made()
    content, token = make_badge(award), make_badge(award, Form.JWT)
    with transaction():
        new = [keys.rotate(SYSTEM, kind) for kind in KeyKind]
    assert verify("digitalbazaar", content)["verified"] is True
    assert verify("jose", token)["verified"] is True
    assert make_badge(award) == content  # nothing of it has to be signed again
    old_kid = json.loads(content)["proof"]["verificationMethod"].partition("#")[2]
    with transaction():
        keys.compromised(SYSTEM, old_kid)
    assert verify("digitalbazaar", content)["verified"] is False
    again = make_badge(award)
    assert json.loads(again)["proof"]["verificationMethod"].endswith(new[0].kid)
    assert verify("digitalbazaar", again) == {"verified": True, "status": [False], "errors": []}
    assert verify("jose", token)["verified"] is True  # signed by the other key


def _pem(token: str) -> Any:
    """The key that a token's header names, from where it says."""
    import jwt

    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.PyJWK(requests.get(kid, timeout=10).json()).key
