"""Pages of badges: one's own, what an achievement asks for, and a badge that somebody was shown."""

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from certificates import wording
from certificates.badges import addresses, services
from certificates.badges.errors import NotOurBadge
from certificates.badges.models import Form
from certificates.badges.schemas import MEDIA, BadgeIn
from certificates.errors import AwardNotActive
from certificates.keys import signing
from certificates.models import Award
from certificates.schemas import both
from certificates.services import award as award_of
from lms.core.permissions import Actor, Permission
from lms.core.web import edge, forms
from lms.core.web.pages import Pages, Redirect

pages = Pages("badges", __name__, template_folder="templates")
LARGEST = 5_000_000


@pages.page("GET", "/record/<number>/badge", needs=Permission.AWARD_SHARE, template="badges/badge.html")
def badge(actor: Actor, number: str) -> dict[str, Any]:
    """Downloads, how to put it into a wallet, and what whoever gets it will see."""
    found = _own(actor, number)
    said = services.preview(actor, found.id, g.lang)
    return {
        "award": found, "course": both(found, "course"), "said": said, "can_sign": signing.can_sign(),
        "hosted": addresses.hosted_assertion(found.code, g.lang),
        "identities": {each["identityType"]: each for each in said["credentialSubject"].get("identifier", ())},
        "visibility": wording.VISIBILITIES[found.name_visibility], "downloadable": services.may_download(found),
        "picture": url_for(
            "open_badges.picture", code=found.achievement.code, number=found.achievement.number, edition=g.lang
        ) if found.achievement else None,
    }  # fmt: skip


@pages.page("GET", "/record/<number>/badge-<any(en,cy):edition>.<any(json,jwt,png):form>", needs=Permission.AWARD_SHARE)
def download(actor: Actor, number: str, edition: str, form: str) -> Any:
    found = _own(actor, number)
    try:
        content: str | bytes = (
            services.picture(actor, found.id, edition)
            if form == "png"
            else services.badge(actor, found.id, Form(form), edition)
        )
    except AwardNotActive:
        return Redirect("record.award", number=number)  # where it says what happened
    answer = Response(content, mimetype=MEDIA[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.number}-{edition}.{form}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.page(
    "GET", "/achievements/<code>/<int:number>", needs=Permission.CERTIFICATE_VERIFY, template="badges/achievement.html"
)
def achievement(actor: Actor, code: str, number: int) -> dict[str, Any]:
    """What has to be done for it: the address that every badge names."""
    it = services.achieved(code, number, g.lang)
    return {"it": it, "picture": url_for("open_badges.picture", code=code, number=number, edition=g.lang)}


@pages.page(
    ("GET", "POST"), "/verify/badge", needs=Permission.CERTIFICATE_VERIFY, template="badges/recognise.html", keeps=False
)
def recognise(actor: Actor) -> Any:
    """A badge is pasted or given as a file; whoever brings one of ours goes on to its certificate's page."""
    if request.method == "GET":
        return {"form": forms.start(BadgeIn)}
    form = forms.read(BadgeIn, request.form, request.files)
    if form.ok:
        file = form.data["file"]
        content = file.read(LARGEST) if file and file.filename else form.data["text"].encode()
        if not content:
            form.refuse("file", _("Choose a file, or paste the badge"))
        else:
            try:
                found = services.recognised(actor, content, edge.origin())
                return Redirect(
                    "verify.check",
                    code=found.code,
                    flash=_("This badge is as we signed it. Below is what it is worth now."),
                )
            except NotOurBadge as refused:
                form.refuse("file", _(refused.title))
    return {"form": form}, 422


def _own(actor: Actor, number: str) -> Award:
    found = award_of(actor, number)
    actor.require_or_hide(Permission.AWARD_SHARE, about=found.learner_id)
    return found
