"""What has happened to packages. Told in the transaction in which it happened."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class PackageKept:
    """A package is there, with all its parts. Nobody sees it yet but authors."""

    package_id: UUID
