"""JSON of learning analytics."""

from typing import Any

from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.reporting.learning import services
from lms.reporting.learning.schemas import CourseLearntOut, told

api = Api("learnt", __name__, description="How courses are learnt: counts, never names")


@api.operation("GET", "/courses/<code>/learning", needs=Permission.COURSE_EDIT, returns=(200, CourseLearntOut))
def course(actor: Actor, code: str) -> dict[str, Any]:
    """Where learners stop, how long it takes them, and which questions are hard: for who writes courses."""
    return told(services.insight(actor, code))
