"""The room that all pages for those who look after the record store are in."""

from lms.core.web.pages import Pages

pages = Pages("record_store", "lms.xapi", template_folder="templates")
