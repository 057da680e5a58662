"""One's own self-assessment: one domain a page, saved as one goes."""

from typing import Any

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from frameworks.assessment import queries, scale, services, upstairs, views, words
from frameworks.assessment.errors import NothingToAsk
from frameworks.assessment.pages.blueprint import pages
from frameworks.assessment.rules import Reach
from frameworks.assessment.schemas import (
    AGAIN,
    AssessmentLapseIn,
    AssessmentSharingForm,
    code_of,
    field_of,
    ratings_form,
)
from frameworks.assessment.services import Say
from frameworks.assessment.views import Assessment
from lms.accounts import queries as accounts
from lms.core import clock
from lms.core.errors import Conflict, Forbidden, Invalid, StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect
from lms.core.web.problems import status_of
from lms.core.web.site import day, translated

READ, EDIT = Permission.ASSESSMENT_READ, Permission.ASSESSMENT_EDIT
EVIDENCE_SHOWN = 10


@pages.page("GET", "/assessment", needs=READ, template="assessment/list.html")
def listed(actor: Actor) -> dict[str, Any]:
    """The frameworks, what my work asks for in each, and how far I am with saying where I am."""
    if actor.person is None:
        raise Forbidden()
    rows = [
        views.assessment(actor.person, code, clock.today()) for code, it in queries.outlines().items() if it.statements
    ]
    return {"rows": sorted(rows, key=lambda it: not it.needed), "words": words}


@pages.page("GET", "/assessment/<code>", needs=READ, template="assessment/framework.html")
def framework(actor: Actor, code: str) -> dict[str, Any]:
    """The domains, who sees what I say, and what to do next."""
    it = services.mine(actor, code)
    waiting = [line for line in it.lines if line.row is not None and line.row.state.value == "confirmation_asked"]
    supervisors = upstairs.supervisors_of(it.person_id, clock.today())
    return {
        "it": it, "words": words, "waiting": waiting, "supervisors": [name for _id, name in supervisors],
        "to_ask": [line for line in it.lines if line.held and line.row and line.row.state.value == "self_assessed"],
        "tasks": [_task(it, each) for each in it.outline.domains],
        "learning_url": upstairs.learning_for(code),
        "since": min((line.row.asked_at for line in waiting if line.row and line.row.asked_at), default=None),
    }  # fmt: skip


def _task(it: Assessment, domain: queries.DomainLine) -> dict[str, Any]:
    status, colour = words.domain_status(it, domain.code)
    level = it.level_in(domain.code) if it.reaches[domain.code] is not Reach.NOT_NEEDED else None
    return {
        "title": translated(domain.title), "status": status, "colour": colour,
        "url": url_for(".domain", code=it.outline.code, domain=words.domain_in_address(domain.code)),
        "hint": _("Asked of you: %(level)s", level=translated(level.title)) if level else None,
    }  # fmt: skip


@pages.page(("GET", "POST"), "/assessment/<code>/sharing", needs=EDIT, template="assessment/sharing.html")
def sharing(actor: Actor, code: str) -> Any:
    """Who may see it. The page names them before anything is shared."""
    it = services.mine(actor, code)
    who = [name for name, on in (("supervisor", it.shared.to_supervisor), ("manager", it.shared.to_manager)) if on]
    if request.method == "GET":
        return _sharing(it, forms.start(AssessmentSharingForm, {"who": who}))
    form = forms.read(AssessmentSharingForm, request.form)
    if not form.ok:
        return _sharing(it, form), 422
    chosen = form.data["who"]
    services.share(actor, code, to_supervisor="supervisor" in chosen, to_manager="manager" in chosen)
    return Redirect(".framework", code=code, flash=_("Saved. You can change it whenever you like."))


def _sharing(it: Assessment, form: FormState) -> dict[str, Any]:
    today = clock.today()
    return {
        "it": it, "form": form, "supervisors": [name for _id, name in upstairs.supervisors_of(it.person_id, today)],
        "managers": [name for _id, name in queries.managers_of(it.person_id, today)],
    }  # fmt: skip


@pages.page("POST", "/assessment/<code>/confirmation", needs=EDIT)
def ask(actor: Actor, code: str) -> Redirect:
    """Ask one's supervisors to confirm."""
    try:
        asked = services.ask(actor, code)
    except NothingToAsk as refusal:
        return Redirect(".framework", code=code, flash=_(refusal.detail or refusal.title))
    told = ngettext(
        "%(num)d rating waits for your supervisor now.", "%(num)d ratings wait for your supervisor now.", asked
    )
    return Redirect(".framework", code=code, flash=told)


@pages.page(("GET", "POST"), "/assessment/<code>/<domain>", needs=EDIT, template="assessment/domain.html")
def domain(actor: Actor, code: str, domain: str) -> Any:
    """One domain: where I am with each statement, in my own words if I like."""
    it = services.mine(actor, code)
    key = words.domain_of_address(it.outline, domain)
    schema = ratings_form(tuple(line.statement.code for line in it.of_domain(key)))
    if request.method == "GET":
        return _domain(it, key, forms.start(schema, _values(it, key)))
    form, status = forms.read(schema, request.form), 422
    if form.ok:
        try:
            services.save(actor, code, key, form.data["edition"], _said(form))
            return _onwards(it, key)
        except StaleEdit:
            now = services.mine(actor, code)
            return _domain(now, key, FormState(_values(now, key), {"_": _(AGAIN)})), 409
        except Invalid as refusal:
            status = status_of(refusal)
            for name, text in refusal.fields.items():
                form.refuse(field_of(name), _(text))
    return _domain(it, key, form), status


def _onwards(it: Assessment, key: str) -> Redirect:
    """To the next domain, or back to where they stand together."""
    codes = it.outline.domain_codes
    place = codes.index(key) + 1
    if request.form.get("next") == "onwards" and place < len(codes):
        return Redirect(".domain", code=it.outline.code, domain=words.domain_in_address(codes[place]), flash=_("Saved"))
    return Redirect(".framework", code=it.outline.code, flash=_("Saved"))


def _values(it: Assessment, key: str) -> dict[str, Any]:
    """What the form shows before anything is typed. What is to be rated again is left open, with its comment."""
    found: dict[str, Any] = {"edition": it.edition(key)}
    for line in it.of_domain(key):
        code = field_of(line.statement.code)
        if line.row is not None:
            found[f"value-{code}"] = line.row.value if line.held else None
            found[f"comment-{code}"] = line.row.rating.comment
            found[f"evidence-{code}"] = line.row.rating.evidence
    return found


def _said(form: FormState) -> dict[str, Say]:
    data = form.data
    codes = [name.removeprefix("value-") for name in data if name.startswith("value-")]
    return {
        code_of(code): Say(data[f"value-{code}"], data[f"comment-{code}"], tuple(data[f"evidence-{code}"])) for code in codes
    }  # fmt: skip


def _domain(it: Assessment, key: str, form: FormState) -> dict[str, Any]:
    lines = it.of_domain(key)
    linked = {ref for line in lines if line.row for ref in line.row.rating.evidence}
    codes = it.outline.domain_codes
    ratings = [line.row.rating_id for line in lines if line.row and line.row.state.value in ("returned", "confirmed")]
    return {
        "it": it, "form": form, "words": words, "domain": it.domain(key), "level": it.level_in(key),
        "field": field_of,
        "needed": [line for line in lines if line.needed or not it.needed],
        "others": [line for line in lines if not line.needed and it.needed],
        "offered": [
            (each.ref, translated(each.title), " · ".join(filter(None, (each.where, day(each.on)))))
            for each in upstairs.evidence_of(it.person_id, linked, EVIDENCE_SHOWN)
        ], "place": codes.index(key) + 1,
        "count": len(codes), "answers": queries.answers_of(ratings), "illustrative": scale.is_illustrative(),
        "here": {"code": it.outline.code, "domain": words.domain_in_address(key)}, "longest": services.LONGEST,
    }  # fmt: skip


@pages.page("POST", "/assessment/<code>/<domain>/draft", needs=EDIT, keeps=False)
def draft(actor: Actor, code: str, domain: str) -> Response:
    """What the script sends while somebody chooses: 200 with the new edition, as ETag too; 409 and 422 say why not."""
    it = services.mine(actor, code)
    key = words.domain_of_address(it.outline, domain)
    form = forms.read(ratings_form(tuple(line.statement.code for line in it.of_domain(key))), request.form)
    if not form.ok:
        return _answered({"errors": form.errors}, 422)
    try:
        edition = services.save(actor, code, key, form.data["edition"], _said(form), half=True)
    except (Conflict, Invalid) as refusal:
        return _answered({"errors": {name: _(text) for name, text in refusal.fields.items()}}, status_of(refusal))
    answer = _answered({"edition": edition}, 200)
    answer.set_etag(str(edition))
    return answer


def _answered(body: dict[str, Any], status: int) -> Response:
    answer: Response = jsonify(body)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.page("GET", "/assessment/<code>/history", needs=READ, template="assessment/history.html")
def history(actor: Actor, code: str) -> dict[str, Any]:
    """What I said and when, with what was answered, under which version and for which level."""
    it = services.mine(actor, code)
    said = queries.history(it.person_id, it.outline.framework_id)
    months, domains = words.by_month(it.outline, said)
    return {
        "it": it, "said": said, "words": words, "trend": words.trend(said), "levels": it.outline.level, "months": months,
        "domains": domains,
    }  # fmt: skip


@pages.page(
    ("GET", "POST"), "/manage/frameworks/<code>/lapse", needs=Permission.FRAMEWORK_EDIT, template="assessment/lapse.html"
)  # fmt: skip
def lapse(actor: Actor, code: str) -> Any:
    """After how many months ratings lapse."""
    it = queries.outline(code)
    actor.require_or_hide(
        Permission.FRAMEWORK_EDIT, at=accounts.lineage(it.organisation_id) if it.organisation_id else ()
    )
    if request.method == "GET":
        return {"it": it, "form": forms.start(AssessmentLapseIn, {"months": queries.lapse_months(it.framework_id)})}
    form = forms.read(AssessmentLapseIn, request.form)
    if not form.ok:
        return {"it": it, "form": form}, 422
    services.set_lapse(actor, code, form.data["months"])
    return Redirect(url_for("framework_authors.manage"), flash=_("Saved. It holds for ratings from now on."))
