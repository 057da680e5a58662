"""Trying a change from a form: a refusal becomes the form's errors, and nothing of the attempt is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import gettext as _

from courses.needs.wording import in_words
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Refusal
from lms.core.web.forms import FormState
from lms.core.web.problems import status_of


@dataclass
class Attempt:
    """What became of it."""

    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        return status_of(self.refusal) if self.refusal else 422


@contextmanager
def attempt(form: FormState) -> Iterator[Attempt]:
    """Run a use case in a savepoint. Whatever else than a conflict or a fault in what was typed goes on up."""
    tried = Attempt()
    try:
        with db.session.begin_nested(), in_words():
            yield tried
    except (Invalid, Conflict) as refusal:
        tried.refusal = refusal
        for name, text in refusal.fields.items():
            form.refuse(name, _(text, **refusal.params))
        if not refusal.fields:
            form.refuse("_", sentence(refusal))


def sentence(refusal: Refusal) -> str:
    """The fact, what it is about, and what is open meanwhile."""
    parts = (refusal.title, refusal.detail, refusal.way_out)
    told = [_(part, **refusal.params).rstrip(".") for part in parts if part]
    return ". ".join(told) + "."
