"""Pages for those who write what portfolios ask for: the versions, one draft, each of its items, and publishing."""

from typing import Any

from flask import request
from flask_babel import gettext as _

from courses.portfolios import schemas
from courses.portfolios.models import EvidenceKind, PortfolioTemplate, SupervisionRule, TemplateItem
from courses.portfolios.pages import words
from courses.portfolios.services import templates
from courses.portfolios.services.templates import Asked
from courses.portfolios.template_queries import template_counts, templates_listed
from lms.core.errors import NotFound, StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.refusals import attempt

pages = Pages("portfolio_templates", "courses.portfolios", template_folder="templates")

EDIT = Permission.COURSE_EDIT
ALL = "/manage/portfolios"
DRAFT = f"{ALL}/<code>/draft"
ITEM = f"{DRAFT}/items/<int:position>"


@pages.page("GET", ALL, needs=EDIT, template="portfolio_templates/templates.html")
def listed(actor: Actor) -> dict[str, Any]:
    """Every template: its newest version, whether a draft waits, and how many portfolios are open under it."""
    templates.require_editor(actor)
    return {"templates": templates_listed(), "words": words}


@pages.page(("GET", "POST"), f"{ALL}/new", needs=EDIT, template="portfolio_templates/new.html")
def new(actor: Actor) -> Any:
    """Begin a template."""
    templates.require_editor(actor)
    if request.method == "GET":
        return _whole_page(forms.start(schemas.NewTemplateForm, {"supervision": SupervisionRule.GROUP_OR_INDIVIDUAL}))
    form, status = forms.read(schemas.NewTemplateForm, request.form), 422
    if form.ok:
        given = form.data
        with attempt(form) as tried:
            made = templates.begin(
                actor, given["code"], Bilingual(given["title_en"], given["title_cy"]),
                SupervisionRule(given["supervision"]),
            )  # fmt: skip
        if form.ok:
            return Redirect(".draft", code=made.code, flash=_("The draft is saved."))
        status = tried.status
    return _whole_page(form), status


def _whole_page(form: forms.FormState) -> dict[str, Any]:
    return {"form": form, "supervisions": words.supervisions(), "words": words}


@pages.page("GET", f"{ALL}/<code>", needs=EDIT, template="portfolio_templates/template.html")
def template(actor: Actor, code: str) -> dict[str, Any]:
    """What a template asks for now, and every version before."""
    templates.require_editor(actor)
    versions = templates.versions_of(actor, code)
    asked = request.args.get("version", type=int)
    published = [each for each in versions if each.published_at]
    shown = next((each for each in versions if each.number == asked), (published or versions)[0])
    return {
        "code": code, "shown": shown, "versions": versions, "counts": template_counts(code), "words": words,
        "has_draft": len(published) < len(versions),
    }  # fmt: skip


@pages.page("POST", f"{ALL}/<code>/revise", needs=EDIT)
def revise(actor: Actor, code: str) -> Redirect:
    templates.revise(actor, code)
    return Redirect(".draft", code=code, flash=_("A new draft is ready. It says what is on offer now."))


@pages.page(("GET", "POST"), DRAFT, needs=EDIT, template="portfolio_templates/draft.html")
def draft(actor: Actor, code: str) -> Any:
    """The draft: what is said of the whole, and its items."""
    found = templates.draft_of(actor, code)
    if request.method == "GET":
        values = {
            "edition": found.edition, "title_en": found.title.en, "title_cy": found.title.cy,
            "supervision": found.supervision, "optional_needed": found.optional_needed,
        }  # fmt: skip
        return _draft_page(found, forms.start(schemas.TemplateForm, values))
    form, status = forms.read(schemas.TemplateForm, request.form), 422
    if form.ok:
        given = form.data
        with attempt(form) as tried:
            templates.edit(
                actor, found.id, given["edition"], title=Bilingual(given["title_en"], given["title_cy"]),
                supervision=SupervisionRule(given["supervision"]), optional_needed=given["optional_needed"],
            )  # fmt: skip
        if form.ok:
            return Redirect(".draft", code=code, flash=_("The draft is saved."))
        status = tried.status
    return _draft_page(found, form), status


def _draft_page(found: PortfolioTemplate, form: forms.FormState) -> dict[str, Any]:
    return _whole_page(form) | {
        "draft": found,
        "missing": [_(text) for text in templates.missing(found).values()],
    }


@pages.page(("GET", "POST"), f"{DRAFT}/items/new", needs=EDIT, template="portfolio_templates/item.html")
def new_item(actor: Actor, code: str) -> Any:
    """Ask for one thing more, or for several of a kind."""
    return _item_form(actor, templates.draft_of(actor, code), None)


@pages.page(("GET", "POST"), ITEM, needs=EDIT, template="portfolio_templates/item.html")
def item(actor: Actor, code: str, position: int) -> Any:
    """Change what one item asks for."""
    found = templates.draft_of(actor, code)
    shown = next((each for each in found.items if each.position == position), None)
    if shown is None:
        raise NotFound()
    return _item_form(actor, found, shown)


def _item_form(actor: Actor, found: PortfolioTemplate, shown: TemplateItem | None) -> Any:
    about = {
        "draft": found, "item": shown, "kinds": [(str(each), words.kind_name(each)) for each in EvidenceKind],
        "words": words,
    }  # fmt: skip
    if request.method == "GET":
        return about | {"form": forms.start(schemas.TemplateItemForm, _values(found, shown))}
    form, status = forms.read(schemas.TemplateItemForm, request.form), 422
    if form.ok:
        given = form.data
        asked = Asked(
            EvidenceKind(given["kind"]), Bilingual(given["title_en"], given["title_cy"]),
            Bilingual(given["guidance_en"], given["guidance_cy"]), given["optional"], given["individual_only"],
            given["observer_signs"], given["minutes"],
        )  # fmt: skip
        with attempt(form) as tried:
            if shown is None:
                templates.add_items(actor, found.id, given["edition"], asked, given["how_many"])
            else:
                templates.change_item(actor, found.id, given["edition"], shown.position, asked)
        if form.ok:
            return Redirect(".draft", code=found.code, flash=_("The draft is saved."))
        status = tried.status
        if isinstance(tried.refusal, StaleEdit):
            form.values["edition"] = found.edition
    return about | {"form": form}, status


def _values(found: PortfolioTemplate, shown: TemplateItem | None) -> dict[str, Any]:
    if shown is None:
        return {"edition": found.edition, "how_many": 1}
    return {
        "edition": found.edition, "kind": shown.kind, "title_en": shown.title.en, "title_cy": shown.title.cy,
        "guidance_en": shown.guidance.en, "guidance_cy": shown.guidance.cy, "minutes": shown.minutes,
        "optional": shown.optional, "individual_only": shown.individual_only, "observer_signs": shown.observer_signs,
    }  # fmt: skip


@pages.page("POST", f"{ITEM}/move", needs=EDIT)
def move(actor: Actor, code: str, position: int) -> Redirect:
    found = templates.draft_of(actor, code)
    by = -1 if request.form.get("by") == "-1" else 1
    templates.move_item(actor, found.id, request.form.get("edition", 0, int), position, by)
    return Redirect(".draft", code=code, flash=_("The order is saved."))


@pages.page("POST", f"{ITEM}/remove", needs=EDIT)
def remove(actor: Actor, code: str, position: int) -> Redirect:
    found = templates.draft_of(actor, code)
    templates.remove_item(actor, found.id, request.form.get("edition", 0, int), position)
    return Redirect(".draft", code=code, flash=_("The item is removed from the draft."))


@pages.page(("GET", "POST"), f"{DRAFT}/publish", needs=EDIT, template="portfolio_templates/publish.html")
def publish(actor: Actor, code: str) -> Any:
    """Check what it asks for, and for whom it will count; then publish it."""
    found = templates.draft_of(actor, code)
    lacks = [_(text) for text in templates.missing(found).values()]
    about = {
        "draft": found, "missing": lacks, "counts": template_counts(code), "words": words,
        "may_publish": actor.might(Permission.COURSE_PUBLISH),
    }  # fmt: skip
    if request.method == "GET":
        return about | {"form": forms.start(schemas.EditionForm, {"edition": found.edition})}
    form, status = forms.read(schemas.EditionForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            templates.publish(actor, found.id, form.data["edition"])
        if form.ok:
            return Redirect(".template", code=code, flash=_("It is published. Portfolios that open now ask for this."))
        status = tried.status
    return about | {"form": form}, status


@pages.page("POST", f"{DRAFT}/discard", needs=EDIT)
def discard(actor: Actor, code: str) -> Redirect:
    templates.discard(actor, templates.draft_of(actor, code).id)
    return Redirect(".listed", flash=_("The draft is thrown away."))
