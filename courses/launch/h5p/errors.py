"""How the H5P run-time refuses."""

from lms.core.errors import Invalid
from lms.core.language import N_


class NotFromH5P(Invalid):
    """The body is not what our H5P page sends."""

    slug, title = "not-from-h5p", N_("This is not what H5P content sends.")
