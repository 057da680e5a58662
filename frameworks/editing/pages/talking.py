"""What is said about a version: threads, answers, resolved and reopened."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from frameworks.editing import queries, services
from frameworks.editing.pages.blueprint import BOTH, READ, VERSION, Answer, pages, shown
from frameworks.editing.schemas import FrameworkCommentIn
from lms.core.errors import Forbidden
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect


@pages.page(BOTH, f"{VERSION}/discussion", needs=READ, template="frameworks/editing/discussion.html")
def discussion(actor: Actor, code: str, number: int) -> Answer:
    """Every thread of a version, open ones first, and the form that begins one or answers."""
    found, may, page = shown(actor, code, number)
    if not (may.comment or may.manage or may.publish):
        raise Forbidden()
    page |= {"threads": queries.threads(found.id)}
    if request.method == "GET":
        return page | {"form": forms.start(FrameworkCommentIn)}
    form = forms.read(FrameworkCommentIn, request.form)
    if not form.ok:
        return page | {"form": form}, 422
    services.comment(actor, found.id, form.data.pop("body"), **form.data)
    return _back(code, number, _("Your comment is there for the others to read."))


@pages.page("POST", f"{VERSION}/discussion/<uuid:thread_id>/<any(resolve,reopen):step>", needs=READ)
def settle(actor: Actor, code: str, number: int, thread_id: UUID, step: str) -> Redirect:
    """A thread is dealt with, or not after all."""
    found, _may = queries.visible(actor, code, number)
    if step == "resolve":
        services.resolve(actor, found.id, thread_id)
        return _back(code, number, _("The thread is resolved."))
    services.reopen(actor, found.id, thread_id)
    return _back(code, number, _("The thread is open again."))


def _back(code: str, number: int, flash: str) -> Redirect:
    """To the part that it was about, or to all threads."""
    where: dict[str, Any] = {"code": code, "number": number}
    kind, part = request.form.get("from_kind"), request.form.get("from_part", type=UUID)
    if kind in ("statements", "domains") and part:
        return Redirect("framework_authors.part", flash=flash, kind=kind, part_id=part, **where)
    return Redirect("framework_authors.discussion", flash=flash, **where)
