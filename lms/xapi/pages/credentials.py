"""Pages for those who look after the record store: its clients' credentials."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _

from lms.core import clock
from lms.core.db import get_or_refuse
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.paging import page_of
from lms.xapi import queries, services
from lms.xapi.models import Credential
from lms.xapi.pages.room import pages
from lms.xapi.rules.scopes import Scope
from lms.xapi.schemas import CredentialIn, Renewal

SCOPES = {
    Scope.STATEMENTS_WRITE: N_("Send statements"),
    Scope.STATEMENTS_READ_MINE: N_("Read the statements it sent itself"),
    Scope.STATEMENTS_READ: N_("Read all statements"),
    Scope.STATE: N_("Read and write the state of activities"),
    Scope.PROFILE: N_("Read and write profiles of people and activities"),
    Scope.DEFINE: N_("Describe activities"),
    Scope.ALL_READ: N_("Read everything"),
    Scope.ALL: N_("Read and write everything"),
}
SIZE = 25


@pages.page("GET", "/manage/record-store", needs=Permission.RECORD_STORE_MANAGE, template="xapi/credentials.html")
def credentials(actor: Actor) -> dict[str, Any]:
    """Who can reach the record store, the newest first."""
    services.may_manage(actor)
    page = page_of(
        queries.credentials(),
        request.args.get("cursor"),
        SIZE,
        key=(Credential.recorded_at, Credential.id),
        descending=True,
    )
    return {"page": page, "now": clock.now(), "scope_names": _scope_names(), "endpoint": _endpoint()}


@pages.page(
    ("GET", "POST"),
    "/manage/record-store/new",
    needs=Permission.RECORD_STORE_MANAGE,
    template="xapi/new.html",
    keeps=False,
)
def new(actor: Actor) -> Any:
    """Make a credential. The answer to the POST is the only place that ever shows its secret."""
    services.may_manage(actor)
    options = list(_scope_names().items())
    if request.method == "GET":
        return {"form": forms.start(CredentialIn), "options": options, "issued": None}
    form = forms.read(CredentialIn, request.form)
    if form.ok and form.data["until"] is not None and form.data["until"] < clock.today():
        form.refuse("until", _("Enter a day that is still to come"))
    if not form.ok:
        return {"form": form, "options": options, "issued": None}, 422
    last_day = form.data["until"]
    end = None if last_day is None else datetime.combine(last_day + timedelta(days=1), time(), clock.LONDON)
    scopes = [Scope(each) for each in form.data["scopes"]]
    largest = form.data["largest_request"]
    credential, secret = services.issue_credential(
        actor, form.data["name"], scopes, until=end, requests_per_minute=form.data["requests_per_minute"],
        largest_request=None if largest is None else largest * 1_000_000,
    )  # fmt: skip
    return {"form": form, "options": options, "issued": _shown(credential, secret)}


@pages.page(
    ("GET", "POST"),
    "/manage/record-store/<uuid:credential_id>/renew",
    needs=Permission.RECORD_STORE_MANAGE,
    template="xapi/renew.html",
    keeps=False,
)
def renew(actor: Actor, credential_id: UUID) -> Any:
    """Give a new secret, shown here once; the old one may stay good until the client has it."""
    services.may_manage(actor)
    context: dict[str, Any] = {"credential": get_or_refuse(Credential, credential_id), "issued": None}
    context["options"] = [
        ("24", _("For one day")),
        ("168", _("For one week")),
        ("0", _("Not at all: it may be known to others")),
    ]
    if request.method == "GET":
        return context | {"form": forms.start(Renewal)}
    form = forms.read(Renewal, request.form)
    if not form.ok:
        return context | {"form": form}, 422
    credential, secret = services.renew_secret(actor, credential_id, timedelta(hours=int(form.data["overlap"])))
    return context | {"form": form, "issued": _shown(credential, secret)}


@pages.page(
    ("GET", "POST"),
    "/manage/record-store/<uuid:credential_id>/revoke",
    needs=Permission.RECORD_STORE_MANAGE,
    template="xapi/revoke.html",
)
def revoke(actor: Actor, credential_id: UUID) -> Any:
    """Check, then end it."""
    services.may_manage(actor)
    credential = get_or_refuse(Credential, credential_id)
    if request.method == "GET":
        return {"credential": credential, "scope_names": _scope_names()}
    services.revoke(actor, credential_id)
    return Redirect("record_store.credentials", flash=_("The credential %(name)s is revoked.", name=credential.name))


def _shown(credential: Credential, secret: str) -> dict[str, str]:
    return {"name": credential.name, "key": credential.key, "secret": secret, "endpoint": _endpoint()}


def _scope_names() -> dict[str, str]:
    return {scope.value: _(name) for scope, name in SCOPES.items()}


def _endpoint() -> str:
    return f"{current_app.config['PUBLIC_URL']}/xapi"
