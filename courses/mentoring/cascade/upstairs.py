"""Champions' certificates, which are issued above."""

from uuid import UUID

from courses.mentoring.cascade.rules import Certificate
from lms.core.hooks import Hook


@Hook
def certificates_of(_person_id: UUID) -> list[Certificate]:
    """Every champion's certificate that this person ever had, with when it held."""
    return []
