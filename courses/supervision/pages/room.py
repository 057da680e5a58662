"""What all pages of supervision share."""

from flask import g

from lms.core.web.pages import Pages

pages = Pages("supervision", "courses.supervision", template_folder="templates")


def language() -> str:
    return str(g.lang)
