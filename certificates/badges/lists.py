"""Status lists: a place for each award that has a badge, and the list itself, signed, for whoever asks.

A list is signed anew when something on it has changed, when its key is believed no more, and once a day; in between the
same is handed out. What changes an award marks its list in the same transaction, so no answer after it is an old one.
"""

import json
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from certificates.badges import documents, queries, securing
from certificates.badges.models import StatusEntry, StatusList
from certificates.keys import signing
from certificates.keys.rules import KeyKind
from lms.core import clock
from lms.core.db import db

LIFETIME, RENEWED = timedelta(hours=48), timedelta(hours=24)
TRIES = 8
"""Places drawn before a new list is begun: a list that is half full is missed eight times once in 256."""


def place_of(award_id: UUID) -> StatusEntry:
    """The award's place, drawn when first wanted. Its row is locked by then."""
    if found := queries.entry_of(award_id):
        return found
    newest = queries.newest_list()
    number = newest.number if newest else _begun(1)
    while True:
        for _ in range(TRIES):
            if _drawn(award_id, number):
                return db.session.get_one(StatusEntry, award_id)
        number = _begun(number + 1)


def mark_stale(award_id: UUID) -> None:
    """What the award is worth has changed. Waits for whoever signs its list just now."""
    number = select(StatusEntry.list_number).where(StatusEntry.award_id == award_id).scalar_subquery()
    db.session.execute(update(StatusList).where(StatusList.number == number).values(stale=True))


def current(number: int) -> StatusList | None:
    """The list as it is signed now. None: there is no such list. Raises NoSigningKey."""
    found = db.session.get(StatusList, number, populate_existing=True)
    if found is None or _fresh(found):
        return found
    locked = db.session.get_one(StatusList, number, with_for_update=True, populate_existing=True)
    if not _fresh(locked):
        _sign(locked)
    return locked


def _fresh(it: StatusList) -> bool:
    return (
        not it.stale
        and it.signed_at is not None
        and it.signed_at > clock.now() - RENEWED
        and queries.may_vouch([it.document_key_id, it.token_key_id])
    )


def _sign(it: StatusList) -> None:
    now = clock.now()
    plain, token = signing.signer(KeyKind.ED25519), signing.signer(KeyKind.RSA)
    said = documents.status_list(it.number, queries.ended_on(it.number), now, now + LIFETIME)
    it.document = json.dumps(securing.with_proof(said, plain, now), ensure_ascii=False)
    it.token = securing.as_token(said, token)
    it.document_key_id, it.token_key_id, it.stale = plain.id, token.id, False
    it.signed_at, it.expires_at = now, now + LIFETIME


def _begun(number: int) -> int:
    db.session.execute(insert(StatusList).values(number=number, stale=True).on_conflict_do_nothing())
    return number


def _drawn(award_id: UUID, number: int) -> bool:
    """Two that draw the same place at once: the second waits for the first, and draws again."""
    place = insert(StatusEntry).values(award_id=award_id, list_number=number, index=secrets.randbelow(documents.BITS))
    return db.session.scalar(place.on_conflict_do_nothing().returning(StatusEntry.award_id)) is not None
