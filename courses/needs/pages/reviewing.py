"""Pages of whoever leads an area: who has answered, one answer, and sending a link to a body without an account."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from courses.needs import queries, views, wording
from courses.needs.models import Round
from courses.needs.pages.attempts import attempt
from courses.needs.pages.managing import BOTH, READ, ROUND, pages
from courses.needs.rules.timetable import RoundState
from courses.needs.schemas.given import HeadcountIn, LinkForm
from courses.needs.services import access, answering, reviewing
from courses.needs.services.answering import People
from courses.needs.wording import spoken
from lms.accounts.models import Organisation
from lms.accounts.queries import names_of
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect, actor_language
from lms.core.web.paging import page_of

REVIEW = Permission.NEEDS_REVIEW
PAGE = 50


@pages.page("GET", f"{ROUND}/answers", needs=READ, template="needs_manage/answers.html")
def answers(actor: Actor, round_id: UUID) -> Any:
    """Every body that is asked, in my reach: what it needs, and whether somebody has looked."""
    it = access.readable(actor, round_id)
    bodies = queries.invited(it).where(queries.within(actor.reach(READ)))
    page = page_of(bodies, request.args.get("cursor"), PAGE, key=(Organisation.name_en, Organisation.id))
    ids = [each.id for each in page.items]
    found = queries.answers_of(it.id, ids)
    reviews = queries.reviews_of(each.id for each in found.values())
    figures = queries.figures(it.id, ids)
    return {
        "round": it, "wording": wording, "links": queries.links_of(it.id, ids),
        "heads": queries.totals((each.organisation_id, each.heads) for each in figures),
        "headcounts": queries.headcounts_of(it.id, ids),
        "rows": [
            (each, found.get(each.id), each.id in found and found[each.id].id in reviews) for each in page.items
        ],
        "next_url": url_for(".answers", round_id=it.id, cursor=page.next) if page.next else None,
        "first_url": url_for(".answers", round_id=it.id) if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page(BOTH, f"{ROUND}/answers/<uuid:organisation_id>", needs=REVIEW, template="needs_manage/answer.html")
@spoken
def review(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """One answer: figures to keep or to adjust, each with its reason; a headcount; a link by mail."""
    it, body = access.in_area(actor, round_id, organisation_id, REVIEW)
    if request.method == "GET":
        return _review_page(actor, it, body, forms.FormState(values=_values(it, body)))
    form, status = forms.FormState(values=_values(it, body) | dict(request.form)), 422
    given: dict[UUID, tuple[int, str]] = {}
    for each in queries.figures(it.id, [body.id]):
        typed = request.form.get(f"heads-{each.entry_id}", "").strip()
        if not typed.isdecimal() or len(typed) > 8:
            form.refuse(f"heads-{each.entry_id}", _("Write how many people as a whole number, such as 12"))
            continue
        given[each.entry_id] = (int(typed), request.form.get(f"reason-{each.entry_id}", "").strip()[:1000])
    edition = request.form.get("edition", "")
    if form.ok:
        with attempt(form) as tried:
            reviewing.review(
                actor, it.id, body.id, int(edition) if edition.isdecimal() else -1, given,
                request.form.get("comment", "").strip()[:1000],
            )  # fmt: skip
        if form.ok:
            return Redirect(".answers", round_id=it.id, flash=_("The answer is reviewed."))
        status = tried.status
    return _review_page(actor, it, body, form), status


def _values(it: Round, body: Organisation) -> dict[str, Any]:
    return {f"heads-{each.entry_id}": str(each.heads) for each in queries.figures(it.id, [body.id])}


def _review_page(actor: Actor, it: Round, body: Organisation, form: forms.FormState) -> dict[str, Any]:
    last = queries.answer_of(it.id, body.id)
    asked = {(each.course.id, each.level): each for each in views.asked(queries.courses_of(it.id))}
    names = names_of([last.by]) if last else {}
    return {
        "round": it, "body": body, "form": form, "answer": last, "wording": wording,
        "by": (names.get(last.by) if last.by else last.by_name) if last else "",
        "lines": [(asked[each.round_course_id, each.level], each) for each in queries.figures(it.id, [body.id])],
        "reviewed": queries.reviews_of([last.id]).get(last.id) if last else None,
        "headcount": queries.headcounts_of(it.id, [body.id]).get(body.id), "open": it.state is RoundState.OPEN,
    }  # fmt: skip


@pages.page(BOTH, f"{ROUND}/answers/<uuid:organisation_id>/link", needs=REVIEW, template="needs_manage/link.html")
@spoken
def link(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """Mail a link by which the body answers without an account."""
    it, body = access.in_area(actor, round_id, organisation_id, REVIEW)
    shown = {"round": it, "body": body, "sent": queries.links_of(it.id, [body.id]).get(body.id)}
    if request.method == "GET":
        return shown | {"form": forms.start(LinkForm, {"language": actor_language(actor)})}
    form, status = forms.read(LinkForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            answering.send_link(actor, it.id, body.id, form.data["email"], form.data["language"])
        if form.ok:
            said = _("The link was sent to %(address)s.", address=form.data["email"])
            return Redirect(".answers", round_id=it.id, flash=said)
        status = tried.status
    return shown | {"form": form}, status


@pages.page(
    BOTH, f"{ROUND}/answers/<uuid:organisation_id>/headcount", needs=REVIEW, template="needs_manage/headcount.html"
)
@spoken
def headcount(actor: Actor, round_id: UUID, organisation_id: UUID) -> Any:
    """How many people the body has, by whose word."""
    it, body = access.in_area(actor, round_id, organisation_id, REVIEW)
    known = queries.headcounts_of(it.id, [body.id]).get(body.id)
    shown = {"round": it, "body": body, "known": known}
    if request.method == "GET":
        return shown | {"form": forms.start(HeadcountIn, vars(known) if known else {})}
    form = forms.read(HeadcountIn, request.form)
    if not form.ok:
        return shown | {"form": form}, 422
    answering.set_headcount(actor, it.id, body.id, People(form.data["people"], form.data["source"]))
    return Redirect(".answers", round_id=it.id, flash=_("The headcount is kept."))
