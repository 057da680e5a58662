"""What all pages of dates share."""

from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from courses.delivery import words
from courses.enrolments import wording
from courses.enrolments.errors import EnrolmentRefused
from lms.core import clock
from lms.core.errors import Forbidden, Refusal
from lms.core.permissions import Actor
from lms.core.web.forms import FormState

BOTH = ("GET", "POST")


def me(actor: Actor) -> UUID:
    if actor.person is None:
        raise Forbidden()
    return actor.person


def refuse(form: FormState, refusal: Refusal, field: str = "") -> None:
    """Show a refusal on the form: by field where it says which."""
    for name, message in refusal.fields.items():
        form.refuse(name, _(message))
    if not refusal.fields:
        form.refuse(field, told(refusal))


def told(refusal: Refusal) -> str:
    """A refusal in a sentence or two, with the way out."""
    if isinstance(refusal, EnrolmentRefused):
        reason = wording.reason(refusal)
        return " ".join(filter(None, (reason.detail, reason.who)))
    return ". ".join(filter(None, (_(refusal.title), _(refusal.way_out) if refusal.way_out else "")))


def said(**more: Any) -> dict[str, Any]:
    """What every template of this room may use."""
    return {
        "words": words, "languages": [("en", _("English")), ("cy", _("Welsh"))], "today": clock.today(),
    } | more  # fmt: skip
