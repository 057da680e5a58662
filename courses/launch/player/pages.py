"""The player's pages: the content itself, and what a learner does about it. The list of units is in `launch.pages`."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, g, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _

from courses.enrolments import queries as enrolments
from courses.enrolments.errors import EnrolmentClosed
from courses.enrolments.models import Enrolment
from courses.launch.formats.structure import Format, title_in
from courses.launch.packages import addresses
from courses.launch.player import rules, services, views
from courses.launch.sessions import queries as sessions
from courses.launch.sessions.errors import NothingToLaunch
from courses.launch.sessions.models import OPEN_SESSIONS, Session
from courses.launch.sessions.services import LEARNING, begin, switch_language
from lms.core.db import get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.site import CONTENT_SECURITY_POLICY
from lms.xapi.identity import home_page

pages = Pages("player", __name__, template_folder="templates")
HERE = "/learning/<uuid:enrolment_id>/launch"
LAUNCH = Permission.ENROLMENT_LAUNCH


def mine(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """The actor's own enrolment, if its content can be opened. Raises NotFound, EnrolmentClosed."""
    it = enrolments.enrolment(enrolment_id)
    if it is None or it.learner_id != actor.person:
        raise NotFound()
    if it.state not in LEARNING:
        raise EnrolmentClosed()
    return it


def units_page(it: Enrolment) -> dict[str, Any] | None:
    """What the list of units shows; None: this course has no package."""
    package, registration = views.content_of(it)
    if package is None:
        return None
    return views.listed(it, package, registration, g.lang) | {"form": FormState.empty()}


@pages.page("POST", f"{HERE}/start", needs=LAUNCH)
def start(actor: Actor, enrolment_id: UUID) -> Any:
    """Start or resume a unit: in a frame of the page, or, where it must have a window of its own, in this one."""
    it = mine(actor, enrolment_id)
    back = home_page() + url_for("player.returned", enrolment_id=enrolment_id)
    started = services.start(actor, enrolment_id, _node(), anew=request.form.get("anew") == "yes", return_url=back)
    own = rules.has_own_window(started.session.package.format, started.session.node.launch_method)
    if own or (request.form.get("how") == "window" and not started.kept):
        return make_response(render_template("player/going.html", it=it, url=started.url))
    if started.kept:
        return Redirect("player.play", enrolment_id=enrolment_id, session_id=started.session.id)
    return _framed(_playing(it, started.session, started.url), started.url)


@pages.page("GET", f"{HERE}/<uuid:session_id>", needs=LAUNCH)
def play(actor: Actor, enrolment_id: UUID, session_id: UUID) -> Any:
    """The content of a session that is open; of one that is over, the list of units."""
    it = mine(actor, enrolment_id)
    session = _session(it, session_id)
    url = services.address_of(session) if session.state in OPEN_SESSIONS else ""
    if not url:
        return Redirect("launch.launch", enrolment_id=enrolment_id)
    return _framed(_playing(it, session, url), url)


@pages.page("GET", f"{HERE}/<uuid:session_id>/state.json", needs=LAUNCH)
def running(actor: Actor, enrolment_id: UUID, session_id: UUID) -> Any:
    """Is the session still the one that is open, and is its unit done?"""
    it = mine(actor, enrolment_id)
    session = _session(it, session_id)
    other = sessions.open_session(session.registration_id)
    return _private({
        "open": session.state in OPEN_SESSIONS,
        "elsewhere": other is not None and other.id != session.id,
        "done": session.key in sessions.standing(session.registration).satisfied,
    })  # fmt: skip


@pages.page("GET", f"{HERE}/state.json", needs=LAUNCH)
def state(actor: Actor, enrolment_id: UUID) -> Any:
    """Has anything in the list of units changed?"""
    shown = units_page(mine(actor, enrolment_id))
    if shown is None:
        raise NotFound()
    return _private({"version": shown["version"]})


@pages.page("GET", f"{HERE}/returned", needs=Permission.PUBLIC_READ)
def returned(actor: Actor, enrolment_id: UUID) -> Any:
    """Where content goes when it is over: in the frame, whose page takes it from there, or in a window of its own.

    It says nothing of anybody: a frame that another site sent here brings no cookie along.
    """
    answer = make_response(render_template("player/returned.html", enrolment_id=enrolment_id))
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@pages.page("POST", f"{HERE}/<uuid:session_id>/confirm", needs=LAUNCH)
def confirm(actor: Actor, enrolment_id: UUID, session_id: UUID) -> Any:
    """The learner says that this part is done."""
    it = mine(actor, enrolment_id)
    services.confirm(actor, _session(it, session_id).id)
    return Redirect("launch.launch", enrolment_id=enrolment_id, flash=_("Noted. This part is done."))


@pages.page("POST", f"{HERE}/language", needs=LAUNCH)
def language(actor: Actor, enrolment_id: UUID) -> Any:
    """Go on in the other language."""
    mine(actor, enrolment_id)
    wanted = request.form.get("language", "")
    if wanted not in ("en", "cy"):
        raise NothingToLaunch()
    switch_language(actor, begin(actor, enrolment_id), wanted)
    said = _("The content is in Welsh from now on.") if wanted == "cy" else _("The content is in English from now on.")
    return Redirect("launch.launch", enrolment_id=enrolment_id, flash=said)


def _node() -> UUID:
    try:
        return UUID(request.form.get("unit", ""))
    except ValueError as fault:
        raise NothingToLaunch() from fault


def _session(it: Enrolment, session_id: UUID) -> Session:
    session = get_or_refuse(Session, session_id)
    if session.registration.enrolment_id != it.id:
        raise NotFound()
    return session


def _playing(it: Enrolment, session: Session, url: str) -> dict[str, Any]:
    title, title_lang = title_in(session.node.title, g.lang)
    completion = rules.completion_in(session.node.more)
    return {
        "it": it,
        "session": session,
        "title": title or _("Untitled part"),
        "title_lang": title_lang,
        "url": url,
        "framed": session.package.format is not Format.LINK,
        "origin": addresses.origin(session.package),
        "asks": session.package.format not in (Format.CMI5, Format.XAPI, Format.LINK),
        "review": session.mode.value == "Review",
        "confirms": rules.is_confirmed(completion),
        "list_url": url_for("launch.launch", enrolment_id=it.id),
        "state_url": url_for("player.running", enrolment_id=it.id, session_id=session.id),
        "form": FormState.empty(),
    }


def _framed(shown: dict[str, Any], url: str) -> Response:
    """The page with what it shows allowed in a frame, and nothing else."""
    answer = make_response(render_template("player/play.html", **shown))
    parts = url.split("/", 3)
    origin = "/".join(parts[:3]) if url.startswith(("http://", "https://")) else current_app.config["PUBLIC_URL"]
    answer.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self' {origin}"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Language"] = g.lang
    return answer


def _private(given: dict[str, Any]) -> Response:
    answer = jsonify(given)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
