"""Facts about people that rooms above hold, and that conditions of enrolment ask for."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from lms.core.hooks import Hook

Source = Callable[[UUID, date], frozenset[str]]
"""(person, day) → keys of declarations that need no word of the person's, such as `statutory_function:AMHP`."""


@Hook
def sources() -> Mapping[str, Source]:
    """Who knows, by the kind of the condition."""
    return {}


def vouched_for(kinds: set[str], person_id: UUID, day: date) -> frozenset[str]:
    """What is held about somebody, as far as conditions of these kinds ask. One query for each that somebody answers."""
    known = sources()
    asked = {known[kind] for kind in kinds if kind in known}
    return frozenset[str]().union(*(source(person_id, day) for source in asked))
