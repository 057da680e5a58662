"""What the catalogue asks of rooms that stand above it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from courses.catalogue.offered import Offered
from lms.core.hooks import Hook
from lms.core.permissions import Actor


@Hook
def standing(_actor: Actor, _version: Offered) -> Mapping[str, Any]:
    """What one can do about a course now, as its page shows it: {kind, text, url, label, …}."""
    return {}


@Hook
def dates_of(_actor: Actor, _version: Offered) -> Markup:
    """The next dates of a course."""
    return Markup()


@Hook
def open_to(_actor: Actor, _versions: Iterable[Offered]) -> Collection[str]:
    """Codes of the courses that are open to this person, or that they are on."""
    return ()
