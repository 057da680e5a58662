"""Pages of champions: their sessions, one form for a session, correcting and cancelling it; and an attendee's link."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from courses.catalogue.offered import on_offer
from courses.catalogue.queries import names
from courses.mentoring.cascade import lines, queries, rules, services, upstairs
from courses.mentoring.cascade.errors import NotAChampion
from courses.mentoring.cascade.models import CancelReason, CascadeAccount, CascadeSession
from courses.mentoring.cascade.rules import Length, SessionLanguage
from courses.mentoring.cascade.schemas import CascadeCancelIn, CascadeForm, NamedForm
from courses.mentoring.cascade.words import CANCELS, LANGUAGES, LENGTHS, ROLES
from courses.mentoring.queries import areas
from lms.accounts.queries import membership_on
from lms.core import clock, throttle
from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.permissions import Actor, Permission
from lms.core.web import edge, forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("cascade", "courses.mentoring", template_folder="templates")

RECORD = Permission.CASCADE_RECORD
BOTH = ("GET", "POST")
PAGE = 20
TRIES = 60
"""Links that one address may open in an hour: a guess has one chance in 2^256."""
COURSE = "PIMH-CASC"
"""What a session is of, unless the champion says otherwise."""


def _words(named: Mapping[Any, str]) -> dict[str, str]:
    return {each.value: _(text) for each, text in named.items()}


def _shown() -> dict[str, Any]:
    """What codes are called, for the templates."""
    called = names()
    return {
        "length_names": _words(LENGTHS), "language_names": _words(LANGUAGES), "role_names": _words(ROLES),
        "sector_names": {code: it.in_(g.lang) for (kind, code), it in called.items() if kind == "sector"},
        "topic_names": {code: it.in_(g.lang) for (kind, code), it in called.items() if kind == "topic"},
        "area_names": dict(sorted(((code, it.in_(g.lang)) for code, it in areas()), key=lambda each: each[1])),
        "course_names": {code: f"{it.title.in_(g.lang)} ({code})" for code, it in on_offer().items()},
    }  # fmt: skip


def _me(actor: Actor) -> UUID:
    if actor.person is None:
        raise Forbidden()
    return actor.person


@pages.page("GET", "/cascade", needs=RECORD, template="cascade/sessions.html")
def sessions(actor: Actor) -> dict[str, Any]:
    """What I gave, under which certificate; and what I attended."""
    today, certificates = clock.today(), upstairs.certificates_of(_me(actor))
    page = page_of(
        queries.sessions_for(actor), request.args.get("cursor"), PAGE, key=(CascadeSession.id,), descending=True
    )
    given, people = queries.given_so_far(_me(actor))
    return _shown() | {
        "certificate": rules.live(certificates, today),
        "was_champion": bool(certificates),
        "rows": page.items,
        "attended": queries.attended_by(_me(actor)),
        "given": given,
        "people": people,
        "next_url": url_for(".sessions", cursor=page.next) if page.next else None,
        "first_url": url_for(".sessions") if request.args.get("cursor") else None,
    }


@pages.page(BOTH, "/cascade/new", needs=RECORD, template="cascade/edit.html")
def new(actor: Actor) -> Any:
    """One form for one session."""
    certificates = upstairs.certificates_of(_me(actor))
    if not certificates:
        raise NotAChampion()
    shown = _shown() | {
        "it": None, "certificate": rules.live(certificates, clock.today()), "lines": lines, "correction": False,
        "days": rules.KEEP.days,
    }  # fmt: skip
    if request.method == "GET":
        mine = next(iter(membership_on(_me(actor), clock.today())), None)
        course = on_offer().get(COURSE)
        start = {
            "held_on": clock.today(), "length": "half_day", "language": g.lang,
            "course": COURSE if course else None, "topic": course.topic_code if course else None,
        } | lines.start(None, mine.sector.value if mine else None)  # fmt: skip
        return shown | {"form": forms.start(CascadeForm, start)}
    form = forms.read(CascadeForm, request.form)
    told = read(form)
    named = lines.read_named(form, request.form.get("named", ""))
    if form.ok and told is not None:
        try:
            made = services.record_session(actor, told, named)
        except (Invalid, NotAChampion) as refusal:
            _refuse(form, refusal, "held_on")
        else:
            flash = _("Recorded: %(people)s people.", people=told.people)
            return Redirect(".session", session_id=made.id, flash=flash)
    return shown | {"form": form}, 422


def read(form: forms.FormState) -> services.Told | None:
    """What the form says, with its lines of people; None while something is wrong."""
    groups = lines.read_groups(form, request.form)
    if not form.ok:
        return None
    data = form.data
    return services.Told(
        data["held_on"], Length(data["length"]), data["minutes"], data["place"], data["area"], data["topic"],
        data["course"], SessionLanguage(data["language"]), groups,
    )  # fmt: skip


def _refuse(form: forms.FormState, refusal: Invalid | NotAChampion | Conflict, field: str) -> None:
    for name, message in (refusal.fields or {field: refusal.title}).items():
        form.refuse("people-1" if name == "people" else name, _(message))


@pages.page(BOTH, "/cascade/<uuid:session_id>", needs=RECORD, template="cascade/session.html")
def session(actor: Actor, session_id: UUID) -> Any:
    """One session, its corrections, and those who may put it on their record."""
    it = services.session(actor, session_id)
    shown = _session(it)
    if request.method == "GET":
        return shown | {"form": forms.start(NamedForm)}
    form = forms.read(NamedForm, request.form)
    named = lines.read_named(form, form.data["named"]) if form.ok else []
    if form.ok:
        try:
            services.name_attendees(actor, session_id, named)
        except (Invalid, Conflict) as refusal:
            _refuse(form, refusal, "named")
        else:
            flash = _("Sent. Each of them has a link of their own.")
            return Redirect(".session", session_id=session_id, flash=flash)
    return shown | {"form": form}, 422


def _session(it: CascadeSession) -> dict[str, Any]:
    account = it.accounts[-1]
    return _shown() | {
        "it": it, "account": account, "people": sum(each.people for each in account.groups),
        "earlier": it.accounts[:-1], "editable": rules.is_editable(it.made_at, clock.now()),
        "cancelled": _(CANCELS[it.cancelled_reason]) if it.cancelled_reason else "",
        "may_name": it.cancelled_at is None and clock.today() < account.held_on + rules.KEEP,
        "keep_until": account.held_on + rules.KEEP, "waiting": [each for each in it.attendees if each.email],
        "claimed": sum(each.claimed_at is not None for each in it.attendees), "editable_days": rules.EDITABLE.days,
    }  # fmt: skip


@pages.page(BOTH, "/cascade/<uuid:session_id>/change", needs=RECORD, template="cascade/edit.html")
def change(actor: Actor, session_id: UUID) -> Any:
    """Within the first days a change; after that a correction that says why."""
    it = services.session(actor, session_id)
    correction = not rules.is_editable(it.made_at, clock.now())
    shown = _shown() | {
        "it": it,
        "lines": lines,
        "correction": correction,
        "certificate": None,
        "days": rules.KEEP.days,
    }
    if request.method == "GET":
        return shown | {"form": forms.start(CascadeForm, _as_was(it.accounts[-1]))}
    form = forms.read(CascadeForm, request.form)
    told = read(form)
    if form.ok and told is not None:
        try:
            services.change(actor, session_id, told, form.data["reason"])
        except (Invalid, NotAChampion, Conflict) as refusal:
            _refuse(form, refusal, "held_on")
        else:
            return Redirect(".session", session_id=session_id, flash=_("Changed. It counts from now."))
    return shown | {"form": form}, 422


def _as_was(account: CascadeAccount) -> dict[str, Any]:
    return {
        "held_on": account.held_on, "length": account.length.value, "minutes": account.minutes, "place": account.place,
        "area": account.area, "topic": account.topic_code, "course": account.course_code,
        "language": account.language.value,
    } | lines.start(account)  # fmt: skip


@pages.page(BOTH, "/cascade/<uuid:session_id>/cancel", needs=RECORD, template="cascade/cancel.html")
def cancel(actor: Actor, session_id: UUID) -> Any:
    it = services.session(actor, session_id)
    shown = {"it": it, "account": it.accounts[-1], "reasons": list(_words(CANCELS).items())}
    if request.method == "GET":
        return shown | {"form": forms.start(CascadeCancelIn)}
    form = forms.read(CascadeCancelIn, request.form)
    if form.ok:
        try:
            services.cancel(actor, session_id, CancelReason(form.data["reason"]))
        except Conflict as refusal:
            _refuse(form, refusal, "reason")
        else:
            return Redirect(".sessions", flash=_("Cancelled. It counts for nobody, and the names are deleted."))
    return shown | {"form": form}, 422


@pages.page(BOTH, "/cascade/claim/<secret>", needs=Permission.PUBLIC_READ, template="cascade/claim.html")
def claim(actor: Actor, secret: str) -> Any:
    """Whoever attended puts the session on their own record."""
    throttle.take(f"cascade-claim:{edge.origin()}", limit=TRIES, per_seconds=3600)
    if request.method == "POST":
        services.claim(actor, secret)
        return Redirect(".sessions", flash=_("It is on your record."))
    found = services.by_secret(actor, secret)
    return _shown() | {
        "it": found.session,
        "account": found.session.accounts[-1],
        "signed_in": actor.person is not None,
        "keep_until": found.keep_until,
        "secret": secret,
    }
