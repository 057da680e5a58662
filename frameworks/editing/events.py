"""Facts that others react to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VersionPublished:
    """A version of the framework of that code is in force from now on."""

    code: str
