"""Pages of certificates that registers contradict."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from certificates.attendance import letters, queries, rules, services
from certificates.attendance.errors import DoubtSettled
from certificates.attendance.models import AwardDoubt
from certificates.attendance.rules import Settlement
from certificates.attendance.schemas import AwardDoubtDecisionIn
from certificates.pages import shown_row
from lms.core.errors import StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("award_doubts", __name__, template_folder="templates")

MANAGE = Permission.AWARD_REVOKE
CHOICES = {
    Settlement.REISSUED: (
        N_("Issue it again as the register says now"),
        N_("The old one says that it has been replaced, and by which"),
    ),
    Settlement.REVOKED: (
        N_("Revoke it"),
        N_("For good. The course no longer counts as completed either; another date can be booked"),
    ),
    Settlement.KEPT: (N_("Leave the certificate as it is"), N_("For example when the correction itself is wrong")),
}
DONE = {
    Settlement.REISSUED: N_("A new certificate has been issued."),
    Settlement.REVOKED: N_("The certificate has been revoked."),
    Settlement.KEPT: N_("The certificate stays as it is."),
}


@pages.page("GET", "/manage/awards/registers", needs=MANAGE, template="attendance/doubts.html")
def doubts(actor: Actor) -> dict[str, Any]:
    """Certificates that say otherwise than a register that was corrected, the oldest first."""
    found = queries.open_in(actor.reach(MANAGE))
    page = page_of(found, request.args.get("cursor"), 25, key=(AwardDoubt.found_at, AwardDoubt.id))
    return {
        "rows": [shown_row(each.award) | {"it": each} for each in page.items],
        "next_url": url_for("award_doubts.doubts", cursor=page.next) if page.next else None,
    }


@pages.page(("GET", "POST"), "/manage/awards/registers/<uuid:doubt_id>", needs=MANAGE, template="attendance/doubt.html")
def doubt(actor: Actor, doubt_id: UUID) -> Any:
    """What is printed beside what the register says; then one of the answers that are left."""
    found = services.doubt(actor, doubt_id)
    form = forms.start(AwardDoubtDecisionIn, {"note": found.reason, "seen": found.edition})
    if request.method == "POST":
        form = forms.read(AwardDoubtDecisionIn, request.form)
        if form.ok:
            choice = Settlement(form.data["decision"])
            try:
                after = services.decide(actor, doubt_id, choice, form.data["note"], form.data["seen"])
                return Redirect("record.award", number=after.number, flash=_(DONE[choice]))
            except (DoubtSettled, StaleEdit) as refused:
                form.refuse("decision", _(refused.title))
                form.values = dict(form.values) | {"seen": str(found.edition)}
    language = str(g.lang)
    context = shown_row(found.award) | {
        "it": found, "form": form, "printed": letters.printed(found.award, language), "now": letters.now(found, language),
        "own": found.award.learner_id == actor.person,
        "choices": [(each.value, *(_(text) for text in CHOICES[each])) for each in rules.CHOICES[found.enough]],
    }  # fmt: skip
    return context, 200 if form.ok else 422
