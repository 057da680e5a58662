"""Pages of portfolios: the learner's, and the supervisor's queue."""

from courses.portfolios.pages.learner import pages as portfolio_pages
from courses.portfolios.pages.supervisor import pages as queue_pages
from courses.portfolios.pages.templates import pages as template_pages

__all__ = ["portfolio_pages", "queue_pages", "template_pages"]
