"""Nothing typed is lost: when the sign-in or the form's token has expired, what was typed is kept and shown again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request, session
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Record, db, transaction

LONGEST = 200_000
"""Characters of one form that we keep."""
SECRET = ("csrf_token", "once", "secret", "password", "new_password", "new_password_again")


class KeptForm(Record):
    """A form on its way through a sign-in. The browser's signed session cookie holds its id."""

    __tablename__ = "kept_form"
    path: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    until: Mapped[datetime]


def keep() -> None:
    """Keep the posted form in a transaction of its own: the request itself is about to be refused."""
    values = {
        name: request.form.getlist(name) if len(request.form.getlist(name)) > 1 else request.form[name]
        for name in request.form
        if name not in SECRET
    }
    if not values or sum(len(str(value)) for value in values.values()) > LONGEST:
        return
    kept = KeptForm(path=request.path, values=values, until=clock.now() + timedelta(days=1))
    with transaction():
        db.session.add(kept)
    session["kept"] = str(kept.id)


def take() -> dict[str, Any] | None:
    """What was typed on this page before it was interrupted; handed out once."""
    if not (kept_id := session.get("kept")):
        return None
    found = db.session.get(KeptForm, UUID(kept_id))
    if found is None or found.until < clock.now():
        session.pop("kept")
        return None
    if found.path != request.path:
        return None
    session.pop("kept")
    db.session.delete(found)
    return found.values


def sweep() -> None:
    db.session.execute(KeptForm.__table__.delete().where(KeptForm.until < func.now()))
