"""Where the pages are."""

from lms.core.web.pages import Pages

pages = Pages("assessment", "frameworks.assessment", template_folder="templates")
supervisor_pages = Pages("assessment_answers", "frameworks.assessment", template_folder="templates")
