"""Comments: about a version, a domain or a statement; answered, resolved, reopened. What was said stays."""

from uuid import UUID

from frameworks.editing import queries
from frameworks.editing.models import FrameworkComment
from frameworks.editing.services.opening import open_to
from frameworks.editing.services.parts import part_in
from lms.core import audit, clock
from lms.core.db import get_or_refuse, record
from lms.core.errors import Forbidden, NotFound
from lms.core.permissions import Actor


def comment(
    actor: Actor, version_id: UUID, body: str, *, statement_id: UUID | None = None, domain_id: UUID | None = None,
    thread_id: UUID | None = None,
) -> FrameworkComment:  # fmt: skip
    """Say something; in answer to a thread, it is about what the thread is about. A resolved thread is open again."""
    version = open_to(actor, version_id, "comment")
    if actor.person is None:
        raise Forbidden()
    about = ""
    if thread_id is not None:
        first = _first(version.id, thread_id)
        statement_id, domain_id, about = first.statement_id, first.domain_id, first.about
        first.resolved_at = first.resolved_by = None
    elif statement_id is not None:
        about = part_in(version, "statements", statement_id).code
    elif domain_id is not None:
        about = part_in(version, "domains", domain_id).code
    return record(
        FrameworkComment(
            version_id=version.id, thread_id=thread_id, statement_id=statement_id, domain_id=domain_id, about=about,
            author_id=actor.person, body=body, made_at=clock.now(),
        )
    )  # fmt: skip


def resolve(actor: Actor, version_id: UUID, thread_id: UUID) -> FrameworkComment:
    """Say that a thread is dealt with. Its own author may, and whoever may edit or manage the version."""
    first = _theirs(actor, version_id, thread_id)
    first.resolved_at, first.resolved_by = clock.now(), actor.person
    audit.record(actor, "framework.thread-resolved", thing=first, version=str(version_id))
    return first


def reopen(actor: Actor, version_id: UUID, thread_id: UUID) -> FrameworkComment:
    """Say that a thread is not dealt with after all."""
    first = _theirs(actor, version_id, thread_id)
    first.resolved_at = first.resolved_by = None
    audit.record(actor, "framework.thread-reopened", thing=first, version=str(version_id))
    return first


def _theirs(actor: Actor, version_id: UUID, thread_id: UUID) -> FrameworkComment:
    version = open_to(actor, version_id, "comment")
    first = _first(version.id, thread_id)
    if first.author_id != actor.person:
        may = queries.access(actor, version)
        if not (may.edit or may.manage):
            raise Forbidden()
    return first


def _first(version_id: UUID, thread_id: UUID) -> FrameworkComment:
    found = get_or_refuse(FrameworkComment, thread_id, lock=True)
    if found.version_id != version_id or found.thread_id is not None:
        raise NotFound()
    return found
