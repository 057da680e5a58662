"""Bodies in the tree."""

from uuid import UUID

from sqlalchemy import select

from lms.accounts.errors import CodeTaken
from lms.accounts.models import Organisation, Sector
from lms.core import audit
from lms.core.db import db, get_or_refuse, record
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission


def add_organisation(
    actor: Actor,
    *,
    code: str,
    name: Bilingual,
    kind: str,
    sector: Sector,
    parent_id: UUID,
    ods_code: str | None = None,
    gss_code: str | None = None,
) -> Organisation:
    """A new body below another. Raises NotFound for a parent out of reach, CodeTaken."""
    parent = get_or_refuse(Organisation, parent_id)
    actor.require(Permission.ORGANISATION_EDIT, at=parent.lineage)
    if db.session.scalar(select(Organisation.id).where(Organisation.code == code)):
        raise CodeTaken(fields={"code": CodeTaken.title})
    body_id = new_id()
    made = record(
        Organisation(
            id=body_id, code=code, name=name, kind=kind, sector=sector, parent_id=parent.id,
            lineage=[*parent.lineage, body_id], ods_code=ods_code, gss_code=gss_code,
        )
    )  # fmt: skip
    audit.record(actor, "organisation.added", thing=made, code=code, below=parent.code)
    return made
