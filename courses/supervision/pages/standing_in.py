"""Who stands in for a supervisor, and for whom they stand in."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from courses.supervision import reading, services
from courses.supervision.models import StandInKind
from courses.supervision.pages.room import language, pages
from courses.supervision.schemas import StandInForm
from lms.core import clock
from lms.core.errors import Conflict, Invalid
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.refusals import refuse

KINDS = {
    StandInKind.COVER: N_("Cover: reads and decides everything on these days"),
    StandInKind.DEPUTY: N_("Deputy: is asked only when something has waited too long"),
}


@pages.page(
    ("GET", "POST"), "/supervision/cover", needs=Permission.SUPERVISION_INVITE, template="supervision/cover.html"
)
def cover(actor: Actor) -> Any:
    """Cover from one day to another, and the named deputy."""
    if request.method == "GET":
        return _page(actor, forms.start(StandInForm, {"kind": "cover"}))
    form = forms.read(StandInForm, request.form)
    if form.ok:
        offered = {each.id: each for each in reading.could_stand_in(actor.me, clock.today())}
        licence = offered.get(form.data["deputy"])
        if licence is None:
            form.refuse("deputy", _("Choose who stands in"))
        else:
            try:
                services.stand_in(
                    actor, actor.me, licence.person_id, licence.programme_code, StandInKind(form.data["kind"]),
                    starts_on=form.data["starts_on"], ends_on=form.data["ends_on"],
                )  # fmt: skip
            except (Invalid, Conflict) as refusal:
                refuse(form, refusal, "deputy")
            else:
                flash = _("%(name)s stands in for you, and is told.", name=licence.person.display_name)
                return Redirect("supervision.cover", flash=flash)
    return _page(actor, form), 422


def _page(actor: Actor, form: forms.FormState) -> dict[str, Any]:
    today = clock.today()
    return {
        "form": form, "kinds": [(each.value, _(text)) for each, text in KINDS.items()],
        "mine": reading.stand_ins_of(actor.me, today), "others": reading.standing_in_for(actor.me, today),
        "deputies": [
            (str(each.id), f"{each.person.display_name}, {each.programme.title.in_(language())}")
            for each in reading.could_stand_in(actor.me, today)
        ],
    }  # fmt: skip


@pages.page("POST", "/supervision/cover/<uuid:stand_in_id>/end", needs=Permission.SUPERVISION_INVITE)
def end_cover(actor: Actor, stand_in_id: UUID) -> Redirect:
    services.end_stand_in(actor, stand_in_id)
    return Redirect("supervision.cover", flash=_("It has ended. What waits is yours alone again."))
