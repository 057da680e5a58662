"""The steps of a version's life. Who publishes at the same time as somebody else comes second and is told so."""

from uuid import UUID, uuid4

from sqlalchemy import delete, select

from frameworks import queries as frameworks
from frameworks.editing import letters, queries
from frameworks.editing.errors import ContentChanged, NotAsked, NotPossible, NotReady
from frameworks.editing.events import VersionPublished
from frameworks.editing.models import FrameworkSignOff
from frameworks.editing.rules import Missing
from frameworks.editing.services.opening import open_to
from frameworks.models import (
    OPEN,
    Framework,
    FrameworkVersion,
    MappingKind,
    Statement,
    StatementMapping,
    Status,
)
from frameworks.rules.carrying import EQUIVALENT, SAME
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.language import N_
from lms.core.permissions import Actor


def consult(actor: Actor, version_id: UUID) -> FrameworkVersion:
    """Open a draft to everyone who is signed in, to read and to comment. Raises NotPossible."""
    version = open_to(actor, version_id, "manage")
    _require(version, Status.DRAFT)
    return _becomes(actor, version, Status.CONSULTATION, "framework.consulted")


def submit(actor: Actor, version_id: UUID) -> FrameworkVersion:
    """Send it to its reviewers, who are told. From here it stands still, and what its statements carry is written down."""
    version = open_to(actor, version_id, "manage")
    _require(version, *OPEN)
    _settle_mapping(version)
    letters.ready(version, queries.participants(version.id), besides=actor.person)
    return _becomes(actor, version, Status.IN_REVIEW, "framework.submitted")


def return_to_draft(actor: Actor, version_id: UUID, reason: str) -> FrameworkVersion:
    """Take it out of consultation or review. Signatures stay with the content that they are for."""
    version = open_to(actor, version_id, "manage")
    _require(version, Status.CONSULTATION, Status.IN_REVIEW)
    _becomes(actor, version, Status.DRAFT, "framework.returned", reason)
    db.session.execute(
        delete(StatementMapping).where(StatementMapping.version_id == version.id, StatementMapping.decided_by.is_(None))
    )
    return version


def sign(actor: Actor, version_id: UUID, digest: str, agreed: bool, comment: str) -> FrameworkSignOff:
    """A reviewer's word on the content of that digest. Raises NotAsked, ContentChanged."""
    version = open_to(actor, version_id, "read")
    if not queries.access(actor, version).sign or actor.person is None:
        raise NotAsked()
    now, _missing = queries.standing(queries.whole(version.id))
    if digest != now:
        raise ContentChanged()
    made = record(
        FrameworkSignOff(
            version_id=version.id, person_id=actor.person, digest=digest, agreed=agreed, comment=comment,
            signed_at=clock.now(),
        )
    )  # fmt: skip
    audit.record(actor, "framework.signed", thing=version, agreed=agreed, digest=digest)
    return made


def publish(actor: Actor, version_id: UUID) -> FrameworkVersion:
    """Put it in force in place of the one before. Raises NotPossible; NotReady with what is missing.

    Holds the framework's row, so that of two publishers one comes second.
    """
    version = open_to(actor, version_id, "publish")
    get_or_refuse(Framework, version.framework_id, lock=True)
    _require(version, Status.IN_REVIEW)
    digest, missing = queries.standing(queries.whole(version.id))
    if not missing.nothing:
        raise NotReady(
            _why_not(missing),
            more={
                "lacking": [f"{each.part}:{each.code}:{each.what}:{each.language}" for each in missing.lacks][:200],
                "unsigned": [str(each) for each in missing.unsigned],
            },
        )
    for before in db.session.scalars(
        select(FrameworkVersion).where(
            FrameworkVersion.framework_id == version.framework_id, FrameworkVersion.status == Status.PUBLISHED
        )
    ):
        before.status = Status.RETIRED
    db.session.flush()  # one is in force at a time
    version.digest, version.published_on = digest, clock.today()
    made = _becomes(actor, version, Status.PUBLISHED, "framework.published")
    events.publish(VersionPublished(version.framework.code))
    return made


def retire(actor: Actor, version_id: UUID, reason: str) -> FrameworkVersion:
    """Take it out of force without a successor. It stays readable for what was recorded against it."""
    version = open_to(actor, version_id, "publish")
    _require(version, Status.PUBLISHED)
    version.status = Status.RETIRED
    db.session.flush()  # the trigger's refusal belongs to this use case
    audit.record(actor, "framework.retired", thing=version, reason=reason)
    return version


def _why_not(missing: Missing) -> str:
    if missing.lacks:
        return N_("Some texts lack English or Welsh.")
    if missing.nobody_asked:
        return N_("No reviewer has been asked to sign it.")
    if missing.refused:
        return N_("A reviewer has not agreed to it.")
    if missing.unsigned:
        return N_("A reviewer has not signed exactly this content yet.")
    return N_("Only people who worked on it have signed. Somebody who did not has to.")


def _require(version: FrameworkVersion, *states: Status) -> None:
    if version.status not in states:
        raise NotPossible()


def _becomes(
    actor: Actor, version: FrameworkVersion, status: Status, action: str, reason: str | None = None
) -> FrameworkVersion:
    version.status = status
    version.edition += 1
    version.changed_at = clock.now()
    db.session.flush()  # the trigger's refusal belongs to this use case
    audit.record(actor, action, thing=version, reason=reason)
    return version


def _settle_mapping(version: FrameworkVersion) -> None:
    """Write down what was only proposed, and give identifiers accordingly.

    Whose ratings count keeps what it is known by. What has to be rated again is another statement to the world: an award
    that points to the old one goes on showing the old words.
    """
    whole = queries.whole(version.id)
    before = frameworks.version_before(whole)
    if before is None:
        return
    found = queries.links_of(whole, before)
    decided = {link.old for link in frameworks.links_into(version.id)}
    for link in found:
        if link.old not in decided:
            new = UUID(link.new) if link.new else None
            db.session.add(
                StatementMapping(version_id=version.id, from_id=UUID(link.old), to_id=new, kind=MappingKind(link.kind))
            )
    counts = {(link.old, link.new) for link in found if link.kind in (SAME, EQUIVALENT)}
    known = {each.id: each.identifier for each in before.statements}
    for statement in whole.statements:
        _identify(statement, known, counts)
    db.session.flush()  # while the version may still be changed


def _identify(statement: Statement, known: dict[UUID, UUID], counts: set[tuple[str, str | None]]) -> None:
    if statement.came_from_id is None:
        return
    old = known[statement.came_from_id]
    if (str(statement.came_from_id), str(statement.id)) in counts:
        statement.identifier = old
    elif statement.identifier == old:
        statement.identifier = uuid4()
