"""Signing in and out, joining, and a forgotten password. Nothing typed here is kept: it holds passwords."""

from typing import Any

from flask import g, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from lms.accounts import identity, services
from lms.accounts.errors import LinkSpent, WeakPassword, WrongCredentials
from lms.accounts.pages import words
from lms.accounts.schemas import AddressIn, JoinIn, NewPasswordIn, SignInIn
from lms.accounts.services.addresses import usable_confirmation
from lms.core.errors import Conflict, TooMany
from lms.core.permissions import Actor, Permission
from lms.core.web import edge, forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect

pages = Pages("sign_in", "lms.accounts", template_folder="templates")

BOTH = ("GET", "POST")


@pages.page(BOTH, "/sign-in", needs=Permission.SIGN_IN, template="accounts/sign_in.html", keeps=False)
def sign_in(actor: Actor) -> Any:
    there = words.local_path(request.args.get("next"))
    shown = {"next": there, "waiting": bool(session.get("kept")), "token": generate_csrf()}
    if request.method == "GET":
        if actor.person:
            return Redirect(there or f"/{g.lang}/")
        return shown | {"form": FormState.empty()}
    form = forms.read(SignInIn, request.form)
    form.values.pop("password", None)
    if not form.ok:
        return shown | {"form": form}, 422
    try:
        _person, secret = services.sign_in(
            form.data["address"], form.data["password"], network=edge.origin(), browser=request.user_agent.string
        )
    except WrongCredentials as refusal:
        return shown | {"form": form.refuse("address", _(refusal.title) + ". " + _(refusal.way_out))}, 422
    except TooMany as refusal:
        return shown | {"form": form.refuse("address", _said(refusal))}, 429
    if before := identity.current_sign_in():
        services.end_sign_in(actor, before)
    identity.open_browser(secret)
    kept = _("You are signed in. What you had typed is still here; check it and send it.")
    return Redirect(there or f"/{g.lang}/", flash=kept if session.get("kept") else None)


@pages.page("POST", "/sign-out", needs=Permission.SIGN_IN, keeps=False)
def sign_out(actor: Actor) -> Any:
    if current := identity.current_sign_in():
        services.end_sign_in(actor, current)
    identity.close_browser()
    return Redirect(f"/{g.lang}/", flash=_("You are signed out."))


@pages.page(BOTH, "/join", needs=Permission.SIGN_IN, template="accounts/join.html", keeps=False)
def join(actor: Actor) -> Any:
    shown = {"sectors": words.sector_options(), "job_roles": words.job_role_options()}
    if request.method == "GET":
        return shown | {"form": FormState.empty({"language": g.lang})}
    form = forms.read(JoinIn, request.form)
    form.values.pop("new_password", None)
    if form.ok and form.data["job_role"] and form.data["job_role"] not in dict(shown["job_roles"]):
        form.refuse("job_role", _("Choose one of the answers"))
    if not form.ok:
        return shown | {"form": form}, 422
    given = dict(form.data)
    try:
        services.join(password=given.pop("new_password"), network=edge.origin(), **given)
    except WeakPassword as refusal:
        return shown | {"form": form.refuse("new_password", _(refusal.detail))}, 422
    except TooMany as refusal:
        return shown | {"form": form.refuse("address", _said(refusal))}, 429
    return Redirect("sign_in.mail_sent", what="join")


@pages.page(BOTH, "/forgotten-password", needs=Permission.SIGN_IN, template="accounts/forgotten.html", keeps=False)
def forgotten_password(actor: Actor) -> Any:
    if request.method == "GET":
        return {"form": FormState.empty()}
    form = forms.read(AddressIn, request.form)
    if not form.ok:
        return {"form": form}, 422
    try:
        services.ask_for_reset(form.data["address"], network=edge.origin())
    except TooMany as refusal:
        return {"form": form.refuse("address", _said(refusal))}, 429
    return Redirect("sign_in.mail_sent", what="password")


@pages.page("GET", "/mail-sent/<any(join,password):what>", needs=Permission.SIGN_IN, template="accounts/mail_sent.html")
def mail_sent(actor: Actor, what: str) -> Any:
    return {"what": what}


@pages.page(
    BOTH, "/set-password/<secret>", needs=Permission.SIGN_IN, template="accounts/set_password.html", keeps=False
)
def set_password(actor: Actor, secret: str) -> Any:
    try:
        services.usable_reset(secret)
    except LinkSpent as refusal:
        return _spent(refusal)
    if request.method == "GET":
        return {"form": FormState.empty(), "spent": False}
    form = forms.read(NewPasswordIn, request.form)
    form.values.clear()
    if not form.ok:
        return {"form": form, "spent": False}, 422
    try:
        services.reset_password(secret, form.data["new_password"])
    except WeakPassword as refusal:
        return {"form": form.refuse("new_password", _(refusal.detail)), "spent": False}, 422
    return Redirect("sign_in.sign_in", flash=_("Your new password is set. Sign in with it."))


@pages.page(BOTH, "/confirm-address/<secret>", needs=Permission.SIGN_IN, template="accounts/confirm_address.html")
def confirm_address(actor: Actor, secret: str) -> Any:
    """Opening the link changes nothing: mail filters open links too. The button does."""
    try:
        asked = usable_confirmation(secret)
    except LinkSpent as refusal:
        return _spent(refusal)
    if request.method == "GET":
        return {"asked": asked, "form": FormState.empty(), "spent": False}
    try:
        services.confirm_address(secret)
    except Conflict as refusal:
        form = FormState.empty().refuse("_", _(refusal.title) + ". " + _(refusal.way_out))
        return {"asked": asked, "form": form, "spent": False}, 409
    done = _("Your e-mail address is confirmed.")
    if actor.person == asked.person_id:
        return Redirect("profile.emails", flash=done)
    return Redirect("sign_in.sign_in", flash=_("Your e-mail address is confirmed. You can sign in now."))


def _spent(refusal: LinkSpent) -> Any:
    """The link's own page, saying what to do instead."""
    again = url_for("sign_in.forgotten_password")
    return {"spent": True, "title": _(refusal.title), "way_out": _(refusal.way_out), "again": again}, 404


def _said(refusal: TooMany) -> str:
    return _(refusal.title) + ". " + _(refusal.detail, **refusal.params)
