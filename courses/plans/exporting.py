"""A plan to take along: plain values for a PDF that a job makes, and its days as iCalendar (RFC 5545).

Who draws the PDF is put in by the roof (`draw`): this room knows what is in it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import icalendar
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from courses.catalogue.queries import titles_on_offer
from courses.plans import queries
from courses.plans.models import ActionKind, Goal, GoalState, PlanAction, PlanCopy, StepKind
from courses.portfolios.retention import purposes
from lms.accounts.models import Person
from lms.core import audit, clock, files
from lms.core.db import db, get_or_refuse, record, transaction
from lms.core.errors import NotFound
from lms.core.hooks import Hook
from lms.core.jobs import enqueue, job
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission

PDF = "application/pdf"


@Hook
def draw(_content: dict[str, Any], _language: str) -> bytes:
    """The plan as a PDF. Hung in by the roof, which has the drawing."""
    raise LookupError("Nobody draws it")


def action_title(action: PlanAction, titles: Any) -> Bilingual:
    """What an action is: the course's or the date's title, else the person's own words, which both languages share."""
    if action.kind is ActionKind.OWN:
        return Bilingual(action.words, action.words)
    if action.series is not None:
        title: Bilingual = action.series.version.title
        return title
    code = action.course_code or ""
    found: Bilingual = titles.get(code, Bilingual(code, code))
    return found


def titles_of(goals: Sequence[Goal]) -> Any:
    return titles_on_offer({each.course_code for goal in goals for each in goal.actions if each.course_code})


def content_of(actor: Actor, language: str) -> dict[str, Any]:
    """The actor's plan as plain values, in one language where there are two."""
    actor.require(Permission.PLAN_READ, about=actor.person)
    person = get_or_refuse(Person, actor.person)
    goals = queries.goals_of(person.id)
    titles = titles_of(goals)
    return {
        "made_at": clock.now().isoformat(timespec="seconds"), "name": person.legal_name,
        "goals": [
            {
                "what": goal.what, "why": goal.why, "how_known": goal.how_known, "by_when": goal.by_when.isoformat(),
                "state": goal.state.value, "outcome": goal.outcome.value if goal.outcome else None,
                "partner": goal.partner.display_name if goal.partner else None,
                "agreed_on": _agreed(goal),
                "actions": [
                    {
                        "title": action_title(each, titles).in_(language), "kind": each.kind.value,
                        "by_when": each.by_when.isoformat() if each.by_when else None,
                        "done_on": each.done_on.isoformat() if each.done_on else None,
                    }
                    for each in goal.actions
                ],
            }
            for goal in goals
        ],
    }  # fmt: skip


def _agreed(goal: Goal) -> str | None:
    if goal.state not in (GoalState.AGREED, GoalState.REVIEWED):
        return None
    when = next((each.at for each in goal.steps if each.kind is StepKind.AGREED), None)
    return clock.on_the_day(when).isoformat() if when else None


def ask(actor: Actor, language: str) -> PlanCopy:
    """Ask for a PDF. One that is on its way is not asked for twice."""
    actor.require(Permission.PLAN_READ, about=actor.person)
    person = get_or_refuse(Person, actor.person, lock=True)
    for each in queries.copies_of(person.id):
        if each.ended_at is None and each.language == language:
            return each
    made = record(PlanCopy(person_id=person.id, language=language, asked_at=clock.now()))
    audit.record(actor, "plan.copied", about=person.id, thing=made, language=language)
    enqueue(make, copy_id=str(made.id))
    return made


def copy_of(actor: Actor, copy_id: UUID) -> PlanCopy:
    """One of the actor's own. Raises NotFound."""
    actor.require(Permission.PLAN_READ, about=actor.person)
    found = db.session.get(PlanCopy, copy_id)
    if found is None or found.person_id != actor.person:
        raise NotFound()
    return found


@job("plans.copy", whole=False)
def make(copy_id: str) -> None:
    """Draw the PDF. Done again it makes the same once more."""
    with transaction():
        copy = db.session.get(PlanCopy, UUID(copy_id))
        if copy is None or copy.ended_at is not None:
            return
        language = copy.language
        content = content_of(Actor(person=copy.person_id, language=language), language)
    with force_locale("cy" if language == "cy" else "en_GB"):
        drawn = draw(content, language)
    with transaction():
        made = get_or_refuse(PlanCopy, UUID(copy_id), lock=True)
        made.file, made.ended_at = files.store(drawn, PDF), clock.now()


@job("plans.forget_copies", every="44 3 * * *")
def forget_copies() -> None:
    """Copies go after some days: the person has them, or asks again."""
    before = clock.now() - timedelta(days=purposes()["export"].days)
    for each in db.session.scalars(select(PlanCopy).where(PlanCopy.asked_at < before).limit(500)):
        file_id = each.file_id
        db.session.delete(each)
        db.session.flush()  # nothing refers to the file any more
        if file_id is not None:
            files.drop(file_id)


def calendar_of(actor: Actor, language: str, name: str) -> str:
    """The days of the goals that are pursued, and of their actions that are not done, each a whole day."""
    actor.require(Permission.PLAN_READ, about=actor.person)
    if actor.person is None:
        raise NotFound()
    goals = [each for each in queries.goals_of(actor.person) if each.state is not GoalState.REVIEWED]
    titles = titles_of(goals)
    made = icalendar.Calendar()
    for key, value in (("prodid", "-//Llwybr//Llwybr//CY"), ("version", "2.0"), ("name", name), ("x-wr-calname", name)):
        made.add(key, value)
    for goal in goals:
        made.add_component(_event(goal.id, goal.edition, goal.by_when, goal.what, language))
        for each in goal.actions:
            if each.by_when is not None and each.done_on is None:
                title = action_title(each, titles).in_(language)
                made.add_component(_event(each.id, goal.edition, each.by_when, title, language))
    text: str = made.to_ical().decode()
    return text


def _event(id: UUID, edition: int, on: date, title: str, language: str) -> icalendar.Event:
    public = current_app.config["PUBLIC_URL"]
    host = public.partition("://")[2].partition(":")[0].partition("/")[0]
    event = icalendar.Event()
    event.add("uid", f"{id}@{host}")
    event.add("sequence", edition)
    event.add("dtstamp", clock.now())
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", title)
    event.add("url", f"{public}/{language}/plan")
    event.add("transp", "TRANSPARENT")
    return event
