"""Pages of mentoring: the two who meet, finding somebody, and whoever runs a programme."""

from courses.mentoring.pages import finding, mentors, mine, organising  # noqa: F401 - they declare pages
from courses.mentoring.pages.room import manage_pages, pages

__all__ = ["manage_pages", "pages"]
