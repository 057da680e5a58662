"""Where content of our own run-times reports: `/run/<token>/…` on the pages' origin, asked from the content's.

The token in the path says which session, and stands for its learner there; no cookie is looked at, and so any origin may
ask: a beacon carries neither header nor cookie.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, current_app, request

from courses.launch.packages.addresses import session_of_run
from courses.launch.sessions.queries import learner_of
from lms.core import audit
from lms.core.db import transaction
from lms.core.errors import Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import edge
from lms.core.web.problems import status_of

DONE = {"result": True, "errorCode": 0}
View = Callable[[Actor, UUID], Any]
_ACROSS_ORIGINS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}


class Runs(Blueprint):
    """Addresses of one run-time. Bodies may be called anything, for a beacon calls them text."""

    def __init__(self, name: str, import_name: str, *, largest: int) -> None:
        super().__init__(f"run_{name}", import_name, url_prefix="/run/<token>")
        self.largest = largest

    def at(self, method: str, rule: str) -> Callable[[View], View]:
        """The view takes the learner as actor and the session's id, and returns what is JSON, or (that, status)."""

        def declare(view: View) -> View:
            def run(token: str) -> Response:
                if request.method == "OPTIONS":
                    return Response(status=204, headers=_ACROSS_ORIGINS)
                request.max_content_length = self.largest
                return _answered(view, token)

            run.needs = Permission.RECORD_STORE_USE  # type: ignore[attr-defined]
            name = view.__name__
            self.add_url_rule(rule, name, run, methods=[method, "OPTIONS"], provide_automatic_options=False)
            return view

        return declare


def _answered(view: View, token: str) -> Response:
    """Never a page: whoever asks is a script."""
    session_id = session_of_run(token)
    if session_id is None:
        return _json({"result": False, "errorCode": 101, "reason": "too-old"}, 403)
    body, status = {}, 200
    try:
        with audit.acting_from(edge.origin()), transaction():
            learner = learner_of(session_id)
            if learner is None:
                return _json({"result": False, "errorCode": 101, "reason": "not-found"}, 404)
            actor = Actor(person=learner, scopes=frozenset({Permission.ENROLMENT_LAUNCH, Permission.RECORD_STORE_USE}))
            given = view(actor, session_id)
            body, status = given if isinstance(given, tuple) else (given, 200)
    except Refusal as refusal:
        return _json({"result": False, "errorCode": 101, "reason": refusal.slug}, status_of(refusal))
    return _json(body, status)


def _json(body: Any, status: int) -> Response:
    return current_app.response_class(orjson.dumps(body), status, mimetype="application/json", headers=_ACROSS_ORIGINS)
