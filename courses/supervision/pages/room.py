"""What all pages of supervision share."""

from uuid import UUID

from flask import g
from flask_babel import gettext as _

from lms.core.errors import Forbidden, Refusal
from lms.core.permissions import Actor
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages

pages = Pages("supervision", "courses.supervision", template_folder="templates")


def me(actor: Actor) -> UUID:
    if actor.person is None:
        raise Forbidden()
    return actor.person


def refuse(form: FormState, refusal: Refusal, field: str = "") -> None:
    """Show a refusal on the form: by field where it says which."""
    for name, message in refusal.fields.items():
        form.refuse(name, _(message))
    if not refusal.fields:
        way_out = f". {_(refusal.way_out)}" if refusal.way_out else ""
        form.refuse(field, _(refusal.title) + way_out)


def language() -> str:
    return str(g.lang)
