"""Pages of plans: one's own, those of others that they share, and a team's."""

from courses.plans.pages import gaps, goals, mine, others
from courses.plans.pages.blueprint import pages, team_pages

__all__ = ["gaps", "goals", "mine", "others", "pages", "team_pages"]
