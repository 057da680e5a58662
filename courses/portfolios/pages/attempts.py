"""Trying a change from a form: a refusal becomes the form's errors, and nothing of the attempt is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import gettext as _

from courses.portfolios.errors import LicenceNotLive
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Refusal
from lms.core.web.forms import FormState
from lms.core.web.problems import status_of


@dataclass
class Attempt:
    """What became of it. `status` is the page's own when the form has to be shown again."""

    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        return status_of(self.refusal) if self.refusal else 422


@contextmanager
def attempt(form: FormState) -> Iterator[Attempt]:
    """Run a use case in a savepoint. Whatever else than these refusals is not about the form, and goes on up."""
    tried = Attempt()
    try:
        with db.session.begin_nested():
            yield tried
    except (Invalid, Conflict, LicenceNotLive) as refusal:
        tried.refusal = refusal
        for name, text in refusal.fields.items():
            form.refuse(name, _(text, **refusal.params))
        if not refusal.fields:
            form.refuse("_", sentence(refusal))


def sentence(refusal: Refusal) -> str:
    """The fact, and what is open meanwhile."""
    parts = (refusal.detail or refusal.title, refusal.way_out)
    told = [_(part, **refusal.params).rstrip(".") for part in parts if part]
    return ". ".join(told) + ("." if len(told) > 1 else "")
