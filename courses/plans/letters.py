"""What people are told by mail about plans, in their own language."""

from collections.abc import Sequence
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select

from courses.plans.models import Goal, ReminderKind
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import mail
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


def remind(person: UUID, kind: ReminderKind, goals: Sequence[Goal]) -> None:
    """One letter for all of a person's goals that are due."""
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


def _send(to: UUID, subject: str, body: str, path: str, **told: str | Sequence[Goal]) -> None:
    address = primary_email(to)
    language = db.session.scalar(select(Person.language).where(Person.id == to)) or "en"
    if address is None:
        return
    link = f"{current_app.config['PUBLIC_URL']}/{language}{path}"
    with force_locale("cy" if language == "cy" else "en_GB"):
        words = {
            name: said if isinstance(said, str) else "\n".join(f"- {it.what} ({day(it.by_when)})" for it in said)
            for name, said in told.items()
        }
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), language)
