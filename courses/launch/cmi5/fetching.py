"""The fetch URL (cmi5 §8.2): content gets its credential there, once. No cookie is looked at: content lies elsewhere."""

import base64
import binascii

import orjson
from flask import Blueprint, Response, request
from sqlalchemy import select

from courses.launch.sessions.models import OPEN_SESSIONS, Session
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, transaction
from lms.core.permissions import Permission
from lms.core.secrets_ import digest
from lms.core.web import edge
from lms.xapi.forwarding.sealing import Unreadable, unseal
from lms.xapi.models import Credential

fetching = Blueprint("cmi5", __name__, url_prefix="/cmi5")

USED, UNKNOWN = "1", "2"
"""Error codes, strings by §8.2.3: it was used already; or there is no such token, or not any more."""
_ACROSS_ORIGINS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Experience-API-Version",
    "Access-Control-Max-Age": "86400",
}


@fetching.route("/fetch/<token>", methods=["POST", "OPTIONS"], provide_automatic_options=False)
def fetch(token: str) -> Response:
    """200 with JSON, whatever is wrong (§8.2.2)."""
    if request.method == "OPTIONS":
        return Response(status=204, headers=_ACROSS_ORIGINS)
    with audit.acting_from(edge.origin()), transaction():
        told = given_for(token)
    answer = Response(orjson.dumps(told), mimetype="application/json")
    answer.headers.update({"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})
    return answer


fetch.needs = Permission.RECORD_STORE_USE  # type: ignore[attr-defined]


def given_for(token: str) -> dict[str, str]:
    """`{"auth-token": …}` the first time, `{"error-code": …, "error-text": …}` otherwise. Locks the session."""
    session = db.session.scalars(
        select(Session).where(Session.fetch_digest == digest(token)).with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip
    now = clock.now()
    if session is None:
        return _error(UNKNOWN, "There is no such fetch URL")
    if session.fetched_at is not None:
        return _error(USED, "This fetch URL has been used. Launch the content again")
    if session.state not in OPEN_SESSIONS or session.fetch_until is None or session.fetch_until <= now:
        return _error(UNKNOWN, "This fetch URL is too old. Launch the content again")
    try:
        secret = unseal(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)), session.id)
    except (binascii.Error, Unreadable):  # the service's key has been changed since
        return _error(UNKNOWN, "This fetch URL works no more. Launch the content again")
    session.fetched_at = now
    key = get_or_refuse(Credential, session.credential_id).key
    return {"auth-token": base64.b64encode(f"{key}:{secret}".encode()).decode()}


def _error(code: str, text: str) -> dict[str, str]:
    return {"error-code": code, "error-text": text}
