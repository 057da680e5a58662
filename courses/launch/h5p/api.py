"""Where our H5P page reports."""

from typing import Any
from uuid import UUID

from flask import request

from courses.launch.h5p import services
from courses.launch.sessions.runs import DONE, Runs
from lms.core.permissions import Actor

runs = Runs("h5p", __name__, largest=1_000_000)


@runs.at("GET", "/h5p")
def beginning(actor: Actor, session_id: UUID) -> Any:
    return services.beginning(actor, session_id)


@runs.at("POST", "/h5p/begun")
def begun(actor: Actor, session_id: UUID) -> Any:
    services.begin(actor, session_id)
    return DONE


@runs.at("POST", "/h5p/statement")
def statement(actor: Actor, session_id: UUID) -> Any:
    services.report(actor, session_id, request.get_json(force=True, silent=True))
    return DONE


@runs.at("POST", "/h5p/state")
def state(actor: Actor, session_id: UUID) -> Any:
    """From our page, or from the library itself, which sends a form; its state of single parts is in that of the whole."""
    kept = DONE | {"success": True}
    if "data" not in request.form:
        services.keep(actor, session_id, request.get_json(force=True, silent=True))
    elif request.args.get("type") == "state" and request.args.get("part") == "0" and request.form["data"] != "0":
        services.keep(actor, session_id, {"state": request.form["data"]})
    return kept


@runs.at("POST", "/h5p/ended")
def ended(actor: Actor, session_id: UUID) -> Any:
    services.end(actor, session_id)
    return DONE
