"""Who reads an item, and taking out what should not be in it."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _

from courses.portfolios import schemas, signing
from courses.portfolios.downloads import download
from courses.portfolios.errors import LicenceNotLive
from courses.portfolios.models import EvidenceItem, Share
from courses.portfolios.pages import words
from courses.portfolios.pages.learner import EDIT, ITEM, READ, about_portfolio, own_item, pages
from courses.portfolios.pages.supervisor import to_the_next
from courses.portfolios.services import access, redacting, sharing
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import attempt

shared_pages = Pages("shared", "courses.portfolios", template_folder="templates")

PAGE = 20
REDACT, READ_SHARED = Permission.PORTFOLIO_REDACT, Permission.EVIDENCE_READ_SHARED


@pages.page(("GET", "POST"), f"{ITEM}/share", needs=EDIT, template="portfolios/share.html")
def share(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """Who can read this, and letting somebody else."""
    shown = own_item(actor, enrolment_id, position)
    more = {
        "item": shown, "shares": sharing.live_shares(shown), "managers": sharing.line_managers(shown.portfolio.learner_id),
    }  # fmt: skip
    if request.method == "GET":
        return about_portfolio(shown.portfolio, form=forms.start(schemas.ShareForm), **more)
    form, status = forms.read(schemas.ShareForm, request.form), 422
    by_address = form.ok and form.data["who"] == "email"
    if by_address and not form.data["email"]:
        form.refuse("email", _("Enter their e-mail address"))
    if form.ok:
        with attempt(form, LicenceNotLive) as tried:
            if by_address:
                sharing.share(actor, shown.id, email=form.data["email"])
            else:
                sharing.share(actor, shown.id, reader_id=_id(form.data["who"]))
        if form.ok:
            return Redirect(".share", enrolment_id=enrolment_id, position=position, flash=_("It is shared."))
        status = tried.status
    return about_portfolio(shown.portfolio, form=form, **more), status


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as fault:
        raise NotFound() from fault


@pages.page("POST", f"{ITEM}/share/<uuid:share_id>/stop", needs=EDIT)
def stop_sharing(actor: Actor, enrolment_id: UUID, position: int, share_id: UUID) -> Redirect:
    sharing.end(actor, own_item(actor, enrolment_id, position).id, share_id)
    return Redirect(
        ".share", enrolment_id=enrolment_id, position=position, flash=_("It is no longer shared with them.")
    )


@pages.page(("GET", "POST"), f"{ITEM}/redact", needs=REDACT, template="portfolios/redact.html")
def redact(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """Take out what should not be here: the learner, or whoever supervises them."""
    shown = access.item_at(access.portfolio_by_enrolment(actor, READ, enrolment_id), position)
    readable = access.shows_evidence(actor, shown)
    if not readable and not redacting.says_comments(shown):
        raise NotFound()
    parts = _parts(shown, readable)
    mine = shown.portfolio.learner_id == actor.person
    more = {
        "item": shown,
        "parts": parts,
        "longest": schemas.LONGEST_REASON,
        "mine": mine,
        "back": url_for(".item", enrolment_id=enrolment_id, position=position)
        if mine
        else url_for("supervision_queue.item", item_id=shown.id),
    }
    if request.method == "GET":
        start = {"parts": [value for value, _label in parts[:1]]}
        return about_portfolio(shown.portfolio, form=forms.start(schemas.RedactionForm, start), **more)
    form, status = forms.read(schemas.RedactionForm, request.form), 422
    chosen = {value for value, _label in parts} & set(form.data["parts"]) if form.ok else set()
    if form.ok and parts and not chosen:
        form.refuse("parts", _("Choose what is redacted"))
    if form.ok and not form.data["certain"]:
        form.refuse("certain", _("Confirm that you know it cannot be brought back"))
    if form.ok:
        with attempt(form, LicenceNotLive) as tried:
            redacting.redact(
                actor, shown.id, reason=form.data["reason"], parts={redacting.Part(each) for each in chosen}
            )
        if form.ok:
            done = _("It is redacted. Nothing of what it said is kept.")
            if mine or str(redacting.Part.EVIDENCE) not in chosen:
                return Redirect(str(more["back"]), flash=done)
            return to_the_next(actor, shown.id, done.rstrip("."))
        status = tried.status
    return about_portfolio(shown.portfolio, form=form, **more), status


def _parts(shown: EvidenceItem, readable: bool) -> list[tuple[str, str]]:
    """What there is to be taken out, for this reader."""
    found = []
    if readable and redacting.says_something(shown):
        found.append((str(redacting.Part.EVIDENCE), _("The evidence: text, links, file and observer")))
    if redacting.says_comments(shown):
        found.append((str(redacting.Part.COMMENTS), _("The comments that were made with decisions")))
    return found


@shared_pages.page("GET", "/shared", needs=READ_SHARED, template="shared/shared.html")
def listed(actor: Actor) -> dict[str, Any]:
    """What others let me read, the newest first."""
    page = page_of(
        sharing.shared_with(actor), request.args.get("cursor"), PAGE, key=(Share.shared_at, Share.id), descending=True
    )
    return {
        "shares": page.items, "words": words,
        "next_url": url_for(".listed", cursor=page.next) if page.next else None,
    }  # fmt: skip


@shared_pages.page("GET", "/shared/<uuid:share_id>", needs=READ_SHARED, template="shared/item.html")
def item(actor: Actor, share_id: UUID) -> dict[str, Any]:
    """One item, as long as its learner shares it."""
    made = sharing.shared_by_id(actor, share_id)
    return {"share": made, "item": made.item, "content": signing.item_content(made.item), "words": words}


@shared_pages.page("GET", "/shared/<uuid:share_id>/file", needs=READ_SHARED)
def file(actor: Actor, share_id: UUID) -> Response:
    """Its file."""
    shown = sharing.shared_by_id(actor, share_id).item
    if shown.file is None:
        raise NotFound()
    return download(*access.checked_file(shown))
