"""Pages to take somebody out of the store: who, what will change, and how far it is."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import gettext as _

from lms.core.db import get_or_refuse
from lms.core.errors import Invalid, Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.xapi import erasing, people, reading, services
from lms.xapi.models import Erasure
from lms.xapi.pages.room import pages
from lms.xapi.schemas import ErasureIn, WhomIn

ERASE = Permission.RECORD_STORE_ERASE


@pages.page(("GET", "POST"), "/manage/record-store/erase", needs=ERASE, template="xapi/erase.html")
def erase(actor: Actor) -> Any:
    """Say whom; see what will change; give the reason and confirm. Whom it is never stands in an address."""
    services.may_erase(actor)
    shown: dict[str, Any] = {"subject": None, "preview": None, "candidates": []}
    if request.method == "GET":
        return shown | {"form": forms.start(WhomIn)}
    confirmed = request.form.get("step") == "erase"
    form = forms.read(ErasureIn if confirmed else WhomIn, request.form)
    typed = request.form.get("person", "").strip()[:2000]
    try:
        found = people.found_by(typed) if typed else []
        if len(found) > 1:
            return shown | {"form": form, "candidates": found}, 422
        subject = reading.one_of(found, typed or None)
        if subject is not None:
            shown |= {"subject": subject, "preview": erasing.preview(actor, subject)}
            if confirmed and form.ok:
                made = erasing.begin(actor, subject, form.data["reason"])
                return Redirect("record_store.erasure", erasure_id=made.id)
    except Invalid as refusal:
        for name, message in (refusal.fields or {"person": refusal.title}).items():
            form.refuse(name, _(message))
    except Refusal as refusal:
        form.refuse("person", _(refusal.title))
    return shown | {"form": form}, 200 if form.ok else 422


@pages.page("GET", "/manage/record-store/erasures/<uuid:erasure_id>", needs=ERASE, template="xapi/erasure.html")
def erasure(actor: Actor, erasure_id: UUID) -> Any:
    """How far it is, or what was done."""
    services.may_erase(actor)
    found = get_or_refuse(Erasure, erasure_id)
    return {"it": found, "text": _told(found)}


@pages.page("GET", "/manage/record-store/erasures/<uuid:erasure_id>/progress", needs=ERASE)
def erasure_progress(actor: Actor, erasure_id: UUID) -> Response:
    services.may_erase(actor)
    found = get_or_refuse(Erasure, erasure_id)
    return jsonify({"done": found.ended_at is not None, "percent": erasing.percent(found), "text": _told(found)})


def _told(found: Erasure) -> str:
    return _("%(done)s of %(all)s statements", done=found.statements, all=max(found.expected, found.statements))
