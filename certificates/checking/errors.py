"""Why a list cannot be checked."""

from lms.core.errors import Invalid
from lms.core.language import N_

WHY = {
    "unreadable": N_("This file is not a list that we can read. Save it as CSV."),
    "no_columns": N_("The first line must name the columns: code, or number, surname and issued_on."),
    "empty": N_("There is no certificate in this list."),
    "too_long": N_("A list may have at most 500 certificates."),
}


class NotACertificateList(Invalid):
    """It is no CSV, names no columns that we know, is empty or too long."""

    slug, title = "not-a-certificate-list", N_("This list cannot be checked")

    def __init__(self, why: str) -> None:
        super().__init__(WHY[why])
