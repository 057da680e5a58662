"""A refusal on a form: what was typed stays, what is wrong stands beside it, and nothing of the attempt is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import gettext as _

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
def attempt(form: FormState, *also: type[Refusal]) -> Iterator[Attempt]:
    """Run a use case in a savepoint. What is neither in conflict, nor wrong in what was typed, nor `also`, goes on up."""
    tried = Attempt()
    caught: tuple[type[Refusal], ...] = (Invalid, Conflict, *also)
    try:
        with db.session.begin_nested():
            yield tried
    except caught as refusal:
        tried.refusal = refusal
        refuse(form, refusal)


def sentence(refusal: Refusal) -> str:
    """The fact, and what is open meanwhile."""
    parts = (refusal.detail or refusal.title, refusal.way_out)
    told = [_(part, **refusal.params).rstrip(".") for part in parts if part]
    return ". ".join(told) + ("." if len(told) > 1 else "")


def refuse(form: FormState, refusal: Refusal, field: str = "_", say: Callable[[Refusal], str] = sentence) -> None:
    """By field where it says which; otherwise at `field`, which may be none of the form's."""
    for name, message in refusal.fields.items():
        form.refuse(name, _(message, **refusal.params))
    if not refusal.fields:
        form.refuse(field, say(refusal))
