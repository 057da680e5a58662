"""Pages of mentoring: the two who meet, finding somebody, and whoever runs a programme."""

from courses.mentoring.pages import finding, mentors, mine, organising  # noqa: F401 - they declare pages
from courses.mentoring.pages.room import pages

__all__ = ["pages"]
