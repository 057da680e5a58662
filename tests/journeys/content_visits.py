"""Visits to the pages of packages, and of what learners did in them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment
from courses.launch.formats.structure import MoveOn
from courses.launch.packages import importing
from courses.launch.packages.models import Package, PackageImport
from courses.launch.sessions import noting, services
from courses.launch.sessions.models import Fact, Registration
from lms.accounts.models import Organisation, Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.factories.catalogue import course
from tests.factories.content import block, make_package, make_registration, make_session, unit
from tests.factories.enrolments import make_enrolment
from tests.factories.packages import make_cmi5, make_unit
from tests.journeys.visiting import Visit, demo, one

CODE = "PIMH-01"


def packaged() -> Package:
    """A package with a warning, on offer in one language."""
    tree = (unit("a"), block("b", unit("c", move_on=MoveOn.PASSED)))
    note = {
        "rule": "language-missing",
        "message": "The package does not say its language",
        "place": "cmi5.xml",
        "params": {},
    }
    return make_package(course(CODE), tree, warnings=[note])


def of_package() -> Visit:
    found = packaged()
    return Visit({"code": found.course.code, "number": found.number}, demo("author"))


def of_course() -> Visit:
    sent()
    return replace(of_package(), values={"code": CODE})


def a_try() -> Visit:
    """One that has reported something."""
    found, author = packaged(), demo("author")
    with transaction():
        made = make_registration(found, db.session.get(Person, author), test=True)
    make_session(made)
    values = {"code": found.course.code, "number": found.number, "registration_id": made.id}
    return Visit(values, author)


def sent() -> PackageImport:
    """One that was not let in."""
    file = make_cmi5(make_unit(1, url="missing.html"), files={})
    file.seek(0)
    with transaction():
        return importing.begin(Actor.system(), CODE, file, "perinatal.zip", ["en"], limit=10_000_000)


def of_registration() -> Visit:
    """A learner who has done a part, and an organiser's eye on it."""
    made: Course = packaged().course
    learner = make_person(display_name="Mair Evans")
    enrolment = make_enrolment(learner, made, enrolled_on=clock.today() - timedelta(days=9))
    with transaction():
        registration = services.begin(Actor.system(), enrolment.id)
        first = services.queries.standing(registration).units[0]
        locked = db.session.get(Registration, registration.id, with_for_update=True)
        assert locked is not None
        noting.achieved(locked, first.key, Fact.COMPLETED, clock.now(), source="statement")
    return Visit({"enrolment_id": enrolment.id}, learner.id)


def corrected() -> Visit:
    """The same, where somebody organises."""
    found = of_registration()
    root = one(select(Organisation).where(Organisation.parent_id.is_(None)))
    with transaction():
        db.session.execute(
            update(Enrolment)
            .where(Enrolment.id == found.values["enrolment_id"])
            .values(organisation_id=root.id, organisation_lineage=[root.id])
        )
    return replace(found, person=demo("organiser"))


VISITS: dict[str, Callable[[], Visit]] = {
    "packages.packages": of_course,
    "packages.send": of_course,
    "packages.sent": lambda: Visit({"code": CODE, "import_id": sent().id}, demo("author")),
    "packages.package": of_package,
    "packages.offer": of_package,
    "packages.withdraw": of_package,
    "packages.settings": of_package,
    "trying.trying": a_try,
    "completion.completion": of_registration,
    "completion.correct": corrected,
}
