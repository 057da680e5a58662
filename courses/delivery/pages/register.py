"""The register, for whoever gives or organises a date: made for a phone in a full room."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from courses.delivery import queries, rules, words
from courses.delivery.errors import RegisterChanged, RegisterIncomplete
from courses.delivery.models import Meeting, Presence, Series
from courses.delivery.pages.room import BOTH, refuse, said, told
from courses.delivery.queries import Line
from courses.delivery.schemas import MARKS, RegisterAddIn, RegisterCorrectionForm
from courses.delivery.services import register as services
from courses.delivery.services.register import Marked
from courses.enrolments.errors import EnrolmentRefused
from lms.accounts.queries import names_of
from lms.core import clock
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.language import LANGUAGES
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect

pages = Pages("register", "courses.delivery", template_folder="templates")

ONE = "/registers/<uuid:meeting_id>"
KEEP = Permission.REGISTER_KEEP


@pages.page("GET", "/registers", needs=KEEP, template="delivery/registers.html")
def registers(actor: Actor) -> dict[str, Any]:
    """Sessions of this week, and registers that are still open."""
    now = clock.now()
    week = queries.this_week(actor)
    return said(
        ahead=[each for each in week if not rules.may_mark(now, each.starts_at)],
        open=[each for each in week if rules.may_mark(now, each.starts_at)],
    )


@pages.page("GET", ONE, needs=KEEP, template="delivery/register.html")
def register(actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    """Everybody with a place, and whether they are there."""
    meeting, it = services.keepable(actor, meeting_id)
    return _register(actor, meeting, it)


def _register(
    actor: Actor, meeting: Meeting, it: Series, form: FormState | None = None, problem: str = ""
) -> dict[str, Any]:
    lines = queries.register(meeting.id, it.id)
    corrected = queries.corrections(meeting.id) if meeting.closed_at else []
    return said(
        it=it, meeting=meeting, lines=lines, form=form or FormState.empty({"language": "en"}), problem=problem,
        number=words.meeting_number(it, meeting), may_mark=rules.may_mark(clock.now(), meeting.starts_at),
        signed_in=sum(each.mark is not None and each.mark.presence is Presence.SIGNED_IN for each in lines),
        unmarked=sum(each.mark is None for each in lines), choices=[Presence(each) for each in MARKS],
        corrected=corrected, names=names_of(each.by for each in corrected) if corrected else {},
        organises=actor.may(Permission.SERIES_MANAGE, at=it.organisation_lineage),
    )  # fmt: skip


@pages.page("POST", ONE, needs=KEEP, template="delivery/register.html")
def save(actor: Actor, meeting_id: UUID) -> Any:
    """What was tapped, for everybody at once; only what is different is written."""
    meeting, it = services.keepable(actor, meeting_id)
    try:
        made = services.mark(actor, meeting_id, _marked(queries.register(meeting_id, it.id)))
    except (Conflict, Invalid) as refusal:
        return _register(actor, meeting, it, problem=told(refusal)), 409
    flash = ngettext("Saved: %(num)d mark.", "Saved: %(num)d marks.", len(made))
    if request.form.get("then") == "close":
        return _close(actor, meeting_id)
    return Redirect("register.register", meeting_id=meeting_id, flash=flash)


def _marked(lines: list[Line]) -> list[Marked]:
    """What the form says of those who are on the register; who was left blank is left as they are."""
    found = []
    for line in lines:
        key = str(line.booking.id)
        presence = request.form.get(f"presence-{key}", "")
        if presence not in MARKS:
            continue
        minutes, language = request.form.get(f"minutes-{key}", ""), request.form.get(f"language-{key}", "")
        found.append(
            Marked(
                line.booking.id, Presence(presence), int(minutes) if minutes.isdecimal() and len(minutes) < 5 else None,
                language if language in LANGUAGES else None, _id(request.form.get(f"seen-{key}", "")),
            )
        )  # fmt: skip
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@pages.page("POST", f"{ONE}/rest", needs=KEEP, template="delivery/register.html")
def rest(actor: Actor, meeting_id: UUID) -> Any:
    """Everybody who is not marked yet; or everybody who signed in."""
    meeting, it = services.keepable(actor, meeting_id)
    given = request.form.get("presence", "")
    signed_in = request.form.get("who") == "signed_in"
    presence = Presence(given) if given in (Presence.ATTENDED, Presence.DID_NOT_ATTEND) else Presence.ATTENDED
    try:
        count = services.mark_rest(actor, meeting_id, presence, signed_in=signed_in)
    except Conflict as refusal:
        return _register(actor, meeting, it, problem=told(refusal)), 409
    flash = ngettext("Saved: %(num)d mark.", "Saved: %(num)d marks.", count)
    return Redirect("register.register", meeting_id=meeting_id, flash=flash)


@pages.page("POST", f"{ONE}/code", needs=KEEP, template="delivery/register.html")
def code(actor: Actor, meeting_id: UUID) -> Any:
    """The code of the room, large enough to be read from the back."""
    meeting, it = services.keepable(actor, meeting_id)
    try:
        services.show_code(actor, meeting_id)
    except Conflict as refusal:
        return _register(actor, meeting, it, problem=told(refusal)), 409
    return Redirect("register.room", meeting_id=meeting_id)


@pages.page("GET", f"{ONE}/room", needs=KEEP, template="delivery/room.html")
def room(actor: Actor, meeting_id: UUID) -> Any:
    """What is put on the screen in the room."""
    meeting, it = services.keepable(actor, meeting_id)
    if meeting.code is None:
        return Redirect("register.register", meeting_id=meeting_id)
    return said(meeting=meeting, it=it)


@pages.page("POST", f"{ONE}/add", needs=KEEP, template="delivery/register.html")
def add(actor: Actor, meeting_id: UUID) -> Any:
    """Somebody who is in the room and not on the list."""
    meeting, it = services.keepable(actor, meeting_id)
    form = forms.read(RegisterAddIn, request.form)
    if form.ok:
        try:
            made = services.add(actor, meeting_id, **form.data)
            flash = _("%(name)s is on the register.", name=made.learner.display_name)
            return Redirect("register.register", meeting_id=meeting_id, flash=flash)
        except EnrolmentRefused as refusal:
            form.refuse("address", told(refusal))
        except (Conflict, Invalid) as refusal:
            refuse(form, refusal, "address")
    return _register(actor, meeting, it, form), 422


@pages.page("POST", f"{ONE}/close", needs=KEEP, template="delivery/register.html")
def close(actor: Actor, meeting_id: UUID) -> Any:
    """Nothing is marked any more; completion follows."""
    services.keepable(actor, meeting_id)
    return _close(actor, meeting_id)


def _close(actor: Actor, meeting_id: UUID) -> Any:
    meeting, it = services.keepable(actor, meeting_id)
    try:
        services.close(actor, meeting_id)
    except RegisterIncomplete as refusal:
        left = int(str(refusal.more["left"]))
        problem = ngettext(
            "%(num)d person is not marked yet. Mark them, then close the register.",
            "%(num)d people are not marked yet. Mark them, then close the register.", left,
        )  # fmt: skip
        return _register(actor, meeting, it, problem=problem), 409
    except Conflict as refusal:
        return _register(actor, meeting, it, problem=told(refusal)), 409
    flash = _("The register is closed. Whoever has attended enough has completed it.")
    return Redirect("register.register", meeting_id=meeting_id, flash=flash)


@pages.page(BOTH, f"{ONE}/correct/<uuid:booking_id>", needs=KEEP, template="delivery/correct.html")
def correct(actor: Actor, meeting_id: UUID, booking_id: UUID) -> Any:
    """Put one mark of a closed register right, saying why."""
    meeting, it = services.keepable(actor, meeting_id)
    line = next((each for each in queries.register(meeting_id, it.id) if each.booking.id == booking_id), None)
    if line is None:
        raise NotFound()
    if meeting.closed_at is None:
        return Redirect("register.register", meeting_id=meeting_id)
    shown = said(it=it, meeting=meeting, line=line, choices=[Presence(each) for each in MARKS])
    if request.method == "GET":
        mark = line.mark
        given = {"language": mark.language if mark else line.booking.learner.language}
        if mark is not None:
            given |= {"presence": mark.presence.value, "minutes": str(mark.minutes)}
        return shown | {"form": forms.start(RegisterCorrectionForm, given)}
    form = forms.read(RegisterCorrectionForm, request.form)
    if form.ok:
        data = form.data
        wanted = Marked(
            booking_id, Presence(data["presence"]), data["minutes"], data["language"], _id(request.form.get("seen", ""))
        )
        try:
            services.correct(actor, meeting_id, wanted, data["reason"])
            return Redirect("register.register", meeting_id=meeting_id, flash=_("Corrected. Both marks are kept."))
        except RegisterChanged as refusal:
            refuse(form, refusal)
    return shown | {"form": form}, 422


@pages.page("GET", f"{ONE}/print", needs=KEEP, template="delivery/print.html")
def printed(actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    """A sheet to sign on paper."""
    meeting, it = services.keepable(actor, meeting_id)
    return said(
        meeting=meeting,
        it=it,
        lines=queries.register(meeting_id, it.id),
        back=url_for(".register", meeting_id=meeting_id),
    )
