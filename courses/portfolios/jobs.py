"""Background work of portfolios."""

from courses.portfolios.services import overdue
from lms.core import jobs


@jobs.job("portfolios.tell_what_waits_too_long", every="0 5 * * *")
def tell_what_waits_too_long() -> None:
    """Early every morning: what has waited too long goes to the deputy or to whoever finds supervisors."""
    overdue.tell_what_waits_too_long()
