"""What people are told by mail about plans, in their own language."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select

from courses.plans.models import Goal, ReminderKind
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import clock, mail
from lms.core.db import db
from lms.core.language import N_
from lms.core.web.site import day


def shared(partner: UUID, who: str, goals: int, person: UUID) -> None:
    """Once, however many goals were shared together."""
    _send(
        partner, N_("%(who)s shares a development plan with you"),
        N_("%(who)s asks you to look at their development plan and to agree it. Goals that wait: %(count)s.\n\n%(link)s"),
        f"/team/plans/{person}", who=who, count=str(goals),
    )  # fmt: skip


def answered(person: UUID, who: str, goals: int, *, agreed: bool) -> None:
    body = (
        N_("%(who)s has agreed goals of your development plan: %(count)s.\n\n%(link)s")
        if agreed
        else N_("%(who)s has returned goals of your development plan, with a comment: %(count)s. They are drafts again, "
                "and nobody else sees them.\n\n%(link)s")
    )  # fmt: skip
    _send(person, N_("%(who)s has looked at your development plan"), body, "/plan", who=who, count=str(goals))


def reviewed(to: UUID, who: str, goal: Goal) -> None:
    """To the other one of the two: how a goal went that they had agreed."""
    theirs = to == goal.person_id
    body = N_("%(who)s has said how a goal of the development plan went that you had agreed: %(goal)s.\n\n%(link)s")
    _send(to, N_("%(who)s has reviewed a goal"), body, "/plan" if theirs else f"/team/plans/{goal.person_id}",
          who=who, goal=goal.what)  # fmt: skip


def waiting(partner: UUID, goals: Sequence[Goal]) -> None:
    """One letter to somebody who is to agree goals and has not answered, with since when each waits and whose it is."""
    _send(
        partner, N_("Development plans wait for your word"),
        N_("These goals were shared with you, so that you agree them or send them back with a comment. Until then their owners "
           "do not know whether they can go on:\n\n%(goals)s\n\n%(link)s"),
        "/team/plans",
        goals=[(f"{each.person.display_name}: {each.what}", clock.on_the_day(each.changed_at)) for each in goals],
    )  # fmt: skip


def remind(person: UUID, kind: ReminderKind, goals: Sequence[tuple[str, date]]) -> None:
    """One letter for all of a person's goals, and what they do for them, that are due: (what, its day)."""
    subject, body = {
        ReminderKind.SOON: (
            N_("Your development plan: what comes next"),
            N_("These days of your plan are near. Look whether you have what you need, or choose another day:\n\n%(goals)s"
               "\n\n%(link)s"),
        ),
        ReminderKind.PAST: (
            N_("Your development plan: days that have passed"),
            N_("These days of your plan have passed. Say how it went, or choose another day; either is fine:\n\n%(goals)s"
               "\n\n%(link)s"),
        ),
    }[kind]  # fmt: skip
    _send(person, subject, body, "/plan", goals=goals)


def _send(to: UUID, subject: str, body: str, path: str, **told: str | Sequence[tuple[str, date]]) -> None:
    address = primary_email(to)
    language = db.session.scalar(select(Person.language).where(Person.id == to)) or "en"
    if address is None:
        return
    link = f"{current_app.config['PUBLIC_URL']}/{language}{path}"
    with force_locale("cy" if language == "cy" else "en_GB"):
        words = {
            name: said if isinstance(said, str) else "\n".join(f"- {what} ({day(on)})" for what, on in said)
            for name, said in told.items()
        }
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), language)
