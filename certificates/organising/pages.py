"""Pages for those who look after certificates: a cohort, its batch, and what ends."""

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request, url_for
from flask_babel import gettext as _

from certificates.drawing import EDITIONS, PDF
from certificates.models import Award
from certificates.organising import queries, services
from certificates.organising.errors import CohortTooLarge, NobodyThere
from certificates.organising.models import Batch, BatchLine
from certificates.organising.rules import Outcome
from certificates.organising.schemas import CohortIn, EditionIn
from certificates.pages import shown_row
from certificates.wallet.errors import NoCertificates
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("organising", __name__, template_folder="templates")

MANAGE = Permission.AWARD_REVOKE
SHOWN = 50
"""People of a cohort that the preview lists."""
OUTCOMES = {
    Outcome.ISSUED: (N_("Gets a certificate"), "green"),
    Outcome.HAS_ONE: (N_("Has one already"), "grey"),
    Outcome.NOT_COMPLETED: (N_("Has not completed the course"), "yellow"),
    Outcome.SIGN_OFF: (N_("Waits for the portfolio's sign-off"), "yellow"),
    Outcome.DAYS: (N_("Waits for the last day of the date"), "yellow"),
    Outcome.NAME: (N_("Has a name that cannot be printed"), "orange"),
    Outcome.REFUSED: (N_("Could not be completed"), "red"),
}


def outcomes() -> dict[Outcome, tuple[str, str]]:
    return {each: (_(text), colour) for each, (text, colour) in OUTCOMES.items()}


@pages.page(("GET", "POST"), "/manage/awards/cohort", needs=MANAGE, template="organising/cohort.html")
def cohort(actor: Actor) -> Any:
    """Choose a course and days; see who would get a certificate; then issue."""
    courses = [
        (each.code, f"{each.published.title.in_(g.lang)} ({each.code})")
        for each in queries.courses_that_certify()
        if each.published
    ]
    context: dict[str, Any] = {"courses": courses, "preview": None, "outcomes": outcomes(), "shown": SHOWN}
    given = request.form if request.method == "POST" else request.args
    if "course" not in given:
        batches = page_of(queries.batches_of(actor.person), None, 5, key=(Batch.id,), descending=True)  # type: ignore[arg-type]
        return context | {"form": forms.start(CohortIn), "batches": batches.items}
    form = forms.read(CohortIn, given)
    context |= {"form": form, "batches": []}
    if not form.ok:
        return context, 422
    wanted = form.data
    try:
        if request.method == "POST":
            made = services.issue_to(
                actor, wanted["course"], wanted["since"], wanted["until"], completes=wanted["completes"]
            )
            return Redirect("organising.batch", batch_id=made.id)
        found = services.preview(
            actor, wanted["course"], wanted["since"], wanted["until"], completes=wanted["completes"]
        )
    except (CohortTooLarge, NobodyThere) as refused:
        form.refuse("course", _(refused.title))
        return context, 422
    except NotFound:
        form.refuse("course", _("Choose a course"))
        return context, 422
    return context | {"preview": found, "members": found.members[:SHOWN], "editions": EDITIONS}


@pages.page("GET", "/manage/awards/specimen-<any(en,cy,both):edition>.pdf", needs=MANAGE)
def specimen(actor: Actor, edition: str) -> Response:
    answer = Response(services.specimen(actor, request.args.get("course", ""), edition), mimetype=PDF)
    answer.headers["Content-Disposition"] = f'inline; filename="specimen-{edition}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.page("GET", "/manage/awards/batches/<uuid:batch_id>", needs=MANAGE, template="organising/batch.html")
def batch(actor: Actor, batch_id: UUID) -> Any:
    """How far it is, and what became of whom."""
    found = services.batch(actor, batch_id)
    page = page_of(queries.lines_of(found.id), request.args.get("cursor"), 25, key=(BatchLine.enrolment_id,))
    return {
        "it": found, "page": page, "counts": queries.outcomes_of(found.id), "outcomes": outcomes(), "text": told(found),
        "form": forms.start(EditionIn, {"edition": "both"}),
        "next_url": url_for("organising.batch", batch_id=found.id, cursor=page.next) if page.next else None,
    }  # fmt: skip


@pages.page("GET", "/manage/awards/batches/<uuid:batch_id>/progress", needs=MANAGE)
def progress(actor: Actor, batch_id: UUID) -> Response:
    found = services.batch(actor, batch_id)
    percent = 100 if found.ended_at else round(100 * found.done / max(found.of, 1))
    return jsonify({"done": found.ended_at is not None, "percent": percent, "text": told(found)})


@pages.page("POST", "/manage/awards/batches/<uuid:batch_id>/copies", needs=MANAGE)
def copies(actor: Actor, batch_id: UUID) -> Redirect:
    form = forms.read(EditionIn, request.form)
    try:
        services.zip_of(actor, batch_id, form.data.get("edition", "both"))
    except NoCertificates as refused:
        return Redirect("organising.batch", batch_id=batch_id, flash=_(refused.title))
    return Redirect("wallet.copies")


@pages.page("GET", "/manage/awards/ending", needs=MANAGE, template="organising/ending.html")
def ending(actor: Actor) -> dict[str, Any]:
    days = {"30": 30, "180": 180}.get(request.args.get("days", ""), 90)
    found = queries.ending(actor.reach(MANAGE), clock.today(), days)
    page = page_of(found, request.args.get("cursor"), 25, key=(Award.valid_until, Award.id))
    return {
        "rows": [shown_row(each) for each in page.items], "days": days, "today": clock.today(),
        "next_url": url_for("organising.ending", days=days, cursor=page.next) if page.next else None,
    }  # fmt: skip


def told(it: Batch) -> str:
    """How far it is, in words."""
    return _("%(done)s of %(of)s people have had their turn", done=it.done, of=it.of)
