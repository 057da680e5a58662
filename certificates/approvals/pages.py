"""Pages of an approving body: its register, approving, and what happens to an approval."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema

from certificates.approvals import exporting, functions, queries, rules, wording
from certificates.approvals.letters import item_title
from certificates.approvals.models import Approval, ApprovalEvidence, FunctionHours
from certificates.approvals.rules import Basis, Check, Ground, State, Verdict
from certificates.approvals.schemas import (
    ApprovalActForIn,
    ApprovalAgainIn,
    ApprovalChooseIn,
    ApprovalEndIn,
    ApprovalEvidenceIn,
    ApprovalLiftIn,
    ApprovalsQuery,
    ApprovalSuspendIn,
    ApprovalVerdictIn,
    GrantForm,
    HoursForm,
    asked_of,
)
from certificates.approvals.services import access, changing, granting, proving
from certificates.approvals.views import View, verdict_on, view, views
from certificates.queries import revoked_among
from lms.core import clock
from lms.core.db import db, get_or_refuse
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("approvals", __name__, template_folder="templates")

KEEP = Permission.APPROVAL_KEEP
BOTH = ("GET", "POST")
PAGE = 25
ONE = "/approvals/<uuid:approval_id>"


def words(*approvals: Approval) -> dict[str, Any]:
    """What codes are called, for the templates; and which certificates that these rest on were revoked since."""
    rests_on = [award for it in approvals for award in (it.award_id, *(each.award_id for each in it.evidence))]
    return {
        "fell": revoked_among(rests_on),
        "states": {key: (_(text), colour) for key, (text, colour) in wording.STATES.items()},
        "verdicts": {key: (_(text), colour) for key, (text, colour) in wording.VERDICTS.items()},
        "grounds": wording.GROUNDS,
        "suspensions": wording.SUSPENSIONS,
        "steps": {key: _(text) for key, text in wording.STEPS.items()},
        "lacks": {key: _(text) for key, text in wording.LACKS.items()},
        "sorts": functions.evidence_sorts(),
        "professions": functions.professions(),
        "item_title": item_title,
        "verdict_on": verdict_on,
    }


@pages.page("GET", "/approvals", needs=KEEP, template="approvals/register.html")
def register(actor: Actor) -> dict[str, Any]:
    """Who is in force, what ends, whose evidence is overdue; as of any day."""
    form, asked = _asked()
    day, reach = asked["on"] or clock.today(), actor.reach(KEEP)
    found = queries.register(reach, day, asked["show"], asked["function"], None)
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Approval.starts_on, Approval.id))
    chosen = {
        key: value
        for key, value in {"show": asked["show"], "function": asked["function"],
                           "on": asked["on"].isoformat() if asked["on"] else None}.items()
        if value
    }  # fmt: skip
    counted = queries.counts(reach, day, asked["function"], None)
    return words() | {
        "rows": views(page.items, day), "day": day, "form": form, "asked": asked, "today": clock.today(),
        "bodies": queries.bodies(reach),
        "functions": functions.functions(day),
        "shows": [
            (url_for("approvals.register", **(chosen | {"show": each})), _(text), counted.get(each), each == asked["show"])
            for each, text in wording.SHOWS.items()
        ],
        "csv_url": url_for("approvals.download", **chosen),
        "next_url": url_for("approvals.register", **chosen, cursor=page.next) if page.next else None,
    }  # fmt: skip


@pages.page("GET", "/approvals/register.csv", needs=KEEP)
def download(actor: Actor) -> Response:
    _form, asked = _asked()
    return exporting.answer(actor, asked["on"] or clock.today(), asked["show"], asked["function"], None)


@pages.page("GET", "/approvals/new", needs=KEEP, template="approvals/begin.html")
def begin(actor: Actor) -> dict[str, Any]:
    """For which function, by which body?"""
    ours = queries.bodies(actor.reach(KEEP))
    live = functions.functions(clock.today()).values()
    found = [(body, it) for body in ours for it in live if it.approved_by(body.code, body.kind)]
    return {"found": found, "hours": [(body, it) for body, it in found if it.yearly]}


@pages.page(BOTH, "/approvals/new/<body_code>/<code>", needs=KEEP, template="approvals/grant.html")
def grant(actor: Actor, body_code: str, code: str) -> Any:
    """What the body decides; then check it; then approve."""
    body = access.body(actor, body_code)
    it = functions.functions(clock.today()).get(code)
    if it is None or not it.approved_by(body.code, body.kind):
        raise NotFound()
    context = _granting(it, body.name, again=False)
    if request.method == "GET":
        return context | {"form": forms.start(GrantForm, {"decided_on": clock.today()})}
    form = forms.read(GrantForm, request.form)
    if not form.ok or request.form.get("step") == "change":
        return context | {"form": form}, 200 if form.ok else 422
    asked, email = asked_of(form.data), form.data["email"]
    if request.form.get("step") == "approve":
        made = tried(form, "email", lambda: granting.approve(actor, body_code, code, email, asked))
        if made is not None:
            return Redirect(
                "approvals.approval", approval_id=made.id, flash=_("They are approved, and have been told.")
            )
    elif (found := tried(form, "email", lambda: granting.consider(actor, body_code, code, email, asked))) is not None:
        return context | {"form": form, "decision": found}
    return context | {"form": form}, 422


@pages.page(BOTH, f"{ONE}/again", needs=KEEP, template="approvals/grant.html")
def again(actor: Actor, approval_id: UUID) -> Any:
    """The same for the time after."""
    before = access.kept(actor, approval_id)
    it = functions.function(before.function, clock.today())
    if before.ends_on is None:
        raise NotFound()
    context = _granting(it, before.body.name, again=True) | {"before": before}
    if request.method == "GET":
        begins = max(before.ends_on + timedelta(days=1), clock.today())
        ends = rules.last_day(begins, it.longest_years) if it.longest_years else None
        start = {"decided_on": clock.today(), "starts_on": begins, "ends_on": ends}
        return context | {"form": forms.start(ApprovalAgainIn, start)}
    form = forms.read(ApprovalAgainIn, request.form)
    if not form.ok or request.form.get("step") == "change":
        return context | {"form": form}, 200 if form.ok else 422
    asked = asked_of(form.data)
    if request.form.get("step") == "approve":
        made = tried(form, "starts_on", lambda: granting.approve_again(actor, approval_id, asked))
        if made is not None:
            return Redirect(
                "approvals.approval", approval_id=made.id, flash=_("They are approved, and have been told.")
            )
    elif (found := tried(form, "starts_on", lambda: granting.consider_again(actor, approval_id, asked))) is not None:
        return context | {"form": form, "decision": found}
    return context | {"form": form}, 422


@pages.page("GET", ONE, needs=KEEP, template="approvals/approval.html")
def approval(actor: Actor, approval_id: UUID) -> dict[str, Any]:
    """All of it, as of a day."""
    _form, asked = _asked()
    found = _kept(actor, approval_id, asked["on"])
    others = queries.acts_for(found.approval)
    reached = queries.officers([each.id for each in others])
    return words(found.approval) | {
        "it": found, "others": [(each, each.id in reached) for each in others], "today": clock.today(),
        "own": found.approval.person_id == actor.person, "before": found.approval.follows_id,
        "bases": {key: _(text) for key, text in wording.BASES.items()},
    }  # fmt: skip


@pages.page(BOTH, f"{ONE}/suspension", needs=KEEP, template="approvals/suspension.html")
def suspension(actor: Actor, approval_id: UUID) -> Any:
    """Suspend, or lift the suspension."""
    found = _kept(actor, approval_id)
    suspended = found.state is State.SUSPENDED
    shape = ApprovalLiftIn if suspended else ApprovalSuspendIn
    if request.method == "GET":
        return {"it": found, "form": _from_today(shape), "suspended": suspended, "reasons": wording.SUSPENSIONS}
    form = forms.read(shape, request.form)
    work = changing.lift if suspended else changing.suspend
    if form.ok and tried(form, "on", lambda: work(actor, approval_id, **form.data)):
        done = (
            _("It counts again, and they have been told.")
            if suspended
            else _("It is suspended, and they have been told.")
        )
        return Redirect("approvals.approval", approval_id=approval_id, flash=done)
    return {"it": found, "form": form, "suspended": suspended, "reasons": wording.SUSPENSIONS}, 422


@pages.page(BOTH, f"{ONE}/end", needs=KEEP, template="approvals/end.html")
def end(actor: Actor, approval_id: UUID) -> Any:
    """End it before its time, on one of the grounds that the law lists."""
    found = _kept(actor, approval_id)
    others = queries.acts_for(found.approval)
    reached = queries.officers([each.id for each in others])
    context = {
        "it": found, "others": [(each, each.id in reached) for each in others],
        "grounds": [(each.value, wording.GROUNDS[each].in_(g.lang)) for each in (*found.function.grounds, Ground.IN_ERROR)],
    }  # fmt: skip
    if request.method == "GET":
        return context | {"form": _from_today(ApprovalEndIn)}
    form = forms.read(ApprovalEndIn, request.form)
    if form.ok and tried(form, "on", lambda: changing.end(actor, approval_id, **form.data)):
        return Redirect(
            "approvals.approval", approval_id=approval_id, flash=_("It has ended, and they have been told.")
        )
    return context | {"form": form}, 422


@pages.page(BOTH, f"{ONE}/choice", needs=KEEP, template="approvals/choice.html")
def choice(actor: Actor, approval_id: UUID) -> Any:
    """Record that they were chosen for an assessment."""
    found = _kept(actor, approval_id)
    if not found.function.per_case:
        raise NotFound()
    checks = [(each.value, _(wording.CHECKS[each])) for each in found.function.per_case]
    if request.method == "GET":
        return {"it": found, "form": _from_today(ApprovalChooseIn), "checks": checks}
    form = forms.read(ApprovalChooseIn, request.form)
    if form.ok and tried(
        form, "on", lambda: changing.choose(actor, approval_id, form.data["on"], set(form.data["checks"]))
    ):
        return Redirect("approvals.approval", approval_id=approval_id, flash=_("Recorded."))
    return {"it": found, "form": form, "checks": checks}, 422


@pages.page(BOTH, f"{ONE}/authorities", needs=KEEP, template="approvals/authorities.html")
def authorities(actor: Actor, approval_id: UUID) -> Any:
    """For whom else they have agreed to act; those are told when it ends."""
    found = _kept(actor, approval_id)
    others = queries.acts_for(found.approval)
    offered = [
        (each.code, each.name.in_(g.lang))
        for each in queries.approving(found.approval.function, clock.today())
        if each.id != found.approval.body_id and each not in others
    ]
    context = {"it": found, "others": others, "offered": sorted(offered, key=lambda each: each[1])}
    if request.method == "GET":
        return context | {"form": forms.start(ApprovalActForIn)}
    form = forms.read(ApprovalActForIn, request.form)
    if form.ok and tried(
        form, "other", lambda: changing.act_for(actor, approval_id, form.data["other"], acts=form.data["acts"])
    ):
        return Redirect("approvals.approval", approval_id=approval_id, flash=_("Recorded."))
    return context | {"form": form}, 422


@pages.page(BOTH, f"{ONE}/evidence", needs=KEEP, template="approvals/evidence.html")
def evidence(actor: Actor, approval_id: UUID) -> Any:
    """Evidence that the body has seen: entered and accepted at once."""
    found = _kept(actor, approval_id)
    context = {
        "it": found, "own": False, "certificates": [], "sorts": sorts(),
        "back": url_for("approvals.approval", approval_id=approval_id),
    }  # fmt: skip
    if request.method == "GET":
        return context | {"form": _from_today(ApprovalEvidenceIn)}
    form = forms.read(ApprovalEvidenceIn, request.form)
    if form.ok and tried(form, "on", lambda: proving.give(actor, approval_id, **form.data)):
        return Redirect("approvals.approval", approval_id=approval_id, flash=_("Recorded and accepted."))
    return context | {"form": form}, 422


@pages.page(BOTH, "/approvals/evidence/<uuid:evidence_id>", needs=KEEP, template="approvals/verdict.html")
def decide(actor: Actor, evidence_id: UUID) -> Any:
    """Accept a piece of evidence, or return it."""
    item = get_or_refuse(ApprovalEvidence, evidence_id)
    found = _kept(actor, item.approval_id)
    options = [
        (Verdict.ACCEPTED.value, _("Accept it")),
        (Verdict.RETURNED.value, _("Return it, and say what is missing")),
    ]
    context = words(found.approval) | {"it": found, "item": item, "options": options}
    if request.method == "GET":
        return context | {"form": forms.start(ApprovalVerdictIn)}
    form = forms.read(ApprovalVerdictIn, request.form)
    if form.ok and tried(form, "verdict", lambda: proving.decide(actor, evidence_id, **form.data)):
        return Redirect("approvals.approval", approval_id=item.approval_id, flash=_("Recorded."))
    return context | {"form": form}, 422


@pages.page(BOTH, "/approvals/hours/<body_code>/<code>", needs=KEEP, template="approvals/hours.html")
def hours(actor: Actor, body_code: str, code: str) -> Any:
    """How much training a year the body asks for."""
    body = access.body(actor, body_code)
    it = functions.functions(clock.today()).get(code)
    if it is None or not it.yearly or not it.approved_by(body.code, body.kind):
        raise NotFound()
    asked = db.session.scalars(
        queries.hours_of(body.id)
        .where(FunctionHours.function == code)
        .order_by(FunctionHours.from_on.desc(), FunctionHours.at.desc())
        .limit(10)
    ).all()
    context = {"body": body, "it": it, "asked": asked}
    if request.method == "GET":
        return context | {"form": _from_today(HoursForm, "from_on")}
    form = forms.read(HoursForm, request.form)
    if form.ok:
        given = form.data["hours"]
        minutes = given * 60 if given else None
        if tried(form, "hours", lambda: changing.ask_for_hours(actor, body_code, code, minutes, form.data["from_on"])):
            return Redirect("approvals.begin", flash=_("Recorded."))
    return context | {"form": form}, 422


def sorts() -> list[tuple[str, str, str]]:
    """What evidence may be, for a form."""
    return [(each.code, each.title.in_(g.lang), each.hint.in_(g.lang)) for each in functions.evidence_sorts().values()]


def tried(form: FormState, field: str, work: Callable[[], Any]) -> Any:
    """What the work returns; None: it was refused, and the form says why."""
    try:
        return work()
    except Invalid as refusal:
        for name, text in refusal.fields.items():
            form.refuse(name, _(text))
    except (Conflict, Forbidden) as refusal:
        form.refuse(field, " ".join(_(each) for each in (refusal.title, refusal.way_out) if each))
    return None


def _kept(actor: Actor, approval_id: UUID, on: Any = None) -> View:
    """For the body: the holder has a page of their own."""
    found = access.readable(actor, approval_id)
    actor.require_or_hide(KEEP, at=[found.body_id])
    return view(found, on or clock.today())


def _asked() -> tuple[FormState, dict[str, Any]]:
    """What the address asks for; what it asks wrongly is as if it had not."""
    given = {name: value for name, value in request.args.items() if name in ("show", "function") and value}
    form = forms.read(ApprovalsQuery, request.args)
    asked: dict[str, Any] = {"show": "standing", "function": None, "on": None} | {
        name: value for name, value in form.data.items() if name in ("show", "function", "on")
    }
    form.values = dict(form.values) | given
    return form, asked


def _from_today(shape: type[Schema], name: str = "on") -> FormState:
    return forms.start(shape, {name: clock.today()})


def _granting(it: functions.Function, body: Any, *, again: bool) -> dict[str, Any]:
    rule = it.again if again else it.first
    criteria = it.criteria_again if again else it.criteria_first
    return {
        "it": it, "body": body, "again": again, "rule": rule, "decision": None, "before": None,
        "professions": [(code, functions.professions()[code].title.in_(g.lang)) for code in it.who],
        "bases": [(each.value, _(wording.BASES[each])) for each in (Basis.COURSE, Basis.EARLIER)],
        "criteria": [(each, _("Criterion %(letter)s", letter=each)) for each in criteria],
        "checks": [(each.value, _(wording.CHECKS[each])) for each in it.per_case if each is not Check.INDEPENDENCE],
        "longest": it.longest_years,
    }  # fmt: skip
