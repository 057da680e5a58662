"""Pages of supervision sessions: what was recorded, what waits for one's word, and one form for a group."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from courses.supervision.queries import programmes
from courses.supervision.sessions import queries, services, upstairs, views
from courses.supervision.sessions.models import SessionKind, SupervisionSession
from courses.supervision.sessions.schemas import SessionAnswerIn, SessionForm, SessionWithdrawalIn
from lms.accounts.queries import person_at
from lms.core import clock
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("supervision_sessions", "courses.supervision", template_folder="templates")

RECORD = Permission.SUPERVISION_RECORD
PAGE = 20
KINDS = {
    SessionKind.CLINICAL: N_("Clinical supervision"),
    SessionKind.MANAGERIAL: N_("Managerial supervision"),
    SessionKind.ROLE_BASED: N_("Role-based supervision"),
    SessionKind.PROFESSIONAL: N_("Professional supervision"),
}


def kind_name(kind: str) -> str:
    return _(KINDS[SessionKind(kind)])


@pages.page("GET", "/supervision/sessions", needs=RECORD, template="supervision/sessions.html")
def sessions(actor: Actor) -> Any:
    """What waits for my word, what I held or took part in, and the hours."""
    if actor.person is None:
        raise Forbidden()
    page = page_of(
        queries.sessions_for(actor), request.args.get("cursor"), PAGE,
        key=(SupervisionSession.held_on, SupervisionSession.id), descending=True,
    )  # fmt: skip
    return {
        "rows": [views.session(actor, each) for each in page.items], "to_agree": queries.to_agree(actor.person),
        "had": queries.hours_had(actor.person), "given": queries.hours_given(actor.person), "kind_name": kind_name,
        "offered": bool(queries.people_offered(actor)), "me": actor.person,
        "next_url": url_for(".sessions", cursor=page.next) if page.next else None,
        "first_url": url_for(".sessions") if request.args.get("cursor") else None,
    }  # fmt: skip


@pages.page(("GET", "POST"), "/supervision/sessions/new", needs=RECORD, template="supervision/new_session.html")
def new(actor: Actor) -> Any:
    """One form, for one learner or for eight."""
    if request.method == "GET":
        return _new(actor, forms.start(SessionForm, {"held_on": clock.today(), "kind": "clinical", "minutes": 60}))
    form = forms.read(SessionForm, request.form)
    if form.ok:
        given = dict(form.data)
        learners, unknown = list(given.pop("learners")), []
        for address in given.pop("others").split():
            person = person_at(address.strip(",;"))
            learners.append(person.id) if person else unknown.append(address)
        if unknown:
            form.refuse("others", _("Nobody here has this address: %(addresses)s", addresses=", ".join(unknown)))
        else:
            given["programme_code"] = given.pop("programme")
            try:
                made = services.log(actor, learners, SessionKind(given.pop("kind")), **given)
            except NotFound:
                form.refuse("learners", _("Choose who took part"))
            except (Invalid, Conflict) as refusal:
                for name, message in (refusal.fields or {"learners": refusal.title}).items():
                    form.refuse(name, _(message))
            else:
                flash = _("Recorded. It counts for each of them once they agree; they are told by mail.")
                return Redirect(".session", session_id=made.id, flash=flash)
    return _new(actor, form), 422


def _new(actor: Actor, form: forms.FormState) -> dict[str, Any]:
    offered = queries.people_offered(actor)
    return {
        "form": form, "kinds": [(each.value, kind_name(each)) for each in SessionKind],
        "people": [(str(each.id), each.display_name) for each in offered],
        "tasks": [(each.key, each.title.in_(g.lang)) for each in upstairs.tasks_of([each.id for each in offered])],
        "standards": [(each.code, each.wording.in_(g.lang)) for each in queries.standards()],
        "programmes": [(each.code, each.title.in_(g.lang)) for each in programmes()],
    }  # fmt: skip


@pages.page("GET", "/supervision/sessions/<uuid:session_id>", needs=RECORD, template="supervision/session.html")
def session(actor: Actor, session_id: UUID) -> Any:
    """One session: for its supervisor with everybody's answer, for a learner with their own."""
    return _session(actor, session_id, forms.FormState.empty())


def _session(actor: Actor, session_id: UUID, form: forms.FormState) -> dict[str, Any]:
    found = services.session(actor, session_id)
    mine = next((each for each in found.learners if each.learner_id == actor.person), None)
    named = {each.code: each for each in queries.standards()}
    return {
        "it": views.session(actor, found), "kind_name": kind_name, "form": form, "found": found,
        "held": found.supervisor_id == actor.person,
        "asked": mine is not None and not (mine.agreed_at or mine.disputed_at or found.withdrawn_at), "mine": mine,
        "task_titles": [each.title for each in upstairs.titles_of(found.tasks).values()],
        "standard_titles": [named[code].wording for code in found.standards if code in named],
    }  # fmt: skip


@pages.page("POST", "/supervision/sessions/<uuid:session_id>/answer", needs=RECORD, template="supervision/session.html")
def answer(actor: Actor, session_id: UUID) -> Any:
    """I agree, or this is wrong."""
    wrong = None
    if request.form.get("said") != "agree":
        form = forms.read(SessionAnswerIn, request.form)
        wrong = form.data.get("wrong") if form.ok else None
        if form.ok and not wrong:
            form.refuse("wrong", _("Write what is wrong with it"))
        if not form.ok:
            return _session(actor, session_id, form), 422
    services.answer(actor, session_id, wrong=wrong)
    return Redirect(".sessions", flash=_("You agreed. It counts.") if wrong is None else _("The supervisor is told."))


@pages.page(
    "POST", "/supervision/sessions/<uuid:session_id>/withdraw", needs=RECORD, template="supervision/session.html"
)
def withdraw(actor: Actor, session_id: UUID) -> Any:
    """It was recorded in error."""
    form = forms.read(SessionWithdrawalIn, request.form)
    if not form.ok:
        return _session(actor, session_id, form), 422
    services.withdraw(actor, session_id, form.data["reason"])
    return Redirect(".sessions", flash=_("It counts for nobody any more. It stays readable."))
