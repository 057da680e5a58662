"""The learner lets somebody read an item: their manager, a mentor, a colleague. Nobody else decides that, and it ends
when the learner says so. What is shared is read only while it is submitted or accepted: a draft is the learner's alone.
"""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from courses.enrolments.models import Enrolment
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio, Share
from courses.portfolios.queries import NOBODY
from courses.portfolios.services.access import item_by_id
from courses.portfolios.services.evidence import EDIT
from lms.accounts.models import EmailAddress, Membership, Person
from lms.core import audit, clock, throttle
from lms.core.db import db, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

MOST_A_DAY = 30
READ = Permission.EVIDENCE_READ_SHARED


def line_managers(person_id: UUID) -> list[Person]:
    """Whom the learner's current memberships name as their manager."""
    today = clock.today()
    return list(
        db.session.scalars(
            select(Person)
            .join(Membership, Membership.line_manager_id == Person.id)
            .where(Membership.person_id == person_id, or_(Membership.ends_on.is_(None), Membership.ends_on > today))
            .distinct()
        )
    )


def share(actor: Actor, item_id: UUID, *, reader_id: UUID | None = None, email: str | None = None) -> Share:
    """Let somebody read the item: a line manager by id, or anybody here by address. Once is enough.

    Raises Invalid where nobody has the address, or it is the learner's own; TooMany.
    """
    item = item_by_id(actor, EDIT, item_id, lock=True)
    learner = item.portfolio.learner_id
    if email is not None:
        throttle.take(f"share-evidence:{learner}", limit=MOST_A_DAY, per_seconds=24 * 3600)
        reader_id = db.session.scalar(
            select(EmailAddress.person_id).where(
                EmailAddress.address == email.lower(), EmailAddress.verified_at.is_not(None)
            )
        )
        if reader_id is None or reader_id == learner:
            raise Invalid(fields={"email": N_("Nobody else here has confirmed this address")})
    elif reader_id not in {each.id for each in line_managers(learner)}:
        raise NotFound()
    if standing := next((each for each in live_shares(item) if each.reader_id == reader_id), None):
        return standing
    made = record(Share(item=item, reader_id=reader_id, shared_at=clock.now()))
    audit.record(actor, "evidence.shared", about=learner, thing=item, reader=str(reader_id))
    return made


def end(actor: Actor, item_id: UUID, share_id: UUID) -> Share:
    """They read it no longer. Raises NotFound."""
    item = item_by_id(actor, EDIT, item_id, lock=True)
    made = next((each for each in item.shares if each.id == share_id), None)
    if made is None:
        raise NotFound()
    if made.ended_at is None:
        made.ended_at = clock.now()
        audit.record(
            actor, "evidence.unshared", about=item.portfolio.learner_id, thing=item, reader=str(made.reader_id)
        )
    return made


def live_shares(item: EvidenceItem) -> list[Share]:
    return [each for each in item.shares if each.ended_at is None]


def shared_with(actor: Actor) -> Select[Share]:
    """What the actor may read because its learner shares it; page it by (shared_at, id)."""
    actor.require(READ, about=actor.person)
    return _shown().where(Share.reader_id == (actor.person or NOBODY))


def shared_by_id(actor: Actor, share_id: UUID) -> Share:
    """One of those. Raises NotFound, also where the learner has ended it or has made it a draft again."""
    made = db.session.scalars(_shown().where(Share.id == share_id)).one_or_none()
    if made is None:
        raise NotFound()
    actor.require_or_hide(READ, about=made.reader_id)
    return made


def _shown() -> Select[Share]:
    return (
        select(Share)
        .join(EvidenceItem, EvidenceItem.id == Share.item_id)
        .where(
            Share.ended_at.is_(None), EvidenceItem.state.in_((EvidenceState.SUBMITTED, EvidenceState.ACCEPTED))
        )
        .options(
            joinedload(Share.item).joinedload(EvidenceItem.template_item),
            joinedload(Share.item).joinedload(EvidenceItem.portfolio).joinedload(Portfolio.learner),
            joinedload(Share.item)
            .joinedload(EvidenceItem.portfolio)
            .joinedload(Portfolio.enrolment)
            .joinedload(Enrolment.version),
        )
    )  # fmt: skip
