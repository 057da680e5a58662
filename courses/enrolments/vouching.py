"""Facts about people that rooms above hold. `lms/app.py` hangs what knows them in here, by the kind of the condition."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

Source = Callable[[UUID, date], frozenset[str]]
"""(person, day) → keys of declarations that need no word of the person's, such as `statutory_function:AMHP`."""

_sources: dict[str, Source] = {}


def provide(sources: Mapping[str, Source]) -> None:
    """Idempotent, so that a second create_app changes nothing."""
    _sources.clear()
    _sources.update(sources)


def vouched_for(kinds: set[str], person_id: UUID, day: date) -> frozenset[str]:
    """What is held about somebody, as far as conditions of these kinds ask. One query for each that somebody answers."""
    asked = {_sources[kind] for kind in kinds if kind in _sources}
    return frozenset[str]().union(*(source(person_id, day) for source in asked))
