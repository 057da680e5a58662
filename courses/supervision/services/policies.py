"""How supervision is arranged, set by whoever assigns it."""

from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Programme
from courses.supervision.models import Policy, Scope
from lms.accounts.models import Organisation, Person
from lms.accounts.queries import body, lineage
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.permissions import Actor, Permission


def set_policy(
    actor: Actor,
    programme_code: str,
    organisation_id: UUID | None,
    *,
    scope: Scope | None = None,
    finder_id: UUID | None = None,
    escalate_after: int | None = None,
    sample_percent: int | None = None,
) -> Policy:
    """Say how a programme's supervision is arranged at an organisation and below it, or (None) everywhere.

    What is None is decided further up. Everywhere is for those who may assign at the root. Raises NotFound, Forbidden.
    """
    where = organisation_id or body("").id
    actor.require(Permission.SUPERVISION_ASSIGN, at=lineage(where))
    get_or_refuse(Programme, programme_code, lock=True)  # two who set the same take turns
    if organisation_id is not None:
        get_or_refuse(Organisation, organisation_id)
    if finder_id is not None:
        get_or_refuse(Person, finder_id)
    found = db.session.scalars(
        select(Policy).where(
            Policy.programme_code == programme_code, Policy.organisation_id.is_not_distinct_from(organisation_id)
        )
    ).one_or_none()
    before = (
        {name: str(getattr(found, name)) for name in ("scope", "finder_id", "escalate_after", "sample_percent")}
        if found
        else {}
    )
    policy = found or Policy(programme_code=programme_code, organisation_id=organisation_id)
    policy.scope, policy.finder_id = scope, finder_id
    policy.escalate_after, policy.sample_percent = escalate_after, sample_percent
    policy.changed_by, policy.changed_at = actor.person, clock.now()
    policy = record(policy)
    audit.record(actor, "supervision.arranged", thing=policy, programme=programme_code, before=before)
    return policy
