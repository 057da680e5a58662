"""What the pages of frameworks in the making share: their address, and what each shows of its version."""

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _

from frameworks.editing import queries
from frameworks.editing.queries import Access
from frameworks.editing.words import STATUSES
from frameworks.models import FrameworkVersion
from lms.core.errors import Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect

pages = Pages("framework_authors", __name__, template_folder="../templates")

VERSION = "/manage/frameworks/<code>/<int:number>"
READ, EDIT = Permission.FRAMEWORK_DISCUSS, Permission.FRAMEWORK_EDIT
BOTH = ("GET", "POST")
Answer = dict[str, Any] | tuple[dict[str, Any], int] | Redirect | Response


def shown(
    actor: Actor, code: str, number: int, *, whole: bool = False
) -> tuple[FrameworkVersion, Access, dict[str, Any]]:
    """The version, what the actor may do, and what every page of a version needs. Raises NotFound."""
    version, may = queries.visible(actor, code, number, whole=whole)
    return version, may, {
        "version": version,
        "may": may,
        "status_text": _(STATUSES[version.status]),
        "back": url_for("framework_authors.version", code=code, number=number),
    }  # fmt: skip


def to_version(version: FrameworkVersion, flash: str) -> Redirect:
    return Redirect("framework_authors.version", flash=flash, code=version.framework.code, number=version.number)


def tell(form: FormState, refusal: Refusal) -> None:
    """The refusal's fields beside the fields they are about; what is about none at the top of the page."""
    for name, text in refusal.fields.items():
        form.refuse(name, _(text))
    if not refusal.fields:
        parts = [_(refusal.title) + ".", _(refusal.detail, **refusal.params) if refusal.detail else "",
                 _(refusal.way_out, **refusal.params) if refusal.way_out else ""]  # fmt: skip
        form.refuse("_refused", " ".join(filter(None, parts)))
