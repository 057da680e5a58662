"""Visits to the pages of returns and saved views."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from courses.catalogue.models import Course
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.reporting.learning.models import UnitCount
from lms.reporting.returns import rules, services
from lms.reporting.returns.jobs import make
from lms.reporting.returns.models import Return, ReturnContent
from lms.reporting.saved import services as saved
from lms.reporting.saved import tokens
from lms.reporting.saved.models import SavedView, ViewSubscription
from tests.factories.learning import learnt
from tests.journeys.visiting import Visit, as_, demo


def a_return() -> Return:
    """The second of two quarters: the first of them is signed, so there is something to compare with."""
    found = list(db.session.scalars(select(Return).order_by(Return.id)))
    if not found:
        system = Actor.system()
        quarters = [term for term in rules.offered(clock.today()) if term.span is rules.Span.QUARTER]
        for term in (quarters[1], quarters[0]):
            with transaction():
                found.append(services.ask(system, "WALES", term.code, ["uptake", "waiting", "parity"]))
            make(str(found[-1].id))  # and not all that waits in the demonstration
            if term is quarters[1]:
                content = db.session.scalars(select(ReturnContent).where(ReturnContent.return_id == found[0].id)).one()
                with transaction():
                    services.sign(system, found[0].number, content.sha256, "Head of workforce")
    return found[1]


def a_view() -> SavedView:
    owner = Actor(person=demo("commissioner"), is_system=True)
    found = db.session.scalars(select(SavedView).where(SavedView.deleted_at.is_(None))).first()
    if found is not None:
        return found
    with transaction():
        return saved.save(owner, "Perinatal Enhanced", "uptake", {"level": "PIMH/enhanced"})


def a_letter() -> Visit:
    owner = Actor(person=demo("commissioner"), is_system=True)
    it = a_view()
    with transaction():
        saved.subscribe(owner, it.id)
    id = db.session.scalars(select(ViewSubscription.id).where(ViewSubscription.view_id == it.id)).first()
    assert id is not None
    return Visit({"token": tokens.token_of(id)})


def a_learnt_course() -> Visit:
    """Twelve people on one course, of whom the record store has heard."""
    found = db.session.scalars(
        select(Course.code).join(UnitCount, UnitCount.course_id == Course.id).where(UnitCount.opened > 10)
    ).first()
    return Visit({"code": found or learnt(12).code}, demo("author"))


def of_return() -> Visit:
    return Visit({"number": a_return().number}, demo("commissioner"))


VISITS: dict[str, Callable[[], Any]] = {
    "returns.listed": as_("commissioner"),
    "returns.one": of_return,
    "returns.withdrawal": of_return,
    "returns.compared": of_return,
    "explore.explore": as_("commissioner", measure="enrolled", group="sector", columns="course"),
    "learnt.course": a_learnt_course,
    "saved_views.listed": as_("commissioner"),
    "saved_views.new": lambda: Visit({"report": "parity"}, demo("commissioner")),
    "saved_views.change": lambda: Visit({"view_id": a_view().id}, demo("commissioner")),
    "saved_views.end_letters": a_letter,
}
