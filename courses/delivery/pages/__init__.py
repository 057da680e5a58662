"""Pages of dates: for learners, for organisers, and the register for whoever gives them."""

from courses.delivery.pages.dates import pages as date_pages
from courses.delivery.pages.mine import calendar_pages
from courses.delivery.pages.mine import pages as my_date_pages
from courses.delivery.pages.register import pages as register_pages
from courses.delivery.pages.series import pages as series_pages

__all__ = ["calendar_pages", "date_pages", "my_date_pages", "register_pages", "series_pages"]
