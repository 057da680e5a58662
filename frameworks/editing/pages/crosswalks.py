"""How a framework is related to others: each crosswalk with its direction, kind and confidence."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from frameworks import comparing
from frameworks import queries as frameworks
from frameworks.editing import queries, services
from frameworks.editing.pages.blueprint import BOTH, EDIT, Answer, pages, tell
from frameworks.editing.schemas import CrosswalkForm
from frameworks.editing.words import CONFIDENCES, CROSSWALKS
from frameworks.models import FrameworkVersion
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect


@pages.page(BOTH, "/manage/frameworks/<code>/crosswalks", needs=EDIT, template="frameworks/editing/crosswalks.html")
def crosswalks(actor: Actor, code: str) -> Answer:
    """The crosswalks from a framework, and the form that makes one more."""
    found = frameworks.whole_version(code)
    actor.require(EDIT, at=queries.lineage_of(found.framework))
    other_code = request.values.get("other", "")
    others = [
        each for each in db.session.scalars(frameworks.current_versions().limit(200)) if each.framework.code != code
    ]
    other = frameworks.whole_version(other_code) if any(each.framework.code == other_code for each in others) else None
    page: dict[str, Any] = {
        "version": found,
        "other": other,
        "chosen": forms.FormState.empty({"other": other_code}),
        "others": [(each.framework.code, each.title.in_(g.lang)) for each in others],
        "rows": comparing.crosswalks(found),
        "from_options": _options(found),
        "to_options": _options(other) if other else [],
        "kinds": [(each.value, _(text)) for each, text in CROSSWALKS.items()],
        "confidences": [(each.value, _(text)) for each, text in CONFIDENCES.items()],
        "back": url_for("frameworks.framework", code=code),
    }
    if request.method == "GET":
        return page | {"form": forms.start(CrosswalkForm)}
    form = forms.read(CrosswalkForm, request.form)
    if form.ok:
        given = form.data
        note = Bilingual(given.get("note_en", ""), given.get("note_cy", ""))
        ends = (_identifier(found, given["from_code"]), _identifier(other, given["to_code"]) if other else None)
        for name, identifier in zip(("from_code", "to_code"), ends, strict=True):
            if identifier is None:
                form.refuse(name, _("Choose from the list"))
        if ends[0] and ends[1]:
            try:
                services.add_crosswalk(actor, code, ends[0], ends[1], given["kind"], given["confidence"], note)
                return Redirect(
                    "framework_authors.crosswalks", flash=_("The crosswalk is saved."), code=code, other=other_code
                )
            except Invalid as refusal:
                tell(form, refusal)
    return page | {"form": form}, 422


@pages.page("POST", "/manage/frameworks/<code>/crosswalks/<uuid:crosswalk_id>/end", needs=EDIT)
def end_crosswalk(actor: Actor, code: str, crosswalk_id: UUID) -> Redirect:
    """It holds no longer."""
    services.end_crosswalk(actor, code, crosswalk_id)
    return Redirect("framework_authors.crosswalks", flash=_("The crosswalk has ended."), code=code)


def _options(version: FrameworkVersion) -> list[tuple[str, str]]:
    found = [(each.code, f"{each.code}: {each.title.in_(g.lang)}") for each in version.domains]
    return found + [(each.code, f"{each.code}: {each.wording.in_(g.lang)[:80]}") for each in version.statements]


def _identifier(version: FrameworkVersion, code: str) -> UUID | None:
    parts = (*version.domains, *version.statements)
    return next((each.identifier for each in parts if each.code == code), None)
