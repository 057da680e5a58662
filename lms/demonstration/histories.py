"""Two years of open e-learning for the crowd: rows as the services would have left them, written all at once."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from certificates import achievements, address, designs, rules, snapshots
from certificates.models import Award, AwardEvent, award_number
from certificates.rules import AwardEventKind, NameVisibility
from courses.catalogue.models import CapacityRule, CertificateKind, Course, CourseStatus, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState
from lms.accounts.models import Person
from lms.core.db import db
from lms.core.ids import new_id

DAYS = 730
LIKED = {"PIMH-01": 6, "MHL-01": 5, "PIMH-02": 4, "MHL-02": 3, "CPD-BITE": 3}
"""How much oftener than the rest these are chosen."""

STAGES = (("completed", 62), ("in_progress", 18), ("enrolled", 10), ("withdrawn", 10))
"""Of those who enrolled long enough ago, in per cent."""


@dataclass
class Pages:
    """Rows by table, in the order in which they refer to each other."""

    rows: dict[Any, list[dict[str, Any]]]

    @classmethod
    def empty(cls) -> "Pages":
        return cls({Enrolment: [], EnrolmentEvent: [], Award: [], AwardEvent: []})

    def save(self, tell: Callable[[int, int], None]) -> None:
        done, whole = 0, sum(map(len, self.rows.values()))
        for kind, rows in self.rows.items():
            for at in range(0, len(rows), 1000):
                db.session.execute(insert(kind), rows[at : at + 1000])
                done += len(rows[at : at + 1000])
                tell(done, whole)


def open_courses() -> list[CourseVersion]:
    """Published e-learning that anybody may start, without a portfolio."""
    return list(
        db.session.scalars(
            select(CourseVersion)
            .join(Course, Course.published_version_id == CourseVersion.id)
            .where(
                CourseVersion.status == CourseStatus.PUBLISHED,
                CourseVersion.capacity_rule == CapacityRule.OPEN,
                CourseVersion.portfolio_template_code.is_(None),
                CourseVersion.eligibility == {},
                CourseVersion.prerequisites == {},
            )
            .order_by(Course.position)
        )
    )


def write(
    random_: random.Random, members: Iterable[dict[str, Any]], today: date, tell: Callable[[int, int], None]
) -> int:
    """Give every member a history; returns how many enrolments."""
    versions = open_courses()
    invented = select(Person.id, Person.legal_name).where(Person.is_demonstration)
    names = {row.id: row.legal_name for row in db.session.execute(invented)}
    pages = Pages.empty()
    done: list[tuple[dict[str, Any], CourseVersion]] = []
    for member in members:
        for version in _choice(random_, versions, member["sector"].value):
            enrolment = _history(random_, member, version, today, pages)
            if enrolment["completed_on"]:
                done.append((enrolment, version))
    kept = {version.id: achievements.of_course(version).id for version in {each.id: each for _, each in done}.values()}
    numbers = iter(
        db.session.scalars(select(award_number.next_value()).select_from(func.generate_series(1, len(done))))
    )
    for enrolment, version in sorted(done, key=lambda each: (each[0]["completed_on"], str(each[0]["id"]))):
        if version.certificate_kind is not CertificateKind.NONE:
            _award(enrolment, version, kept[version.id], names[enrolment["learner_id"]], next(numbers), pages)
    pages.save(tell)
    return len(pages.rows[Enrolment])


def _choice(random_: random.Random, versions: list[CourseVersion], sector: str) -> list[CourseVersion]:
    offered = [version for version in versions if sector in version.sectors]
    weights = [LIKED.get(version.course.code, 1) for version in offered]
    found = {version.id: version for version in random_.choices(offered, weights, k=random_.randint(3, 12))}
    return list(found.values())


def _history(
    random_: random.Random, member: dict[str, Any], version: CourseVersion, today: date, pages: Pages
) -> dict[str, Any]:
    age = int(DAYS * random_.random() ** 1.4)  # more of it lately: uptake grows
    begun = today - timedelta(days=age)
    stage = random_.choices([name for name, _ in STAGES], [weight for _, weight in STAGES])[0]
    if age < 10 and stage in ("completed", "withdrawn"):
        stage = "in_progress"
    started = _moment(random_, begun, min(age, random_.randint(0, 6))) if stage != "enrolled" else None
    room = (today - started.date()).days if started else 0
    last = _moment(random_, started.date(), min(room, random_.randint(1, 45)), after=started) if started else None
    over = last if stage == "completed" else None
    row = {
        "id": new_id(),
        "learner_id": member["person_id"],
        "course_id": version.course_id,
        "course_version_id": version.id,
        "state": EnrolmentState(stage),
        "language": "cy" if "cy" in version.languages and random_.random() < 0.2 else "en",
        "enrolled_on": begun,
        "started_at": started,
        "last_active_at": last,
        "progress": {"completed": 100, "enrolled": 0}.get(stage, random_.choice((10, 25, 40, 60, 80))),
        "learning_completed_at": over,
        "completed_on": over.date() if over else None,
        "ended_on": last.date() if last and stage == "withdrawn" else None,
        "sector": member["sector"],
        "organisation_id": member["organisation_id"],
        "organisation_lineage": member["lineage"],
        "job_role_code": member["job_role_code"],
        "setting_code": member["setting_code"],
        "paid": member["paid"],
        "declared": [],
    }
    pages.rows[Enrolment].append(row)
    pages.rows[EnrolmentEvent] += _events(row, stage)
    return row


def _events(row: dict[str, Any], stage: str) -> list[dict[str, Any]]:
    def event(kind: EnrolmentEventKind, at: datetime, by: UUID | None, **more: Any) -> dict[str, Any]:
        return {
            "id": new_id(),
            "enrolment_id": row["id"],
            "kind": kind,
            "at": at,
            "by": by,
            "reason": more.get("reason"),
            "statement_id": None,
            "details": more.get("details", {}),
        }

    kind, learner = EnrolmentEventKind, row["learner_id"]
    found = [event(kind.ENROLLED, datetime.combine(row["enrolled_on"], time(8), UTC), learner)]
    if row["started_at"]:
        found.append(event(kind.STARTED, row["started_at"], learner))
        found.append(event(kind.PROGRESSED, row["last_active_at"], learner, details={"progress": row["progress"]}))
    if stage == "completed":
        found.append(event(kind.LEARNING_COMPLETED, row["last_active_at"], learner))
        found.append(event(kind.COMPLETED, row["last_active_at"], None))
    if stage == "withdrawn":
        found.append(event(kind.WITHDRAWN, row["last_active_at"], learner, reason="no_time"))
    return found


def _award(
    enrolment: dict[str, Any], version: CourseVersion, achievement: UUID, holder: str, serial: int, pages: Pages
) -> None:
    on, at = enrolment["completed_on"], enrolment["learning_completed_at"]
    number, code = rules.serial(serial, on), rules.new_code()
    until = rules.last_valid_day(on, version.validity_months)
    snapshot = snapshots.take(
        snapshots.Achievement(
            kind=version.certificate_kind,
            holder=holder,
            course_code=version.course.code,
            course_version=version.number,
            course_title=version.title,
            minutes=version.minutes,
            completed_on=on,
            valid_until=until,
            signed_off=None,
        ),
        number=number,
        address=address.of(code),
        issued_at=at,
        issued_on=on,
    ).stored()
    award = {
        "id": new_id(),
        "number": number,
        "code": code,
        "learner_id": enrolment["learner_id"],
        "enrolment_id": enrolment["id"],
        "course_code": version.course.code,
        "course_version_id": version.id,
        "achievement_id": achievement,
        "organisation_lineage": enrolment["organisation_lineage"],
        "kind": version.certificate_kind,
        "completed_on": on,
        "issued_on": on,
        "valid_until": until,
        "snapshot": snapshot,
        "snapshot_hash": snapshots.fingerprint(snapshot),
        "design": designs.CURRENT,
        "name_visibility": NameVisibility.PRINTED,
    }
    pages.rows[Award].append(award)
    pages.rows[AwardEvent].append(
        {
            "id": new_id(),
            "award_id": award["id"],
            "kind": AwardEventKind.ISSUED,
            "at": at,
            "by": None,
            "reason": None,
            "note": None,
        }
    )


def _moment(random_: random.Random, day: date, later: int, after: datetime | None = None) -> datetime:
    """A moment of a working day, that many days later; never before `after`, never still to come."""
    found = datetime.combine(day + timedelta(days=later), time(random_.randint(7, 9), random_.randint(0, 59)), UTC)
    return max(found, after) if after else found
