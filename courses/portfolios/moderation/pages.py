"""Pages of moderation: what was drawn, looking at one, and withdrawing a signature."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _

from courses.portfolios import previews, signing
from courses.portfolios.downloads import download, shown_inline
from courses.portfolios.errors import LicenceNotLive
from courses.portfolios.models import SignOff
from courses.portfolios.moderation import queries, services
from courses.portfolios.moderation.models import ModerationSample, WithdrawalGround
from courses.portfolios.moderation.schemas import ModerationIn, SignOffWithdrawalIn
from courses.portfolios.pages import words
from courses.portfolios.services import access
from lms.accounts.queries import lineages_of
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.files import StoredFile
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import attempt

pages = Pages("moderation", "courses.portfolios", template_folder="templates")

PAGE = 20
SAMPLE = "/manage/supervision/moderation/<uuid:sample_id>"
GROUNDS = {
    WithdrawalGround.SIGNED_IN_ERROR: N_("It was signed in error"),
    WithdrawalGround.NOT_OWN_WORK: N_("It is not the learner’s own work"),
    WithdrawalGround.EVIDENCE_NOT_SOUND: N_("The evidence does not show what it should"),
}


@pages.page(
    "GET", "/manage/supervision/moderation", needs=Permission.SIGN_OFF_MODERATE, template="moderation/samples.html"
)
def samples(actor: Actor) -> Any:
    """What was drawn and waits for a moderator, oldest first."""
    page = page_of(
        queries.samples_for(actor),
        request.args.get("cursor"),
        PAGE,
        key=(ModerationSample.drawn_at, ModerationSample.id),
    )
    return {
        "rows": page.items,
        "next_url": url_for(".samples", cursor=page.next) if page.next else None,
        "first_url": url_for(".samples") if request.args.get("cursor") else None,
    }


@pages.page(
    ("GET", "POST"), SAMPLE, needs=Permission.SIGN_OFF_MODERATE,
    template="moderation/sample.html",
)  # fmt: skip
def sample(actor: Actor, sample_id: UUID) -> Any:
    """What was signed, as it was signed; and whether I agree."""
    found = services.sample(actor, sample_id)
    signature = found.sign_off
    shown = {
        "found": found, "signature": signature, "signed": signature.content, "words": words,
        "check": signing.check(signature), "withdrawn": queries.withdrawal_of(signature.id),
        "previews": previews.of_signed(signature.content),
    }  # fmt: skip
    if request.method == "GET":
        return shown | {"form": forms.start(ModerationIn)}
    form, status = forms.read(ModerationIn, request.form), 422
    if form.ok:
        with attempt(form, LicenceNotLive) as tried:
            services.moderate(actor, sample_id, **form.data)
        if form.ok:
            said = _("You agree, and it stands.")
            if not form.data["agrees"]:
                said = _("The signature is withdrawn, and the portfolio is open again. Both are told.")
            following = db.session.scalars(
                queries.samples_for(actor).order_by(ModerationSample.drawn_at).limit(1)
            ).first()
            if following is None:
                return Redirect(".samples", flash=said)
            return Redirect(".sample", sample_id=following.id, flash=f"{said} {_('This is the next one.')}")
        status = tried.status
    return shown | {"form": form}, status


@pages.page("GET", f"{SAMPLE}/items/<int:position>/file", needs=Permission.SIGN_OFF_MODERATE)
def file(actor: Actor, sample_id: UUID, position: int) -> Response:
    """A file as it was signed, for whoever moderates the signature."""
    return download(*access.signed_file(services.sample(actor, sample_id).sign_off, position))


@pages.page("GET", f"{SAMPLE}/items/<int:position>/preview", needs=Permission.SIGN_OFF_MODERATE)
def preview(actor: Actor, sample_id: UUID, position: int) -> Response:
    """A small picture of it."""
    kept = previews.previewed(access.signed_file(services.sample(actor, sample_id).sign_off, position)[0])
    if kept is None:
        raise NotFound()
    return shown_inline(db.session.get_one(StoredFile, kept.preview_id))


@pages.page(
    ("GET", "POST"), "/supervision/sign-offs/<uuid:sign_off_id>/withdraw", needs=Permission.SIGN_OFF_WITHDRAW,
    template="moderation/withdraw.html",
)  # fmt: skip
def withdraw(actor: Actor, sign_off_id: UUID) -> Any:
    """Say why a signature no longer stands, and what follows from that."""
    signature = get_or_refuse(SignOff, sign_off_id)
    if signature.signed_by != actor.person:
        if signature.portfolio.learner_id == actor.person:
            raise NotFound()
        actor.require_or_hide(Permission.SIGN_OFF_MODERATE, at=lineages_of(signature.portfolio.learner_id))
    shown = {
        "signature": signature, "grounds": [(each.value, _(text)) for each, text in GROUNDS.items()],
        "learner": signature.portfolio.learner, "withdrawn": queries.withdrawal_of(sign_off_id), "words": words,
    }  # fmt: skip
    if request.method == "GET":
        return shown | {"form": forms.start(SignOffWithdrawalIn)}
    form, status = forms.read(SignOffWithdrawalIn, request.form), 422
    if form.ok:
        with attempt(form, LicenceNotLive) as tried:
            services.withdraw(actor, sign_off_id, WithdrawalGround(form.data["ground"]), form.data["reason"])
        if form.ok:
            return Redirect("supervision_queue.queue", flash=_("The signature is withdrawn. The learner is told."))
        status = tried.status
    return shown | {"form": form}, status
