"""Visits to CPD records: one with much in it, and the entries of a nurse on a register."""

from collections.abc import Callable

from sqlalchemy import select

from courses.cpd import exporting, views
from courses.cpd.models import CpdEntry
from courses.cpd.services import own
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.journeys.visiting import Visit, as_, demo, one


def an_entry(*, by_itself: bool) -> Visit:
    mine = select(CpdEntry.id).where(CpdEntry.person_id == demo("nurse2"), CpdEntry.left_out_at.is_(None))
    kind = CpdEntry.origin.is_not(None) if by_itself else CpdEntry.origin.is_(None)
    return Visit({"entry_id": one(mine.where(kind).order_by(CpdEntry.happened_on))}, demo("nurse2"))


def something_left_out() -> Visit:
    nurse = demo("nurse2")
    with transaction():
        entry = one(select(CpdEntry).where(CpdEntry.person_id == nurse).order_by(CpdEntry.happened_on.desc()))
        own.leave_out(Actor(person=nurse), entry.id, left_out=True)
    return Visit({}, nurse)


def a_copy_made() -> Visit:
    nurse = demo("nurse2")
    with transaction():
        made = exporting.ask(Actor(person=nurse), views.asked(nurse, "NMC"), "cy")
    exporting.make(copy_id=str(made.id))
    db.session.rollback()
    return Visit({}, nurse)


VISITS: dict[str, Callable[[], Visit]] = {
    "cpd.record": as_("nurse2"),
    "cpd.left_out": something_left_out,
    "cpd.new": as_("nurse2"),
    "cpd.entry": lambda: an_entry(by_itself=True),
    "cpd.upload": lambda: an_entry(by_itself=False),
    "cpd.delete": lambda: an_entry(by_itself=False),
    "cpd.copy": a_copy_made,
}
