"""Mentoring as the two see it: what waits, who with whom, the meetings, the end and a word of thanks."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from courses.catalogue.queries import titles_on_offer
from courses.mentoring import queries, services
from courses.mentoring.models import DeclineReason, EndReason, Helpful, MeetingHow, MentorMeeting, Mentorship
from courses.mentoring.pages.room import choices, pages
from courses.mentoring.pages.words import DECLINES, ENDED, ENDS, HELPFUL, MEETINGS
from courses.mentoring.rules import Side
from courses.mentoring.schemas import DeclineForm, MentorEndIn, MentorMeetingIn, MentorThanksIn
from lms.core import clock
from lms.core.db import get_or_refuse
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import refuse

USE = Permission.MENTORING_USE
BOTH = ("GET", "POST")
MOST = 100
PAGE = 20


@pages.page("GET", "/mentoring", needs=USE, template="mentoring/mine.html")
def mine(actor: Actor) -> dict[str, Any]:
    """What waits for me, who mentors me, whom I mentor, and where I could take part."""
    person, today = actor.me, clock.today()
    pairs = page_of(queries.mentorships_of(actor), None, MOST, key=(Mentorship.id,), descending=True).items
    listings = queries.listings_of(person)
    standings = {each.programme_id: each for each in queries.standings_of(person, today)}
    open_pairs = [each for each in pairs if each.ends_on is None]
    mentored_in = {each.programme_id for each in open_pairs if each.mentee_id == person}
    return {
        "me": person, "requests": queries.requests_of(person), "meetings": queries.meetings_waiting(person),
        "mentors": [each for each in open_pairs if each.mentee_id == person],
        "mentees": [each for each in open_pairs if each.mentor_id == person],
        "ended": [each for each in pairs if each.ends_on is not None],
        "totals": queries.totals(each.id for each in pairs), "Side": Side,
        "programmes": [
            (
                each, standings.get(each.id), {it.side for it in listings if it.programme_id == each.id},
                each.id in mentored_in,
            )
            for each in queries.programmes()
            if each.is_open
        ],
        "voices": queries.voices_about(person) if standings else None, "helpful": dict(choices(HELPFUL)),
    }  # fmt: skip


@pages.page("POST", "/mentoring/requests/<uuid:request_id>/answer", needs=USE)
def answer(actor: Actor, request_id: UUID) -> Redirect:
    """Yes, or never mind; no has a page of its own."""
    said = "withdraw" if request.form.get("said") == "withdraw" else "accept"
    services.answer(actor, request_id, said)
    words = _("Your mentoring begins today. Agree with each other on a first meeting.")
    return Redirect(".mine", flash=words if said == "accept" else _("The question is taken back."))


@pages.page(BOTH, "/mentoring/requests/<uuid:request_id>/decline", needs=USE, template="mentoring/decline.html")
def decline(actor: Actor, request_id: UUID) -> Any:
    """A kind no."""
    it = next((each for each in queries.requests_of(actor.me) if each.id == request_id), None)
    if it is None or it.by == actor.me:
        raise NotFound()
    shown = {"it": it, "reasons": choices(DECLINES), "other": it.mentee if it.mentor_id == actor.me else it.mentor}
    if request.method == "GET":
        return shown | {"form": forms.start(DeclineForm, {"reason": DeclineReason.NO_TIME.value})}
    form = forms.read(DeclineForm, request.form)
    if form.ok:
        services.answer(actor, request_id, "decline", DeclineReason(form.data["reason"]))
        return Redirect(".mine", flash=_("You said no, and they are told kindly."))
    return shown | {"form": form}, 422


@pages.page(BOTH, "/mentoring/with/<uuid:mentorship_id>", needs=USE, template="mentoring/mentorship.html")
def mentorship(actor: Actor, mentorship_id: UUID) -> Any:
    """One mentoring: the meetings, what they come to, and how far it is to what follows."""
    it = services.mentorship(actor, mentorship_id)
    if request.method == "GET":
        start = {"held_on": clock.today(), "minutes": 60, "how": MeetingHow.ONLINE.value}
        return _mentorship(actor, it, forms.start(MentorMeetingIn, start))
    form = forms.read(MentorMeetingIn, request.form)
    if form.ok:
        given = form.data | {"how": MeetingHow(form.data["how"])}
        try:
            services.record_meeting(actor, it.id, **given)
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, "held_on")
        else:
            return Redirect(
                ".mentorship", mentorship_id=it.id, flash=_("Recorded. It counts once the other one agrees.")
            )
    return _mentorship(actor, it, form), 422


def _mentorship(actor: Actor, it: Mentorship, form: forms.FormState) -> dict[str, Any]:
    page = page_of(
        queries.meetings_of(it.id), request.args.get("cursor"), PAGE, key=(MentorMeeting.held_on, MentorMeeting.id),
        descending=True,
    )  # fmt: skip
    code = it.programme.next_course
    return {
        "it": it, "form": form, "me": actor.me, "rows": page.items, "hows": choices(MEETINGS), "how": dict(choices(MEETINGS)),
        "total": queries.totals([it.id]).get(it.id, (0, 0)), "progress": queries.progress_of(it.mentee_id, it.programme),
        "next_course": titles_on_offer([code]).get(code) if code else None,
        "ended": _(ENDED[it.end_reason]) if it.end_reason else "",
        "next_url": url_for(".mentorship", mentorship_id=it.id, cursor=page.next) if page.next else None,
        "first_url": url_for(".mentorship", mentorship_id=it.id) if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page("POST", "/mentoring/meetings/<uuid:meeting_id>/answer", needs=USE)
def answer_meeting(actor: Actor, meeting_id: UUID) -> Redirect:
    happened = request.form.get("happened") == "yes"
    found = services.answer_meeting(actor, meeting_id, happened=happened)
    flash = (
        _("You agreed. It counts.") if happened else _("They are told that you did not meet, and it does not count.")
    )
    return Redirect(".mentorship", mentorship_id=found.mentorship_id, flash=flash)


@pages.page("POST", "/mentoring/meetings/<uuid:meeting_id>/take-back", needs=USE)
def take_back(actor: Actor, meeting_id: UUID) -> Redirect:
    found = services.take_back(actor, meeting_id)
    return Redirect(
        ".mentorship", mentorship_id=found.mentorship_id, flash=_("It is taken back, and counts for nobody.")
    )


@pages.page(BOTH, "/mentoring/with/<uuid:mentorship_id>/end", needs=USE, template="mentoring/end.html")
def end(actor: Actor, mentorship_id: UUID) -> Any:
    it = services.mentorship(actor, mentorship_id)
    shown = {"it": it, "reasons": choices(ENDS), "other": it.mentee if it.mentor_id == actor.me else it.mentor}
    if request.method == "GET":
        return shown | {"form": forms.start(MentorEndIn)}
    form = forms.read(MentorEndIn, request.form)
    if form.ok:
        try:
            services.end(actor, it.id, EndReason(form.data["reason"]))
        except Conflict as refusal:
            refuse(form, refusal, "reason")
        else:
            if it.mentee_id == actor.me and it.feedback_on is None:
                return Redirect(".thank", mentorship_id=it.id, flash=_("It has ended. If you like, say how it was."))
            return Redirect(".mine", flash=_("It has ended. Your meetings still count."))
    return shown | {"form": form}, 422


@pages.page(BOTH, "/mentoring/with/<uuid:mentorship_id>/thanks", needs=USE, template="mentoring/thanks.html")
def thank(actor: Actor, mentorship_id: UUID) -> Any:
    """A mentee's word, without a name."""
    it = services.mentorship(actor, mentorship_id)
    if it.mentee_id != actor.me:
        raise NotFound()
    shown = {"it": get_or_refuse(Mentorship, it.id), "answers": choices(HELPFUL)}
    if request.method == "GET":
        return shown | {"form": forms.start(MentorThanksIn)}
    form = forms.read(MentorThanksIn, request.form)
    if form.ok:
        try:
            services.thank(actor, it.id, Helpful(form.data["helpful"]), form.data["thanks"])
        except Conflict as refusal:
            refuse(form, refusal, "helpful")
        else:
            return Redirect(".mentorship", mentorship_id=it.id, flash=_("Thank you. Your name is not with it."))
    return shown | {"form": form}, 422
