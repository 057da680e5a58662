"""Pages of supervision: the supervisor's learners and attestations; the organiser's licences and assignments."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from courses.supervision import queries, reading, services
from courses.supervision.models import Attestation, AttestationGround, Supervision, SupervisorLicence
from courses.supervision.pages.room import language, pages
from courses.supervision.rules import ATTESTATION_MONTHS, WARNED_BEFORE, months_after
from courses.supervision.schemas import AssignForm, AttestationForm, GroundIn, LicenceForm, WithdrawalIn
from lms.accounts.queries import lineages_of, person_at
from lms.core import clock
from lms.core.db import get_or_refuse
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import refuse

P = Permission
BOTH = ("GET", "POST")
PAGE = 25
GROUNDS = {
    AttestationGround.LEFT_ROLE: N_("The learner no longer works in a clinical role"),
    AttestationGround.LEFT_SETTING: N_("The learner no longer works in this team"),
    AttestationGround.SUPERVISION_ENDED: N_("The learner is no longer under supervision"),
    AttestationGround.MADE_IN_ERROR: N_("It was made in error"),
}


@pages.page("GET", "/supervision/learners", needs=P.SUPERVISION_READ, template="supervision/learners.html")
def learners(actor: Actor) -> Any:
    """Whom one supervises, and what one attests about them."""
    today = clock.today()
    page = page_of(queries.learners_of(actor.me), request.args.get("cursor"), PAGE, key=(Supervision.id,))
    attested = queries.attestations_in_force([each.learner_id for each in page.items], today)
    licences = {each.programme_code: each for each in queries.live_licences_of(actor.me, today)}
    return {
        "rows": [
            (each, attested.get((each.learner_id, each.programme_code)), licences.get(each.programme_code))
            for each in page.items
        ],
        "soon": today + timedelta(days=max(WARNED_BEFORE)),
        "licences": sorted(licences.values(), key=lambda each: each.ends_on),
        "next_url": url_for("supervision.learners", cursor=page.next) if page.next else None,
        "first_url": url_for("supervision.learners") if request.args.get("cursor") else None,
    }


@pages.page(
    BOTH, "/supervision/learners/<uuid:supervision_id>/attest", needs=P.ATTESTATION_CREATE,
    template="supervision/attest.html",
)  # fmt: skip
def attest(actor: Actor, supervision_id: UUID) -> Any:
    """The supervisor's word about one learner."""
    it = _mine(actor, supervision_id)
    today = clock.today()
    in_force = queries.attestation_on(it.learner_id, it.programme_code, today)
    shown = {"it": it, "in_force": in_force, "latest": months_after(today, ATTESTATION_MONTHS)}
    if request.method == "GET":
        given = {"team": in_force.team if in_force else "", "ends_on": shown["latest"]}
        return shown | {"form": forms.start(AttestationForm, given)}
    form = forms.read(AttestationForm, request.form)
    if form.ok:
        try:
            services.attest(actor, it.learner_id, it.programme_code, **form.data)
        except (Invalid, Conflict, Forbidden) as refusal:
            refuse(form, refusal)
        else:
            flash = _("Attested. What %(name)s had paused for it goes on.", name=it.learner.display_name)
            return Redirect("supervision.learners", flash=flash)
    return shown | {"form": form}, 422


@pages.page(
    BOTH, "/supervision/attestations/<uuid:attestation_id>/end", needs=P.SUPERVISION_READ,
    template="supervision/end_attestation.html",
)  # fmt: skip
def end_attestation(actor: Actor, attestation_id: UUID) -> Any:
    """An attestation no longer holds."""
    it = get_or_refuse(Attestation, attestation_id)
    if it.supervisor_id != actor.person:
        actor.require_or_hide(P.SUPERVISION_ASSIGN, at=lineages_of(it.learner_id))
    back = "supervision.learners" if it.supervisor_id == actor.person else "supervision.manage"
    shown = {"it": it, "grounds": [(each.value, _(text)) for each, text in GROUNDS.items()], "back": url_for(back)}
    if request.method == "GET":
        return shown | {"form": forms.start(GroundIn)}
    form = forms.read(GroundIn, request.form)
    if not form.ok:
        return shown | {"form": form}, 422
    services.end_attestation(actor, attestation_id, AttestationGround(form.data["ground"]))
    return Redirect(back, flash=_("The attestation has ended. What depends on it is paused; nothing is lost."))


@pages.page(
    BOTH, "/supervision/learners/<uuid:supervision_id>/end", needs=P.SUPERVISION_READ, template="supervision/end.html"
)
def end(actor: Actor, supervision_id: UUID) -> Any:
    """A supervision is over: asked once more, because attestations end with it."""
    it = get_or_refuse(Supervision, supervision_id)
    if it.supervisor_id != actor.person:
        actor.require_or_hide(P.SUPERVISION_ASSIGN, at=lineages_of(it.learner_id))
    back = "supervision.learners" if it.supervisor_id == actor.person else "supervision.manage"
    if request.method == "GET":
        return {"it": it, "form": FormState.empty(), "back": url_for(back)}
    services.end(actor, supervision_id)
    return Redirect(back, flash=_("The supervision has ended."))


@pages.page(BOTH, "/manage/supervision", needs=P.SUPERVISION_ASSIGN, template="supervision/manage.html")
def manage(actor: Actor) -> Any:
    """Who supervises whom where one organises or leads, and giving a learner a supervisor."""
    if request.method == "GET":
        return _manage(actor, forms.start(AssignForm, {"email": request.args.get("email", "")}))
    form = forms.read(AssignForm, request.form)
    if form.ok:
        learner = person_at(form.data["email"])
        offered = {each.id: each for each, _count in queries.licensed_now(clock.today())}
        licence = offered.get(form.data["supervisor"])
        if learner is None:
            form.refuse("email", _("Nobody here has this address"))
        elif licence is None:
            form.refuse("supervisor", _("This supervisor has no place free any more. Choose another"))
        else:
            try:
                services.assign(actor, learner.id, licence.person_id, licence.programme_code)
            except (Conflict, Forbidden) as refusal:
                refuse(form, refusal, "email" if isinstance(refusal, Forbidden) else "supervisor")
            else:
                return Redirect("supervision.manage", flash=_("%(name)s has a supervisor.", name=learner.display_name))
    return _manage(actor, form), 422


def _manage(actor: Actor, form: FormState) -> dict[str, Any]:
    today = clock.today()
    found = queries.supervisions_in_reach(actor).where(Supervision.ends_on.is_(None))
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Supervision.id,), descending=True)
    attested = queries.attestations_in_force([each.learner_id for each in page.items], today)
    return {
        "form": form,
        "rows": [(each, attested.get((each.learner_id, each.programme_code))) for each in page.items],
        "supervisors": [
            (
                str(each.id),
                _("%(name)s, %(programme)s: %(count)s of %(capacity)s learners", name=each.person.display_name,
                  programme=each.programme.title.in_(language()), count=count, capacity=each.capacity),
            )
            for each, count in queries.licensed_now(today)
        ],
        "may_issue": actor.might(P.LICENCE_ISSUE),
        "may_see_demand": actor.might(P.SUPERVISION_DEMAND),
        "may_moderate": actor.might(P.SIGN_OFF_MODERATE),
        "escalations": reading.escalations_in_reach(actor),
        "leavers": reading.leavers_in_reach(actor, today),
        "next_url": url_for("supervision.manage", cursor=page.next) if page.next else None,
        "first_url": url_for("supervision.manage") if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page(BOTH, "/manage/supervision/licences", needs=P.LICENCE_ISSUE, template="supervision/licences.html")
def licences(actor: Actor) -> Any:
    """Licences of people where one organises or leads, and issuing one."""
    if request.method == "GET":
        return _licences(actor, forms.start(LicenceForm, {"capacity": 4}))
    form = forms.read(LicenceForm, request.form)
    if form.ok:
        person = person_at(form.data["email"])
        if person is None:
            form.refuse("email", _("Nobody here has this address"))
        else:
            given = {name: form.data[name] for name in ("starts_on", "ends_on", "capacity")}
            try:
                made = services.issue_licence(actor, person.id, form.data["programme"], **given)
            except NotFound:
                form.refuse("programme", _("Choose a programme"))
            except (Invalid, Forbidden) as refusal:
                refuse(form, refusal, "email")
            else:
                flash = _("%(name)s holds licence %(number)s.", name=person.display_name, number=made.number)
                return Redirect("supervision.licences", flash=flash)
    return _licences(actor, form), 422


def _licences(actor: Actor, form: FormState) -> dict[str, Any]:
    found = queries.licences_for(actor)
    page = page_of(found, request.args.get("cursor"), PAGE, key=(SupervisorLicence.id,), descending=True)
    today = clock.today()
    return {
        "form": form,
        "rows": [(each, _licence_state(each, today)) for each in page.items],
        "programmes": [(each.code, each.title.in_(language())) for each in queries.programmes()],
        "next_url": url_for("supervision.licences", cursor=page.next) if page.next else None,
        "first_url": url_for("supervision.licences") if request.args.get("cursor") else None,
    }


def _licence_state(it: SupervisorLicence, today: Any) -> tuple[str, str, bool]:
    """(words, colour, whether it can be withdrawn)."""
    if it.withdrawn_on is not None:
        return _("Withdrawn"), "grey", False
    if it.ends_on < today:
        return _("Expired"), "grey", False
    return (_("Not yet"), "yellow", True) if it.starts_on > today else (_("Live"), "green", True)


@pages.page(
    BOTH, "/manage/supervision/licences/<uuid:licence_id>/withdraw", needs=P.LICENCE_ISSUE,
    template="supervision/withdraw_licence.html",
)  # fmt: skip
def withdraw_licence(actor: Actor, licence_id: UUID) -> Any:
    """End a licence early, saying why."""
    it = get_or_refuse(SupervisorLicence, licence_id)
    actor.require_or_hide(P.LICENCE_ISSUE, at=lineages_of(it.person_id))
    if request.method == "GET":
        return {"it": it, "form": forms.start(WithdrawalIn)}
    form = forms.read(WithdrawalIn, request.form)
    if not form.ok:
        return {"it": it, "form": form}, 422
    services.withdraw_licence(actor, licence_id, form.data["reason"])
    return Redirect("supervision.licences", flash=_("The licence has been withdrawn."))


def _mine(actor: Actor, supervision_id: UUID) -> Supervision:
    """One of the actor's own supervisions that is not over. Raises NotFound."""
    it = get_or_refuse(Supervision, supervision_id)
    if it.supervisor_id != actor.person or it.ends_on is not None:
        raise NotFound()
    return it
