"""A version, locked for whoever may do something with it."""

from typing import Any
from uuid import UUID

from frameworks.editing import queries
from frameworks.editing.errors import StandsStill
from frameworks.models import OPEN, FrameworkVersion
from lms.core import audit, clock
from lms.core.db import get_or_refuse
from lms.core.errors import Forbidden, NotFound, StaleEdit
from lms.core.permissions import Actor


def open_to(actor: Actor, version_id: UUID, doing: str) -> FrameworkVersion:
    """The version, locked until the edge commits. `doing` is a field of Access.

    Raises NotFound to those who may not read it, Forbidden to those who may not do that.
    """
    version = get_or_refuse(FrameworkVersion, version_id, lock=True)
    may = queries.access(actor, version)
    if not may.read:
        raise NotFound()
    if doing == "edit" and version.status not in OPEN and (may.manage or may.comment):
        raise StandsStill()
    if not getattr(may, doing):
        raise Forbidden()
    return version


def edited(actor: Actor, version: FrameworkVersion, what: str, **details: Any) -> None:
    """Note that the version is not as it was."""
    version.edition += 1
    version.changed_at = clock.now()
    audit.record(actor, "framework.edited", thing=version, what=what, **details)


def require_edition(thing: object, edition: int) -> None:
    """Raises StaleEdit unless the row is as whoever changes it saw it."""
    if getattr(thing, "edition", None) != edition:
        raise StaleEdit()
