"""Pages of enrolments: enrolling, one's learning on a course, leaving it, and the organiser's list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from courses.catalogue.words import TAUGHT_ONLINE
from courses.enrolments import queries, services, wording
from courses.enrolments.errors import (
    AlreadyEnrolled,
    EnrolmentClosed,
    EnrolmentRefused,
    LanguageNotOffered,
    ModuleFull,
    NotDeclared,
)
from courses.enrolments.models import MISSED_STATES, OPEN_STATES, Enrolment, EnrolmentState, WithdrawalReason
from courses.enrolments.rules import depends_on_attestation
from courses.enrolments.schemas import EnrolForm, WithdrawalForm
from courses.enrolments.services.learning import needs_portfolio
from courses.enrolments.services.standing import Standing
from courses.supervision.models import Attestation
from courses.supervision.queries import attestation_on, supervisor_of
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid, NotFound, Refusal
from lms.core.hooks import Hook
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.core.web.site import moment
from lms.xapi.queries import statements_of

pages = Pages("enrolments", __name__, template_folder="templates")

P = Permission
BOTH = ("GET", "POST")
PAGE = 25


@pages.page(BOTH, "/training/<code>/enrol", needs=P.ENROLMENT_CREATE, template="enrolments/enrol.html")
def enrol(actor: Actor, code: str) -> Any:
    """What is asked, and the answer."""
    version = queries.published(code)
    if version is None or actor.person is None:
        raise NotFound()
    found = services.standing(actor.person, version)
    if found.kind in ("enrolled", "waiting") and found.last is not None:
        return Redirect("enrolments.enrolment", enrolment_id=found.last.id)
    if request.method == "GET":
        given = {"language": actor.language if actor.language in version.languages else version.languages[0]}
        if found.best.place.membership_id:
            given["membership_id"] = str(found.best.place.membership_id)
        return _enrol_page(found, forms.start(EnrolForm, given))
    form = forms.read(EnrolForm, request.form)
    if not form.ok:
        return _enrol_page(found, form), 422
    try:
        made = services.enrol(actor, actor.person, code, **form.data)
    except AlreadyEnrolled as refusal:
        return Redirect("enrolments.enrolment", enrolment_id=refusal.more["enrolment"])
    except NotDeclared:
        form.refuse("declared", _("Confirm each of these, if it is so"))
        return _enrol_page(found, form), 422
    except EnrolmentRefused as refusal:
        return _enrol_page(found, form, refusal), 409
    except (LanguageNotOffered, Invalid) as refusal:
        for name, message in refusal.fields.items():
            form.refuse(name, _(message))
        return _enrol_page(found, form), 422
    waits = made.state is EnrolmentState.WAITLISTED
    flash = _("You are on the waiting list.") if waits else _("You are enrolled.")
    return Redirect("enrolments.enrolment", enrolment_id=made.id, flash=flash)


def _enrol_page(found: Standing, form: FormState, refusal: EnrolmentRefused | None = None) -> dict[str, Any]:
    version = found.version
    reasons = refusal.reasons if refusal else found.reasons
    full = found.kind == "full" or isinstance(refusal, ModuleFull)
    names = found.best.names
    return {
        "form": form,
        "version": version,
        "code": version.course.code,
        "refused": [] if isinstance(refusal, ModuleFull) else wording.reasons(reasons),
        "full": full,
        "chosen": found.best.offer.chosen,
        "instead": wording.instead(found),
        "alternatives": found.alternatives,
        "begun": found.begun,
        "languages": [(each, _("Welsh") if each == "cy" else _("English")) for each in version.languages],
        "declarations": wording.declarations(found),
        "places": [
            (str(each.place.membership_id), wording.place(each.place, names))
            for each in found.applications if each.place.membership_id
        ],
        "place": wording.place(found.best.place, names),
    }  # fmt: skip


@pages.page("GET", "/learning/<uuid:enrolment_id>", needs=P.ENROLMENT_READ, template="enrolments/enrolment.html")
def enrolment(actor: Actor, enrolment_id: UUID) -> Any:
    """How far a learner is on a course, and why it is not complete."""
    it = services.readable(actor, enrolment_id)
    events = queries.timeline(enrolment_id)
    mine = actor.person == it.learner_id
    waits = it.state is EnrolmentState.WAITLISTED
    supervisor = None
    if it.course.programme_code and needs_portfolio(it):
        supervisor = supervisor_of(it.learner_id, it.course.programme_code, clock.today())
    return {
        "it": it,
        "mine": mine,
        "state": _state(it.state),
        "position": queries.waiting_position(it) if waits else None,
        "chosen": waits and it.version.capacity_rule.value in ("cohort", "allocation"),
        "needs": wording.needs(it, events),
        "fallen": wording.fallen(it, events),
        "attested": _attested(it),
        "supervisor": supervisor.supervisor.display_name if supervisor else None,
        "timeline": [
            {"when": moment(event.at), "text": wording.happened(event), "by": name or ""} for event, name in events
        ],
        "statements": [_statement(raw) for raw in statements_of(it.registration, 20)],
        "online": it.version.format_code in TAUGHT_ONLINE,
        "dates": date_of(actor, it),
        "launch_url": _launch_url(it) if mine else None,
        "portfolio_url": _portfolio_url(it),
        "completion_url": _url("completion.completion", it),
        "has_record": mine and "record.record" in current_app.view_functions,
        "may_withdraw": it.state in OPEN_STATES
        and actor.may(P.ENROLMENT_WITHDRAW, about=it.learner_id, at=it.organisation_lineage),
    }


def _attested(it: Enrolment) -> Attestation | None:
    """What holds today, for a course that depends on it."""
    if it.course.programme_code is None or not depends_on_attestation(it.version.eligibility):
        return None
    return attestation_on(it.learner_id, it.course.programme_code, clock.today())


@Hook
def date_of(_actor: Actor, _it: Enrolment) -> Markup:
    """Of a course that is taught on dates: when and where one's own is, or that one is to be chosen. Told from above."""
    return Markup()


def _state(state: EnrolmentState) -> tuple[str, str]:
    text, colour = wording.STATES[state]
    return _(text), colour


def _statement(raw: Any) -> tuple[str, str]:
    text, at = wording.statement(raw)
    try:
        return text, moment(datetime.fromisoformat(at.replace("Z", "+00:00")))
    except ValueError:
        return text, at


def _launch_url(it: Enrolment) -> str | None:
    """Where the content opens, for courses that have any online, once the rooms above are there."""
    learning = (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS, *MISSED_STATES, EnrolmentState.COMPLETED)
    if it.state not in learning or it.version.format_code not in TAUGHT_ONLINE:
        return None
    return _url("launch.launch", it)


def _portfolio_url(it: Enrolment) -> str | None:
    if it.state is EnrolmentState.WAITLISTED or not it.version.portfolio_template_code:
        return None
    return _url("portfolios.portfolio", it)


def _url(endpoint: str, it: Enrolment) -> str | None:
    known = endpoint in current_app.view_functions
    return url_for(endpoint, enrolment_id=it.id) if known else None


@pages.page(
    BOTH, "/learning/<uuid:enrolment_id>/withdraw", needs=P.ENROLMENT_WITHDRAW, template="enrolments/withdraw.html"
)
def withdraw(actor: Actor, enrolment_id: UUID) -> Any:
    """Leave a course, saying why."""
    it = services.readable(actor, enrolment_id)
    actor.require_or_hide(P.ENROLMENT_WITHDRAW, about=it.learner_id, at=it.organisation_lineage)
    if it.state not in OPEN_STATES:
        raise EnrolmentClosed()
    shown = {"it": it, "reasons": [(each.value, _(text)) for each, text in wording.REASONS.items()]}
    if request.method == "GET":
        return shown | {"form": forms.start(WithdrawalForm)}
    form = forms.read(WithdrawalForm, request.form)
    if not form.ok:
        return shown | {"form": form}, 422
    services.withdraw(actor, enrolment_id, WithdrawalReason(form.data["reason"]))
    return Redirect("enrolments.enrolment", enrolment_id=enrolment_id, flash=_("You have left this course."))


@pages.page(BOTH, "/manage/enrolments", needs=P.ENROLMENT_COMPLETE, template="enrolments/manage.html")
def manage(actor: Actor) -> Any:
    """Enrolments where one organises: record completion for one or several, give places."""
    if request.method == "POST":
        return _record(actor)
    state = request.args.get("state", "")
    chosen = EnrolmentState(state) if state in set(EnrolmentState) else None
    code = request.args.get("course", "").strip()[:60]
    found = queries.enrolments_for(actor, P.ENROLMENT_COMPLETE, course_code=code or None, state=chosen)
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Enrolment.id,), descending=True)
    kept: dict[str, Any] = {name: value for name, value in (("course", code), ("state", state)) if value}
    return {
        "page": page,
        "rows": [(it, _state(it.state)) for it in page.items],
        "states": [(each.value, _(text)) for each, (text, _colour) in wording.STATES.items()],
        "courses": _courses(),
        "form": FormState.empty({"course": code, "state": state}),
        "filtered": bool(kept),
        "first_url": url_for("enrolments.manage", **kept) if request.args.get("cursor") else None,
        "next_url": url_for("enrolments.manage", cursor=page.next, **kept) if page.next else None,
        "back": request.full_path.rstrip("?"),
        "open_states": OPEN_STATES,
    }


def _record(actor: Actor) -> Any:
    """What was ticked: all of it or nothing."""
    chosen = [UUID(each) for each in request.form.getlist("enrolment")[:PAGE] if _is_id(each)]
    action = request.form.get("action", "")
    here = request.form.get("back", "")
    back = here if here.startswith(url_for("enrolments.manage")) else url_for("enrolments.manage")
    if not chosen:
        return Redirect(back, flash=_("Tick at least one person first."))
    try:
        with db.session.begin_nested():
            for enrolment_id in chosen:
                if action == "place":
                    services.give_place(actor, enrolment_id)
                else:
                    services.complete(actor, enrolment_id)
    except NotFound:
        raise
    except EnrolmentRefused as refusal:
        return Redirect(back, flash=_("Nothing was recorded. %(why)s", why=wording.reason(refusal).detail))
    except Refusal as refusal:
        return Redirect(back, flash=_("Nothing was recorded. %(why)s", why=_(refusal.title)))
    return Redirect(back, flash=_("Recorded. People: %(count)s.", count=len(chosen)))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _courses() -> list[tuple[str, str]]:
    language = wording.language()
    return [(code, f"{code} {title.in_(language)}") for code, title in queries.course_titles()]
