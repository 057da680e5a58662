"""Reads of what is in the making, and who may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from frameworks import queries as frameworks
from frameworks.editing.models import FrameworkComment, FrameworkSignOff, Part, Participant
from frameworks.editing.rules import Missing, Standing, Word, missing
from frameworks.models import (
    IN_THE_MAKING,
    OPEN,
    Framework,
    FrameworkVersion,
    Status,
)
from frameworks.queries import WHOLE, storable
from frameworks.rules import carrying
from frameworks.rules.carrying import Link
from frameworks.rules.content import Content, digest, lacking
from lms.accounts.models import Organisation
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission, Reach


@dataclass(frozen=True)
class Access:
    """What an actor may do with a version: `manage` is its people and steps, `sign` a reviewer's word."""

    read: bool = False
    comment: bool = False
    edit: bool = False
    manage: bool = False
    publish: bool = False
    sign: bool = False


def access(actor: Actor, version: FrameworkVersion) -> Access:
    """By permission where the framework is kept, by what one was asked to do, and by the version's state. Two queries."""
    at = lineage_of(version.framework)
    manage = actor.may(Permission.FRAMEWORK_EDIT, at=at)
    publish = actor.may(Permission.FRAMEWORK_PUBLISH, at=at)
    part = part_of(actor, version.id)
    joins = actor.person is not None and actor.may(Permission.FRAMEWORK_DISCUSS, about=actor.person)
    consulted = joins and version.status is Status.CONSULTATION
    making = version.status in IN_THE_MAKING
    return Access(
        read=manage or publish or consulted or part is not None or not making,
        comment=making and (manage or publish or consulted or part is not None),
        edit=version.status in OPEN and (manage or part is Part.EDIT),
        manage=manage,
        publish=publish,
        sign=part in (Part.REVIEW, Part.SIGN) and version.status is Status.IN_REVIEW,
    )


def lineage_of(framework: Framework) -> Sequence[UUID]:
    """Where the framework is kept, for `actor.may(…, at=)`."""
    found = db.session.get(Organisation, framework.organisation_id) if framework.organisation_id else None
    return found.lineage if found else ()


def part_of(actor: Actor, version_id: UUID) -> Part | None:
    """What the actor was asked to do with it, if anything, and if their token reaches that far."""
    if actor.person is None or not actor.may(Permission.FRAMEWORK_DISCUSS, about=actor.person):
        return None
    return db.session.scalars(
        select(Participant.part).where(
            Participant.version_id == version_id, Participant.person_id == actor.person, Participant.ended_at.is_(None)
        )
    ).one_or_none()


def version_numbered(code: str, number: int, *, whole: bool = False) -> FrameworkVersion:
    """A version in any state, whoever asks; `visible` asks who does. Raises NotFound."""
    if not storable(code, number):
        raise NotFound()
    found = db.session.scalars(
        select(FrameworkVersion)
        .join(FrameworkVersion.framework)
        .where(Framework.code == code, FrameworkVersion.number == number)
        .options(contains_eager(FrameworkVersion.framework), *(WHOLE if whole else ()))
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def visible(actor: Actor, code: str, number: int, *, whole: bool = False) -> tuple[FrameworkVersion, Access]:
    """The version and what the actor may do with it. Raises NotFound where they may not even know of it."""
    found = version_numbered(code, number, whole=whole)
    may = access(actor, found)
    if not may.read:
        raise NotFound()
    return found, may


def in_the_making(actor: Actor) -> Select[FrameworkVersion]:
    """The versions in the making that the actor may read, those longest unchanged first."""
    reach = actor.reach(Permission.FRAMEWORK_EDIT).places | actor.reach(Permission.FRAMEWORK_PUBLISH).places
    mine = select(Participant.version_id).where(Participant.person_id == actor.person, Participant.ended_at.is_(None))
    kept_there = select(Organisation.id).where(Organisation.lineage.overlap(list(reach)))
    return (
        select(FrameworkVersion)
        .join(FrameworkVersion.framework)
        .options(contains_eager(FrameworkVersion.framework))
        .where(
            FrameworkVersion.status.in_(IN_THE_MAKING),
            or_(
                FrameworkVersion.status == Status.CONSULTATION,
                FrameworkVersion.id.in_(mine),
                Framework.organisation_id.in_(kept_there),
                literal(actor.is_system),
            ),
        )
        .order_by(FrameworkVersion.changed_at, FrameworkVersion.id)
    )  # fmt: skip


def editable_frameworks(actor: Actor) -> list[tuple[Framework, FrameworkVersion]]:
    """Frameworks in force that the actor could begin a new version of, by code."""
    reach = actor.reach(Permission.FRAMEWORK_EDIT)
    kept_there = select(Organisation.id).where(Organisation.lineage.overlap(list(reach.places)))
    making = select(FrameworkVersion.framework_id).where(FrameworkVersion.status.in_(IN_THE_MAKING))
    if not (reach.places or reach.everything):
        return []
    rows = db.session.scalars(
        frameworks.current_versions()
        .where(Framework.id.not_in(making), or_(literal(reach.everything), Framework.organisation_id.in_(kept_there)))
        .limit(200)
    )
    return [(row.framework, row) for row in rows]


@dataclass(frozen=True)
class InForce:
    """A version in force, where the actor keeps its framework. `edit`: they may write the next one; `making`: there is one."""

    version: FrameworkVersion
    edit: bool
    making: bool


def in_force(actor: Actor, most: int = 200) -> list[InForce]:
    """Versions in force of frameworks that the actor may edit or publish, by code. Two queries."""
    edit, publish = actor.reach(Permission.FRAMEWORK_EDIT), actor.reach(Permission.FRAMEWORK_PUBLISH)
    if not (edit.places or publish.places or edit.everything or publish.everything):
        return []

    def kept_in(reach: Reach) -> ColumnElement[bool]:
        there = select(Organisation.id).where(Organisation.lineage.overlap(list(reach.places)))
        return or_(literal(reach.everything), func.coalesce(Framework.organisation_id.in_(there), False))

    making = select(FrameworkVersion.framework_id).where(FrameworkVersion.status.in_(IN_THE_MAKING))
    rows = db.session.execute(
        frameworks.current_versions()
        .add_columns(kept_in(edit), Framework.id.in_(making))
        .where(or_(kept_in(edit), kept_in(publish)))
        .limit(most)
    )
    return [InForce(*row) for row in rows.unique()]


def participants(version_id: UUID) -> list[Participant]:
    """Who takes part now, in the order in which they were asked."""
    return list(
        db.session.scalars(
            select(Participant)
            .where(Participant.version_id == version_id, Participant.ended_at.is_(None))
            .options(joinedload(Participant.person))
            .order_by(Participant.id)
        )
    )


def sign_offs(version_id: UUID) -> list[FrameworkSignOff]:
    """Every reviewer's word, newest first."""
    return list(
        db.session.scalars(
            select(FrameworkSignOff)
            .where(FrameworkSignOff.version_id == version_id)
            .options(joinedload(FrameworkSignOff.person))
            .order_by(FrameworkSignOff.id.desc())
        )
    )


@dataclass(frozen=True)
class Thread:
    """A first comment with its answers, oldest first."""

    first: FrameworkComment
    answers: list[FrameworkComment]


def threads(version_id: UUID, *, statement_id: UUID | None = None, domain_id: UUID | None = None) -> list[Thread]:
    """Threads of a version (at most 500 comments), or those about one thing: open ones first, then by age. One query."""
    found = select(FrameworkComment).where(FrameworkComment.version_id == version_id)
    if statement_id:
        found = found.where(FrameworkComment.statement_id == statement_id)
    if domain_id:
        found = found.where(FrameworkComment.domain_id == domain_id)
    rows = list(
        db.session.scalars(found.options(joinedload(FrameworkComment.author)).order_by(FrameworkComment.id).limit(500))
    )
    answers: dict[UUID, list[FrameworkComment]] = {}
    for row in rows:
        if row.thread_id:
            answers.setdefault(row.thread_id, []).append(row)
    firsts = sorted((row for row in rows if row.thread_id is None), key=lambda row: row.resolved_at is not None)
    return [Thread(row, answers.get(row.id, [])) for row in firsts]


def open_threads(version_id: UUID) -> dict[UUID | None, int]:
    """How many unresolved threads each statement has; None: those about something else."""
    rows = db.session.execute(
        select(FrameworkComment.statement_id, func.count())
        .where(
            FrameworkComment.version_id == version_id, FrameworkComment.thread_id.is_(None),
            FrameworkComment.resolved_at.is_(None),
        )
        .group_by(FrameworkComment.statement_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def links_of(version: FrameworkVersion, before: FrameworkVersion | None) -> list[Link]:
    """What every statement of the one before has become: as decided, else as proposed."""
    if before is None:
        return []
    decided: dict[str, list[Link]] = {}
    for link in frameworks.links_into(version.id):
        decided.setdefault(link.old, []).append(link)
    old, new = frameworks.content_of(before), frameworks.content_of(version)
    return carrying.links(old.statements, new.statements, decided)


def content_of(version: FrameworkVersion) -> Content:
    """Everything in a whole version that is signed, mapping included."""
    return frameworks.content_of(version, links_of(version, frameworks.version_before(version)))


def standing(version: FrameworkVersion) -> tuple[str, Missing]:
    """The digest of a whole version's content, and what publishing it waits for."""
    content = content_of(version)
    now = digest(content)
    words = [Word(row.person_id, row.digest, row.agreed) for row in reversed(sign_offs(version.id))]
    must_sign = [row.person_id for row in participants(version.id) if row.part is Part.SIGN]
    return now, missing(Standing(now, lacking(content), must_sign, words, wrote(version)))


def wrote(version: FrameworkVersion) -> set[UUID]:
    """Who has worked on it, as the audit trail says."""
    rows = db.session.scalars(
        select(AuditEntry.actor_id)
        .where(
            AuditEntry.thing_kind == "framework_version", AuditEntry.thing_id == str(version.id),
            AuditEntry.action.in_(("framework.drafted", "framework.edited", "framework.imported")),
            AuditEntry.actor_id.is_not(None),
        )
        .distinct()
    )  # fmt: skip
    return {row for row in rows if row} | ({version.author_id} if version.author_id else set())


def history(version_id: UUID) -> list[AuditEntry]:
    """What happened to a version besides its edits, newest first."""
    return list(
        db.session.scalars(
            select(AuditEntry)
            .where(
                and_(AuditEntry.thing_kind == "framework_version", AuditEntry.thing_id == str(version_id)),
                AuditEntry.action != "framework.edited",
            )
            .order_by(AuditEntry.at.desc())
            .limit(50)
        )
    )


def whole(version_id: UUID) -> FrameworkVersion:
    """A version with everything in it as the database has it now. Raises NotFound."""
    found = db.session.scalars(
        select(FrameworkVersion)
        .where(FrameworkVersion.id == version_id)
        .options(joinedload(FrameworkVersion.framework), *WHOLE, selectinload(FrameworkVersion.based_on))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def part_rows(version: FrameworkVersion) -> dict[str, dict[str, Any]]:
    """The rows of a whole version by kind and code, for forms that name them by code."""
    return {
        "levels": {each.code: each for each in version.levels},
        "domains": {each.code: each for each in version.domains},
        "statements": {each.code: each for each in version.statements},
    }
