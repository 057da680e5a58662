"""When the rooms below speak of something that reports count, the fact is written, in the same transaction."""

from typing import Protocol
from uuid import UUID

from courses.supervision.events import LicenceChanged
from lms.reporting.facts import gathering


class AboutEnrolment(Protocol):
    """Every event that names an enrolment."""

    @property
    def enrolment_id(self) -> UUID: ...


def enrolment(event: AboutEnrolment) -> None:
    """What its records say now, and no fact says yet."""
    gathering.of_enrolments([event.enrolment_id])


def licence(event: LicenceChanged) -> None:
    gathering.of_licences(event.licence_id)
