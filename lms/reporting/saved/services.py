"""Use cases: save a view, rename it, take it away, ask for letters about it, end them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, ValidationError
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.ids import new_id
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.reporting.reports import BY_SLUG
from lms.reporting.saved.models import SavedView, ViewSubscription
from lms.reporting.schemas import shape_of

MOST = 100
LONGEST = 100


class TooManyViews(Conflict):
    """As many views are saved as may be."""

    slug, title = "too-many-views", N_("You have saved as many views as there is room for")
    way_out = N_("Delete one that you do not need.")


@dataclass(frozen=True)
class Opened:
    """A view as somebody opens it."""

    it: SavedView
    mine: bool
    subscribed: bool


def chosen(report: str, given: Mapping[str, str]) -> dict[str, str]:
    """Of an address, what the report knows, in its order. Raises NotFound for no report, Invalid for no such choice."""
    if report not in BY_SLUG:
        raise NotFound()
    shape = shape_of(report)(unknown=EXCLUDE)
    names = [field.data_key or name for name, field in shape.fields.items()]
    kept = {name: text for name in names if (text := given.get(name, "").strip())}
    try:
        shape.load(kept)
    except ValidationError as fault:
        raise Invalid(fields={name: N_("Choose one of the answers") for name in fault.messages_dict}) from fault
    return kept


def mine(actor: Actor) -> Select[SavedView]:
    """The actor's own views."""
    if not actor.might(Permission.UPTAKE_READ):
        actor.require(Permission.UPTAKE_READ)
    return select(SavedView).where(SavedView.person_id == actor.person, SavedView.deleted_at.is_(None))


def subscribed(actor: Actor, views: list[UUID]) -> frozenset[UUID]:
    """Of these views, those that the actor gets letters about."""
    found = select(ViewSubscription.view_id).where(
        ViewSubscription.person_id == actor.person, ViewSubscription.ended_at.is_(None),
        ViewSubscription.view_id.in_(views),
    )  # fmt: skip
    return frozenset(db.session.scalars(found))


def save(actor: Actor, name: str, report: str, given: Mapping[str, str]) -> SavedView:
    """Keep what the address chooses under a name. Raises Invalid, NotFound, TooManyViews."""
    held = list(db.session.scalars(mine(actor).limit(MOST)))
    if len(held) >= MOST:
        raise TooManyViews()
    made = record(
        SavedView(
            person_id=actor.person, name=_named(name), report=report, query=chosen(report, given), deleted_at=None
        )
    )  # fmt: skip
    audit.record(actor, "view.saved", thing=made, report=report)
    return made


def opened(actor: Actor, view_id: UUID) -> Opened:
    """Anybody who reads reports may open the address: the view holds no figures. Raises NotFound."""
    if not actor.might(Permission.UPTAKE_READ):
        actor.require(Permission.UPTAKE_READ)
    found = db.session.get(SavedView, view_id)
    if found is None or found.deleted_at is not None:
        raise NotFound()
    return Opened(found, found.person_id == actor.person, view_id in subscribed(actor, [view_id]))


def own(actor: Actor, view_id: UUID) -> SavedView:
    """One of the actor's own. Raises NotFound."""
    found = opened(actor, view_id)
    if not found.mine:
        raise NotFound()
    return found.it


def rename(actor: Actor, view_id: UUID, name: str) -> SavedView:
    found = own(actor, view_id)
    found.name = _named(name)
    return found


def delete(actor: Actor, view_id: UUID) -> None:
    """Its address opens nothing any more, and no letter about it goes out."""
    found = own(actor, view_id)
    found.deleted_at = clock.now()
    for each in db.session.scalars(
        select(ViewSubscription).where(ViewSubscription.view_id == view_id, ViewSubscription.ended_at.is_(None))
    ):
        each.ended_at = clock.now()


def subscribe(actor: Actor, view_id: UUID) -> None:
    """Again changes nothing, at once or later."""
    found = opened(actor, view_id).it
    wanted: dict[str, Any] = {"id": new_id(), "view_id": found.id, "person_id": actor.person}
    db.session.execute(
        insert(ViewSubscription).values(wanted).on_conflict_do_nothing(
            index_elements=["view_id", "person_id"], index_where=ViewSubscription.ended_at.is_(None)
        )
    )  # fmt: skip


def unsubscribe(actor: Actor, view_id: UUID) -> None:
    found = select(ViewSubscription).where(
        ViewSubscription.view_id == view_id, ViewSubscription.person_id == actor.person,
        ViewSubscription.ended_at.is_(None),
    )  # fmt: skip
    for each in db.session.scalars(found):
        each.ended_at = clock.now()


def subscription(id: UUID) -> ViewSubscription:
    """The subscription that a letter's link names (`tokens`). Raises NotFound."""
    return get_or_refuse(ViewSubscription, id, lock=True)


def end(id: UUID) -> None:
    """Whoever has the letter may, signed in or not. Again changes nothing."""
    found = subscription(id)
    found.ended_at = found.ended_at or clock.now()


def _named(name: str) -> str:
    if not (told := " ".join(name.split())) or len(told) > LONGEST:
        raise Invalid(fields={"name": N_("Write a name of up to 100 characters")})
    return told
