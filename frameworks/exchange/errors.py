"""Refusals of files."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class NoPackage(Invalid):
    """The file is no CASE package."""

    slug, title = "framework-no-package", N_("This is no CASE package")


class HasFaults(Conflict):
    """A row of the file has a fault, so nothing was brought in."""

    slug, title = "framework-import-faults", N_("The file has faults, so nothing was changed")


class ChangedSince(Conflict):
    """The draft was changed after the dry run."""

    slug, title = "framework-import-stale", N_("The draft was changed after the dry run, so nothing was changed")
    way_out = N_("Send the file again to see what it would do now.")
