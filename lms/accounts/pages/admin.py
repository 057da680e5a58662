"""Administration: people, their roles, organisations, and the audit trail."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import g, request
from flask_babel import gettext as _

from lms.accounts import queries, services
from lms.accounts.models import Organisation, Person
from lms.accounts.pages import words
from lms.accounts.schemas import EndIn, GrantForm, OrganisationForm
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.errors import Forbidden, Refusal
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("admin", "lms.accounts", template_folder="templates")

BOTH = ("GET", "POST")
P = Permission


@pages.page("GET", "/admin/people", needs=P.PERSON_READ, template="accounts/people.html")
def people(actor: Actor) -> Any:
    q = request.args.get("q", "").strip()[:100]
    found = queries.people(actor.reach(P.PERSON_READ), q)
    page = page_of(found, request.args.get("cursor"), 25, key=(Person.display_name, Person.id))
    return {"q": q, "people": page.items, "next_url": words.next_url(page), "today": clock.today()}


@pages.page(BOTH, "/admin/people/<uuid:person_id>", needs=P.PERSON_READ, template="accounts/person.html")
def person(actor: Actor, person_id: UUID) -> Any:
    """Who somebody is here, and the roles they hold; the form below grants one more."""
    found = queries.person(person_id)
    actor.require_or_hide(P.PERSON_READ, about=person_id, at=queries.lineages_of(person_id))
    form = forms.start(GrantForm, values={"starts_on": clock.today()})
    status = 200
    if request.method == "POST":
        form, status = forms.read(GrantForm, request.form), 422
        if form.ok:
            try:
                _grant(actor, person_id, form)
                return Redirect("admin.person", person_id=person_id, flash=_("The role is granted."))
            except Refusal as refusal:
                _show(form, refusal, "role")
    today = clock.today()
    return {
        "person": found,
        "emails": queries.emails_of(person_id),
        "memberships": queries.membership_on(person_id, today),
        "sectors": dict(words.sector_options()),
        "registrations": queries.registrations_of(person_id),
        "grants": [
            (words.role_name(each.role), each, actor.may(P.ROLE_GRANT, at=each.organisation.lineage))
            for each in queries.grants_of(person_id, today)
        ],
        "may_grant": actor.might(P.ROLE_GRANT) and person_id != actor.person,
        "roles": words.role_options(),
        "places": _reached(actor, P.ROLE_GRANT),
        "form": form,
    }, status


@pages.page(BOTH, "/admin/grants/<uuid:grant_id>/end", needs=P.ROLE_GRANT, template="accounts/end_grant.html")
def end_grant(actor: Actor, grant_id: UUID) -> Any:
    grant = queries.grant(grant_id)
    actor.require_or_hide(P.ROLE_GRANT, at=grant.organisation.lineage)
    shown = {"grant": grant, "role": words.role_name(grant.role)}
    if request.method == "GET":
        return shown | {"form": forms.start(EndIn, values={"ends_on": clock.today()})}
    form = forms.read(EndIn, request.form)
    if form.ok:
        try:
            services.end_role(actor, grant_id, form.data["ends_on"])
            return Redirect("admin.person", person_id=grant.person_id, flash=_("The role has a last day now."))
        except Refusal as refusal:
            _show(form, refusal, "ends_on")
    return shown | {"form": form}, 422


@pages.page("GET", "/admin/organisations", needs=P.ORGANISATION_EDIT, template="accounts/organisations.html")
def organisations(actor: Actor) -> Any:
    """One body and those directly below it (`at` a code, at first the root); or the bodies that hold the words."""
    q, at = (request.args.get(name, "").strip()[:100] for name in ("q", "at"))
    here = queries.body(at)
    found = queries.organisations(q) if q else queries.below(here.id)
    page = page_of(found, request.args.get("cursor"), 50, key=(Organisation.code,))
    return {
        "q": q,
        "here": here,
        "above": queries.above(here),
        "bodies": page.items,
        "sectors": dict(words.sector_options()),
        "next_url": words.next_url(page),
    }


@pages.page(BOTH, "/admin/organisations/add", needs=P.ORGANISATION_EDIT, template="accounts/organisation.html")
def add_organisation(actor: Actor) -> Any:
    shown = {"sectors": words.sector_options(), "places": _reached(actor, P.ORGANISATION_EDIT)}
    if request.method == "GET":
        return shown | {"form": forms.start(OrganisationForm)}
    form = forms.read(OrganisationForm, request.form)
    if form.ok:
        given = dict(form.data)
        name = Bilingual(given.pop("name_en"), given.pop("name_cy"))
        try:
            made = services.add_organisation(actor, name=name, kind="body", **given)
            return Redirect("admin.organisations", flash=_("%(name)s is added.", name=made.name.in_(g.lang)))
        except Refusal as refusal:
            _show(form, refusal, "parent_id")
    return shown | {"form": form}, 422


@pages.page("GET", "/admin/audit", needs=P.AUDIT_READ, template="accounts/audit.html")
def audit(actor: Actor) -> Any:
    """The trail, by person, thing and time. A filter that cannot be read is said and left out."""
    form = FormState.empty({name: request.args.get(name, "").strip()[:200] for name in ("person", "thing")})
    for name in ("since", "until"):
        form.values[name] = request.args.get(name, "").strip()[:20]
    about, since, until = _id(form), _day(form, "since"), _day(form, "until")
    found = queries.audit_entries(
        actor.reach(P.AUDIT_READ), about=about, thing=form.values["thing"], since=since, until=until
    )
    page = page_of(found, request.args.get("cursor"), 25, key=(AuditEntry.at, AuditEntry.id), descending=True)
    return {
        "form": form,
        "entries": page.items,
        "names": queries.names_of(each.about_id for each in page.items),
        "next_url": words.next_url(page),
    }


def _grant(actor: Actor, person_id: UUID, form: FormState) -> None:
    given = dict(form.data)
    services.grant_role(actor, person_id, given.pop("role"), given.pop("organisation_id"), **given)


def _reached(actor: Actor, permission: Permission) -> words.Options:
    """The part of the tree that the permission reaches."""
    return [
        (str(each.organisation.id), "– " * each.depth + each.organisation.name.in_(g.lang))
        for each in queries.organisation_tree(g.lang)
        if actor.may(permission, at=each.organisation.lineage)
    ]


def _id(form: FormState) -> UUID | None:
    """A person by id or by address."""
    if not (text := form.values["person"]):
        return None
    try:
        return UUID(text)
    except ValueError:
        found = queries.person_at(text)
        if found is None:
            form.refuse("person", _("Nobody with this address or id"))
        return found.id if found else UUID(int=0)


def _day(form: FormState, name: str) -> date | None:
    try:
        return date.fromisoformat(form.values[name]) if form.values[name] else None
    except ValueError:
        form.refuse(name, _("Enter a real date, such as 2026-03-27"))
        return None


def _show(form: FormState, refusal: Refusal, otherwise: str) -> None:
    """Put a refusal beside its field. What was never the person's to touch stays a refusal of the whole page."""
    if type(refusal) is Forbidden:
        raise refusal
    for name, text in (refusal.fields or {otherwise: refusal.detail or refusal.title}).items():
        form.refuse(name, _(text, **refusal.params))
