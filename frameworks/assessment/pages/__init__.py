"""Pages of self-assessment: a person's own, and a supervisor's."""

from frameworks.assessment.pages import mine, supervising
from frameworks.assessment.pages.blueprint import pages, supervisor_pages

__all__ = ["mine", "pages", "supervising", "supervisor_pages"]
