"""What those who look after the record store do with destinations. All of it is in the audit trail, no secret ever."""

from datetime import datetime
from typing import Any
from uuid import UUID

from lms.core import audit, clock, jobs
from lms.core.db import record
from lms.core.ids import new_id
from lms.core.language import N_
from lms.core.permissions import Actor
from lms.xapi.forwarding import progress, queries, runs, sealing
from lms.xapi.forwarding.errors import LetterSettled, NotAllowedThere, NothingHeld, NothingThen, SecretNeeded
from lms.xapi.forwarding.models import DeadLetter, Destination, LetterState
from lms.xapi.forwarding.rules.addresses import Barred, check_endpoint
from lms.xapi.forwarding.rules.delivery import Answer, alone
from lms.xapi.rules import patterns
from lms.xapi.services import may_manage

Json = dict[str, Any]


def create(actor: Actor, *, private: bool, secret: str, **given: Any) -> Destination:
    """A destination, sent to from the coming minute on. `private`: inner addresses are allowed.

    `given` are the columns that `DestinationIn` names. Raises Forbidden, NotAllowedThere.
    """
    may_manage(actor)
    _check(given["endpoint"], private)
    id_ = new_id()
    made = record(
        Destination(
            id=id_, secret=sealing.seal(secret, id_), made_by=actor.person, delivered=0, failures=0,
            sent_through=_start(given.get("since")), **given,
        )
    )  # fmt: skip
    audit.record(actor, "forwarding.created", thing=made, name=made.name, endpoint=made.endpoint)
    runs.soon(made.id)
    return made


def change(
    actor: Actor, destination_id: UUID, *, private: bool, secret: str | None = None, **given: Any
) -> Destination:
    """Change what is given. What was passed over before is not looked at again; that takes `replay`.

    A run that is at work loses its lease, so nothing more is recorded under the old terms. Raises Forbidden, NotFound,
    NotAllowedThere, SecretNeeded.
    """
    may_manage(actor)
    found = queries.destination(destination_id, lock=True)
    changed = sorted(name for name, value in given.items() if getattr(found, name) != value)
    if "endpoint" in changed:
        _check(given["endpoint"], private)
        if not secret:
            raise SecretNeeded()
    for name in changed:
        setattr(found, name, given[name])
    if secret:
        found.secret = sealing.seal(secret, found.id)
        changed.append("secret")
    if changed:
        _at_once(found)
        audit.record(
            actor, "forwarding.changed", thing=found, name=found.name, endpoint=found.endpoint, changed=changed
        )
        runs.soon(found.id)
    return found


def pause(actor: Actor, destination_id: UUID) -> Destination:
    """Send nothing more until it is resumed. Pausing twice changes nothing."""
    may_manage(actor)
    found = queries.destination(destination_id, lock=True)
    if found.paused_at is None:
        found.paused_at = clock.now()
        found.lease = found.leased_until = None
        audit.record(actor, "forwarding.paused", thing=found, name=found.name)
    return found


def resume(actor: Actor, destination_id: UUID) -> Destination:
    """Go on where it stopped, at once; also when it was only waiting for its next attempt."""
    may_manage(actor)
    found = queries.destination(destination_id, lock=True)
    if found.paused_at is not None or found.next_attempt_at is not None:
        found.paused_at = None
        _at_once(found)
        audit.record(actor, "forwarding.resumed", thing=found, name=found.name)
    runs.soon(found.id)
    return found


def end(actor: Actor, destination_id: UUID) -> None:
    """Send nothing more, ever, and forget the secret. What was sent and refused stays on record."""
    may_manage(actor)
    found = queries.destination(destination_id, lock=True)
    found.ended_at, found.secret = clock.now(), None
    found.lease = found.leased_until = None
    audit.record(actor, "forwarding.ended", thing=found, name=found.name, endpoint=found.endpoint)


def ask_test(actor: Actor, destination_id: UUID) -> Destination:
    """Have the other store asked about itself; the outcome is written on the destination (`runs.try_out`)."""
    may_manage(actor)
    found = queries.destination(destination_id, lock=True)
    found.test_asked_at, found.test = clock.now(), None
    audit.record(actor, "forwarding.tested", thing=found, name=found.name)
    jobs.enqueue(runs.try_out, destination_id=str(found.id))
    return found


def replay(actor: Actor, destination_id: UUID, since: datetime) -> Destination:
    """Send again what was stored after that instant. Raises Forbidden, NotFound, NothingThen."""
    may_manage(actor)
    found = queries.destination(destination_id, lock=True)
    if since > clock.now():
        raise NothingThen(N_("Enter a time that has passed"))
    if found.since is not None and since < found.since:
        raise NothingThen(N_("This destination takes only what was stored later. Change its filter first"))
    before, found.sent_through = found.sent_through, patterns.microseconds(since)
    _at_once(found)
    audit.record(
        actor, "forwarding.replayed", thing=found, name=found.name, since=since.isoformat(),
        sent_through=patterns.written(before),
    )  # fmt: skip
    runs.soon(found.id)
    return found


def send_again(actor: Actor, destination_id: UUID, letter_id: UUID) -> DeadLetter:
    """Try one refused statement once more, before anything else. Raises Forbidden, NotFound, LetterSettled."""
    found = _unsettled(actor, destination_id, letter_id)
    if found.state is not LetterState.QUEUED:
        found.state = LetterState.QUEUED
        audit.record(actor, "forwarding.sent_again", thing=found, statement=str(found.statement_id))
    runs.soon(destination_id)
    return found


def set_aside(actor: Actor, destination_id: UUID, letter_id: UUID) -> DeadLetter:
    """Leave it at that: this destination does without the statement. Raises Forbidden, NotFound, LetterSettled."""
    found = _unsettled(actor, destination_id, letter_id)
    found.state, found.settled_at, found.settled_by = LetterState.SET_ASIDE, clock.now(), actor.person
    audit.record(actor, "forwarding.set_aside", thing=found, statement=str(found.statement_id))
    return found


def skip(actor: Actor, destination_id: UUID) -> DeadLetter:
    """Put the statement that is in the way among the dead letters, so that those behind it can go.

    For one on which the other store breaks each time (`rules.delivery.alone`). Raises Forbidden, NotFound, NothingHeld.
    """
    may_manage(actor)
    found = queries.destination(destination_id, lock=True)
    if not alone(found.batch, found.failures, found.status):
        raise NothingHeld()
    letter = queries.first_queued(found.id)
    if letter is not None:
        letter.state = LetterState.WAITING
    else:
        batch = progress.ahead(found, 1)
        if batch is None:
            raise NothingHeld()
        item = batch.items[0]
        progress.bury(found.id, item.id, item.seq, Answer(found.status, found.answer or ""))
        found.sent_through = max(found.sent_through, item.seq)
        letter = queries.letter_of(found.id, item.id)
    _at_once(found)
    audit.record(actor, "forwarding.skipped", thing=letter, name=found.name, statement=str(letter.statement_id))
    runs.soon(found.id)
    return letter


def _unsettled(actor: Actor, destination_id: UUID, letter_id: UUID) -> DeadLetter:
    may_manage(actor)
    queries.destination(destination_id)
    found = queries.letter(destination_id, letter_id, lock=True)
    if found.state in (LetterState.SENT, LetterState.SET_ASIDE):
        raise LetterSettled()
    return found


def _check(endpoint: str, private: bool) -> None:
    try:
        check_endpoint(endpoint, private=private)
    except Barred as fault:
        raise NotAllowedThere() from fault


def _start(since: datetime | None) -> int:
    return 0 if since is None else patterns.microseconds(since)


def _at_once(found: Destination) -> None:
    """Its next attempt is now; and whoever is at work there records nothing more. What failed is kept in mind, so that a
    statement on which the other store breaks is still found (`rules.delivery.offered`)."""
    found.next_attempt_at = found.lease = found.leased_until = None
