"""Two needs rounds of the demonstration: one whose places are named and begun, and one in which needs are entered now."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import CapacityRule, Course, CourseVersion
from courses.needs import queries
from courses.needs.models import Round, Via
from courses.needs.rules.allocating import Method
from courses.needs.rules.lines import Line
from courses.needs.rules.timetable import Dates
from courses.needs.services import accepting, answering, nominating, reviewing, rounds, sharing
from courses.needs.services.answering import People
from courses.needs.services.sharing import Bought
from lms.accounts.models import Organisation, Person
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.demonstration.acting import at

HOUSE = Actor.system()
COURSES = 4
BODIES = ("BCU", "CAV", "ABU", "PTH", "W06000002", "W06000022", "MIND", "PLATFFORM", "HAFAL")
SECTORS = ("nhs", "social_care", "third_sector")
WHY = (
    "A new team starts in the autumn", "People who joined after the last round", "Supervisors asked for it in their reviews",
    "Families wait because nobody here is trained",
)  # fmt: skip


def tell(today: date) -> None:
    """Both rounds, each on the days on which it would have happened."""
    courses = _courses()
    with at(today - timedelta(days=150)):
        done = _open("Autumn round", "Rownd yr hydref", courses, today - timedelta(days=150), reserved=20)
    with at(today - timedelta(days=140)):
        _enter(done, courses, BODIES, 9)
    with at(today - timedelta(days=118)):
        _review(done)
        rounds.finish_review(HOUSE, done.id)
        _buy(done)
        sharing.share_out(HOUSE, done.id, 0)
    with at(today - timedelta(days=100)):
        _accept(done)
        rounds.end_acceptance(HOUSE, done.id)
        _name(done)
    with at(today - timedelta(days=5)):
        now = _open("Spring round", "Rownd y gwanwyn", courses, today - timedelta(days=5), reserved=15)
        _enter(now, courses, BODIES[:6], 5)


def _courses() -> list[Course]:
    """Courses on offer that anybody may be enrolled on; and if there are too few, any."""
    anybody = (CourseVersion.eligibility == {}) & (CourseVersion.prerequisites == {}) & CourseVersion.seats.is_(None)
    return list(
        db.session.scalars(
            select(Course)
            .join(CourseVersion, CourseVersion.id == Course.published_version_id)
            .order_by(anybody.desc(), (CourseVersion.capacity_rule == CapacityRule.OPEN), Course.position)
            .limit(COURSES)
        )
    )


def _open(en: str, cy: str, courses: Sequence[Course], begins: date, reserved: int) -> Round:
    weeks = [begins + timedelta(days=days) for days in (0, 28, 35, 42, 56, 84, 240)]
    wales = db.session.scalars(select(Organisation.id).where(Organisation.parent_id.is_(None))).one()
    return rounds.open_round(
        HOUSE, Bilingual(en, cy), wales, [rounds.Wanted(each.code) for each in courses], Dates(*weeks), Method.GAP,
        reserved, SECTORS,
    )  # fmt: skip


def _enter(it: Round, courses: Sequence[Course], codes: Sequence[str], most: int) -> None:
    for number, body in enumerate(_bodies(codes), start=1):
        lines = [
            Line(course.code, "", 2 + (number * (place + 2)) % most, WHY[(number + place) % len(WHY)])
            for place, course in enumerate(courses) if (number + place) % 3
        ]  # fmt: skip
        via = Via.SHEET if number % 2 else Via.PAGE
        answering.answer(HOUSE, it.id, body.id, 0, lines, via, People(90 * number, "Payroll"))


def _bodies(codes: Sequence[str]) -> list[Organisation]:
    known = {each.code: each for each in db.session.scalars(select(Organisation).where(Organisation.code.in_(codes)))}
    return [known[code] for code in codes]


def _review(it: Round) -> None:
    figures = queries.figures(it.id)
    for body in _bodies(BODIES):
        own = [each for each in figures if each.organisation_id == body.id]
        lower = {own[0].entry_id: (max(own[0].heads - 1, 1), "One of them is trained since")} if own else {}
        reviewing.review(HOUSE, it.id, body.id, 1, lower if body.code in ("BCU", "MIND") else {}, "")


def _buy(it: Round) -> None:
    need = queries.totals((each.round_course_id, each.heads) for each in queries.figures(it.id))
    bought = {each.id: Bought(need[each.id] * 2 // 3, 25_000, 100_000_00) for each in queries.courses_of(it.id)}
    sharing.set_capacity(HOUSE, it.id, bought)


def _accept(it: Round) -> None:
    for each in queries.standings(queries.allocations_of(it.id)[0]):
        share = each.share
        if share.places:
            fewer = share.organisation.code == "CAV"
            accepting.accept(
                HOUSE, it.id, share.organisation_id, share.round_course_id, share.places - fewer,
                "One of them is on leave" if fewer else "",
            )  # fmt: skip


def _name(it: Round) -> None:
    for each in queries.standings(queries.allocations_of(it.id)[0]):
        for person in _people(each.share.organisation_id, max(each.held - 1, 0)):
            try:
                with db.session.begin_nested():
                    nominating.nominate(HOUSE, it.id, each.share.organisation_id, each.share.round_course_id, person)
            except Conflict:
                continue  # the next one, as at any body


def _people(organisation_id: UUID, most: int) -> Sequence[UUID]:
    """Of the crowd: whoever can be signed in as enrols by themselves."""
    found = queries.people_of(organisation_id, clock.today()).where(Person.password_hash.is_(None))
    return db.session.scalars(found.with_only_columns(Person.id).order_by(Person.id).limit(most)).all()
