"""What other rooms hold about a person is not asked again: approvals under statute, and having a mentor."""

from datetime import timedelta
from typing import Any

from flask import Flask

from certificates.approvals.rules import SuspensionReason
from certificates.approvals.services import changing
from courses.enrolments import queries, rules
from courses.enrolments.services.standing import standing
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor
from tests.counting import counted_queries
from tests.factories.accounts import make_person
from tests.factories.approvals import days_ago, make_approval, make_council
from tests.factories.catalogue import make_course
from tests.factories.mentoring import a_mentee, a_mentor, make_mentor_programme, make_mentorship


def asked(person: Person, code: str) -> list[str]:
    """Keys of what this person would have to confirm to enrol."""
    version = queries.published(code)
    assert version is not None
    return [each.key for each in rules.asked(standing(person.id, version).best)]


def for_those(*conditions: dict[str, Any]) -> str:
    return make_course(eligibility={"all": list(conditions)}).code


def test_an_approval_is_not_asked_about_while_it_is_in_force(app: Flask) -> None:
    code, person = for_those({"statutory_function_any": ["AMHP", "BIA"]}), make_person()
    assert asked(person, code) == ["statutory_function_any:AMHP,BIA"]
    made = make_approval(make_council(), person, starts_on=days_ago(30))
    assert asked(person, code) == []
    with transaction():
        changing.suspend(Actor.system(), made.id, clock.today(), SuspensionReason.ASKED, "Away")
    assert asked(person, code) == ["statutory_function_any:AMHP,BIA"]
    with transaction():
        changing.lift(Actor.system(), made.id, clock.today(), "Back")
    assert asked(person, code) == []
    with clock.frozen(clock.now() + timedelta(days=366 * 5)):
        assert asked(person, code) == ["statutory_function_any:AMHP,BIA"]


def test_whoever_has_a_mentor_here_is_a_mentee(app: Flask) -> None:
    code, programme = for_those({"mentee_of_programme": True}), make_mentor_programme()
    mentee = a_mentee(programme)
    assert asked(mentee, code) == ["mentee_of_programme"], "a wish is no mentoring"
    make_mentorship(a_mentor(programme), mentee, programme)
    assert asked(mentee, code) == []


def test_nobody_looks_where_no_course_asks(app: Flask) -> None:
    person, plain = make_person(), make_course().code
    version = queries.published(plain)
    assert version is not None
    with counted_queries() as seen:
        standing(person.id, version)
    assert not [each for each in seen if "approval" in each or "mentorship" in each]
