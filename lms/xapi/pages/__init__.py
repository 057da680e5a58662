"""Pages of the record store: for those who look after it, and for everybody about themselves."""

from lms.xapi.pages import credentials, erasing, importing, statements
from lms.xapi.pages.mine import pages as my_pages
from lms.xapi.pages.room import pages

__all__ = ["credentials", "erasing", "importing", "my_pages", "pages", "statements"]
