"""Where our page for videos and documents reports."""

from typing import Any
from uuid import UUID

from flask import request

from courses.launch.player import services
from courses.launch.sessions.runs import DONE, Runs
from lms.core.permissions import Actor

runs = Runs("media", __name__, largest=1_000_000)


@runs.at("GET", "/media")
def beginning(actor: Actor, session_id: UUID) -> Any:
    return services.beginning(actor, session_id)


@runs.at("POST", "/media/seen")
def seen(actor: Actor, session_id: UUID) -> Any:
    done = services.seen(actor, session_id, request.get_json(force=True, silent=True))
    return DONE | {"done": done}
