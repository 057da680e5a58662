"""What old statements have become, and how frameworks are related to each other."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from frameworks import queries as frameworks
from frameworks.editing import queries
from frameworks.editing.services.opening import edited, open_to
from frameworks.editing.services.parts import part_in
from frameworks.models import (
    Confidence,
    Crosswalk,
    CrosswalkKind,
    Framework,
    MappingKind,
    Statement,
    StatementMapping,
)
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission


def decide_mapping(
    actor: Actor, version_id: UUID, old_id: UUID, successors: Sequence[tuple[UUID, MappingKind]]
) -> list[StatementMapping]:
    """What the ratings of an old statement are worth in a draft: under each successor, or, without any, nowhere.

    Replaces what was decided about it before. Raises Invalid, NotFound, StandsStill.
    """
    version = open_to(actor, version_id, "edit")
    old = db.session.get(Statement, old_id)
    if old is None or version.based_on_id is None or old.version_id != version.based_on_id:
        raise NotFound()
    if any(kind is MappingKind.NO_SUCCESSOR for _new, kind in successors):
        raise Invalid(N_("A successor is the same, equivalent, or to be rated again"))
    if len({new for new, _kind in successors}) < len(successors):
        raise Invalid(N_("Name each successor once"))
    for new, _kind in successors:
        part_in(version, "statements", new)
    db.session.execute(
        delete(StatementMapping).where(StatementMapping.version_id == version.id, StatementMapping.from_id == old.id)
    )
    said: list[tuple[UUID | None, MappingKind]] = [*successors] or [(None, MappingKind.NO_SUCCESSOR)]
    made = [
        record(StatementMapping(version_id=version.id, from_id=old.id, to_id=new, kind=kind, decided_by=actor.person))
        for new, kind in said
    ]
    edited(actor, version, "mapping", code=old.code, to=[kind.value for _new, kind in said])
    return made


def add_crosswalk(
    actor: Actor, code: str, from_identifier: UUID, to_identifier: UUID, kind: CrosswalkKind, confidence: Confidence,
    note: Bilingual,
) -> Crosswalk:  # fmt: skip
    """Say how a published statement or domain of that framework is related to one of another. Raises Invalid."""
    framework = _kept_by(actor, code)
    known = frameworks.named([from_identifier, to_identifier])
    faults = {}
    if from_identifier not in known or known[from_identifier].framework != code:
        faults["from_identifier"] = N_("Choose a statement or domain of this framework")
    if to_identifier not in known or known[to_identifier].framework == code:
        faults["to_identifier"] = N_("Choose a statement or domain of another framework")
    if faults:
        raise Invalid(fields=faults)
    other = frameworks.whole_version(known[to_identifier].framework, known[to_identifier].version).framework
    made = record(
        Crosswalk(
            framework_id=framework.id, other_id=other.id, from_identifier=from_identifier, to_identifier=to_identifier,
            kind=kind, confidence=confidence, note=note, made_by=actor.person, made_at=clock.now(),
        )
    )  # fmt: skip
    audit.record(actor, "framework.crosswalk-made", thing=made, code=code, other=other.code)
    return made


def end_crosswalk(actor: Actor, code: str, crosswalk_id: UUID) -> None:
    """It holds no longer. It is kept for what was decided by it."""
    framework = _kept_by(actor, code)
    found = get_or_refuse(Crosswalk, crosswalk_id, lock=True)
    if found.framework_id != framework.id or found.ended_at is not None:
        raise NotFound()
    found.ended_at = clock.now()
    audit.record(actor, "framework.crosswalk-ended", thing=found, code=code)


def _kept_by(actor: Actor, code: str) -> Framework:
    found = frameworks.framework_called(code)
    actor.require(Permission.FRAMEWORK_EDIT, at=queries.lineage_of(found))
    return found
