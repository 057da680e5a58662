"""Portfolio templates over JSON: read the versions, write a draft, publish it."""

from typing import Any

from courses.portfolios import errors, schemas
from courses.portfolios.api import shapes
from courses.portfolios.api.portfolios import api
from courses.portfolios.models import EvidenceKind, PortfolioTemplate, SupervisionRule
from courses.portfolios.services import templates
from courses.portfolios.services.templates import Asked
from courses.portfolios.template_queries import templates_listed
from lms.core.errors import StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission

EDIT, PUBLISH = Permission.COURSE_EDIT, Permission.COURSE_PUBLISH
ALL = "/portfolio-templates"
DRAFT = f"{ALL}/<code>/draft"
ITEM = f"{DRAFT}/items/<int:position>"
WRITING = (errors.TemplatePublished, StaleEdit)


@api.operation("GET", ALL, needs=EDIT, returns=(200, shapes.PortfolioTemplateLinesOut))
def list_templates(actor: Actor) -> dict[str, Any]:
    """Every template, by code."""
    templates.require_editor(actor)
    return {"items": templates_listed()}


@api.operation("GET", f"{ALL}/<code>", needs=EDIT, returns=(200, shapes.PortfolioTemplateVersionsOut))
def template_versions(actor: Actor, code: str) -> dict[str, Any]:
    """Every version of a template, the draft too, newest first."""
    return {"items": templates.versions_of(actor, code)}


@api.operation(
    "POST", ALL, needs=EDIT, body=schemas.NewTemplateForm, returns=(201, shapes.PortfolioTemplateOut),
    raises=(errors.TemplateCodeTaken,),
)  # fmt: skip
def begin_template(actor: Actor, code: str, title_en: str, title_cy: str, supervision: str) -> PortfolioTemplate:
    """A first draft."""
    return templates.begin(actor, code, Bilingual(title_en, title_cy), SupervisionRule(supervision))


@api.operation("POST", DRAFT, needs=EDIT, returns=(200, shapes.PortfolioTemplateOut))
def revise_template(actor: Actor, code: str) -> PortfolioTemplate:
    """The draft of the next version: the one that there is, or a new one that asks for what the newest version does."""
    return templates.revise(actor, code)


@api.operation(
    "PUT", DRAFT, needs=EDIT, body=schemas.TemplateForm, returns=(200, shapes.PortfolioTemplateOut), raises=WRITING
)
def edit_template(
    actor: Actor, code: str, edition: int, title_en: str, title_cy: str, supervision: str, optional_needed: int
) -> PortfolioTemplate:
    """Change what is said of the whole."""
    return templates.edit(
        actor, templates.draft_of(actor, code).id, edition, title=Bilingual(title_en, title_cy),
        supervision=SupervisionRule(supervision), optional_needed=optional_needed,
    )  # fmt: skip


@api.operation("DELETE", DRAFT, needs=EDIT, returns=(204, None), raises=(errors.TemplatePublished,))
def discard_template(actor: Actor, code: str) -> None:
    """Throw the draft away."""
    templates.discard(actor, templates.draft_of(actor, code).id)


@api.operation(
    "POST", f"{DRAFT}/items", needs=EDIT, body=schemas.TemplateItemForm, returns=(201, shapes.PortfolioTemplateOut),
    raises=WRITING,
)  # fmt: skip
def add_template_items(actor: Actor, code: str, edition: int, how_many: int | None, **asked: Any) -> PortfolioTemplate:
    """Ask for something more, so many times."""
    draft = templates.draft_of(actor, code)
    return templates.add_items(actor, draft.id, edition, _asked(**asked), how_many or 1)


@api.operation(
    "PUT", ITEM, needs=EDIT, body=schemas.TemplateItemForm, returns=(200, shapes.PortfolioTemplateOut), raises=WRITING
)
def change_template_item(
    actor: Actor, code: str, position: int, edition: int, how_many: int | None, **asked: Any
) -> PortfolioTemplate:
    """Change what one item asks for; `how_many` is for new ones."""
    draft = templates.draft_of(actor, code)
    return templates.change_item(actor, draft.id, edition, position, _asked(**asked))


@api.operation(
    "POST", f"{ITEM}/move", needs=EDIT, body=shapes.TemplateItemMoveIn, returns=(200, shapes.PortfolioTemplateOut),
    raises=WRITING,
)  # fmt: skip
def move_template_item(actor: Actor, code: str, position: int, edition: int, by: int) -> PortfolioTemplate:
    """Earlier (-1) or later (1); at an end it stays."""
    return templates.move_item(actor, templates.draft_of(actor, code).id, edition, position, by)


@api.operation(
    "POST", f"{ITEM}/removal", needs=EDIT, body=schemas.EditionForm, returns=(200, shapes.PortfolioTemplateOut),
    raises=WRITING,
)  # fmt: skip
def remove_template_item(actor: Actor, code: str, position: int, edition: int) -> PortfolioTemplate:
    """Ask for it no longer."""
    return templates.remove_item(actor, templates.draft_of(actor, code).id, edition, position)


@api.operation(
    "POST", f"{DRAFT}/publication", needs=PUBLISH, body=schemas.EditionForm,
    returns=(200, shapes.PortfolioTemplateOut), raises=(errors.TemplateIncomplete, *WRITING),
)  # fmt: skip
def publish_template(actor: Actor, code: str, edition: int) -> PortfolioTemplate:
    """From now on portfolios are opened with it; those in progress keep theirs."""
    return templates.publish(actor, templates.draft_of(actor, code).id, edition)


def _asked(
    kind: str, title_en: str, title_cy: str, guidance_en: str, guidance_cy: str, minutes: int | None, optional: bool,
    individual_only: bool, observer_signs: bool,
) -> Asked:  # fmt: skip
    return Asked(
        EvidenceKind(kind), Bilingual(title_en, title_cy), Bilingual(guidance_en, guidance_cy), optional,
        individual_only, observer_signs, minutes,
    )  # fmt: skip
