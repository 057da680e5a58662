"""Where scorm-again reports."""

from typing import Any
from uuid import UUID

from flask import request

from courses.launch.scorm import services
from courses.launch.scorm.errors import SuspendDataTooLong
from courses.launch.sessions.runs import DONE, Runs
from lms.core.permissions import Actor

runs = Runs("scorm", __name__, largest=services.LARGEST)

TOO_LONG = {"scorm12": 405, "scorm2004": 351}
"""SCORM's own numbers: incorrect data type (1.2), general set failure (2004)."""


@runs.at("GET", "/scorm")
def beginning(actor: Actor, session_id: UUID) -> Any:
    return services.beginning(actor, session_id)


@runs.at("POST", "/scorm/begun")
def begun(actor: Actor, session_id: UUID) -> Any:
    services.begin(actor, session_id)
    return DONE


@runs.at("POST", "/scorm/commit")
def commit(actor: Actor, session_id: UUID) -> Any:
    """A refusal of one's content is told in SCORM's way, so that it can say so."""
    final = request.args.get("final") == "true"
    try:
        if not services.commit(actor, session_id, request.get_data(), final=final):
            return {"result": False, "errorCode": 101, "reason": "continued-elsewhere"}, 409
    except SuspendDataTooLong as refusal:
        number = TOO_LONG[request.args.get("version", "scorm2004")] if request.args.get("version") in TOO_LONG else 351
        return {"result": False, "errorCode": number, "reason": refusal.slug}, 422
    return DONE
