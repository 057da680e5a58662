"""Whose approval. To everybody else it does not exist."""

from uuid import UUID

from sqlalchemy import select

from certificates.approvals import queries
from certificates.approvals.errors import OwnApproval
from certificates.approvals.models import Approval
from lms.accounts.models import Organisation
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission


def readable(actor: Actor, approval_id: UUID) -> Approval:
    """An approval for its holder or for the body that gave it. Raises NotFound."""
    found = db.session.scalars(queries.whole().where(Approval.id == approval_id)).one_or_none()
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.APPROVAL_READ, about=found.person_id, at=[found.body_id])
    return found


def kept(actor: Actor, approval_id: UUID) -> Approval:
    """An approval for a use case of the body that gave it; locked, so that what happens to it comes one after the other.

    Raises NotFound, OwnApproval.
    """
    found = get_or_refuse(Approval, approval_id, lock=True)
    actor.require_or_hide(Permission.APPROVAL_KEEP, at=[found.body_id])
    if found.person_id == actor.person:
        raise OwnApproval()
    return reread(found.id)


def reread(approval_id: UUID) -> Approval:
    """The approval as it stands, with what has just been added."""
    db.session.flush()  # what was added counts in what is read
    return db.session.scalars(
        queries.whole().where(Approval.id == approval_id).execution_options(populate_existing=True)
    ).one()


def body(actor: Actor, code: str) -> Organisation:
    """A body whose approvals the actor keeps. Raises NotFound."""
    found: Organisation | None = db.session.scalar(select(Organisation).where(Organisation.code == code))
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.APPROVAL_KEEP, at=[found.id])
    return found
