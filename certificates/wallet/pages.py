"""Pages of the wallet: links that end, a letter to oneself, a copy of all."""

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request, url_for
from flask_babel import gettext as _

from certificates import queries
from certificates.models import Award, AwardExport
from certificates.schemas import both
from certificates.services import award as award_of
from certificates.wallet import exporting, services
from certificates.wallet.errors import NoCertificates, NoMailAddress
from certificates.wallet.schemas import CopyIn, ShareIn
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms, streams
from lms.core.web.pages import Pages, Redirect

pages = Pages("wallet", __name__, template_folder="templates")
SHARE = Permission.AWARD_SHARE


def _own(actor: Actor, number: str) -> Award:
    found = award_of(actor, number)
    actor.require_or_hide(SHARE, about=found.learner_id)
    return found


@pages.page(("GET", "POST"), "/record/<number>/share", needs=SHARE, template="wallet/share.html")
def share(actor: Actor, number: str) -> Any:
    """Links of one's own certificate; a new one's address is shown once, on the answer itself."""
    found = _own(actor, number)
    form, made = forms.start(ShareIn, {"days": 30}), None
    if request.method == "POST":
        form = forms.read(ShareIn, request.form)
        if form.ok:
            _row, made = services.share(actor, found.id, form.data["days"], form.data["told"])
            form = forms.FormState.empty({"days": 30})
    return {
        "award": found, "course": both(found, "course"), "form": form, "made": made, "days": services.DAYS,
        "shares": queries.shares_of(found.id, clock.now()),
    }, 200 if form.ok else 422  # fmt: skip


@pages.page("POST", "/record/<number>/share/<uuid:share_id>/end", needs=SHARE)
def end_share(actor: Actor, number: str, share_id: UUID) -> Redirect:
    services.end_share(actor, _own(actor, number).id, share_id)
    return Redirect("wallet.share", number=number, flash=_("The link has ended."))


@pages.page("POST", "/record/<number>/mail", needs=SHARE)
def mail(actor: Actor, number: str) -> Redirect:
    try:
        services.mail_to_me(actor, _own(actor, number).id)
    except NoMailAddress as refused:
        return Redirect("record.award", number=number, flash=_(refused.title))
    return Redirect("record.award", number=number, flash=_("We have sent this certificate to your e-mail address."))


@pages.page(("GET", "POST"), "/record/copies", needs=SHARE, template="wallet/copies.html")
def copies(actor: Actor) -> Any:
    """All of one's certificates as a zip: asked for, on its way, there."""
    assert actor.person is not None
    form, status = forms.start(CopyIn, {"edition": g.lang}), 200
    if request.method == "POST":
        form = forms.read(CopyIn, request.form)
        status = 422
        if form.ok:
            try:
                services.copy_all(actor, form.data["edition"])
                return Redirect("wallet.copies")
            except NoCertificates as refused:
                form.refuse("edition", _(refused.title))
    shown = [
        (
            each,
            told(each),
            url_for("wallet.copied", export_id=each.id),
            url_for("wallet.copy_progress", export_id=each.id),
        )
        for each in exporting.exports_of(actor.person)
    ]
    return {"form": form, "copies": shown}, status


@pages.page("GET", "/record/copies/<uuid:export_id>.zip", needs=SHARE)
def copied(actor: Actor, export_id: UUID) -> Response:
    found = services.export(actor, export_id)
    if found.file_id is None:
        raise NotFound()
    return streams.stored(found.file_id, f"llwybr-{found.edition}.zip", exporting.ZIP)


@pages.page("GET", "/record/copies/<uuid:export_id>/progress", needs=SHARE)
def copy_progress(actor: Actor, export_id: UUID) -> Response:
    made = services.export(actor, export_id)
    return jsonify({"done": made.ended_at is not None, "percent": exporting.percent(made), "text": told(made)})


def told(made: AwardExport) -> str:
    """How far it is, in words."""
    return _("%(done)s of %(of)s certificates are in it", done=made.done, of=len(made.award_ids))
