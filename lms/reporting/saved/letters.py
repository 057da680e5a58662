"""The monthly letter about a saved view: what the figures say, in both languages, and where they are."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.models import Person, RoleGrant
from lms.core import clock, mail
from lms.core.db import db
from lms.core.errors import Refusal
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission, Role
from lms.reporting import naming
from lms.reporting.reports import BY_SLUG
from lms.reporting.reports.report import Answer, Value
from lms.reporting.returns.content import answer_of
from lms.reporting.saved import tokens
from lms.reporting.saved.models import SavedView, ViewLetter, ViewSubscription
from lms.reporting.schemas import shape_of
from lms.reporting.services import Asked

FIGURES = 6
"""Figures in one letter at most: the total of the first table."""


def first_working_day(month: date) -> date:
    """Of the month that begins then: no weekend, no New Year's Day (or the day off in its place), no early May holiday."""
    day = month
    while day.weekday() > 4 or (day.month == 5 and day.weekday() == 0) or _new_year(day):
        day += timedelta(days=1)
    return day


def _new_year(day: date) -> bool:
    first = date(day.year, 1, 1)
    return day == first + timedelta(days={5: 2, 6: 1}.get(first.weekday(), 0))


def due(today: date, most: int = 1000) -> list[UUID]:
    """Subscriptions whose letter of this month is to go: from its first working day on, to who had asked before it."""
    month = today.replace(day=1)
    day = first_working_day(month)
    if today < day:
        return []
    sent = select(ViewLetter.subscription_id).where(ViewLetter.month == month)
    found = select(ViewSubscription.id).where(
        ViewSubscription.ended_at.is_(None), ViewSubscription.id.not_in(sent),
        ViewSubscription.recorded_at < datetime(day.year, day.month, day.day, tzinfo=clock.LONDON),
    )  # fmt: skip
    return list(db.session.scalars(found.order_by(ViewSubscription.id).limit(most)))


def write(subscription_id: UUID, today: date) -> bool:
    """One letter, if none has gone this month: whoever comes second finds it gone. Was one written?"""
    it = db.session.get(ViewSubscription, subscription_id)
    view = db.session.get(SavedView, it.view_id) if it else None
    person = db.session.get(Person, it.person_id) if it else None
    if it is None or view is None or person is None or it.ended_at is not None or view.deleted_at is not None:
        return False
    once = insert(ViewLetter).values(id=new_id(), subscription_id=it.id, month=today.replace(day=1))
    if db.session.execute(once.on_conflict_do_nothing().returning(ViewLetter.id)).first() is None:
        return False
    address = next((each.address for each in person.emails), None)
    answer = _answer(person, view)
    if address is None or answer is None:
        return False
    languages = ("cy", "en") if person.language == "cy" else ("en", "cy")
    subjects, bodies = zip(*(_told(language, view, answer, it.id) for language in languages), strict=True)
    mail.send(address, " / ".join(subjects), "\n\n---\n\n".join(bodies), person.language)
    return True


def _answer(person: Person, view: SavedView) -> Answer | None:
    """What this person may see of it today, with small numbers hidden whatever they may see on the page."""
    try:
        loaded = shape_of(view.report)().load(view.query)
        return answer_of(_reader(person), view.report, Asked(**loaded))
    except Refusal:  # what they saw when they asked for letters is no longer theirs to see
        return None


def _reader(person: Person) -> Actor:
    """The person with the places that they read reports of, and without the names that they may see there."""
    today = clock.today()
    grants = db.session.execute(
        select(RoleGrant.role, RoleGrant.organisation_id).where(
            RoleGrant.person_id == person.id, RoleGrant.starts_on <= today,
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
        )
    )  # fmt: skip
    held = Actor(person=person.id, roles=frozenset((Role(role), place) for role, place in grants))
    places = held.reach(Permission.UPTAKE_READ).places
    return Actor(person=person.id, roles=frozenset((Role.COMMISSIONER, place) for place in places))


def _told(language: str, view: SavedView, answer: Answer, subscription_id: UUID) -> tuple[str, str]:
    with force_locale("cy" if language == "cy" else "en_GB"):
        filters, root = answer.view.filters, f"{current_app.config['PUBLIC_URL']}/{language}/reports"
        place = filters.place.name.in_(language) if filters.place else _("Wales")
        report = BY_SLUG[view.report].title.in_(language)
        about = f"{report} · {place} · {naming.period_of(filters.period)}"
        lines = [
            _("Your saved view: %(name)s", name=view.name), about, "", answer.finding.in_(language),
            *_figures(answer, language), "", f"{root}/views/{view.id}", "",
            _("To get this letter no more, open this link. You need not sign in:"),
            f"{root}/letters/{tokens.token_of(subscription_id)}",
        ]  # fmt: skip
        return str(_("Figures this month: %(name)s", name=view.name)), "\n".join(map(str, lines))


def _figures(answer: Answer, language: str) -> Iterator[str]:
    if not answer.sheets or answer.sheets[0].total is None:
        return
    sheet, total = answer.sheets[0], answer.sheets[0].total
    yield ""
    for column, value in list(zip(sheet.columns, total.values, strict=True))[:FIGURES]:
        unit = "%" if column.unit == "percent" and isinstance(value, int) else ""
        yield f"{column.title.in_(language)}: {_plain(value, language)}{unit}"


def _plain(value: Value, language: str) -> str:
    if value is None:
        return "*"
    return value.in_(language) if isinstance(value, Bilingual) else str(value)
