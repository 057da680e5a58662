"""One's own profile: names, addresses, where one belongs, registers, tokens, and where one is signed in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request, session
from flask_babel import gettext as _

from lms.accounts import identity, queries, scopes, services
from lms.accounts.errors import AlreadyEnded
from lms.accounts.models import ApiToken, Membership
from lms.accounts.pages import words
from lms.accounts.schemas import (
    AddressIn,
    ChangePasswordIn,
    EndIn,
    MembershipIn,
    PersonForm,
    RegistrationIn,
    RenewalIn,
    TokenForm,
)
from lms.accounts.services.people import version_of
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Refusal, StaleEdit, TooMany
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("profile", "lms.accounts", template_folder="templates")

BOTH = ("GET", "POST")
P = Permission


def _me(actor: Actor) -> UUID:
    assert actor.person is not None
    return actor.person


@pages.page("GET", "/profile", needs=P.PROFILE_READ, template="accounts/profile.html")
def profile(actor: Actor) -> Any:
    me = _me(actor)
    today = clock.today()
    newest = queries.memberships_of(me).order_by(Membership.starts_on.desc(), Membership.id.desc()).limit(100)
    all_ = list(db.session.scalars(newest))
    live = [each for each in all_ if each.ends_on is None or each.ends_on >= today]
    return {
        "person": queries.person(me),
        "emails": queries.emails_of(me),
        "live": live,
        "past": [each for each in all_ if each not in live],
        "sectors": dict(words.sector_options()),
        "registrations": queries.registrations_of(me),
        "grants": [(words.role_name(each.role), each) for each in queries.grants_of(me, today)],
    }


@pages.page(BOTH, "/profile/details", needs=P.PROFILE_EDIT, template="accounts/details.html")
def details(actor: Actor) -> Any:
    person = queries.person(_me(actor))
    now = {name: getattr(person, name) for name in ("display_name", "legal_name", "language")}
    if request.method == "GET":
        return {"form": forms.start(PersonForm, values=now | {"version": version_of(person)}), "now": None}
    form = forms.read(PersonForm, request.form)
    if not form.ok:
        return {"form": form, "now": None}, 422
    try:
        services.change_person(actor, person.id, **form.data)
    except StaleEdit as refusal:
        form.values["version"] = version_of(person)
        form.refuse("_", _(refusal.title) + ". " + _("What is recorded now stands below; send again to replace it."))
        return {"form": form, "now": now}, 409
    return Redirect("profile.profile", flash=_("Your details are changed."))


@pages.page(BOTH, "/profile/emails", needs=P.PROFILE_EDIT, template="accounts/emails.html")
def emails(actor: Actor) -> Any:
    me = _me(actor)
    form = forms.start(AddressIn) if request.method == "GET" else forms.read(AddressIn, request.form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.ok:
            try:
                services.add_email(actor, form.data["address"])
                return Redirect("profile.emails", flash=_("Open the mail that we sent there to confirm the address."))
            except TooMany as refusal:
                form.refuse("address", _(refusal.title) + ". " + _(refusal.detail, **refusal.params))
                status = 429
    return {"form": form, "emails": queries.emails_of(me), "waiting": queries.unconfirmed_emails_of(me)}, status


@pages.page("POST", "/profile/emails/<uuid:email_id>/primary", needs=P.PROFILE_EDIT)
def make_primary(actor: Actor, email_id: UUID) -> Any:
    services.make_primary(actor, email_id)
    return Redirect("profile.emails", flash=_("Mail now goes to this address."))


@pages.page("POST", "/profile/emails/<uuid:email_id>/remove", needs=P.PROFILE_EDIT)
def remove_email(actor: Actor, email_id: UUID) -> Any:
    services.remove_email(actor, email_id)
    return Redirect("profile.emails", flash=_("The address is removed."))


@pages.page(BOTH, "/profile/registrations", needs=P.PROFILE_EDIT, template="accounts/registrations.html")
def registrations(actor: Actor) -> Any:
    me = _me(actor)
    form = forms.start(RegistrationIn) if request.method == "GET" else forms.read(RegistrationIn, request.form)
    status = 200
    if request.method == "POST":
        if form.ok:
            try:
                services.register_with(actor, **form.data)
                return Redirect("profile.registrations", flash=_("Your registration is recorded."))
            except (Conflict, Invalid) as refusal:
                _show(form, refusal, "register")
        status = 422
    shown = {"registrations": queries.registrations_of(me), "registers": words.register_options()}
    return shown | {"form": form}, status


@pages.page(
    BOTH,
    "/profile/registrations/<uuid:registration_id>/renewal",
    needs=P.PROFILE_EDIT,
    template="accounts/renewal.html",
)
def renewal(actor: Actor, registration_id: UUID) -> Any:
    """When it is renewed: the CPD record counts in that cycle."""
    known = {each.id: (each, name) for each, name in queries.registrations_of(_me(actor)) if not each.ended_on}
    if registration_id not in known:
        raise NotFound()
    found, name = known[registration_id]
    if request.method == "GET":
        return {"form": forms.start(RenewalIn, {"renews_on": found.renews_on}), "name": name}
    form = forms.read(RenewalIn, request.form)
    if not form.ok:
        return {"form": form, "name": name}, 422
    services.renew(actor, registration_id, form.data["renews_on"])
    return Redirect("profile.registrations", flash=_("The date is recorded."))


@pages.page("POST", "/profile/registrations/<uuid:registration_id>/end", needs=P.PROFILE_EDIT)
def end_registration(actor: Actor, registration_id: UUID) -> Any:
    services.end_registration(actor, registration_id)
    return Redirect("profile.registrations", flash=_("Your registration is ended."))


@pages.page(BOTH, "/profile/memberships/add", needs=P.PROFILE_EDIT, template="accounts/membership.html")
def add_membership(actor: Actor) -> Any:
    shown = {
        "organisations": words.organisation_options(),
        "sectors": words.sector_options(),
        "job_roles": words.job_role_options(),
        "settings": words.setting_options(),
    }
    if request.method == "GET":
        return shown | {"form": forms.start(MembershipIn, values={"starts_on": clock.today()})}
    form = forms.read(MembershipIn, request.form)
    if form.ok:
        try:
            services.add_membership(actor, _me(actor), **form.data)
            return Redirect("profile.profile", flash=_("Your membership is recorded."))
        except (Conflict, Invalid) as refusal:
            _show(form, refusal, "organisation_id")
    return shown | {"form": form}, 422


@pages.page(
    BOTH, "/profile/memberships/<uuid:membership_id>/end", needs=P.PROFILE_EDIT, template="accounts/end_membership.html"
)
def end_membership(actor: Actor, membership_id: UUID) -> Any:
    membership = db.session.scalar(queries.memberships_of(_me(actor)).where(Membership.id == membership_id))
    if membership is None:
        raise NotFound()
    shown = {"membership": membership, "sectors": dict(words.sector_options())}
    if request.method == "GET":
        return shown | {"form": forms.start(EndIn, values={"ends_on": clock.today()})}
    form = forms.read(EndIn, request.form)
    if form.ok:
        try:
            services.end_membership(actor, membership_id, form.data["ends_on"])
            return Redirect("profile.profile", flash=_("Your membership has a last day now. Your record stays."))
        except (AlreadyEnded, Invalid) as refusal:
            _show(form, refusal, "ends_on")
    return shown | {"form": form}, 422


@pages.page(BOTH, "/profile/password", needs=P.PROFILE_EDIT, template="accounts/password.html", keeps=False)
def password(actor: Actor) -> Any:
    if request.method == "GET":
        return {"form": FormState.empty()}
    form = forms.read(ChangePasswordIn, request.form)
    form.values.clear()
    status = 422
    if form.ok:
        given = form.data
        keeping = identity.current_sign_in()
        try:
            services.change_password(actor, given["password"], given["new_password"], keeping=keeping)
            done = _("Your password is changed, and you are signed out everywhere else.")
            return Redirect("profile.profile", flash=done)
        except Invalid as refusal:
            _show(form, refusal, "new_password")
        except TooMany as refusal:
            form.refuse("password", _(refusal.title) + ". " + _(refusal.detail, **refusal.params))
            status = 429
    return {"form": form}, status


@pages.page(BOTH, "/profile/tokens", needs=P.TOKEN_MANAGE, template="accounts/tokens.html")
def tokens(actor: Actor) -> Any:
    me = _me(actor)
    posted = request.method == "POST"
    form = forms.read(TokenForm, request.form) if posted else forms.start(TokenForm, values={"days": "90"})
    if posted and form.ok:
        until = clock.now() + timedelta(days=int(form.data["days"]))
        chosen = scopes.permissions_of(form.data["scopes"])
        made, secret = services.create_token(actor, queries.person(me), form.data["name"], chosen, until)
        session["new_token"] = [str(made.id), secret]
        return Redirect("profile.tokens", flash=_("Your token is made. Copy it now: it is not shown again."))
    page = page_of(queries.tokens_of(me), request.args.get("cursor"), 25, key=(ApiToken.id,), descending=True)
    shown = {
        "form": form,
        "fresh": None if posted else session.pop("new_token", None),
        "tokens": [(each, [_(word) for word in scopes.words_for(each.scopes)]) for each in page.items],
        "next_url": words.next_url(page),
        "scopes": [(code, _(label)) for code, (label, _permissions) in scopes.SCOPES.items()],
        "lasts": [("30", _("30 days")), ("90", _("90 days")), ("180", _("6 months")), ("365", _("1 year"))],
    }
    return shown, 422 if posted else 200


@pages.page("POST", "/profile/tokens/<uuid:token_id>/revoke", needs=P.TOKEN_MANAGE)
def revoke_token(actor: Actor, token_id: UUID) -> Any:
    services.revoke_token(actor, token_id)
    return Redirect("profile.tokens", flash=_("The token does not work any more."))


@pages.page("GET", "/profile/sign-ins", needs=P.PROFILE_READ, template="accounts/sign_ins.html")
def sign_ins(actor: Actor) -> Any:
    found = [(each, words.browser_name(each.browser)) for each in queries.sign_ins_of(_me(actor))]
    return {"sign_ins": found, "current": identity.current_sign_in()}


@pages.page("POST", "/profile/sign-ins/<uuid:sign_in_id>/end", needs=P.PROFILE_EDIT)
def end_sign_in(actor: Actor, sign_in_id: UUID) -> Any:
    services.end_sign_in(actor, sign_in_id)
    return Redirect("profile.sign_ins", flash=_("You are signed out there."))


@pages.page("POST", "/profile/sign-ins/end-others", needs=P.PROFILE_EDIT)
def end_other_sign_ins(actor: Actor) -> Any:
    services.end_sign_ins(actor, _me(actor), but=identity.current_sign_in())
    return Redirect("profile.sign_ins", flash=_("You are signed out everywhere else."))


def _show(form: FormState, refusal: Refusal, otherwise: str) -> None:
    """Put a refusal beside the field it is about, or else beside `otherwise`."""
    for name, text in (refusal.fields or {otherwise: refusal.detail or refusal.title}).items():
        form.refuse(name, _(text, **refusal.params))
