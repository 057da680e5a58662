"""Pages of portfolios: the learner's, an observer's, what is shared, the supervisor's queue, and the templates."""

from courses.portfolios.pages import exporting, files, reusing  # noqa: F401 - they add to the learner's
from courses.portfolios.pages.learner import pages as portfolio_pages
from courses.portfolios.pages.observing import observer_pages
from courses.portfolios.pages.privacy import shared_pages
from courses.portfolios.pages.supervisor import pages as queue_pages
from courses.portfolios.pages.templates import pages as template_pages

__all__ = ["observer_pages", "portfolio_pages", "queue_pages", "shared_pages", "template_pages"]
