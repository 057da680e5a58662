"""When the rooms below speak of something that reports count, the fact is written, in the same transaction."""

from typing import Protocol
from uuid import UUID

from certificates.events import AwardChanged, AwardIssued
from certificates.models import Award
from courses.supervision.events import LicenceIssued, LicenceWithdrawn
from lms.core.db import db
from lms.reporting.facts import gathering


class AboutEnrolment(Protocol):
    """Every event that names an enrolment."""

    @property
    def enrolment_id(self) -> UUID: ...


def enrolment(event: AboutEnrolment) -> None:
    """What its records say now, and no fact says yet."""
    gathering.of_enrolments([event.enrolment_id])


def award(event: AwardIssued | AwardChanged) -> None:
    """The same of the enrolment that a certificate arose from; one of a licence counts nobody."""
    found = db.session.get(Award, event.award_id)
    if found is not None and found.enrolment_id is not None:
        gathering.of_enrolments([found.enrolment_id])


def licence(event: LicenceIssued | LicenceWithdrawn) -> None:
    gathering.of_licences(event.licence_id)
