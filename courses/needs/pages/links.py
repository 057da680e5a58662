"""Pages that open without an account: the rule, a body's answer by a mailed link, and a place for whoever was invited."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from courses.enrolments import queries as enrolment_queries
from courses.enrolments import services as enrolments
from courses.enrolments import wording as enrolment_wording
from courses.needs import queries, wording
from courses.needs.pages import answers
from courses.needs.pages.attempts import attempt
from courses.needs.schemas.given import TakeForm
from courses.needs.services import answering, nominating, rounds
from courses.needs.wording import spoken
from lms.accounts.models import Organisation
from lms.core import throttle
from lms.core.db import get_or_refuse
from lms.core.permissions import Actor, Permission
from lms.core.web import edge, forms
from lms.core.web.pages import Pages, Redirect, actor_language

pages = Pages("needs_links", "courses.needs", template_folder="templates")

PUBLIC = Permission.PUBLIC_READ
BOTH = ("GET", "POST")
TRIES = 120
"""Links that one address may open in an hour; a guess has one chance in 2^256."""


@pages.page("GET", "/needs/<uuid:round_id>/rule", needs=PUBLIC, template="needs/rule.html")
def rule(actor: Actor, round_id: UUID) -> Any:
    """How places are shared out, for anybody to read and to check."""
    it = rounds.public(actor, round_id)
    courses = [(wording.title_of(each), each.course.code) for each in queries.courses_of(it.id)]
    return {"round": it, "rules": queries.rules_of(it.id), "courses": courses, "wording": wording}


@pages.page(BOTH, "/needs/answer/<secret>", needs=PUBLIC, template="needs/answer.html", keeps=False)
@spoken
def answer(actor: Actor, secret: str) -> Any:
    """What a body needs, by whoever holds its link."""
    throttle.take(f"needs-link:{edge.origin()}", limit=TRIES, per_seconds=3600)
    _link, it, body = answering.by_secret(actor, secret)
    if request.method == "GET":
        form, shown = answers.begin(it, body)
        return shown | {"form": form, "link": True}
    shown, status = answers.about(it, body), 422
    form, given, people = answers.read(request.form, shown["asked"])
    if not form.data.get("name"):
        form.refuse("name", _("Write your name, so that it is known who said this"))
    if form.ok:
        edition = request.form.get("edition", "")
        with attempt(form) as tried:
            answering.answer_by_link(
                actor, secret, int(edition) if edition.isdecimal() else -1, given, form.data["name"], people
            )
        if form.ok:
            return Redirect(".answered")
        status = tried.status
    return shown | {"form": form, "link": True}, status


@pages.page("GET", "/needs/answered", needs=PUBLIC, template="needs/answered.html")
def answered(actor: Actor) -> dict[str, Any]:
    """What was kept, and what happens next."""
    return {}


@pages.page(BOTH, "/needs/place/<secret>", needs=PUBLIC, template="needs/place.html")
@spoken
def place(actor: Actor, secret: str) -> Any:
    """A place that a body has for me. Signed in, I take it."""
    throttle.take(f"needs-place:{edge.origin()}", limit=TRIES, per_seconds=3600)
    named, it = nominating.by_secret(actor, secret)
    code = named.round_course.course.code
    shown: dict[str, Any] = {
        "named": named, "round": it, "title": wording.title_of(named.round_course), "code": code,
        "body": get_or_refuse(Organisation, named.organisation_id), "declarations": [],
        "sign_in": url_for("sign_in.sign_in", next=request.path), "signed_in": actor.person is not None,
    }  # fmt: skip
    version = enrolment_queries.published(code)
    if actor.person is not None and version is not None:
        shown["declarations"] = enrolment_wording.declarations(enrolments.standing(actor.person, version))
    if request.method == "GET":
        return shown | {"form": forms.start(TakeForm)}
    form, status = forms.read(TakeForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            nominating.take(actor, secret, actor_language(actor), form.data["declared"])
        if form.ok:
            return Redirect("learning.learning", flash=_("The place is yours. You are enrolled."))
        status = tried.status
    return shown | {"form": form}, status
