"""Evidence that serves more than once: for another requirement, and for statements of a framework."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from courses.enrolments.models import Enrolment
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio
from courses.portfolios.services.access import item_by_id
from courses.portfolios.services.evidence import EDIT, change
from frameworks.models import Domain, FrameworkVersion, Statement, Status
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor

MOST_STATEMENTS = 200


def reusable(actor: Actor, item: EvidenceItem) -> Select[EvidenceItem]:
    """The learner's other items that say something, in any of their portfolios; page it by (saved_at, id)."""
    actor.require(EDIT, about=item.portfolio.learner_id)
    return (
        select(EvidenceItem)
        .join(Portfolio, Portfolio.id == EvidenceItem.portfolio_id)
        .where(
            Portfolio.learner_id == item.portfolio.learner_id,
            EvidenceItem.id != item.id,
            or_(
                EvidenceItem.body != "",
                EvidenceItem.file_id.is_not(None),
                func.jsonb_array_length(EvidenceItem.links) > 0,
            ),
        )
        .options(
            joinedload(EvidenceItem.template_item),
            joinedload(EvidenceItem.portfolio).joinedload(Portfolio.enrolment).joinedload(Enrolment.version),
        )
    )


def reuse(actor: Actor, item_id: UUID, edition: int, source_id: UUID) -> EvidenceItem:
    """Put what an earlier item says into this one, in place of what it says now. Each is decided about by itself.

    Raises NotFound where the earlier one is not the actor's own; StaleEdit, or the refusal of `rules.item_after`.
    """
    source = item_by_id(actor, EDIT, source_id)
    item = item_by_id(actor, EDIT, item_id, lock=True)
    change(actor, item, edition)
    _copy(source, item)
    audit.record(actor, "evidence.reused", about=item.portfolio.learner_id, thing=item, source=str(source.id))
    return item


def use_also(actor: Actor, item_id: UUID, positions: Sequence[int]) -> list[EvidenceItem]:
    """Put what this item says into those others of the same portfolio that say nothing yet.

    Raises Invalid when one of them says something already.
    """
    source = item_by_id(actor, EDIT, item_id, lock=True)
    wanted = [each for each in open_for(source) if each.template_item.position in positions]
    if len(wanted) != len(set(positions)):
        raise Invalid(fields={"positions": N_("One of these says something already. Choose it there instead.")})
    for item in wanted:
        change(actor, item, item.edition)
        _copy(source, item)
        audit.record(actor, "evidence.reused", about=item.portfolio.learner_id, thing=item, source=str(source.id))
    return wanted


def open_for(source: EvidenceItem) -> list[EvidenceItem]:
    """The other items of the same portfolio that nothing has been written for."""
    others = sorted(source.portfolio.items, key=lambda each: each.template_item.position)
    return [
        each
        for each in others
        if each is not source and each.state is EvidenceState.DRAFT and not (each.body or each.file_id or each.links)
    ]


def statements_for(item: EvidenceItem) -> list[Statement]:
    """The statements of published frameworks in the domains that the course belongs to."""
    code = item.portfolio.enrolment.course.code
    return list(
        db.session.scalars(
            select(Statement)
            .join(Domain, Domain.id == Statement.domain_id)
            .join(FrameworkVersion, FrameworkVersion.id == Statement.version_id)
            .where(Domain.course_codes.contains([code]), FrameworkVersion.status == Status.PUBLISHED)
            .options(joinedload(Statement.domain), joinedload(Statement.level))
            .order_by(FrameworkVersion.framework_id, Domain.position, Statement.position)
            .limit(MOST_STATEMENTS)
        )
    )


def choose_statements(actor: Actor, item_id: UUID, edition: int, statement_ids: Sequence[UUID]) -> EvidenceItem:
    """Say which statements the item shows. Raises Invalid for one that the course has nothing to do with."""
    item = item_by_id(actor, EDIT, item_id, lock=True)
    chosen = [each for each in statements_for(item) if each.id in set(statement_ids)]
    if len(chosen) != len(set(statement_ids)):
        raise Invalid(fields={"statements": N_("Choose from the list")})
    if {each.id for each in chosen} == {each.id for each in item.statements}:
        return item
    change(actor, item, edition)
    item.statements = chosen
    return item


def _copy(source: EvidenceItem, item: EvidenceItem) -> None:
    item.body, item.links, item.file, item.file_name = source.body, list(source.links), source.file, source.file_name
    item.observer, item.observed_on, item.statements = source.observer, source.observed_on, list(source.statements)
    item.reused_from_id = source.id
