"""Pages for those who look after the record store: where statements are sent on to."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _

from lms.core import clock
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.xapi.forwarding import queries, services, words
from lms.xapi.forwarding.models import DeadLetter, Destination, LetterState
from lms.xapi.forwarding.rules.delivery import alone
from lms.xapi.forwarding.schemas import (
    DestinationChangeForm,
    DestinationForm,
    DestinationOut,
    ReplayForm,
)
from lms.xapi.rules.versions import Version
from lms.xapi.services import may_manage

pages = Pages("destinations", __name__, template_folder="templates")

MANAGE = Permission.RECORD_STORE_MANAGE
ALL = "/manage/record-store/destinations"
ONE = f"{ALL}/<uuid:destination_id>"
LETTER = f"{ONE}/letters/<uuid:letter_id>"
SIZE = 25
VERSIONS = {Version.ONE.value: "xAPI 1.0.3", Version.TWO.value: "xAPI 2.0"}
LISTS = ("verbs", "activities", "actors", "registrations")
INSTANT = timedelta(microseconds=1)


@pages.page("GET", ALL, needs=MANAGE, template="forwarding/destinations.html")
def destinations(actor: Actor) -> dict[str, Any]:
    """Where statements are sent on to, and how each destination stands."""
    may_manage(actor)
    page = page_of(queries.destinations(), request.args.get("cursor"), SIZE, key=(Destination.id,))
    return {"page": page, "lags": queries.lags(page.items), "words": words}


@pages.page(("GET", "POST"), f"{ALL}/new", needs=MANAGE, template="forwarding/edit.html")
def new(actor: Actor) -> Any:
    """Add a destination. From today on, unless another day is chosen."""
    may_manage(actor)
    if request.method == "GET":
        form = forms.start(DestinationForm, {"since": clock.today(), "batch": 50, "version": Version.ONE.value})
        return _edited(form, None)
    form = forms.read(DestinationForm, request.form)
    if form.ok:
        given = form.data | {"since": _before(form.data["since"])}
        try:
            made = services.create(actor, private=_private(), **given)
        except Invalid as refusal:
            _refused(form, refusal)
        else:
            return Redirect("destinations.destination", destination_id=made.id, flash=_("The destination is added."))
    return _edited(form, None), 422


@pages.page("GET", ONE, needs=MANAGE, template="forwarding/destination.html")
def destination(actor: Actor, destination_id: UUID) -> dict[str, Any]:
    """How one destination stands, and what can be done there."""
    may_manage(actor)
    found = queries.destination(destination_id)
    return {
        "it": found,
        "lag": queries.lags([found])[found.id],
        "words": words,
        "tested": words.tested(found),
        "shown": _lines(DestinationOut(only=LISTS).dump(found)),
        "since": _first_day(found.since),
        "versions": VERSIONS,
        "in_the_way": alone(found.batch, found.failures, found.status),
    }


@pages.page(("GET", "POST"), f"{ONE}/edit", needs=MANAGE, template="forwarding/edit.html")
def edit(actor: Actor, destination_id: UUID) -> Any:
    """Change a destination. An empty secret keeps the one there is."""
    may_manage(actor)
    found = queries.destination(destination_id)
    shown = _first_day(found.since)
    if request.method == "GET":
        values: dict[str, Any] = {
            name: getattr(found, name) for name in ("name", "endpoint", "key", "version", "batch", "related")
        }
        values |= DestinationOut(only=LISTS).dump(found)
        return _edited(forms.start(DestinationChangeForm, values | {"since": shown}), found)
    form = forms.read(DestinationChangeForm, request.form)
    if form.ok:
        since = found.since if form.data["since"] == shown else _before(form.data["since"])
        try:
            services.change(actor, destination_id, private=_private(), **form.data | {"since": since})
        except Invalid as refusal:
            _refused(form, refusal)
        else:
            return Redirect("destinations.destination", destination_id=found.id, flash=_("The change is saved."))
    return _edited(form, found), 422


@pages.page("POST", f"{ONE}/pause", needs=MANAGE)
def pause(actor: Actor, destination_id: UUID) -> Redirect:
    found = services.pause(actor, destination_id)
    return _back(found, _("%(name)s is paused.", name=found.name))


@pages.page("POST", f"{ONE}/resume", needs=MANAGE)
def resume(actor: Actor, destination_id: UUID) -> Redirect:
    found = services.resume(actor, destination_id)
    return _back(found, _("%(name)s is tried now.", name=found.name))


@pages.page("POST", f"{ONE}/test", needs=MANAGE)
def test(actor: Actor, destination_id: UUID) -> Redirect:
    return _back(services.ask_test(actor, destination_id), _("The test is under way."))


@pages.page("POST", f"{ONE}/skip", needs=MANAGE)
def skip(actor: Actor, destination_id: UUID) -> Redirect:
    """Set the statement aside that is in the way."""
    try:
        letter = services.skip(actor, destination_id)
    except Conflict:
        return Redirect(
            "destinations.destination", destination_id=destination_id, flash=_("No statement is in the way.")
        )
    return Redirect(
        "destinations.letter", destination_id=destination_id, letter_id=letter.id,
        flash=_("This statement is out of the way. Those behind it are sent now."),
    )  # fmt: skip


@pages.page(("GET", "POST"), f"{ONE}/replay", needs=MANAGE, template="forwarding/replay.html")
def replay(actor: Actor, destination_id: UUID) -> Any:
    """Send again from an instant on."""
    may_manage(actor)
    found = queries.destination(destination_id)
    if request.method == "GET":
        return {"it": found, "form": forms.start(ReplayForm, {"at": "00:00"})}
    form = forms.read(ReplayForm, request.form)
    if form.ok:
        hour, minute = form.data["at"].replace(".", ":").split(":")
        since = datetime.combine(form.data["since"], time(int(hour), int(minute)), clock.LONDON) - INSTANT
        try:
            services.replay(actor, destination_id, since)
        except Invalid as refusal:
            _refused(form, refusal)
        else:
            return _back(found, _("What was stored since then is sent again."))
    return {"it": found, "form": form}, 422


@pages.page(("GET", "POST"), f"{ONE}/end", needs=MANAGE, template="forwarding/end.html")
def end(actor: Actor, destination_id: UUID) -> Any:
    """Check, then send nothing there any more."""
    may_manage(actor)
    found = queries.destination(destination_id)
    if request.method == "GET":
        return {"it": found, "lag": queries.lags([found])[found.id], "words": words}
    services.end(actor, destination_id)
    return Redirect("destinations.destinations", flash=_("Nothing is sent to %(name)s any more.", name=found.name))


@pages.page("GET", f"{ONE}/letters", needs=MANAGE, template="forwarding/letters.html")
def letters(actor: Actor, destination_id: UUID) -> dict[str, Any]:
    """What the destination refused for good, the newest first; `state` chooses which."""
    may_manage(actor)
    found = queries.destination(destination_id)
    asked = request.args.get("state", "")
    state = LetterState(asked) if asked in list(LetterState) else LetterState.WAITING
    page = page_of(
        queries.letters(found.id, state),
        request.args.get("cursor"),
        SIZE,
        key=(DeadLetter.refused_at, DeadLetter.id),
        descending=True,
    )
    return {"it": found, "page": page, "state": state, "states": list(LetterState), "words": words}


@pages.page("GET", LETTER, needs=MANAGE, template="forwarding/letter.html")
def letter(actor: Actor, destination_id: UUID, letter_id: UUID) -> dict[str, Any]:
    """One refused statement, and the other store's answer."""
    may_manage(actor)
    it = queries.destination(destination_id)
    found = queries.letter(it.id, letter_id)
    payload = queries.statement(it, found.seq)
    shown = None if payload is None else json.dumps(json.loads(payload), ensure_ascii=False, indent=2)
    settled = found.state in (LetterState.SENT, LetterState.SET_ASIDE)
    return {"it": it, "letter": found, "statement": shown, "settled": settled, "words": words}


@pages.page("POST", f"{LETTER}/again", needs=MANAGE)
def send_again(actor: Actor, destination_id: UUID, letter_id: UUID) -> Redirect:
    services.send_again(actor, destination_id, letter_id)
    return _to_letter(destination_id, letter_id, _("The statement is sent again before anything else."))


@pages.page("POST", f"{LETTER}/aside", needs=MANAGE)
def set_aside(actor: Actor, destination_id: UUID, letter_id: UUID) -> Redirect:
    services.set_aside(actor, destination_id, letter_id)
    return _to_letter(destination_id, letter_id, _("The statement is set aside."))


def _edited(form: FormState, found: Destination | None) -> dict[str, Any]:
    form.values |= _lines({name: form.values.get(name) for name in LISTS})
    return {"form": form, "it": found, "versions": list(VERSIONS.items())}


def _lines(values: dict[str, Any]) -> dict[str, str]:
    """Lists as a text box has them."""
    return {
        name: "\n".join(map(str, value)) if isinstance(value, list) else value or "" for name, value in values.items()
    }


def _refused(form: FormState, refusal: Invalid) -> None:
    for name, message in refusal.fields.items():
        form.refuse(name, _(message))


def _before(day: date | None) -> datetime | None:
    """The last instant before that day begins in Wales: a destination excludes its `since`."""
    return None if day is None else datetime.combine(day, time(), clock.LONDON) - INSTANT


def _first_day(since: datetime | None) -> date | None:
    return None if since is None else clock.on_the_day(since + INSTANT)


def _back(found: Destination, flash: str) -> Redirect:
    return Redirect("destinations.destination", destination_id=found.id, flash=flash)


def _to_letter(destination_id: UUID, letter_id: UUID, flash: str) -> Redirect:
    return Redirect("destinations.letter", destination_id=destination_id, letter_id=letter_id, flash=flash)


def _private() -> bool:
    return bool(current_app.config["ALLOW_PRIVATE_ADDRESSES"])
