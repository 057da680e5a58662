"""What all pages of dates share."""

from typing import Any

from flask_babel import gettext as _

from courses.delivery import words
from courses.enrolments import wording
from courses.enrolments.errors import EnrolmentRefused
from lms.core import clock
from lms.core.errors import Refusal
from lms.core.web import refusals
from lms.core.web.forms import FormState

BOTH = ("GET", "POST")


def refuse(form: FormState, refusal: Refusal, field: str = "_") -> None:
    """Show a refusal on the form: by field where it says which."""
    refusals.refuse(form, refusal, field, told)


def told(refusal: Refusal) -> str:
    """A refusal in a sentence or two, with the way out; why somebody may not enrol is a page of its own elsewhere."""
    if isinstance(refusal, EnrolmentRefused):
        reason = wording.reason(refusal)
        return " ".join(filter(None, (reason.detail, reason.who)))
    return refusals.sentence(refusal)


def said(**more: Any) -> dict[str, Any]:
    """What every template of this room may use."""
    return {
        "words": words, "languages": [("en", _("English")), ("cy", _("Welsh"))], "today": clock.today(),
    } | more  # fmt: skip
