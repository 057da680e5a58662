"""Being found and finding: what one would like or offers, and who could suit, with the reasons in words."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from courses.mentoring import queries, services, suggesting
from courses.mentoring.pages.room import area_names, choices, in_words, pages, programme_at
from courses.mentoring.pages.words import HOWS, LANGUAGES, ORGANISATIONS, PROFESSIONS, TOPICS
from courses.mentoring.rules import How, Language, Preference, Side
from courses.mentoring.schemas import MentorWishesIn
from lms.core import clock
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.refusals import refuse

USE = Permission.MENTORING_USE
SIDE = "<any(mentee,mentor):side>"


def wishes_given(data: dict[str, Any]) -> dict[str, Any]:
    """What the form or the API gave, as the service takes it."""
    return {
        "topics": sorted(set(data["topics"])), "language": Language(data["language"]), "how": How(data["how"]),
        "area": data["area"], "profession": Preference(data["profession"]),
        "organisation": Preference(data["organisation"]), "capacity": data["capacity"],
    }  # fmt: skip


@pages.page(("GET", "POST"), f"/mentoring/<code>/wishes/{SIDE}", needs=USE, template="mentoring/wishes.html")
def wishes(actor: Actor, code: str, side: str) -> Any:
    """What I would like, or offer; and the consent to be found with it."""
    programme, who = programme_at(code), Side(side)
    if who is Side.MENTOR and queries.standing_of(actor.me, programme.id, clock.today()) is None:
        raise NotFound()
    found = queries.listing_of(actor.me, programme.id, who)
    shown = {
        "programme": programme, "side": side, "found": found, "topics": choices(TOPICS), "languages": choices(LANGUAGES),
        "hows": choices(HOWS), "professions": choices(PROFESSIONS), "organisations": choices(ORGANISATIONS),
        "areas": sorted(area_names().items(), key=lambda each: each[1]),
    }  # fmt: skip
    if request.method == "GET":
        start: dict[str, Any] = {
            "language": actor.language, "how": "either", "profession": "either", "organisation": "either",
            "capacity": programme.capacity, "topics": [],
        }  # fmt: skip
        if found is not None:
            start = {name: getattr(found, name) for name in start} | {"area": found.area}
        return shown | {"form": forms.start(MentorWishesIn, start)}
    form = forms.read(MentorWishesIn, request.form)
    if form.ok:
        try:
            services.list_me(actor, code, who, **wishes_given(form.data))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, "topics")
        else:
            return Redirect(".find", code=code, side=side, flash=_("Saved. You can be found with this."))
    return shown | {"form": form}, 422


@pages.page("POST", f"/mentoring/<code>/unlist/{SIDE}", needs=USE)
def unlist(actor: Actor, code: str, side: str) -> Redirect:
    services.unlist(actor, code, Side(side))
    return Redirect(".mine", flash=_("Nobody finds you here any more, and what you wrote is deleted."))


@pages.page("GET", f"/mentoring/<code>/find/{SIDE}", needs=USE, template="mentoring/find.html")
def find(actor: Actor, code: str, side: str) -> dict[str, Any]:
    """Who could suit me."""
    programme, who, areas = programme_at(code), Side(side), area_names()
    return {
        "programme": programme, "side": side, "listed": queries.listing_of(actor.me, programme.id, who),
        "has_mentor": who is Side.MENTEE and queries.has_mentor(actor.me, programme.id),
        "rows": [
            (it.candidate, in_words(it.reasons, areas)) for it in suggesting.found_by(actor.me, programme, who)
        ],
    }  # fmt: skip


@pages.page("POST", f"/mentoring/<code>/ask/{SIDE}/<uuid:person_id>", needs=USE)
def ask(actor: Actor, code: str, side: str, person_id: UUID) -> Redirect:
    """Ask somebody who could suit."""
    mentor, mentee = (person_id, actor.me) if Side(side) is Side.MENTEE else (actor.me, person_id)
    services.ask(actor, code, mentor, mentee)
    return Redirect(".mine", flash=_("Asked. You hear by mail what they say."))
