"""JSON routes of portfolios: evidence and signatures, who else reads it, copies of it, and the templates."""

from courses.portfolios.api import exporting, serving, sharing, templates  # noqa: F401 - they add to the one below
from courses.portfolios.api.portfolios import api

__all__ = ["api"]
