"""Pages of whoever is approved, and of their manager."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from certificates import queries as awards
from certificates.approvals import queries
from certificates.approvals.errors import AlreadyDecidedUpon
from certificates.approvals.models import Approval
from certificates.approvals.pages import BOTH, PAGE, sorts, tried, words
from certificates.approvals.schemas import ApprovalEvidenceIn
from certificates.approvals.services import access, proving
from certificates.approvals.views import view, views
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("my_approvals", __name__, template_folder="templates")

READ = Permission.APPROVAL_READ
MOST_OFFERED = 30


@pages.page("GET", "/record/approvals", needs=READ, template="approvals/mine.html")
def mine(actor: Actor) -> dict[str, Any]:
    """My approvals: until when, on what conditions, and what is missing."""
    assert actor.person is not None
    found = queries.of_person(actor.person)
    page = page_of(found, request.args.get("cursor"), 10, key=(Approval.starts_on, Approval.id), descending=True)
    return words(*page.items) | {
        "rows": views(page.items, clock.today()), "today": clock.today(),
        "next_url": url_for("my_approvals.mine", cursor=page.next) if page.next else None,
    }  # fmt: skip


@pages.page(BOTH, "/record/approvals/<uuid:approval_id>/evidence", needs=READ, template="approvals/evidence.html")
def evidence(actor: Actor, approval_id: UUID) -> Any:
    """Give evidence, by a certificate of one's own or in words."""
    found = access.readable(actor, approval_id)
    if found.person_id != actor.person:
        raise NotFound()
    own = awards.standing_awards_of(found.person_id)
    offered = [
        (each.number, f"{each.snapshot[g.lang]['course']} ({each.number})")
        for each in reversed(own)
        if each.completed_on >= found.starts_on
    ][:MOST_OFFERED]
    context = {
        "it": view(found, clock.today()), "own": True, "certificates": offered, "sorts": sorts(),
        "back": url_for("my_approvals.mine"),
    }  # fmt: skip
    if request.method == "GET":
        return context | {"form": forms.start(ApprovalEvidenceIn, {"on": clock.today()})}
    form = forms.read(ApprovalEvidenceIn, request.form)
    if form.ok and tried(form, "on", lambda: proving.give(actor, approval_id, **form.data)):
        return Redirect("my_approvals.mine", flash=_("Given. It counts when the body has accepted it."))
    return context | {"form": form}, 422


@pages.page("POST", "/record/approvals/evidence/<uuid:evidence_id>/back", needs=READ)
def take_back(actor: Actor, evidence_id: UUID) -> Redirect:
    try:
        proving.take_back(actor, evidence_id)
    except AlreadyDecidedUpon as refusal:
        return Redirect("my_approvals.mine", flash=_(refusal.title))
    return Redirect("my_approvals.mine", flash=_("Taken back."))


@pages.page("GET", "/record/team-approvals", needs=READ, template="approvals/team.html")
def team(actor: Actor) -> dict[str, Any]:
    """Approvals of the people whose manager one is: the fact and its dates, and no more."""
    found = queries.of_team(actor.person, clock.today())
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Approval.starts_on, Approval.id))
    return words() | {
        "rows": views(page.items, clock.today()),
        "next_url": url_for("my_approvals.team", cursor=page.next) if page.next else None,
    }  # fmt: skip
