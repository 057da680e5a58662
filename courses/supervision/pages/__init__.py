"""Pages of supervision: the two who work together; standing in; and the organiser's."""

from courses.supervision.pages import arranging, inviting, learners, standing_in  # noqa: F401 - they declare pages
from courses.supervision.pages.room import pages

__all__ = ["pages"]
