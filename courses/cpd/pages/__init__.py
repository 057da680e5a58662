"""Pages of one's own CPD record: the record, its entries, and copies of it."""

from courses.cpd.pages import copies, entries, files  # noqa: F401 - they add to the record's
from courses.cpd.pages.record import pages

__all__ = ["pages"]
