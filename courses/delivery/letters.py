"""What people are told by mail about dates, in their own language, with what their calendar needs."""

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date, format_datetime
from flask import current_app
from flask_babel import force_locale, gettext

from courses.delivery import calendars, words
from courses.delivery.models import Booking, Meeting, Mode, Series
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import mail
from lms.core.clock import LONDON
from lms.core.language import N_


def booked(it: Booking) -> None:
    body = N_(
        "You have a place: %(course)s\n\n%(when)s\n\n%(where)s\n\nThe attached file puts it into your calendar. If you cannot "
        "come, give the place up by %(until)s, so that somebody else can have it:\n%(link)s"
    )
    _about(it, N_("You have a place: %(course)s, %(days)s"), body, calendar=True)


def waits(it: Booking) -> None:
    body = N_(
        "You are on the waiting list: %(course)s.\n\nWhen a place is free, it is offered to whoever has waited longest and can "
        "have it. Then you have some time to answer. You can leave the list here:\n%(link)s"
    )
    _about(it, N_("You are on the waiting list: %(course)s"), body)


def offered(it: Booking) -> None:
    body = N_(
        "A place is free for you: %(course)s\n\n%(when)s\n\n%(area)s\n\nIt is kept for you until %(answer)s. After that the next "
        "person is asked. Say yes or no here:\n%(link)s"
    )
    _about(it, N_("A place is free for you: %(course)s"), body)


def lapsed(it: Booking, *, still_waits: bool) -> None:
    body = (
        N_("The offer of a place was not answered in time, and has gone to the next person: %(course)s, %(days)s.\n\nYou are "
           "still on the waiting list for another date:\n%(link)s")
        if still_waits
        else N_("The offer of a place was not answered in time, and has gone to the next person: %(course)s, %(days)s.\n\nIf "
                "you still want to come, choose another date or join the list again:\n%(choose)s")
    )  # fmt: skip
    _about(it, N_("The offer has gone to the next person: %(course)s"), body)


def cancelled(it: Booking) -> None:
    body = N_(
        "Your place is given up: %(course)s, %(days)s.\n\nThe attached file takes it out of your calendar. If another date "
        "suits you better, choose one here:\n%(choose)s"
    )
    _about(it, N_("Your place is given up: %(course)s"), body, calendar=True, gone=True)


def series_cancelled(it: Booking, reason: str, *, moved_to: Booking | None) -> None:
    body = (
        N_("This date is cancelled: %(course)s, %(days)s.\n\n%(reason)s\n\nYou have a place on another date: %(new)s. If that "
           "does not suit you, change it here:\n%(link)s")
        if moved_to is not None
        else N_("This date is cancelled: %(course)s, %(days)s.\n\n%(reason)s\n\nYou are on the waiting list for another date, as "
                "of the day on which you first asked. You can also choose one yourself:\n%(choose)s")
    )  # fmt: skip
    more = {"reason": reason}
    if moved_to is not None and moved_to.series is not None:
        more["new"] = words.when(moved_to.series, it.learner.language)
    _about(it, N_("Cancelled: %(course)s, %(days)s"), body, calendar=True, gone=True, **more)


def changed(it: Booking, fields: Sequence[str]) -> None:
    """One letter for everything that was changed at once."""
    language = it.learner.language
    names = ", ".join(words.said(words.CHANGED[name], language) for name in fields)
    body = N_(
        "Something has changed: %(course)s.\n\nChanged: %(names)s. This is how it is now:\n\n%(when)s\n\n%(where)s\n\nThe "
        "attached file brings your calendar up to date. If it no longer suits you, change or give up your place "
        "here:\n%(link)s"
    )
    _about(it, N_("Changed: %(course)s, %(days)s"), body, calendar=True, names=names)


def remind(it: Booking, meeting: Meeting, days: int) -> None:
    subject = N_("Tomorrow: %(course)s") if days == 1 else N_("In a week: %(course)s")
    body = N_(
        "%(course)s\n\n%(time)s\n\n%(where)s\n\nIf you cannot come, tell us here, so that somebody else can have the "
        "place:\n%(link)s"
    )
    _about(it, subject, body, time=words.span(meeting.starts_at, meeting.ends_at, it.learner.language))


def not_enough(it: Booking, *, part: bool) -> None:
    body = (
        N_("You were there for a part of this: %(course)s, %(days)s. What you attended stays on record. Choose a date for the "
           "rest when it suits you:\n%(choose)s\n\nIf the register is wrong, answer whoever organised it.")
        if part
        else N_("We missed you at this: %(course)s, %(days)s. Things come up. Choose another date when it suits "
                "you:\n%(choose)s\n\nIf you were there and the register is wrong, tell whoever organised it.")
    )  # fmt: skip
    _about(it, N_("Choose another date: %(course)s"), body)


def too_few(organiser: Person, it: Series, coming: int) -> None:
    """To whoever organises it."""
    language = organiser.language
    locale = words.locale_of(language)
    told = {
        "course": it.version.title.in_(language), "days": words.when(it, language), "area": it.area, "coming": str(coming),
        "needed": str(it.minimum), "closes": str(format_date(it.booking_closes, "d MMMM y", locale=locale)),
        "link": f"{current_app.config['PUBLIC_URL']}/{language}/manage/dates/{it.id}",
    }  # fmt: skip
    body = N_(
        "%(course)s, %(days)s, %(area)s.\n\nPlaces taken so far: %(coming)s. Needed, so that it is held: %(needed)s. Booking "
        "is open until %(closes)s.\n\nIt is held unless you cancel it. If you do, those booked are told at once, and go to "
        "another date of yours or back to the list with the day on which they first asked:\n%(link)s"
    )
    _send(organiser, N_("Too few have booked: %(course)s, %(days)s"), body, told, None)


def _about(
    it: Booking, subject: str, body: str, *, calendar: bool = False, gone: bool = False, **more: str
) -> None:  # fmt: skip
    to, series = it.learner, it.series
    language = to.language
    public = current_app.config["PUBLIC_URL"]
    told = {
        "course": (series.version if series else it.enrolment.version).title.in_(language),
        "link": f"{public}/{language}/learning/dates/{it.id}",
        "choose": f"{public}/{language}/training/{it.course.code}/dates",
        "days": words.when(series, language) if series else "",
    } | more
    if series is not None:
        told |= {
            "when": "\n".join(words.times(series, language)),
            "where": where(series, language),
            "area": series.area,
            "until": str(format_date(series.cancel_by, "d MMMM y", locale=words.locale_of(language))),
            "answer": _at(it.offer_until, language),
        }
    made = calendars.of_series(series, language, gone=gone) if calendar and series is not None else None
    _send(to, subject, body, told, made)


def where(it: Series, language: str) -> str:
    """Where it is, for those who are booked."""
    lines = [it.link if it.mode is Mode.ONLINE else ", ".join(filter(None, (it.place, it.area)))]
    lines += [words.delivered_in(it.language, language), it.access]
    return "\n".join(line for line in lines if line)


def _at(moment: datetime | None, language: str) -> str:
    if moment is None:
        return ""
    return str(format_datetime(moment.astimezone(LONDON), "EEEE d MMMM, HH:mm", locale=words.locale_of(language)))


def _send(to: Person, subject: str, body: str, told: dict[str, str], calendar: str | None) -> None:
    """To the person's first address; somebody without one reads it on their pages."""
    address = primary_email(to.id)
    if address is None:
        return
    with force_locale(words.locale_of(to.language)):
        mail.send(address, gettext(subject, **told), gettext(body, **told), to.language, calendar)
