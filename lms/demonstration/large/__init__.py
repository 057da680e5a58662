"""A hundred thousand people and a million enrolments, by COPY: for measuring, not for reading. The same every time.

Rows are as the services would have left them, but for what nobody counts: e-learning has no events beside its enrolment,
nothing is audited, and certificates print nothing.
"""

from lms.demonstration.large.loading import is_there, load, tidy
from lms.demonstration.large.people import DOMAIN

__all__ = ["DOMAIN", "is_there", "load", "tidy"]
