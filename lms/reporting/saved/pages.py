"""Pages of saved views, and the one that ends letters without signing in."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from lms.core.errors import Invalid
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.reporting.report_pages import address
from lms.reporting.reports import BY_SLUG
from lms.reporting.saved import services, tokens
from lms.reporting.saved.models import SavedView
from lms.reporting.saved.schemas import ViewNameIn

pages = Pages("saved_views", __name__, template_folder="../templates")

READ = Permission.UPTAKE_READ
SHOWN = 25


@pages.page("GET", "/reports/views", needs=READ, template="saved/list.html")
def listed(actor: Actor) -> dict[str, Any]:
    """One's own views, by name."""
    page = page_of(services.mine(actor), request.args.get("cursor"), SHOWN, key=(SavedView.name, SavedView.id))
    return {
        "views": page.items, "letters": services.subscribed(actor, [each.id for each in page.items]),
        "reports": BY_SLUG, "next_url": url_for("saved_views.listed", cursor=page.next) if page.next else None,
        "first_url": url_for("saved_views.listed") if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page("GET", "/reports/views/new/<report>", needs=READ, template="saved/new.html")
def new(actor: Actor, report: str) -> dict[str, Any]:
    """What is it to be called?"""
    services.chosen(report, request.args)
    return _new(report, forms.start(ViewNameIn))


@pages.page("POST", "/reports/views/new/<report>", needs=READ, template="saved/new.html")
def save(actor: Actor, report: str) -> Any:
    form = forms.read(ViewNameIn, request.form)
    try:
        if form.ok:
            services.save(actor, form.data["name"], report, request.args)
            return Redirect("saved_views.listed", flash=_("The view is saved."))
    except Invalid as refusal:
        form.errors |= {name: _(text) for name, text in refusal.fields.items()}
    return _new(report, form), 422


@pages.page("GET", "/reports/views/<uuid:view_id>", needs=READ)
def opened(actor: Actor, view_id: UUID) -> Redirect:
    """The address to pass on: it leads to the report, where everybody sees what they may."""
    it = services.opened(actor, view_id).it
    return Redirect(there(it))


@pages.page("GET", "/reports/views/<uuid:view_id>/change", needs=READ, template="saved/change.html")
def change(actor: Actor, view_id: UUID) -> dict[str, Any]:
    """Its name, its letters, and whether it stays."""
    it = services.own(actor, view_id)
    return _change(actor, it, forms.start(ViewNameIn, {"name": it.name}))


@pages.page("POST", "/reports/views/<uuid:view_id>/change", needs=READ, template="saved/change.html")
def rename(actor: Actor, view_id: UUID) -> Any:
    if request.form.get("do") == "delete":
        services.delete(actor, view_id)
        return Redirect("saved_views.listed", flash=_("The view is deleted."))
    form = forms.read(ViewNameIn, request.form)
    try:
        if form.ok:
            services.rename(actor, view_id, form.data["name"])
            return Redirect("saved_views.listed", flash=_("The view has its new name."))
    except Invalid as refusal:
        form.errors |= {name: _(text) for name, text in refusal.fields.items()}
    return _change(actor, services.own(actor, view_id), form), 422


@pages.page("POST", "/reports/views/<uuid:view_id>/letters", needs=READ)
def letters(actor: Actor, view_id: UUID) -> Redirect:
    """Begin or end the monthly letter."""
    if request.form.get("do") == "end":
        services.unsubscribe(actor, view_id)
        return Redirect("saved_views.listed", flash=_("You will get no more letters about it."))
    services.subscribe(actor, view_id)
    said = _("You will get a letter about it on the first working day of each month.")
    return Redirect("saved_views.listed", flash=said)


@pages.page("GET", "/reports/letters/<token>", needs=Permission.PUBLIC_READ, template="saved/letters.html")
def end_letters(actor: Actor, token: str) -> dict[str, Any]:
    """From a letter: shall there be no more? A look changes nothing, for mail programs look too."""
    return {"ended": services.subscription(tokens.subscription_of(token)).ended_at is not None}


@pages.page("POST", "/reports/letters/<token>", needs=Permission.PUBLIC_READ, template="saved/letters.html")
def letters_ended(actor: Actor, token: str) -> dict[str, Any]:
    services.end(tokens.subscription_of(token))
    return {"ended": True}


def there(it: SavedView) -> str:
    """The report's address with the view's choices."""
    return address(it.report) + (f"?{urlencode(it.query)}" if it.query else "")


def _new(report: str, form: FormState) -> dict[str, Any]:
    kept = services.chosen(report, request.args)
    return {
        "form": form, "about": BY_SLUG[report].title.in_(g.lang), "chosen": sorted(kept.items()),
        "back_url": f"{address(report)}?{urlencode(kept)}",
    }  # fmt: skip


def _change(actor: Actor, it: SavedView, form: FormState) -> dict[str, Any]:
    return {"form": form, "it": it, "about": BY_SLUG[it.report].title.in_(g.lang)}
