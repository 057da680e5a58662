"""Pages of evaluation: what somebody is asked, and what reviewers read first."""

from courses.evaluation.pages.mine import pages
from courses.evaluation.pages.reviewing import pages as review_pages

__all__ = ["pages", "review_pages"]
