"""Champions' certificates. They are upstairs: `lms/app.py` hangs what knows them in here."""

from collections.abc import Callable
from uuid import UUID

from courses.mentoring.cascade.rules import Certificate

CertificatesOf = Callable[[UUID], list[Certificate]]

_sources: list[CertificatesOf] = []


def provide(certificates_of: CertificatesOf) -> None:
    """Idempotent, so that a second create_app changes nothing."""
    _sources[:] = [certificates_of]


def certificates_of(person_id: UUID) -> list[Certificate]:
    """Every champion's certificate that this person ever had, with when it held."""
    return _sources[0](person_id)
