"""The register of an approving body as CSV: UTF-8 with a byte order mark, ISO dates, and nothing that a spreadsheet runs."""

from datetime import date
from uuid import UUID

from flask import Response, g
from flask_babel import gettext as _

from certificates.approvals import functions, queries, wording
from certificates.approvals.models import Approval
from certificates.approvals.views import View, views
from lms.core import audit
from lms.core.db import db
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import CSV, Cell, table_csv

MOST = 5000
"""Rows: more than any body in Wales has approved."""
HEAD = (
    "name", "function", "profession", "body", "state", "decided_on", "starts_on", "ends_on", "days_left", "years_overdue",
    "conditions", "gives",
)  # fmt: skip


def register_csv(actor: Actor, day: date, show: str, code: str | None, body: UUID | None) -> bytes:
    """What the register shows; that it was taken out is recorded."""
    actor_reach = actor.reach(Permission.APPROVAL_KEEP)
    found = queries.register(actor_reach, day, show, code, body).order_by(Approval.starts_on, Approval.id).limit(MOST)
    rows = views(db.session.scalars(found).all(), day)
    audit.record(actor, "approval.register-exported", on=day.isoformat(), show=show, function=code, rows=len(rows))
    return table_csv(HEAD, map(_cells, rows))


def answer(actor: Actor, day: date, show: str, code: str | None, body: UUID | None) -> Response:
    made = Response(register_csv(actor, day, show, code, body), mimetype=CSV)
    made.headers["Content-Disposition"] = f'attachment; filename="approvals-{day.isoformat()}.csv"'
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _cells(it: View) -> list[Cell]:
    found = it.approval
    profession = functions.professions()[found.profession]
    return [
        found.person.legal_name, it.function.short.in_(g.lang), profession.title.in_(g.lang), found.body.name.in_(g.lang),
        _(wording.STATES[it.state][0]), found.decided_on, found.starts_on, found.ends_on,
        (found.ends_on - it.day).days if found.ends_on and it.standing else None,
        sum(year.ends_on < it.day and not year.met for year in it.years),
        found.conditions, ", ".join(each.short.in_(g.lang) for each in it.gives),
    ]  # fmt: skip
