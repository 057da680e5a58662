"""Mentor programmes, made and changed on a page, and who may mentor in them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.mentoring import letters, queries
from courses.mentoring.errors import CodeTaken, MentoringEnded
from courses.mentoring.models import MentorProgramme, MentorStanding
from courses.supervision.rules import months_after
from lms.accounts.models import Person
from lms.accounts.queries import body, lineage
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission

MANAGE = Permission.MENTORING_MANAGE
FARTHEST = 3660
"""Days from today within which a standing begins: further away somebody has mistyped the year."""
MOST_AT_ONCE = 1000
"""People who had completed the mentor course before the programme named it."""


def create(actor: Actor, code: str, organisation: str, **given: Any) -> MentorProgramme:
    """A new programme that an organisation runs. Raises Forbidden, CodeTaken, Invalid by field."""
    try:
        runs = body(organisation)
    except NotFound:
        raise Invalid(fields={"organisation": N_("There is no organisation with this code")}) from None
    actor.require(MANAGE, at=runs.lineage)
    _known_courses(given)
    if queries.programme_at(code) is not None:
        raise CodeTaken(fields={"code": CodeTaken.title})
    made = record(
        MentorProgramme(code=code, organisation_id=runs.id, changed_by=actor.person, changed_at=clock.now(), **given)
    )
    audit.record(actor, "mentor-programme.created", thing=made, code=code)
    _stand_those_who_completed(actor, made)
    return made


def edit(actor: Actor, code: str, edition: int, **given: Any) -> MentorProgramme:
    """Change it; what has begun goes on under what counts now. Raises NotFound, StaleEdit, Invalid by field."""
    found = managed(actor, code, lock=True)
    if found.edition != edition:
        raise StaleEdit()
    _known_courses(given)
    before = {name: str(getattr(found, name)) for name in given if getattr(found, name) != given[name]}
    for name, value in given.items():
        setattr(found, name, value)
    found.edition, found.changed_by, found.changed_at = edition + 1, actor.person, clock.now()
    audit.record(actor, "mentor-programme.changed", thing=found, code=code, before=before)
    if "mentor_course" in before:
        _stand_those_who_completed(actor, found)
    return found


def managed(actor: Actor, code: str, *, lock: bool = False) -> MentorProgramme:
    """A programme that the actor runs. Raises NotFound for every other."""
    found = queries.programme_at(code, lock=lock)
    if found is None:
        raise NotFound()
    actor.require_or_hide(MANAGE, at=lineage(found.organisation_id))
    return found


def give_standing(
    actor: Actor, code: str, person_id: UUID, *, starts_on: date | None = None, ends_on: date | None = None
) -> MentorStanding:
    """Somebody may mentor in the programme, from a day to a day. Raises NotFound, Invalid by field."""
    programme = managed(actor, code)
    person = get_or_refuse(Person, person_id)
    first = starts_on or clock.today()
    if abs((first - clock.today()).days) > FARTHEST:
        raise Invalid(fields={"starts_on": N_("Enter a real date, such as 27 3 2026")})
    last = ends_on or months_after(first, programme.standing_months)
    if last < first:
        raise Invalid(fields={"ends_on": N_("The last day must not be before the first day")})
    return _stand(actor, programme, person, first, last, by_course=False)


def withdraw_standing(actor: Actor, code: str, standing_id: UUID, reason: str) -> MentorStanding:
    """They take no more mentees, from today; those they have stay until handed over. Raises NotFound, MentoringEnded."""
    programme = managed(actor, code)
    found = get_or_refuse(MentorStanding, standing_id, lock=True)
    if found.programme_id != programme.id:
        raise NotFound()
    if found.withdrawn_on is not None or found.ends_on < clock.today():
        raise MentoringEnded()
    found.withdrawn_on, found.withdrawn_reason = clock.today(), reason
    audit.record(actor, "mentor-standing.withdrawn", about=found.person_id, thing=found, reason=reason)
    return found


def stand_by_course(actor: Actor, enrolment_id: UUID) -> list[MentorStanding]:
    """Somebody completed a course: where it is a programme's mentor course, they are a mentor now. Again changes nothing."""
    actor.require(MANAGE, about=None)
    row = db.session.execute(
        select(Enrolment.learner_id, Enrolment.completed_on, Course.code)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.id == enrolment_id, Enrolment.completed_on.is_not(None))
    ).one_or_none()
    if row is None:
        return []
    wanted = select(MentorProgramme).where(MentorProgramme.mentor_course == row.code)
    return [
        made
        for programme in db.session.scalars(wanted)
        if (made := _stand_once(actor, programme, row.learner_id, row.completed_on)) is not None
    ]


def _stand_those_who_completed(actor: Actor, programme: MentorProgramme) -> None:
    if programme.mentor_course is None:
        return
    since = clock.today() - timedelta(days=31 * programme.standing_months)
    rows = db.session.execute(
        select(Enrolment.learner_id, Enrolment.completed_on)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Course.code == programme.mentor_course, Enrolment.state == EnrolmentState.COMPLETED,
            Enrolment.completed_on >= since,
        )
        .order_by(Enrolment.completed_on.desc())
        .limit(MOST_AT_ONCE)
    ).all()  # fmt: skip
    for learner_id, completed_on in rows:
        if completed_on is not None:
            _stand_once(actor, programme, learner_id, completed_on)


def _stand_once(actor: Actor, programme: MentorProgramme, person_id: UUID, completed_on: date) -> MentorStanding | None:
    """From the day of completion; None where it has run out by now, or they had it from this completion."""
    last = months_after(completed_on, programme.standing_months)
    person = get_or_refuse(Person, person_id, lock=True)  # the same completion told twice at once is one standing
    had = select(MentorStanding.id).where(
        MentorStanding.person_id == person_id, MentorStanding.programme_id == programme.id, MentorStanding.by_course,
        MentorStanding.starts_on == completed_on,
    )  # fmt: skip
    if last < clock.today() or db.session.scalar(had) is not None:
        return None
    return _stand(actor, programme, person, completed_on, last, by_course=True)


def _stand(
    actor: Actor, programme: MentorProgramme, person: Person, first: date, last: date, *, by_course: bool
) -> MentorStanding:
    made = record(
        MentorStanding(
            person_id=person.id, programme_id=programme.id, by_course=by_course, starts_on=first, ends_on=last
        )
    )
    audit.record(actor, "mentor-standing.given", about=person.id, thing=made, programme=programme.code)
    letters.may_mentor(person, programme, last)
    return made


def _known_courses(given: dict[str, Any]) -> None:
    faults = {}
    for name in ("mentor_course", "next_course"):
        code = given.get(name)
        if code is not None and db.session.scalar(select(Course.id).where(Course.code == code)) is None:
            faults[name] = N_("There is no course with this code")
    for name in ("title", "purpose"):
        text = given.get(name)
        if isinstance(text, Bilingual) and not text.complete:
            faults[f"{name}_cy" if text.en.strip() else f"{name}_en"] = N_("Write it in both languages")
    if faults:
        raise Invalid(fields=faults)
