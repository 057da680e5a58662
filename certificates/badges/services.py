"""A holder's badge: signed when first wanted and kept; and what anyone may ask who was shown one."""

import hashlib
import json
import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from certificates import queries as awards
from certificates import wording
from certificates.badges import describing, documents, lists, pictures, queries, reading, securing
from certificates.badges import hosted as hosting
from certificates.badges.baking import baked
from certificates.badges.documents import Achieved
from certificates.badges.errors import NotOurBadge
from certificates.badges.models import AwardBadge, Form
from certificates.errors import AwardNotActive
from certificates.keys import signing
from certificates.keys.models import SigningKey
from certificates.keys.rules import VOUCHES, KeyKind
from certificates.models import Award
from certificates.rules import NameVisibility, State
from certificates.services.checking import GUESSES, GUESSES_PER, check
from lms.core import audit, clock, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission


def badge(actor: Actor, award_id: UUID, form: Form, language: str) -> str:
    """The credential of one's own award, as JSON or as a token; the same as before while it says the same.

    Raises NotFound, AwardNotActive, NoSigningKey.
    """
    found = _own(actor, award_id)
    if not may_download(found):
        raise AwardNotActive()
    said, basis = _said(found, language)
    if kept := queries.kept(found.id, form, language, basis):
        return kept.content
    signer, now = signing.signer(KeyKind.ED25519 if form is Form.JSON else KeyKind.RSA), clock.now()
    content = (
        json.dumps(securing.with_proof(said, signer, now), ensure_ascii=False)
        if form is Form.JSON
        else securing.as_token(said, signer)
    )
    record(
        AwardBadge(
            award_id=found.id, form=form, language=language, basis=basis, content=content, key_id=signer.id,
            credential_id=documents.credential_id(found.id, language), signed_at=now,
        )
    )  # fmt: skip
    audit.record(actor, "badge.signed", about=found.learner_id, thing=found, form=form.value, kid=signer.kid)
    return content


def picture(actor: Actor, award_id: UUID, language: str) -> bytes:
    """The badge's picture with the credential in it. Raises as `badge`."""
    content = badge(actor, award_id, Form.JSON, language)
    found = get_or_refuse(Award, award_id)
    assert found.achievement is not None
    return baked(pictures.drawn(describing.achieved(found.achievement, language)), content)


def preview(actor: Actor, award_id: UUID, language: str) -> dict[str, Any]:
    """What the credential will say, unsigned and without its place on a list. Raises NotFound."""
    found = awards.award_by_id(award_id)
    if found is None or found.achievement is None:
        raise NotFound()
    actor.require_or_hide(Permission.AWARD_SHARE, about=found.learner_id)
    held = describing.held(found, None, language, "")
    said = documents.credential(held, describing.achieved(found.achievement, language))
    del said["credentialStatus"]
    return said


def may_download(found: Award) -> bool:
    """Does it count, or did it until it expired?"""
    return awards.standing_of(found, clock.today()).state in (State.ACTIVE, State.EXPIRED)


def achieved(code: str, number: int, language: str) -> Achieved:
    """What an achievement asks for, for anyone. Raises NotFound."""
    found = queries.achievement(code, number) if code.isprintable() and 0 < number < 2**31 else None
    if found is None:
        raise NotFound()
    return describing.achieved(found, language)


def hosted(actor: Actor, code: str, language: str, origin: str) -> tuple[dict[str, Any], bool]:
    """The award as an Open Badges 2.0 assertion, and whether it counts. Counted as a check. Raises as `check`."""
    it = check(actor, code, origin)
    award, standing = it.award, it.standing
    if award.achievement is None:
        raise NotFound()
    if standing.state not in (State.ACTIVE, State.EXPIRED):
        reason = wording.REASONS[standing.reason] if standing.reason else wording.STATES[standing.state]
        return hosting.revoked(award.code, language, reason.in_(language)), False
    held = describing.held(award, None, language, uuid5(award.id, "salt").hex)
    if award.name_visibility is NameVisibility.PRIVATE:
        held = replace(held, email=None)
    return hosting.assertion(held, describing.achieved(award.achievement, language), award.code), True


def recognised(actor: Actor, given: bytes, origin: str) -> Award:
    """The award of a credential that somebody was shown: JSON, token or picture, byte for byte what we signed or the same
    members in another order. Nothing in it is followed, resolved or canonicalised: it is compared with what we kept.

    Raises NotOurBadge, also where the key was compromised since, or TooMany.
    """
    actor.require(Permission.CERTIFICATE_VERIFY)
    throttle.take(f"badge:{origin}", limit=GUESSES * 3, per_seconds=GUESSES_PER)
    read = reading.read(given)
    for each in queries.signed_as(read.credential_id, read.form) if read else ():
        assert read is not None
        key = db.session.get_one(SigningKey, each.key_id)
        if key.state in VOUCHES and reading.same(read, each.content):
            found = awards.award_by_id(each.award_id)
            assert found is not None
            return found
    raise NotOurBadge()


def _own(actor: Actor, award_id: UUID) -> Award:
    """Locked until the edge commits, so that it is signed and given a place once."""
    found = get_or_refuse(Award, award_id, lock=True)
    actor.require_or_hide(Permission.AWARD_SHARE, about=found.learner_id)
    db.session.refresh(found, ["events"])
    if found.achievement is None:
        raise NotFound()
    return found


def _said(found: Award, language: str) -> tuple[dict[str, Any], str]:
    """The credential, unsigned, with a fresh salt; and what it says apart from that, as a hash."""
    assert found.achievement is not None
    it, place = describing.achieved(found.achievement, language), lists.place_of(found.id)
    plain = documents.credential(describing.held(found, place, language, ""), it)
    basis = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
    return documents.credential(describing.held(found, place, language, secrets.token_hex(16)), it), basis
