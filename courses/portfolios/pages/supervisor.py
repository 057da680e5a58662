"""The supervisor's pages: the queue, oldest first; read and decide on one page; the next one loads by itself."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from courses.portfolios import queries, schemas, signing, views
from courses.portfolios.errors import LicenceNotLive
from courses.portfolios.models import (
    EvidenceItem,
    EvidenceKind,
    EvidenceState,
    Outcome,
    Portfolio,
    PortfolioState,
    ReturnReason,
)
from courses.portfolios.moderation.queries import moderation_of, withdrawals_of
from courses.portfolios.pages import words
from courses.portfolios.services import access, decisions, files, redacting
from courses.portfolios.waiting import Waiting
from courses.supervision.queries import live_licence
from courses.supervision.sessions.queries import hours_had
from lms.accounts.queries import names_of
from lms.core import clock
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import attempt, sentence

pages = Pages("supervision_queue", "courses.portfolios", template_folder="templates")

READ = Permission.PORTFOLIO_READ
PAGE = 20
SEVERAL = 10
"""Items that one page offers to be accepted together: as many as somebody can read at a sitting."""
QUIET = 20
"""Learners without anything waiting that the queue names; the page of all learners has the rest."""


@pages.page("GET", "/supervision", needs=Permission.SUPERVISION_READ, template="supervision_queue/queue.html")
def queue(actor: Actor) -> dict[str, Any]:
    """What waits, oldest first; and whose portfolios wait for nothing."""
    found = queries.queue_for(actor)
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Waiting.since, Waiting.id))
    me = actor.person or queries.NOBODY
    count, oldest = queries.waiting_for(me)
    others = names_of(each.for_id for each in page.items if each.for_id != me)
    return {
        "others": others, "may_take_several": bool(queries.several_for(me, SEVERAL)),
        "waiting": [(each, _address(each)) for each in page.items], "count": count, "oldest": oldest, "words": words,
        "quiet": queries.without_waiting(me, QUIET), "has_learners": bool(actor.supervises),
        "next_url": url_for(".queue", cursor=page.next) if page.next else None,
        "first_url": url_for(".queue") if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page(
    ("GET", "POST"),
    "/supervision/several",
    needs=Permission.SUPERVISION_READ,
    template="supervision_queue/several.html",
)
def several(actor: Actor) -> Any:
    """Read the oldest few on one page, and accept those that were read. What is returned is returned one by one."""
    me = actor.person or queries.NOBODY
    if request.method == "GET":
        return _several(actor, forms.start(schemas.SeveralForm))
    form = forms.read(schemas.SeveralForm, request.form)
    if form.ok and not form.data["items"]:
        form.refuse("items", _("Tick what you have read and accept"))
    if not form.ok:
        return _several(actor, form), 422
    seen = dict(each.split(".") for each in form.data["items"][:SEVERAL])
    told = decisions.accept_several(actor, {UUID(id): int(edition) for id, edition in seen.items()})
    refused = [refusal for refusal in told.values() if refusal is not None]
    done = ngettext("%(num)d item accepted.", "%(num)d items accepted.", len(told) - len(refused))
    why = "; ".join(sorted({sentence(each) for each in refused}))
    said = f"{done} {_('Not accepted: %(why)s', why=why)}" if refused else done
    left = queries.several_for(me, 1)
    return Redirect(".several" if left else ".queue", flash=said)


def _several(actor: Actor, form: forms.FormState) -> dict[str, Any]:
    items = queries.several_for(actor.person or queries.NOBODY, SEVERAL)
    return {
        "form": form, "words": words, "previews": files.previews_of(actor, items),
        "items": [(each, signing.item_content(each), words.changes(each), words.also_changed(each)) for each in items],
    }  # fmt: skip


def _address(each: Waiting) -> str:
    if each.kind == "portfolio":
        return url_for("supervision_queue.portfolio", portfolio_id=each.id)
    return url_for("supervision_queue.item", item_id=each.id)


@pages.page(("GET", "POST"), "/supervision/items/<uuid:item_id>", needs=READ, template="supervision_queue/item.html")
def item(actor: Actor, item_id: UUID) -> Any:
    """What is asked, what is shown, what was said before; and the decision."""
    shown = access.item_by_id(actor, READ, item_id)
    if shown.portfolio.learner_id == actor.person and request.method == "GET":
        return Redirect(
            "portfolios.item", enrolment_id=shown.portfolio.enrolment_id, position=shown.template_item.position
        )
    if request.method == "GET":
        return _item_page(actor, shown, forms.start(schemas.DecisionIn, _suggested(shown)))
    form, status = forms.read(schemas.DecisionIn, request.form), 422
    if form.ok:
        outcome, reason = Outcome(form.data.pop("outcome")), form.data.pop("reason")
        if outcome is Outcome.RETURNED and reason is None:
            form.refuse("reason", _(schemas.CHOOSE_REASON))
            if not form.data["comment"]:
                form.refuse("comment", _("Write what the learner should change"))
            return _item_page(actor, shown, form), 422
        with attempt(form, LicenceNotLive) as tried:
            decisions.decide(
                actor, shown.id, outcome=outcome, reason=ReturnReason(reason) if reason else None, **form.data
            )
        if form.ok:
            done = _("Accepted") if outcome is Outcome.ACCEPTED else _("Returned, with comments")
            return to_the_next(actor, shown.id, f"{done}: {shown.portfolio.learner.display_name}")
        status = tried.status
        form.values["edition"] = shown.edition
    return _item_page(actor, shown, form), status


def _suggested(shown: EvidenceItem) -> dict[str, Any]:
    """What the form begins with. Whoever follows the way to a return for that reason finds it chosen, and a sentence in
    the learner's language to change as they like."""
    given: dict[str, Any] = {"edition": shown.edition}
    if request.args.get("because") == ReturnReason.IDENTIFIABLE:
        comment = words.say_identifiable(shown.portfolio.learner.language)
        given |= {"outcome": Outcome.RETURNED, "reason": ReturnReason.IDENTIFIABLE, "comment": comment}
    return given


def _item_page(actor: Actor, shown: EvidenceItem, form: forms.FormState) -> dict[str, Any]:
    waits = shown.state is EvidenceState.SUBMITTED
    accepted_in_whole = shown.state is EvidenceState.ACCEPTED and shown.portfolio.state is PortfolioState.SUBMITTED
    asks_hours = shown.template_item.kind is EvidenceKind.SUPERVISION_HOURS
    about, last = shown.portfolio, shown.decisions[-1] if shown.decisions else None
    return _about(actor, shown.portfolio) | {
        "item": shown, "form": form, "reasons": words.return_reasons(), "longest": schemas.LONGEST_COMMENT,
        "content": signing.item_content(shown) if access.shows_evidence(actor, shown) else None,
        "changes": words.changes(shown), "also_changed": words.also_changed(shown),
        "waits": waits, "may_return": waits or accepted_in_whole, "preview": files.preview_of(actor, shown),
        "hours": hours_had(about.learner_id, about.programme_code) if asks_hours else None,
        "returned": last if waits and last is not None and last.outcome is Outcome.RETURNED else None,
        "may_redact": redacting.may_redact(actor, shown),
    }  # fmt: skip


def _about(actor: Actor, shown: Portfolio) -> dict[str, Any]:
    licence = live_licence(actor.person or queries.NOBODY, shown.programme_code, clock.today())
    return {"portfolio": shown, "course": shown.enrolment.version.title, "words": words, "licence": licence}


@pages.page(
    ("GET", "POST"), "/supervision/portfolios/<uuid:portfolio_id>", needs=READ,
    template="supervision_queue/portfolio.html",
)  # fmt: skip
def portfolio(actor: Actor, portfolio_id: UUID) -> Any:
    """The whole, and the signature under it."""
    shown = access.portfolio_by_id(actor, READ, portfolio_id)
    if shown.learner_id == actor.person and request.method == "GET":
        return Redirect("portfolios.portfolio", enrolment_id=shown.enrolment_id)
    if request.method == "GET":
        return _portfolio_page(actor, shown, forms.start(schemas.SignOffForm))
    form, status = forms.read(schemas.SignOffForm, request.form), 422
    if form.ok and not form.data["declared"]:
        form.refuse("declared", _("Confirm what you sign"))
    if form.ok:
        with attempt(form, LicenceNotLive) as tried:
            decisions.sign_off(actor, shown.id, seen=form.data["seen"], statement=words.declaration())
        if form.ok:
            return to_the_next(actor, shown.id, _("Signed off: %(who)s", who=shown.learner.display_name))
        status = tried.status
    return _portfolio_page(actor, shown, form), status


def _portfolio_page(actor: Actor, shown: Portfolio, form: forms.FormState) -> dict[str, Any]:
    seen = views.evidence_hash(shown)
    form.values["seen"] = seen or ""
    return _about(actor, shown) | {
        "form": form, "seen": seen, "withdrawals": withdrawals_of(shown.id), "me": actor.person, "progress": views.progress(shown),
        "items": [(each, words.state_tag(each), _content(actor, each)) for each in signing.in_order(shown)],
        "previews": files.previews_of(actor, shown.items), "moderated": moderation_of(shown),
    }  # fmt: skip


def _content(actor: Actor, shown: EvidenceItem) -> dict[str, Any] | None:
    return signing.item_content(shown) if access.shows_evidence(actor, shown) else None


def to_the_next(actor: Actor, done: UUID, said: str) -> Redirect:
    """The oldest that still waits; the queue when nothing does."""
    following = queries.next_waiting(actor.person or queries.NOBODY, after=done)
    if following is None:
        return Redirect("supervision_queue.queue", flash=_("%(done)s. Nothing else waits with you.", done=said))
    return Redirect(_address(following), flash=_("%(done)s. This is the next one.", done=said))
