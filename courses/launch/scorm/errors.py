"""How the SCORM run-time refuses."""

from lms.core.errors import Invalid
from lms.core.language import N_


class NotACommit(Invalid):
    """The body is not what the run-time sends."""

    slug, title = "not-a-commit", N_("This is not what a SCORM run-time sends.")


class SuspendDataTooLong(Invalid):
    """More than 64,000 characters. Nothing of it is kept as the attempt's state, for cut data would break the content."""

    slug, title = "suspend-data-too-long", N_("The content tried to keep more than 64,000 characters.")
