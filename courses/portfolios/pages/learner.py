"""The learner's pages: how far the portfolio is, one item after the other, and the whole."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from courses.portfolios import rules, schemas, signing, views
from courses.portfolios.errors import EvidenceMissing
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio
from courses.portfolios.moderation.queries import moderation_of, withdrawal_of, withdrawals_of
from courses.portfolios.pages import words
from courses.portfolios.queries import check_of
from courses.portfolios.services import access, evidence, files, observing, sharing, whole
from courses.supervision.arrangements import finder_of
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Refusal, StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.refusals import attempt, sentence

pages = Pages("portfolios", "courses.portfolios", template_folder="templates")

READ, EDIT = Permission.PORTFOLIO_READ, Permission.PORTFOLIO_EDIT
WHOLE = "/portfolio/<uuid:enrolment_id>"
ITEM = f"{WHOLE}/<int:position>"


def own_item(actor: Actor, enrolment_id: UUID, position: int) -> EvidenceItem:
    """The learner's own item, to be changed."""
    return access.item_at(access.portfolio_by_enrolment(actor, EDIT, enrolment_id), position)


def about_portfolio(portfolio: Portfolio, **more: Any) -> dict[str, Any]:
    """What every page of a portfolio shows."""
    return {
        "portfolio": portfolio, "course": portfolio.enrolment.version.title, "words": words,
        "supervisor": access.supervisor_now(portfolio),
    } | more  # fmt: skip


@pages.page("GET", WHOLE, needs=READ, template="portfolios/portfolio.html")
def portfolio(actor: Actor, enrolment_id: UUID) -> Any:
    """How far it is, and what comes next."""
    shown = access.overview_by_enrolment(actor, enrolment_id)
    if shown.learner_id != actor.person:
        return Redirect("supervision_queue.portfolio", portfolio_id=shown.id)
    about = about_portfolio(
        shown, progress=views.progress(shown), moderated=moderation_of(shown),
        withdrawals=withdrawals_of(shown.id) if shown.sign_offs else {},
    )  # fmt: skip
    about["finder"] = None if about["supervisor"] else finder_of(shown.learner_id, shown.programme_code, clock.today())
    return about | {
        "tasks": words.tasks(
            shown, about["supervisor"], lambda position: url_for(".item", enrolment_id=enrolment_id, position=position)
        )
    }


@pages.page(("GET", "POST"), ITEM, needs=READ, template="portfolios/item.html")
def item(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """One item: write it, or read it where it is with somebody else."""
    posted = request.method == "POST"
    shown = access.item_at(access.portfolio_by_enrolment(actor, EDIT if posted else READ, enrolment_id), position)
    if shown.portfolio.learner_id != actor.person:
        return Redirect("supervision_queue.item", item_id=shown.id)
    if posted:
        return _save(actor, shown)
    closed = why_not(shown)
    changing = shown.state is not EvidenceState.ACCEPTED or "change" in request.args
    written = {
        "edition": shown.edition, "body": shown.body, "observer": shown.observer, "observed_on": shown.observed_on,
        "links": "\n".join(shown.links),
    }  # fmt: skip
    form = forms.start(schemas.DraftForm, written)
    return _item_page(actor, shown, form, open=closed is None and changing, why_not=closed)


def _item_page(actor: Actor, shown: EvidenceItem, form: forms.FormState, **more: Any) -> dict[str, Any]:
    usual = {
        "open": True, "why_not": None, "saved": None, "longest": rules.LONGEST, "found": [],
        "preview": files.preview_of(actor, shown), "check": check_of(shown.file_id) if shown.file_id else None,
        "shares": sharing.live_shares(shown), "request_open": observing.open_request(shown) is not None,
        "standing": signing.standing_observation(shown),
    }  # fmt: skip
    about = about_portfolio(shown.portfolio, item=shown, form=form, content=signing.item_content(shown))
    return about | usual | more


def why_not(shown: EvidenceItem) -> str | None:
    """Why the item cannot be changed now, if it cannot."""
    try:
        rules.enrolment_is_open(shown.portfolio.enrolment.state, "save")
        rules.item_after(shown.portfolio.state, shown.state, "save")
    except Refusal as refusal:
        return sentence(refusal)
    return None


def _save(actor: Actor, shown: EvidenceItem) -> Any:
    form = forms.read(schemas.DraftForm, request.form)
    if not form.ok:
        return _item_page(actor, shown, form), 422
    following = {"upload": ".upload", "check": ".submit_item"}.get(request.form.get("next", ""), ".item")
    found = evidence.identifiers_in(form.data["body"], *form.data["links"])
    if found and following != ".submit_item" and "harmless" not in request.form:  # that page warns by itself
        form.refuse("body", _("This may point to a real person. It is not saved yet."))
        return _item_page(actor, shown, form, found=found), 422
    there = {"enrolment_id": shown.portfolio.enrolment_id, "position": shown.template_item.position}
    with attempt(form) as tried:
        evidence.save_draft(actor, shown.id, **form.data)
    if form.ok:
        return Redirect(following, flash=_("Draft saved") if following == ".item" else None, **there)
    if isinstance(tried.refusal, StaleEdit):  # what was typed stays in the box, what is saved is shown beside it
        form.errors = {"body": _("This was saved from another tab or device since you opened it. Compare the two.")}
        form.values["edition"] = shown.edition
        return _item_page(actor, shown, form, saved=shown), 409
    return _item_page(actor, shown, form, open=False, why_not=form.errors.pop("_", None), saved=shown), tried.status


@pages.page("POST", f"{ITEM}/draft", needs=EDIT, keeps=False)
def draft(actor: Actor, enrolment_id: UUID, position: int) -> Response:
    """What the script sends while somebody types: 200 with the new edition, as ETag too; 409 and 422 say why not."""
    shown = own_item(actor, enrolment_id, position)
    typed = request.form.copy()
    when = forms.read(schemas.DraftForm, typed)
    half = set(when.errors) & {"observed_on", "links"}
    if half and half == set(when.errors):  # a date or an address that is not finished: the rest is kept meanwhile
        for name in [each for each in typed if each.split("-")[0] in half]:
            typed.pop(name, None)
        when = forms.read(schemas.DraftForm, typed)
        when.data |= {name: getattr(shown, name) for name in half}
    if not when.ok:
        return _answered({"errors": when.errors}, 422)
    try:
        with db.session.begin_nested():
            if shown.state is EvidenceState.ACCEPTED:  # never by typing alone: the learner says so with a button
                raise Conflict()
            evidence.save_draft(actor, shown.id, **when.data)
    except Conflict as refusal:
        return _answered({"title": _(refusal.title), "detail": sentence(refusal)}, 409)
    answer = _answered({"edition": shown.edition, "found": len(evidence.possible_identifiers(shown))}, 200)
    answer.set_etag(str(shown.edition))
    return answer


def _answered(body: dict[str, Any], status: int) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    return answer


@pages.page(("GET", "POST"), f"{ITEM}/submit", needs=EDIT, template="portfolios/submit_item.html")
def submit_item(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """Check your evidence, then give it to the supervisor."""
    shown = own_item(actor, enrolment_id, position)
    try:
        evidence.is_complete(shown)
        missing = []
    except EvidenceMissing as refusal:
        missing = words.missing(refusal)
    more = {
        "item": shown, "content": signing.item_content(shown), "missing": missing,
        "found": evidence.possible_identifiers(shown), "why_not": why_not(shown),
    }  # fmt: skip
    if request.method == "GET":
        return about_portfolio(
            shown.portfolio, form=forms.start(schemas.ItemSubmissionIn, {"edition": shown.edition}), **more
        )
    form, status = forms.read(schemas.ItemSubmissionIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            evidence.submit_item(actor, shown.id, **form.data)
        if form.ok:
            return Redirect(".portfolio", enrolment_id=enrolment_id, flash=_("Evidence sent to your supervisor"))
        status = tried.status
        form.values["edition"] = shown.edition
    return about_portfolio(shown.portfolio, form=form, **more), status


@pages.page("POST", f"{ITEM}/take-back", needs=EDIT)
def take_item_back(actor: Actor, enrolment_id: UUID, position: int) -> Redirect:
    evidence.take_back(actor, own_item(actor, enrolment_id, position).id)
    return Redirect(".item", enrolment_id=enrolment_id, position=position, flash=_("It is a draft again"))


@pages.page(("GET", "POST"), f"{WHOLE}/submit", needs=EDIT, template="portfolios/submit.html")
def submit(actor: Actor, enrolment_id: UUID) -> Any:
    """Check the whole, declare, and ask for the sign-off."""
    shown = access.portfolio_by_enrolment(actor, EDIT, enrolment_id)
    contents = [signing.item_content(each) for each in signing.in_order(shown)]
    more = {"contents": contents, "progress": views.progress(shown)}
    if request.method == "GET":
        return about_portfolio(shown, form=forms.start(schemas.SubmissionIn), **more)
    form, status = forms.read(schemas.SubmissionIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            whole.submit(actor, shown.id, **form.data)
        if form.ok:
            return Redirect(".portfolio", enrolment_id=enrolment_id, flash=_("Portfolio sent for sign-off"))
        status = tried.status
    return about_portfolio(shown, form=form, **more), status


@pages.page("POST", f"{WHOLE}/take-back", needs=EDIT)
def take_back(actor: Actor, enrolment_id: UUID) -> Redirect:
    whole.take_back(actor, access.portfolio_by_enrolment(actor, EDIT, enrolment_id).id)
    return Redirect(".portfolio", enrolment_id=enrolment_id, flash=_("The portfolio is in progress again"))


@pages.page(("GET", "POST"), f"{WHOLE}/reopen", needs=EDIT, template="portfolios/reopen.html")
def reopen(actor: Actor, enrolment_id: UUID) -> Any:
    """Say why, and what that means, before a new version opens."""
    shown = access.portfolio_by_enrolment(actor, EDIT, enrolment_id)
    if request.method == "GET":
        return about_portfolio(shown, form=forms.start(schemas.ReopeningIn), longest=schemas.LONGEST_REASON)
    form, status = forms.read(schemas.ReopeningIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            whole.reopen(actor, shown.id, **form.data)
        if form.ok:
            return Redirect(".portfolio", enrolment_id=enrolment_id, flash=_("A new version is open"))
        status = tried.status
    return about_portfolio(shown, form=form, longest=schemas.LONGEST_REASON), status


@pages.page("GET", f"{WHOLE}/signed/<int:version>", needs=READ, template="portfolios/signed.html")
def signed(actor: Actor, enrolment_id: UUID, version: int) -> dict[str, Any]:
    """A signed version as it was signed, with its hash computed again."""
    shown = access.portfolio_by_enrolment(actor, READ, enrolment_id)
    signature = access.signature_of(shown, version)
    return about_portfolio(
        shown, signature=signature, check=signing.check(signature), withdrawn=withdrawal_of(signature.id),
        moderated=moderation_of(shown) if signature.version == shown.version else None,
    )  # fmt: skip
