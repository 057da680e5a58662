"""Where the pages are."""

from lms.core.web.pages import Pages

pages = Pages("plans", "courses.plans", template_folder="templates")
team_pages = Pages("team", "courses.plans", template_folder="templates")
