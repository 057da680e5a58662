"""JSON routes of forwarding."""

from typing import Any
from uuid import UUID

import orjson
from flask import current_app

from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of
from lms.xapi.forwarding import queries, services
from lms.xapi.forwarding.errors import LetterSettled, NotAllowedThere, NothingHeld, NothingThen, SecretNeeded
from lms.xapi.forwarding.models import DeadLetter, Destination, LetterState
from lms.xapi.forwarding.schemas import (
    DeadLetterOut,
    DeadLettersOut,
    DeadLetterWholeOut,
    DestinationIn,
    DestinationOut,
    DestinationPatch,
    DestinationsOut,
    LettersQuery,
    ReplayIn,
)
from lms.xapi.rules import patterns
from lms.xapi.services import may_manage

api = Api("forwarding", __name__, description="Other record stores that statements are sent on to")

MANAGE = Permission.RECORD_STORE_MANAGE
ALL = "/record_store/destinations"
ONE = f"{ALL}/<uuid:destination_id>"
LETTERS = f"{ONE}/dead_letters"
LETTER = f"{LETTERS}/<uuid:letter_id>"

Json = dict[str, Any]


@api.operation("GET", ALL, needs=MANAGE, query=PageQuery, returns=(200, DestinationsOut))
def destinations(actor: Actor, cursor: str | None, size: int) -> Page[Json]:
    """Where statements are sent on to, and how each destination stands."""
    may_manage(actor)
    page = page_of(queries.destinations(), cursor, size, key=(Destination.id,))
    return Page(_shown(page.items), page.next)


@api.operation(
    "POST", ALL, needs=MANAGE, body=DestinationIn, returns=(201, DestinationOut), raises=(NotAllowedThere,),
    remembers=False,
)  # fmt: skip
def create(actor: Actor, **given: Any) -> Json:
    """Send statements on to another store, from the coming minute on."""
    return _shown([services.create(actor, private=_private(), **given)])[0]


@api.operation("GET", ONE, needs=MANAGE, returns=(200, DestinationOut))
def destination(actor: Actor, destination_id: UUID) -> Json:
    """One destination. Its secret is never shown."""
    may_manage(actor)
    return _shown([queries.destination(destination_id)])[0]


@api.operation(
    "PATCH", ONE, needs=MANAGE, body=DestinationPatch, returns=(200, DestinationOut),
    raises=(NotAllowedThere, SecretNeeded),
)  # fmt: skip
def change(actor: Actor, destination_id: UUID, **given: Any) -> Json:
    """Change what is given. Statements that were passed over before are not looked at again; that takes a replay."""
    return _shown([services.change(actor, destination_id, private=_private(), **given)])[0]


@api.operation("DELETE", ONE, needs=MANAGE, returns=(204, None))
def end(actor: Actor, destination_id: UUID) -> None:
    """Send nothing more there, ever, and forget its secret."""
    services.end(actor, destination_id)


@api.operation("POST", f"{ONE}/pause", needs=MANAGE, returns=(200, DestinationOut))
def pause(actor: Actor, destination_id: UUID) -> Json:
    """Send nothing more until it is resumed. Nothing is lost meanwhile."""
    return _shown([services.pause(actor, destination_id)])[0]


@api.operation("POST", f"{ONE}/resume", needs=MANAGE, returns=(200, DestinationOut))
def resume(actor: Actor, destination_id: UUID) -> Json:
    """Go on at once: after a pause, or without waiting for the next attempt."""
    return _shown([services.resume(actor, destination_id)])[0]


@api.operation("POST", f"{ONE}/tests", needs=MANAGE, returns=(202, DestinationOut))
def test(actor: Actor, destination_id: UUID) -> Json:
    """Ask the other store about itself, and whether it would let us in. The outcome is in `test` soon after."""
    return _shown([services.ask_test(actor, destination_id)])[0]


@api.operation(
    "POST", f"{ONE}/replays", needs=MANAGE, body=ReplayIn, returns=(202, DestinationOut), raises=(NothingThen,)
)
def replay(actor: Actor, destination_id: UUID, since: Any) -> Json:
    """Send again what was stored after an instant. The other store knows what it has by its id."""
    return _shown([services.replay(actor, destination_id, since)])[0]


@api.operation("POST", f"{ONE}/skips", needs=MANAGE, returns=(201, DeadLetterOut), raises=(NothingHeld,))
def skip(actor: Actor, destination_id: UUID) -> DeadLetter:
    """Put the statement on which the other store breaks each time among the dead letters, and go on behind it."""
    return services.skip(actor, destination_id)


@api.operation("GET", LETTERS, needs=MANAGE, query=LettersQuery, returns=(200, DeadLettersOut))
def letters(actor: Actor, destination_id: UUID, state: str, cursor: str | None, size: int) -> Page[DeadLetter]:
    """Statements that the destination refused for good, the newest first."""
    may_manage(actor)
    found = queries.letters(queries.destination(destination_id).id, LetterState(state))
    return page_of(found, cursor, size, key=(DeadLetter.refused_at, DeadLetter.id), descending=True)


@api.operation("GET", LETTER, needs=MANAGE, returns=(200, DeadLetterWholeOut))
def letter(actor: Actor, destination_id: UUID, letter_id: UUID) -> Json:
    """One refused statement, with the other store's answer."""
    may_manage(actor)
    it = queries.destination(destination_id)
    found = queries.letter(it.id, letter_id)
    payload = queries.statement(it, found.seq)
    plain = {name: getattr(found, name) for name in DeadLetterOut().fields}
    return plain | {"statement": None if payload is None else orjson.loads(payload)}


@api.operation("POST", f"{LETTER}/sendings", needs=MANAGE, returns=(202, DeadLetterOut), raises=(LetterSettled,))
def send_again(actor: Actor, destination_id: UUID, letter_id: UUID) -> DeadLetter:
    """Try it once more, before anything else."""
    return services.send_again(actor, destination_id, letter_id)


@api.operation("POST", f"{LETTER}/setting_aside", needs=MANAGE, returns=(200, DeadLetterOut), raises=(LetterSettled,))
def set_aside(actor: Actor, destination_id: UUID, letter_id: UUID) -> DeadLetter:
    """Leave it at that: the destination does without this statement."""
    return services.set_aside(actor, destination_id, letter_id)


def _shown(found: list[Destination]) -> list[Json]:
    lags = queries.lags(found)
    return [
        {name: getattr(each, name) for name in DestinationOut().fields if hasattr(each, name)}
        | {
            "standing": lags[each.id].standing.value,
            "sent_through": patterns.moment(each.sent_through) if each.sent_through else None,
            "waiting": lags[each.id].waiting, "behind": lags[each.id].seconds,
            "dead_letters": lags[each.id].dead, "queued": lags[each.id].queued,
        }
        for each in found
    ]  # fmt: skip


def _private() -> bool:
    return bool(current_app.config["ALLOW_PRIVATE_ADDRESSES"])
