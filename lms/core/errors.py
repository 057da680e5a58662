"""The six ways a use case can refuse. Features subclass these; only `lms.core.web.problems` knows their statuses."""

from collections.abc import Mapping
from typing import ClassVar

from lms.core.language import N_


class Refusal(Exception):
    """Base of every expected failure.

    `slug` names its problem type; `title` and `detail` are msgids, translated at the edge with `params`;
    `way_out` says what is open meanwhile; `fields` maps an input's name to a msgid; `more` are further members of the
    problem document, for machines.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    way_out: str = ""

    def __init__(
        self,
        detail: str = "",
        *,
        fields: Mapping[str, str] | None = None,
        params: Mapping[str, object] | None = None,
        way_out: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or getattr(self, "title", ""))
        self.detail = detail
        self.fields = dict(fields or {})
        self.params = dict(params or {})
        self.more = dict(more or {})
        if way_out is not None:
            self.way_out = way_out


class Unauthenticated(Refusal):
    """Nobody is signed in."""

    slug, title = "unauthenticated", N_("Sign in first")


class Forbidden(Refusal):
    """This person may not do this."""

    slug, title = "forbidden", N_("You do not have permission to do this")


class NotFound(Refusal):
    """There is no such thing, or this person may not know of it."""

    slug, title = "not-found", N_("Not found")


class Invalid(Refusal):
    """What was sent does not say what is needed."""

    slug, title = "invalid", N_("There is a problem with what you sent")


class Conflict(Refusal):
    """It does not fit what is already recorded."""

    slug, title = "conflict", N_("This does not fit what is already recorded")


class StaleEdit(Conflict):
    """Somebody else, or another tab, changed it since it was opened."""

    slug, title = "stale-edit", N_("This was changed in the meantime")
    way_out = N_("Open the newest version, and make your change there.")


class Unavailable(Refusal):
    """Not possible now; possible later."""

    slug, title = "unavailable", N_("This is not available at the moment")


class TooMany(Unavailable):
    """Tried too often in too short a time. `retry_after` is in whole seconds."""

    slug, title = "too-many", N_("Too many attempts")

    def __init__(self, retry_after: int) -> None:
        super().__init__(N_("Wait %(seconds)s seconds and try again."), params={"seconds": retry_after})
        self.retry_after = retry_after


class TooLarge(Invalid):
    """More than we take at once."""

    slug, title = "too-large", N_("This is too large")
