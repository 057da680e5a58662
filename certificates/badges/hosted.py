"""The same achievements as Open Badges 2.0, for backpacks that ask us instead of checking a signature. Pure but for the
public address. Its verifiers believe a badge as long as its address answers, so one that does not count is answered by 410."""

from typing import Any

from certificates import wording
from certificates.badges import addresses, words
from certificates.badges.documents import Achieved, Held, hashed_email
from certificates.badges.securing import moment
from certificates.keys.issuer import root

CONTEXT = "https://w3id.org/openbadges/v2"


def issuer(language: str) -> dict[str, Any]:
    return {
        "@context": CONTEXT, "type": "Issuer", "id": addresses.hosted_issuer(language),
        "name": wording.ISSUER.in_(language), "url": root(), "description": wording.ISSUER_LINE.in_(language),
    }  # fmt: skip


def badge_class(it: Achieved) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@context": CONTEXT, "type": "BadgeClass", "id": addresses.hosted_class(it.code, it.number, it.language),
        "name": it.name, "description": it.description, "@language": it.language,
        "image": addresses.picture(it.code, it.number, it.language),
        "criteria": {"id": addresses.criteria(it.code, it.number, it.language), "narrative": it.criteria},
        "issuer": addresses.hosted_issuer(it.language),
    }  # fmt: skip
    if it.aims:
        made["alignment"] = [
            {"targetName": aim.name, "targetUrl": aim.address, "targetCode": aim.code, "targetFramework": aim.framework}
            for aim in it.aims
        ]
    return made


def assertion(held: Held, it: Achieved, code: str) -> dict[str, Any]:
    """`held.salt` is the award's own, so that the answer is the same every time."""
    recipient: dict[str, Any] = (
        {"type": "email", "hashed": True, "salt": held.salt, "identity": hashed_email(held.email, held.salt)}
        if held.email
        else {"type": "url", "hashed": False, "identity": held.address}
    )
    made = {
        "@context": CONTEXT, "type": "Assertion", "id": addresses.hosted_assertion(code, it.language),
        "recipient": recipient, "badge": addresses.hosted_class(it.code, it.number, it.language),
        "issuedOn": moment(held.issued_at), "verification": {"type": "HostedBadge"},
        "evidence": [{"id": held.address, "name": words.EVIDENCE.in_(it.language)}],
    }  # fmt: skip
    if held.valid_until:
        made["expires"] = moment(held.ends_at)
    return made


def revoked(code: str, language: str, reason: str) -> dict[str, Any]:
    return {
        "@context": CONTEXT, "type": "Assertion", "id": addresses.hosted_assertion(code, language), "revoked": True,
        "revocationReason": reason,
    }  # fmt: skip
