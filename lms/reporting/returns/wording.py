"""Returns in the reader's language."""

from flask_babel import gettext as _

from lms.core.language import N_
from lms.reporting import naming
from lms.reporting.returns.models import Return
from lms.reporting.returns.rules import Span, Standing, Term
from lms.reporting.rules.periods import Period

STANDINGS = {
    Standing.MAKING: (N_("Being made"), "white"),
    Standing.FAILED: (N_("Could not be made"), "red"),
    Standing.DRAFT: (N_("Draft, not signed"), "yellow"),
    Standing.SIGNED: (N_("Signed"), "green"),
    Standing.WITHDRAWN: (N_("Withdrawn"), "red"),
    Standing.SUPERSEDED: (N_("Draft, replaced by a later edition"), "grey"),
}


def term(it: Term) -> str:
    """Quarter 2 of 2026–27 (July 2026 to September 2026)."""
    months = naming.period_of(Period(it.starts_on, it.ends_on, it.ends_on))
    year = f"{it.financial_year}–{(it.financial_year + 1) % 100:02d}"
    if it.span is Span.YEAR:
        return str(_("Financial year %(year)s (%(months)s)", year=year, months=months))
    return str(_("Quarter %(quarter)s of %(year)s (%(months)s)", quarter=it.quarter, year=year, months=months))


def term_of(it: Return) -> str:
    return term(Term(it.span, it.starts_on))
