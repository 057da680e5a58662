"""What they are enrolled on, and what became of it: an enrolment with its award, from what a story tells of it."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from certificates.rules import last_valid_day
from courses.catalogue.models import CapacityRule, CertificateKind, Course, CourseVersion
from lms.core.db import db
from lms.demonstration.large.people import Learner
from lms.demonstration.large.sheets import NULL, Days, Seeded, Sheets, truth

YEARS = 1095
"""Days over which they enrolled."""
TAUGHT = ("face_to_face", "virtual", "blended")
WELSH, WELSH_OTHERS = 0.75, 0.05
"""How many learn in Welsh, of those who prefer it and of the others, where a course can be had in it."""
WITHDRAWN_UNOPENED, WITHDRAWN, COMPLETED, BEGUN = 0.03, 0.06, 0.54, 0.78
"""Of those who learn by themselves, each with those before it."""
GAVE_UP = ("no_time", "no_time", "not_relevant", "changed_role", "left_organisation", "personal")


class Offered(NamedTuple):
    """A course that is offered. `taught`: on dates; `chosen`: an organiser gives its places."""

    id: str
    code: str
    version: str
    number: int
    welsh: bool
    certificate: str
    months: int | None
    taught: bool
    chosen: bool
    format: str
    places: int


@dataclass(slots=True)
class Story:
    """What became of an enrolment; days by their age, instants as COPY reads them."""

    id: str
    language: str
    enrolled: int
    state: str = "enrolled"
    started_at: str = NULL
    last_active_at: str = NULL
    progress: int = 0
    learned_at: str = NULL
    attended_at: str = NULL
    dated: bool = False
    completed: int | None = None
    ended: int | None = None


def offered() -> list[Offered]:
    """What is on offer, by code."""
    found = db.session.execute(
        select(Course, CourseVersion)
        .join(CourseVersion, CourseVersion.id == Course.published_version_id)
        .order_by(Course.code)
    )
    chosen = (CapacityRule.COHORT, CapacityRule.ALLOCATION)
    return [
        Offered(
            str(course.id), course.code, str(it.id), it.number, "cy" in it.languages, it.certificate_kind.value,
            it.validity_months, it.format_code in TAUGHT and it.portfolio_template_code is None, it.capacity_rule in chosen,
            it.format_code, it.seats or 20,
        )
        for course, it in found
    ]  # fmt: skip


def language(chance: Seeded, learner: Learner, course: Offered) -> str:
    wants = WELSH if learner.language == "cy" else WELSH_OTHERS
    return "cy" if course.welsh and chance.random() < wants else "en"


def alone(chance: Seeded, sheets: Sheets, days: Days, learner: Learner, course: Offered) -> Story:
    """Somebody learns by themselves: completed it, got so far, never opened it, or gave up, before it was opened or after."""
    age = 1 + chance.below(YEARS)
    it = Story(chance.new_id(), language(chance, learner, course), age)
    last, fate = max(1, age - chance.below(60)), chance.random()
    if WITHDRAWN_UNOPENED < fate < BEGUN:
        it.started_at = days.at(max(last, age - chance.below(7)), "09:00")
        it.last_active_at = days.at(last, "10:00")
        it.state, it.progress = "in_progress", 5 + 5 * chance.below(18)
    if WITHDRAWN <= fate < COMPLETED:
        it.state, it.progress, it.learned_at, it.completed = "completed", 100, it.last_active_at, last
    elif fate < WITHDRAWN:
        it.state, it.ended = "withdrawn", last
        _withdrawn(chance, sheets, days, learner, it)
    return it


def _withdrawn(chance: Seeded, sheets: Sheets, days: Days, learner: Learner, it: Story) -> None:
    happened(chance, sheets, it, days.at(it.enrolled, "08:00"), "enrolled", learner.id)
    if it.started_at != NULL:
        happened(chance, sheets, it, it.started_at, "started", learner.id)
    reason = GAVE_UP[chance.below(len(GAVE_UP))]
    happened(chance, sheets, it, days.at(it.ended or 1, "17:00"), "withdrawn", learner.id, reason)


def happened(
    chance: Seeded, sheets: Sheets, it: Story, at: str, kind: str, by: str = NULL, reason: str = NULL
) -> None:  # fmt: skip
    sheets.write("enrolment_event", chance.new_id(), it.id, at, kind, by, reason, "{}")


def write(chance: Seeded, sheets: Sheets, days: Days, learner: Learner, course: Offered, it: Story) -> None:
    """The enrolment, and its award if there is one. Awards print nothing: their snapshots are empty."""
    completed = NULL if it.completed is None else days[it.completed]
    sheets.write(
        "enrolment", it.id, chance.new_registration(), learner.id, course.id, course.version, it.state, it.language,
        days[it.enrolled], it.started_at, it.last_active_at, str(it.progress), it.learned_at, truth(it.dated),
        it.attended_at, completed, NULL if it.ended is None else days[it.ended], learner.sector, learner.organisation,
        learner.lineage, learner.job_role, learner.setting, learner.paid, "{}",
    )  # fmt: skip
    if it.completed is not None and course.certificate != CertificateKind.NONE:
        until = last_valid_day(days.date(it.completed), course.months)
        number = it.id.replace("-", "")
        sheets.write(
            "award", chance.new_id(), f"LARGE-{number}", f"large-{number}", learner.id, it.id, course.code,
            course.version, course.certificate, completed, completed, until.isoformat() if until else NULL, "{}", "",
            "large", "private", learner.lineage,
        )  # fmt: skip
