"""The organiser's side: handing over when somebody leaves, the rules, and attestations as of any day."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from courses.supervision import arrangements, queries, reading, services
from courses.supervision.models import Attestation, Scope, Supervision
from courses.supervision.pages.room import language, pages
from courses.supervision.schemas import HandoverForm, PolicyForm
from lms.accounts.queries import body, person_at
from lms.core import clock
from lms.core.errors import Conflict, Forbidden, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import refuse

P = Permission
PAGE = 25
SCOPES = {
    Scope.BODY: N_("From the learner’s own organisation"),
    Scope.AREA: N_("From the same area"),
    Scope.ANYWHERE: N_("From anywhere in Wales"),
}


@pages.page(
    ("GET", "POST"), "/manage/supervision/handover/<uuid:supervisor_id>/<programme>", needs=P.SUPERVISION_ASSIGN,
    template="supervision/handover.html",
)  # fmt: skip
def handover(actor: Actor, supervisor_id: UUID, programme: str) -> Any:
    """All learners of one supervisor to others, in one step."""
    held = reading.held_by(actor, supervisor_id, programme)
    if not held:
        raise NotFound()
    offered = [
        (licence, count)
        for licence, count in queries.licensed_now(clock.today())
        if licence.programme_code == programme and licence.person_id != supervisor_id
    ]
    names = {
        str(licence.person_id): _("%(name)s: %(free)s free", name=licence.person.display_name, free=licence.capacity - count)
        for licence, count in offered
    }  # fmt: skip
    shown = {"held": held, "supervisors": list(names.items())}
    if request.method == "GET":
        return shown | {"form": forms.start(HandoverForm, _suggested(held, offered))}
    form = forms.read(HandoverForm, request.form)
    chosen = {each.learner_id: request.form.get(f"to-{each.learner_id}", "") for each in held}
    form.values |= {f"to-{learner}": to for learner, to in chosen.items()}
    for learner, to in chosen.items():
        if to not in names:
            form.refuse(f"to-{learner}", _("Choose a supervisor"))
    if form.ok:
        given = {learner: UUID(to) for learner, to in chosen.items()}
        try:
            services.hand_over(actor, supervisor_id, programme, given, reason=form.data["reason"])
        except (Conflict, Forbidden) as refusal:
            refuse(form, refusal)
        else:
            flash = _("Handed over: %(count)s learners. They and their new supervisors are told.", count=len(given))
            return Redirect("supervision.manage", flash=flash)
    return shown | {"form": form}, 422


def _suggested(held: list[Supervision], offered: list[Any]) -> dict[str, str]:
    """A place for each, nearest and emptiest first, as far as there is room."""
    free = {licence.person_id: licence.capacity - count for licence, count in offered}
    places = arrangements.places_of([*free, *(each.learner_id for each in held)], clock.today())
    chosen = {}
    for each in held:
        mine = places.get(each.learner_id, [])
        best = arrangements.nearest(mine, {who: places.get(who, []) for who, left in free.items() if left > 0}, free)
        if best is not None:
            free[best] -= 1
            chosen[f"to-{each.learner_id}"] = str(best)
    return chosen


@pages.page(("GET", "POST"), "/manage/supervision/rules", needs=P.SUPERVISION_ASSIGN, template="supervision/rules.html")
def rules(actor: Actor) -> Any:
    """From where supervisors are offered, who finds them, when waiting is too long, how many signatures are moderated."""
    if request.method == "GET":
        return _rules(forms.start(PolicyForm))
    form = forms.read(PolicyForm, request.form)
    if form.ok:
        given = form.data
        finder = person_at(given["finder"]) if given["finder"] else None
        try:
            place = body(given["organisation"]).id if given["organisation"] else None
        except NotFound:
            form.refuse("organisation", _("There is no organisation with this code"))
        if given["finder"] and finder is None:
            form.refuse("finder", _("Nobody here has this address"))
        if form.ok:
            try:
                services.set_policy(
                    actor, given["programme"], place, scope=Scope(given["scope"]) if given["scope"] else None,
                    finder_id=finder.id if finder else None, escalate_after=given["escalate_after"],
                    sample_percent=given["sample_percent"],
                )  # fmt: skip
            except NotFound:
                form.refuse("programme", _("Choose a programme"))
            except Forbidden as refusal:
                refuse(form, refusal, "organisation")
            else:
                return Redirect("supervision.rules", flash=_("The rule counts from now."))
    return _rules(form), 422


def _rules(form: forms.FormState) -> dict[str, Any]:
    return {
        "form": form, "policies": reading.policies(), "scope_words": {each: _(text) for each, text in SCOPES.items()},
        "scopes": [(each.value, _(text)) for each, text in SCOPES.items()],
        "programmes": [(each.code, each.title.in_(language())) for each in queries.programmes()],
    }  # fmt: skip


@pages.page(
    "GET", "/manage/supervision/attestations", needs=P.SUPERVISION_ASSIGN, template="supervision/attestations.html"
)
def attestations(actor: Actor) -> Any:
    """What was attested on a day: today, or any other."""
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        on = clock.today()
    found = queries.attestations_in_reach(actor, on)
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Attestation.id,))
    return {
        "on": on, "rows": page.items,
        "next_url": url_for("supervision.attestations", cursor=page.next, on=on.isoformat()) if page.next else None,
        "first_url": url_for("supervision.attestations", on=on.isoformat()) if request.args.get("cursor") else None,
    }  # fmt: skip
