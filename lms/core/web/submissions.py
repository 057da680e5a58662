"""Doing a thing once. A double click, a reload, or a retried request is answered as the first one was.

Pages carry a hidden `once`; the API takes `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
from datetime import datetime

from flask import Response, request
from sqlalchemy import LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor
from lms.core.web import flashes
from lms.core.web.kept import SECRET


class Submission(db.Model):  # type: ignore[name-defined, misc]
    """What was answered to a key. `fingerprint` is of the request, so that a key is not used for two things."""

    __tablename__ = "submission"
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime]
    status: Mapped[int]
    location: Mapped[str | None]
    media_type: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    flash: Mapped[str | None]


def earlier_answer(actor: Actor, once: str) -> Response | None:
    """The answer already given to this key. Holds the key until the transaction ends, so that twins wait.

    What it said to the next page is said again: a second click cuts the first answer off before it is seen.
    """
    key = _key(actor, once)
    db.session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": int.from_bytes(key[:8], "big", signed=True)})
    found = db.session.get(Submission, key)
    if found is None:
        return None
    if found.fingerprint != _fingerprint():
        raise Invalid(N_("This key was already used for another request. Use a new one."))
    if found.flash:
        flashes.add(found.flash)
    answer = Response(found.body, found.status, mimetype=found.media_type)
    if found.location:
        answer.headers["Location"] = found.location
    return answer


def remember_answer(actor: Actor, once: str, answer: Response, flash: str | None = None) -> None:
    """Keep the answer, in the same transaction as what it tells of."""
    db.session.add(
        Submission(
            key=_key(actor, once),
            fingerprint=_fingerprint(),
            answered_at=clock.now(),
            status=answer.status_code,
            location=answer.headers.get("Location"),
            media_type=answer.mimetype,
            body=answer.get_data(),
            flash=flash,
        )
    )


def sweep() -> None:
    """Forget answers after two days."""
    db.session.execute(
        Submission.__table__.delete().where(Submission.answered_at < func.now() - func.make_interval(0, 0, 0, 2))
    )


def _key(actor: Actor, once: str) -> bytes:
    """Of a form also what was typed: somebody who goes back and writes something else means something else."""
    typed = _fingerprint().hex() if not _is_streamed() and request.form else ""
    return hashlib.sha256(f"{actor.person}:{request.method}:{request.path}:{once[:200]}:{typed}".encode()).digest()


def _fingerprint() -> bytes:
    """Of the typed fields; for the API of the body. A form's tokens change between twins, so they are left out; and so
    are passwords, of which no quick hash is to lie anywhere. Of a file that is read as it comes, its address and size."""
    if _is_streamed():
        return hashlib.sha256(f"{request.full_path} {request.content_length}".encode()).digest()
    if request.is_json or not request.form:
        return hashlib.sha256(request.get_data()).digest()
    typed = sorted((name, value) for name, value in request.form.items(multi=True) if name not in SECRET)
    return hashlib.sha256(repr(typed).encode()).digest()


def _is_streamed() -> bool:
    return request.mimetype == "application/octet-stream"
