"""What our own run-times remember of a learner in a unit: a State document of the record store, where content's own lie.

The caller has asked whether it may. The edge commits.
"""

from courses.launch.packages.identity import part_activity
from courses.launch.sessions.models import Session
from lms.xapi import queries
from lms.xapi.identity import agent_of
from lms.xapi.keeping import documents
from lms.xapi.keeping.documents import Seen
from lms.xapi.models import TENANT
from lms.xapi.places import Place
from lms.xapi.rules.documents import Kind
from lms.xapi.rules.versions import Version


def remember(session: Session, name: str, body: bytes) -> None:
    """Replaces what was there. `body` is JSON."""
    documents.put(_place(session, name), body, "application/json", Seen(None, None, Version.ONE))


def recalled(session: Session, name: str) -> bytes | None:
    """One query."""
    found = queries.document(_place(session, name))
    return bytes(found.body) if found else None


def _place(session: Session, name: str) -> Place:
    activity = part_activity(session.package.course.code, session.key)
    return Place(
        TENANT,
        Kind.STATE,
        f"llwybr-{name}",
        activity,
        agent_of(session.registration.learner_id),
        session.registration_id,
    )
