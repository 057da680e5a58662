"""Enrolments by the hundred, of which the tests know everything."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from certificates.models import Award, AwardEvent
from certificates.rules import AwardEventKind
from courses.catalogue.models import CertificateKind, Course
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState
from lms.accounts.models import Organisation, Person, Sector
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.reporting.facts import gathering, tallying
from lms.reporting.reach import folding
from lms.reporting.rules.measures import Facts


@dataclass(frozen=True)
class Told:
    """What a test knows of one enrolment."""

    learner: UUID
    sector: str
    organisation: UUID | None
    lineage: tuple[UUID, ...]
    course: UUID
    enrolled_on: date
    waitlisted: bool
    started_on: date | None
    withdrawn_on: date | None
    activity: tuple[date, ...]
    completed_on: date | None
    issued_on: date | None
    valid_until: date | None
    revoked_on: date | None

    def facts(self, as_at: date) -> Facts:
        """The same, as of a date."""
        valid = (
            self.issued_on is not None
            and self.issued_on <= as_at
            and (self.valid_until is None or self.valid_until >= as_at)
            and not (self.revoked_on is not None and self.revoked_on <= as_at)
        )
        return Facts(
            self.enrolled_on,
            self.waitlisted,
            self.started_on,
            self.withdrawn_on,
            max((day for day in self.activity if day <= as_at), default=None),
            None,
            self.completed_on,
            self.issued_on if valid else None,
        )


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def make_history(
    random_: random.Random, people: list[Person], courses: list[Course], places: list[Organisation | None], today: date
) -> list[Told]:
    """Every person on some courses, at any stage, over two years."""
    told = []
    rows: list[Any] = []
    for person in people:
        place = random_.choice(places)
        sector = place.sector if place else Sector.UNPAID_CARERS
        taken = random_.sample(courses, random_.randint(1, min(3, len(courses))))
        told += [_one(random_, person, course, place, sector, today, rows) for course in taken]
    with transaction():
        db.session.add_all(rows)
    told_to_reports()
    return told


def _one(
    random_: random.Random,
    person: Person,
    course: Course,
    place: Organisation | None,
    sector: Sector,
    today: date,
    rows: list[Any],
) -> Told:
    enrolled = today - timedelta(days=random_.randint(0, 700))
    age = (today - enrolled).days
    stage = random_.choice(
        ["waiting", "enrolled", "active", "active", "withdrawn", "left", "done", "certified", "certified"]
    )
    started = (
        enrolled + timedelta(days=random_.randint(0, age))
        if stage not in ("waiting", "enrolled", "withdrawn")
        else None
    )
    room = (today - started).days if started else 0
    activity = tuple(sorted(started + timedelta(days=random_.randint(0, room)) for _ in range(3))) if started else ()
    last = activity[-1] if activity else enrolled
    left = last if stage in ("withdrawn", "left") else None
    done = last if stage in ("done", "certified") else None
    issued = done if stage == "certified" else None
    until = issued + timedelta(days=random_.choice([60, 400])) if issued and random_.random() < 0.5 else None
    revoked = issued + timedelta(days=random_.randint(0, 60)) if issued and random_.random() < 0.2 else None
    if revoked and revoked > today:
        revoked = None
    state = {
        "waiting": EnrolmentState.WAITLISTED,
        "enrolled": EnrolmentState.ENROLLED,
        "active": EnrolmentState.IN_PROGRESS,
        "withdrawn": EnrolmentState.WITHDRAWN,
        "left": EnrolmentState.WITHDRAWN,
    }.get(stage, EnrolmentState.COMPLETED)
    made = Enrolment(
        id=new_id(),
        learner_id=person.id,
        course_id=course.id,
        course_version_id=course.published_version_id,
        state=state,
        language="en",
        enrolled_on=enrolled,
        started_at=at_noon(started) if started else None,
        last_active_at=at_noon(last) if activity else None,
        progress=100 if done else 0,
        completed_on=done,
        ended_on=left,
        sector=sector,
        organisation_id=place.id if place else None,
        organisation_lineage=place.lineage if place else [],
        job_role_code=None,
        declared=[],
    )
    rows.append(made)
    rows += [
        EnrolmentEvent(enrolment_id=made.id, at=at_noon(day), kind=EnrolmentEventKind.PROGRESSED) for day in activity
    ]
    if issued:
        award = Award(
            id=new_id(),
            number=f"N{made.id.hex}",
            code=made.id.hex,
            learner_id=person.id,
            enrolment_id=made.id,
            course_code=course.code,
            course_version_id=course.published_version_id,
            kind=CertificateKind.COMPLETION,
            completed_on=done,
            issued_on=issued,
            valid_until=until,
            snapshot={},
            snapshot_hash="",
            design="classic",
        )
        rows.append(award)
        if revoked:
            rows.append(AwardEvent(award_id=award.id, kind=AwardEventKind.REVOKED, at=at_noon(revoked)))
    return Told(
        person.id,
        sector.value,
        place.id if place else None,
        tuple(place.lineage) if place else (),
        course.id,
        enrolled,
        stage == "waiting",
        started,
        left,
        activity,
        done,
        issued,
        until,
        revoked,
    )


def told_to_reports() -> None:
    """Factories put rows straight into the tables, so no event has spoken: facts and tallies are brought up to them."""
    with transaction():
        gathering.of_everything()
        while tallying.bring_up_to_date():
            pass


def reach_taken_in() -> None:
    """Everybody about whom something changed is held against the frameworks again, as the job does every minute."""
    with transaction():
        folding.bring_up_to_date()
        while folding.waiting():
            folding.bring_up_to_date()
