"""Giving an address, watching certificates, and telling when one of them changes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from certificates import queries, rules
from certificates.models import Award
from certificates.telling import runs
from certificates.telling.errors import NoCodes, NotDead, TooManyWebhooks
from certificates.telling.models import Delivery, DeliveryState, Watch, Webhook
from certificates.telling.queries import webhooks_of, who_watches
from lms.accounts.models import Person
from lms.core import audit, clock, jobs, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid
from lms.core.ids import new_id
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import new_secret
from lms.xapi.forwarding.rules.addresses import Barred, check_endpoint
from lms.xapi.forwarding.rules.addresses import endpoint as read_endpoint
from lms.xapi.forwarding.sealing import seal

MOST = 5
"""Addresses of one person."""
CODES = 500
MISSES, MISSES_PER = 100, 3600


def add(actor: Actor, name: str, endpoint: str, *, private: bool) -> tuple[Webhook, str]:
    """Give an address; its signing secret is shown once. `private`: inner addresses are allowed. Raises Invalid,
    TooManyWebhooks."""
    assert actor.person is not None
    actor.require(Permission.CERTIFICATE_WATCH, about=actor.person)
    try:
        address = read_endpoint(endpoint)
        check_endpoint(address, private=private)
    except (ValueError, Barred) as fault:
        raise Invalid(
            fields={"endpoint": N_("Give an address that begins with https:// and can be reached from outside")}
        ) from fault
    get_or_refuse(Person, actor.person, lock=True)  # so that they are counted one after the other
    if len(webhooks_of(actor.person)) >= MOST:
        raise TooManyWebhooks()
    secret, id = new_secret(), new_id()
    made = record(
        Webhook(id=id, owner_id=actor.person, name=name, endpoint=address, secret=seal(secret, id), made_at=clock.now())
    )
    audit.record(actor, "webhook.added", thing=made)
    return made, secret


def webhook(actor: Actor, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """One's own. Raises NotFound."""
    found = get_or_refuse(Webhook, webhook_id, lock=lock)
    actor.require_or_hide(Permission.CERTIFICATE_WATCH, about=found.owner_id)
    return found


def end(actor: Actor, webhook_id: UUID) -> Webhook:
    """Nothing is told there any more; what waits is dropped. Again changes nothing. Raises NotFound."""
    found = webhook(actor, webhook_id, lock=True)
    if found.ended_at is None:
        found.ended_at = clock.now()
        audit.record(actor, "webhook.ended", thing=found)
    return found


def watch(actor: Actor, webhook_id: UUID, codes: Sequence[str]) -> int:
    """Be told about the certificates with these codes; how many there are now that were not before.

    Raises NotFound, NoCodes, TooMany.
    """
    found = webhook(actor, webhook_id, lock=True)
    read = {code for each in codes[:CODES] if (code := rules.read_code(each))}
    known = queries.awards_by(Award.code, sorted(read))
    if missed := len(read) - len(known):
        throttle.reserve(f"check-list-miss:{actor.person}", missed, limit=MISSES, per_seconds=MISSES_PER)
    if not known:
        raise NoCodes()
    rows = [{"id": new_id(), "webhook_id": found.id, "award_id": each.id} for each in known.values()]
    made = db.session.scalars(insert(Watch).values(rows).on_conflict_do_nothing().returning(Watch.id)).all()
    audit.record(actor, "webhook.watches", thing=found, count=len(made))
    return len(made)


def watched(actor: Actor, webhook_id: UUID) -> int:
    """How many certificates it watches. Raises NotFound."""
    found = webhook(actor, webhook_id)
    return db.session.scalar(select(func.count()).where(Watch.webhook_id == found.id)) or 0


def tell(actor: Actor, award_id: UUID) -> None:
    """Write down, for everyone who watches this award, what it is worth now; it leaves after the commit."""
    actor.require(Permission.AWARD_REVOKE)
    watching = who_watches(award_id)
    found = queries.award_by_id(award_id) if watching else None
    if found is None:
        return
    db.session.refresh(found, ["events"])
    standing = queries.standing_of(found, clock.today())
    for webhook_id in watching:
        id, now = new_id(), clock.now()
        body = {
            "id": str(id), "type": "award.changed", "at": now.isoformat(), "number": found.number, "code": found.code,
            "state": standing.state.value, "since": standing.since.isoformat() if standing.since else None,
            "reason": standing.reason.value if standing.reason else None,
        }  # fmt: skip
        made = Delivery(
            id=id, webhook_id=webhook_id, award_id=award_id, body=body, state=DeliveryState.WAITING, due_at=now
        )
        db.session.add(made)
        jobs.enqueue(runs.deliver, delivery_id=str(id))


def send_again(actor: Actor, delivery_id: UUID) -> Delivery:
    """Try a dead telling anew, from the start. Raises NotFound, NotDead."""
    found = get_or_refuse(Delivery, delivery_id, lock=True)
    webhook(actor, found.webhook_id)
    if found.state is not DeliveryState.DEAD:
        raise NotDead()
    found.state, found.attempts, found.due_at, found.ended_at = DeliveryState.WAITING, 0, clock.now(), None
    audit.record(actor, "webhook.sent-again", thing=found)
    jobs.enqueue(runs.deliver, delivery_id=str(found.id))
    return found
