"""What people are told by mail about mentoring, in their own language."""

from datetime import date
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext

from courses.catalogue.queries import titles_on_offer
from courses.mentoring.cascade.rules import Named
from courses.mentoring.models import MentorMeeting, MentorProgramme, MentorRequest, Mentorship, RequestState
from lms.accounts.models import Person
from lms.core import mail
from lms.core.language import N_, Bilingual

HOME = "/mentoring"


def asked(it: MentorRequest) -> None:
    from_mentee = it.by == it.mentee_id
    to, asks = (it.mentor, it.mentee) if from_mentee else (it.mentee, it.mentor)
    body = (
        N_("%(who)s would like you to be their mentor in %(programme)s.\n\nYou can say yes, or no with a kind word, until "
           "%(until)s:\n%(link)s")
        if from_mentee
        else N_("%(who)s offers to be your mentor in %(programme)s.\n\nYou can say yes, or no with a kind word, until "
                "%(until)s:\n%(link)s")
    )  # fmt: skip
    send(
        to, N_("Mentoring: %(who)s asks you"), body, HOME, who=asks.display_name, programme=it.programme.title,
        until=it.until.isoformat(),
    )  # fmt: skip


def answered(it: MentorRequest) -> None:
    """To whoever asked: yes, no, or nothing came."""
    to, who = (it.mentee, it.mentor) if it.by == it.mentee_id else (it.mentor, it.mentee)
    subject, body = {
        RequestState.ACCEPTED: (
            N_("Mentoring: %(who)s said yes"),
            N_("%(who)s said yes: your mentoring in %(programme)s begins today. Agree with each other on a first "
               "meeting.\n\n%(link)s"),
        ),
        RequestState.DECLINED: (
            N_("Mentoring: %(who)s cannot at the moment"),
            N_("%(who)s thanks you for asking, and cannot take part in mentoring with you in %(programme)s at the moment. "
               "Others could suit as well:\n%(link)s"),
        ),
        RequestState.LAPSED: (
            N_("Mentoring: %(who)s has not answered"),
            N_("Your question to %(who)s in %(programme)s had no answer in time. Others could suit as well:\n%(link)s"),
        ),
    }[it.state]  # fmt: skip
    send(to, subject, body, HOME, who=who.display_name, programme=it.programme.title)


def no_longer_needed(it: MentorRequest) -> None:
    """To whoever asked: the other one has found somebody, or is full."""
    to, who = (it.mentee, it.mentor) if it.by == it.mentee_id else (it.mentor, it.mentee)
    if to.id == it.mentee_id and it.by == it.mentee_id:
        send(
            to, N_("Mentoring: your question to %(who)s has closed"),
            N_("You have a mentor in %(programme)s now, or %(who)s has no place left, so your question to %(who)s has "
               "closed.\n\n%(link)s"),
            HOME, who=who.display_name, programme=it.programme.title,
        )  # fmt: skip
        return
    send(
        to, N_("Mentoring: your question to %(who)s has closed"),
        N_("%(who)s has found a mentor in %(programme)s, or you have no place left, so your question to them has "
           "closed.\n\n%(link)s"),
        HOME, who=who.display_name, programme=it.programme.title,
    )  # fmt: skip


def arranged(it: Mentorship) -> None:
    """To both."""
    for to, who, body in (
        (it.mentee, it.mentor, N_("%(who)s is your mentor in %(programme)s from today. Whoever runs the programme has "
                                  "brought you together, as you both asked to be found. If it does not suit, end it with one "
                                  "click:\n%(link)s")),
        (it.mentor, it.mentee, N_("%(who)s is your mentee in %(programme)s from today. Whoever runs the programme has "
                                  "brought you together, as you both asked to be found. If it does not suit, end it with one "
                                  "click:\n%(link)s")),
    ):  # fmt: skip
        send(to, N_("Mentoring: you and %(who)s"), body, HOME, who=who.display_name, programme=it.programme.title)


def handed_over(before: Mentorship, after: Mentorship) -> None:
    """To the mentee and the new mentor."""
    said: dict[str, str | Bilingual] = {
        "programme": after.programme.title, "before": before.mentor.display_name, "after": after.mentor.display_name,
        "mentee": after.mentee.display_name,
    }  # fmt: skip
    send(
        after.mentee, N_("You have a new mentor"),
        N_("%(before)s can no longer be your mentor in %(programme)s. %(after)s is from today, and your meetings so far "
           "still count.\n\n%(link)s"),
        HOME, **said,
    )  # fmt: skip
    send(
        after.mentor, N_("You have a new mentee"),
        N_("%(mentee)s is your mentee in %(programme)s from today; %(before)s was the mentor before you.\n\n%(link)s"),
        HOME, **said,
    )  # fmt: skip


def ended(it: Mentorship, by: UUID | None) -> None:
    """To the other one of the two, without the reason."""
    to, who = (it.mentee, it.mentor) if by == it.mentor_id else (it.mentor, it.mentee)
    send(
        to, N_("Your mentoring with %(who)s has ended"),
        N_("%(who)s has ended your mentoring in %(programme)s. The meetings that you both agreed on still "
           "count.\n\n%(link)s"),
        HOME, who=who.display_name, programme=it.programme.title,
    )  # fmt: skip


def met(it: MentorMeeting, by: UUID | None) -> None:
    pair = it.mentorship
    to, who = (pair.mentee, pair.mentor) if by == pair.mentor_id else (pair.mentor, pair.mentee)
    send(
        to, N_("Mentoring on %(day)s: do you agree?"),
        N_("%(who)s has recorded that you met on %(day)s for %(minutes)s minutes. It counts once you agree:\n%(link)s"),
        HOME, who=who.display_name, day=it.held_on.isoformat(), minutes=str(it.minutes),
    )  # fmt: skip


def did_not_meet(it: MentorMeeting) -> None:
    pair = it.mentorship
    to, who = (pair.mentor, pair.mentee) if it.made_by == pair.mentor_id else (pair.mentee, pair.mentor)
    send(
        to, N_("%(who)s says that you did not meet on %(day)s"),
        N_("%(who)s says that the mentoring that you recorded for %(day)s did not happen, so it does not count. If only the "
           "date is wrong, record it again:\n%(link)s"),
        HOME, who=who.display_name, day=it.held_on.isoformat(),
    )  # fmt: skip


def may_mentor(person: Person, programme: MentorProgramme, until: date) -> None:
    send(
        person, N_("You may mentor in %(programme)s"),
        N_("You may be a mentor in %(programme)s until %(until)s. Say what you offer and how many people you would take; "
           "nobody finds you before you do:\n%(link)s"),
        HOME, programme=programme.title, until=until.isoformat(),
    )  # fmt: skip


def onwards(person: Person, programme: MentorProgramme) -> None:
    code = programme.next_course or ""
    title = titles_on_offer([code]).get(code, Bilingual(code, code))
    send(
        person, N_("You are invited: %(course)s"),
        N_("You have done everything that %(programme)s asks of a mentee. The next step is open to you, if you would like "
           "it: %(course)s. There is no hurry.\n\n%(link)s"),
        f"/training/{code}", programme=programme.title, course=title,
    )  # fmt: skip


def send(to: Person, subject: str, body: str, path: str, **told: str | Bilingual) -> None:
    """To the person's first address; somebody without one reads it on their pages."""
    address = next((each.address for each in to.emails), None)
    if address is not None:
        send_to(address, to.language, subject, body, path, **told)


def send_to(address: str, language: str, subject: str, body: str, path: str, **told: str | Bilingual) -> None:
    """To an address whose holder may have no account."""
    words = {name: text.in_(language) if isinstance(text, Bilingual) else text for name, text in told.items()}
    link = f"{current_app.config['PUBLIC_URL']}/{language}{path}"
    with force_locale("cy" if language == "cy" else "en_GB"):
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), language)


def attended(champion: Person, held_on: date, it: Named, secret: str) -> None:
    """To somebody who may have no account, in both languages: which of them they read is not known."""
    words = {"who": champion.display_name, "day": held_on.isoformat()}
    subject, body = (
        N_("You were at a session of %(who)s on %(day)s"),
        N_("%(who)s says that you took part in their session on %(day)s. If you like, put it on your own training record "
           "with this link; it can be used once, and an account costs nothing. If not, do nothing: your name and address "
           "are deleted 90 days after the session.\n\n%(link)s"),
    )  # fmt: skip
    subjects, bodies = [], []
    for language in ("cy", "en") if champion.language == "cy" else ("en", "cy"):
        link = f"{current_app.config['PUBLIC_URL']}/{language}/cascade/claim/{secret}"
        with force_locale("cy" if language == "cy" else "en_GB"):
            subjects.append(gettext(subject, **words))
            bodies.append(gettext(body, link=link, **words))
    mail.send(it.email, " / ".join(subjects), "\n\n---\n\n".join(bodies), champion.language)
