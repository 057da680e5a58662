"""Who supervises me, and invitations between learners and supervisors, from either side."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from courses.supervision import queries, services
from courses.supervision import reading as reads
from courses.supervision.pages.room import language, pages
from courses.supervision.schemas import AskLearnerForm, AskSupervisorForm
from lms.accounts.queries import person_at
from lms.core import clock
from lms.core.errors import Conflict
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.refusals import refuse

P = Permission


@pages.page(
    ("GET", "POST"), "/supervision/invitations", needs=P.SUPERVISION_INVITE, template="supervision/invitations.html"
)
def invitations(actor: Actor) -> Any:
    """Who supervises me, what was asked, and asking somebody."""
    ask, offer = forms.start(AskSupervisorForm), forms.start(AskLearnerForm)
    if request.method == "GET":
        return _page(actor, ask, offer)
    today = clock.today()
    if "supervisor" in request.form:
        ask = forms.read(AskSupervisorForm, request.form)
        offered = {each.id: each for each, _count in queries.licensed_now(today)}
        licence = offered.get(ask.data["supervisor"]) if ask.ok else None
        if ask.ok and licence is None:
            ask.refuse("supervisor", _("This supervisor has no place free any more. Choose another"))
        if licence is not None:
            try:
                services.invite(actor, actor.me, licence.person_id, licence.programme_code)
            except Conflict as refusal:
                refuse(ask, refusal, "supervisor")
            else:
                return Redirect("supervision.invitations", flash=_("Asked. You hear by mail what they say."))
    else:
        offer = forms.read(AskLearnerForm, request.form)
        learner = person_at(offer.data["email"]) if offer.ok else None
        if offer.ok and learner is None:
            offer.refuse("email", _("Nobody here has this address"))
        if learner is not None:
            try:
                services.invite(actor, learner.id, actor.me, offer.data["programme"])
            except Conflict as refusal:
                refuse(offer, refusal, "email")
            else:
                return Redirect("supervision.invitations", flash=_("Asked. You hear by mail what they say."))
    return _page(actor, ask, offer), 422


def _page(actor: Actor, ask: forms.FormState, offer: forms.FormState) -> dict[str, Any]:
    today, person = clock.today(), actor.me
    found = reads.invitations_of(person, today)
    mine = reads.supervisors_of(person)
    return {
        "ask": ask, "offer": offer, "form": ask if ask.errors else offer, "me": person,
        "mine": mine, "found": found,
        "supervisors": [
            (
                str(each.id),
                _("%(name)s, %(programme)s: %(free)s free", name=each.person.display_name,
                  programme=each.programme.title.in_(language()), free=each.capacity - count),
            )
            for each, count in queries.licensed_now(today)
            if each.person_id != person and each.programme_code not in {it.programme_code for it in mine}
        ],
        "programmes": [
            (each.programme_code, each.programme.title.in_(language()))
            for each in queries.live_licences_of(person, today)
        ],
    }  # fmt: skip


@pages.page("POST", "/supervision/invitations/<uuid:invitation_id>/answer", needs=P.SUPERVISION_INVITE)
def answer(actor: Actor, invitation_id: UUID) -> Any:
    """Yes, no, or never mind."""
    said = request.form.get("said", "")
    services.answer(actor, invitation_id, said if said in services.ANSWERS else "decline")
    words = {
        "accept": _("Agreed. The supervision begins today."),
        "withdraw": _("The invitation is withdrawn."),
    }
    return Redirect("supervision.invitations", flash=words.get(said, _("You said no, and they are told.")))
