"""Trying a change from a form, with days and names in a refusal as the reader's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from courses.needs.wording import in_words
from lms.core.web import refusals
from lms.core.web.forms import FormState
from lms.core.web.refusals import Attempt


@contextmanager
def attempt(form: FormState) -> Iterator[Attempt]:
    """As `refusals.attempt`."""
    with refusals.attempt(form) as tried, in_words():
        yield tried
