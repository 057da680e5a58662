"""Pages of needs rounds: for bodies, for whoever holds a link, and for those who open, review and commission."""

from courses.needs.pages import allocating, reviewing  # noqa: F401 - their pages register themselves
from courses.needs.pages.bodies import pages as body_pages
from courses.needs.pages.links import pages as link_pages
from courses.needs.pages.managing import pages as manage_pages

__all__ = ["body_pages", "link_pages", "manage_pages"]
