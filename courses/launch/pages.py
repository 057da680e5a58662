"""The page on which a course's content opens."""

import json
from typing import Any
from uuid import UUID

from flask import request

from courses.enrolments import queries
from courses.enrolments.errors import EnrolmentClosed
from courses.launch import services
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages

pages = Pages("launch", __name__, template_folder="templates")


@pages.page(
    ("GET", "POST"), "/learning/<uuid:enrolment_id>/launch", needs=Permission.ENROLMENT_LAUNCH,
    template="launch/launch.html",
)  # fmt: skip
def launch(actor: Actor, enrolment_id: UUID) -> Any:
    """Says how the course reports; on POST issues what a content player needs, shown once."""
    it = queries.enrolment(enrolment_id)
    if it is None or it.learner_id != actor.person:
        raise NotFound()
    if it.state not in services.LEARNING:
        raise EnrolmentClosed()
    made = services.launch(actor, enrolment_id) if request.method == "POST" else None
    return {
        "it": it,
        "form": FormState.empty(),
        "made": made,
        "agent": json.dumps(made.actor, indent=2) if made else "",
    }
