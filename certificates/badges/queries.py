"""Reads of badges and status lists."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, or_, select

from certificates.badges.models import AwardBadge, Form, StatusEntry, StatusList
from certificates.keys.models import SigningKey
from certificates.keys.rules import VOUCHES
from certificates.models import AchievementVersion, AwardEvent
from certificates.queries import ENDS
from certificates.rules import AwardEventKind
from courses.catalogue.models import CourseVersion
from frameworks.models import FrameworkVersion
from lms.core.db import db
from lms.core.language import Bilingual


def achievement(code: str, number: int) -> AchievementVersion | None:
    return db.session.scalars(
        select(AchievementVersion).where(AchievementVersion.code == code, AchievementVersion.number == number)
    ).one_or_none()


def course_version(version_id: UUID) -> CourseVersion:
    return db.session.get_one(CourseVersion, version_id)


def framework_titles(version_ids: Sequence[UUID]) -> dict[UUID, Bilingual]:
    found = select(FrameworkVersion).where(FrameworkVersion.id.in_(version_ids))
    return {each.id: each.title for each in db.session.scalars(found)}


def kept(award_id: UUID, form: Form, language: str, basis: str) -> AwardBadge | None:
    """The newest that says just this and whose key may still be believed."""
    return db.session.scalars(
        select(AwardBadge)
        .join(SigningKey, SigningKey.id == AwardBadge.key_id)
        .where(
            AwardBadge.award_id == award_id, AwardBadge.form == form, AwardBadge.language == language,
            AwardBadge.basis == basis, SigningKey.state.in_(VOUCHES),
        )
        .order_by(AwardBadge.id.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip


def signed_as(credential_id: UUID, form: Form) -> Sequence[AwardBadge]:
    """All that was ever signed under that id, newest first; at most 50."""
    of = select(AwardBadge).where(AwardBadge.credential_id == credential_id, AwardBadge.form == form)
    return db.session.scalars(of.order_by(AwardBadge.id.desc()).limit(50)).all()


def entry_of(award_id: UUID) -> StatusEntry | None:
    return db.session.get(StatusEntry, award_id)


def newest_list() -> StatusList | None:
    return db.session.scalars(select(StatusList).order_by(StatusList.number.desc()).limit(1)).one_or_none()


def may_vouch(key_ids: Sequence[UUID | None]) -> bool:
    """Are all of these keys still believed?"""
    wanted = set(key_ids)
    found = select(SigningKey.id).where(SigningKey.id.in_(wanted - {None}), SigningKey.state.in_(VOUCHES))
    return set(db.session.scalars(found)) == wanted


def ended_on(number: int) -> Sequence[int]:
    """Places of the list whose award does not count: revoked, replaced, or suspended now."""
    holds = (AwardEventKind.SUSPENDED, AwardEventKind.LIFTED)
    last = (
        select(AwardEvent.kind)
        .where(AwardEvent.award_id == StatusEntry.award_id, AwardEvent.kind.in_(holds))
        .order_by(AwardEvent.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    ended = exists().where(AwardEvent.award_id == StatusEntry.award_id, AwardEvent.kind.in_(ENDS))
    return db.session.scalars(
        select(StatusEntry.index).where(StatusEntry.list_number == number, or_(ended, last == AwardEventKind.SUSPENDED))
    ).all()
