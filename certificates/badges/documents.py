"""Credentials and what belongs to them, as Open Badges 3.0 writes them. Pure but for the public address.

Lists are lists also when they hold one; what is empty is left out; no member is our own, or verifiers refuse the whole.
"""

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from certificates import wording
from certificates.badges import addresses, words
from certificates.badges.contexts import CREDENTIALS, OPEN_BADGES
from certificates.badges.securing import moment
from certificates.keys import issuer
from certificates.keys.rules import base64url
from lms.core.clock import LONDON

BITS = 131_072
"""Of a status list: the least that Bitstring Status List 1.0 §6.1 allows, so that one index says nothing."""
TAGS = {"en": "en-GB", "cy": "cy"}


@dataclass(frozen=True)
class Aim:
    """A statement of a framework that the achievement covers. `address`: its CASE URI."""

    address: str
    name: str
    code: str
    framework: str


@dataclass(frozen=True)
class Achieved:
    """What was achieved, in one language. `kind`: an AchievementType; `minutes` of learning."""

    code: str
    number: int
    language: str
    kind: str
    name: str
    description: str
    criteria: str
    minutes: int
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True)
class Held:
    """By whom and since when. `name`: what the holder shows of it; `email` goes in as a hash with that `salt`.

    `index` on list `status` says whether it still counts.
    """

    award: UUID
    number: str
    title: str
    name: str | None
    email: str | None
    salt: str
    issued_at: datetime
    completed_on: date
    valid_until: date | None
    address: str
    notes: tuple[str, ...]
    status: int
    index: int

    @property
    def ends_at(self) -> datetime:
        """The last second of its last day, in Wales. Only where there is one."""
        assert self.valid_until is not None
        return _begin(self.valid_until + timedelta(days=1)) - timedelta(seconds=1)


def credential_id(award: UUID, language: str) -> UUID:
    return uuid5(award, f"credential {language}")


def credential(held: Held, it: Achieved) -> dict[str, Any]:
    """The whole, unsigned."""
    subject: dict[str, Any] = {
        "id": f"urn:uuid:{uuid5(held.award, 'holder')}", "type": ["AchievementSubject"],
        "activityEndDate": moment(_begin(held.completed_on)), "licenseNumber": held.number,
        "achievement": achievement(it),
    }  # fmt: skip
    if it.minutes:
        subject["creditsEarned"] = _hours(it.minutes)
    if identities := _identities(held):
        subject["identifier"] = identities
    made: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES], "id": f"urn:uuid:{credential_id(held.award, it.language)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"], "name": it.name, "description": held.title,
        "issuer": profile(it.language), "validFrom": moment(held.issued_at), "awardedDate": moment(held.issued_at),
        "credentialSubject": subject, "evidence": _evidence(held, it.language),
        "credentialStatus": {
            "id": f"{addresses.status(held.status)}#{held.index}", "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation", "statusListIndex": str(held.index),
            "statusListCredential": addresses.status(held.status),
        },
    }  # fmt: skip
    if held.valid_until:
        made["validUntil"] = moment(held.ends_at)
    return made


def achievement(it: Achieved) -> dict[str, Any]:
    other = "en" if it.language == "cy" else "cy"
    made: dict[str, Any] = {
        "id": addresses.achievement(it.code, it.number, it.language), "type": ["Achievement"],
        "achievementType": it.kind, "name": it.name, "description": it.description,
        "criteria": {"id": addresses.criteria(it.code, it.number, it.language), "narrative": it.criteria},
        "image": {
            "id": addresses.picture(it.code, it.number, it.language), "type": "Image",
            "caption": words.PICTURE.in_(it.language).format(name=it.name),
        },
        "humanCode": it.code, "version": str(it.number), "inLanguage": TAGS[it.language],
        "related": [{
            "id": addresses.achievement(it.code, it.number, other), "type": ["Related"], "inLanguage": TAGS[other],
            "version": str(it.number),
        }],
    }  # fmt: skip
    if it.minutes:
        made["creditsAvailable"] = _hours(it.minutes)
    if it.aims:
        made["alignment"] = [
            {"type": ["Alignment"], "targetName": aim.name, "targetCode": aim.code, "targetFramework": aim.framework,
             "targetType": "CFItem", "targetUrl": aim.address}
            for aim in it.aims
        ]  # fmt: skip
    return made


def profile(language: str) -> dict[str, Any]:
    """Who issues."""
    return {
        "id": issuer.did(), "type": ["Profile"], "name": wording.ISSUER.in_(language), "url": issuer.root(),
        "description": wording.ISSUER_LINE.in_(language),
    }  # fmt: skip


def status_list(number: int, ended: Iterable[int], at: datetime, until: datetime) -> dict[str, Any]:
    """The list as a credential of its own: one bit for each index, set where the award does not count."""
    bits = bytearray(BITS // 8)
    for index in ended:
        bits[index >> 3] |= 0x80 >> (index & 7)
    address = addresses.status(number)
    return {
        "@context": [CREDENTIALS], "id": address, "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did(), "validFrom": moment(at), "validUntil": moment(until),
        "credentialSubject": {
            "id": f"{address}#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
            "encodedList": f"u{base64url(gzip.compress(bytes(bits), mtime=0))}",
        },
    }  # fmt: skip


def hashed_email(email: str, salt: str) -> str:
    return f"sha256${hashlib.sha256(f'{email}{salt}'.encode()).hexdigest()}"


def _identities(held: Held) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if held.email:
        found.append(
            {"type": "IdentityObject", "hashed": True, "salt": held.salt, "identityType": "emailAddress",
             "identityHash": hashed_email(held.email, held.salt)}
        )  # fmt: skip
    if held.name:
        found.append({"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": held.name})
    return found


def _evidence(held: Held, language: str) -> list[dict[str, Any]]:
    made: dict[str, Any] = {"id": held.address, "type": ["Evidence"], "name": words.EVIDENCE.in_(language)}
    if held.notes:
        made["narrative"] = " ".join(held.notes)
    return [made]


def _hours(minutes: int) -> float:
    return round(minutes / 60, 2)


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
