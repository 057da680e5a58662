"""Pages to bring statements in from another store."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, jsonify, request
from flask_babel import gettext as _

from lms.core.db import get_or_refuse
from lms.core.errors import Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.xapi import importing, services
from lms.xapi.models import ImportState, StatementImport
from lms.xapi.pages.room import pages
from lms.xapi.schemas import ImportIn

MANAGE = Permission.RECORD_STORE_MANAGE


@pages.page(("GET", "POST"), "/manage/record-store/import", needs=MANAGE, template="xapi/import.html")
def bring_in(actor: Actor) -> Any:
    """Choose a file; check it only, or keep what is in it."""
    services.may_manage(actor)
    limit = current_app.config["MAX_UPLOAD"] // 1_000_000
    if request.method == "GET":
        return {"form": forms.start(ImportIn, {"mode": "check"}), "limit": limit}
    form = forms.read(ImportIn, request.form, request.files)
    if form.ok:
        try:
            made = importing.begin(actor, form.data["file"].read(), dry_run=form.data["mode"] == "check")
            return Redirect("record_store.imported", import_id=made.id)
        except Refusal as refusal:
            form.refuse("file", _(next(iter(refusal.fields.values()), refusal.detail or refusal.title)))
    return {"form": form, "limit": limit}, 422


@pages.page("GET", "/manage/record-store/imports/<uuid:import_id>", needs=MANAGE, template="xapi/imported.html")
def imported(actor: Actor, import_id: UUID) -> Any:
    """How far it is, or what came of it."""
    services.may_manage(actor)
    found = get_or_refuse(StatementImport, import_id)
    return {"it": found, "State": ImportState, "text": _told(found), "most": importing.MOST_FAULTS}


@pages.page("GET", "/manage/record-store/imports/<uuid:import_id>/progress", needs=MANAGE)
def import_progress(actor: Actor, import_id: UUID) -> Response:
    services.may_manage(actor)
    found = get_or_refuse(StatementImport, import_id)
    return jsonify({"done": found.ended_at is not None, "percent": importing.percent(found), "text": _told(found)})


def _told(found: StatementImport) -> str:
    if found.state == ImportState.KEEPING:
        return _("%(lines)s lines kept so far", lines=found.lines)
    return _("%(lines)s lines checked so far", lines=found.lines)
