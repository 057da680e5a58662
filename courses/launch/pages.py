"""The page on which a course's content opens: its units, or for a course without a package what a player needs."""

import json
from typing import Any
from uuid import UUID

from flask import request

from courses.launch import services
from courses.launch.player.pages import mine, units_page
from lms.core.permissions import Actor, Permission
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages

pages = Pages("launch", __name__, template_folder="templates")


@pages.page(
    ("GET", "POST"), "/learning/<uuid:enrolment_id>/launch", needs=Permission.ENROLMENT_LAUNCH,
    template="launch/launch.html",
)  # fmt: skip
def launch(actor: Actor, enrolment_id: UUID) -> Any:
    """The units of the course's package. Without one: how the course reports; on POST what a player elsewhere needs, once."""
    it = mine(actor, enrolment_id)
    units = units_page(it)
    if units is not None:
        return units | {"has_units": True}
    made = services.launch(actor, enrolment_id) if request.method == "POST" else None
    return {
        "it": it,
        "has_units": False,
        "form": FormState.empty(),
        "made": made,
        "agent": json.dumps(made.actor, indent=2) if made else "",
    }
