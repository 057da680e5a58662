"""Reads of awards."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from certificates.chain import Issued, Link, holds
from certificates.models import AchievementVersion, Award, AwardCheck, AwardEvent, AwardFile, AwardShare
from certificates.rules import FALLS, AwardEventKind, Happening, Standing, folded, standing
from certificates.snapshots import fingerprint
from courses.catalogue.models import CertificateKind, Course, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import Portfolio, SignOff
from courses.portfolios.moderation.queries import stands
from lms.core import clock
from lms.core.db import db
from lms.core.files import StoredFile
from lms.core.permissions import Reach
from lms.core.secrets_ import digest

ENDS = (AwardEventKind.REVOKED, AwardEventKind.SUPERSEDED)


def awards_in(reach: Reach) -> Select[Award]:
    """Awards of these people and these places, with what happened to them."""
    found = select(Award).options(selectinload(Award.events))
    return found if reach.everything else found.where(within(reach))


def within(reach: Reach) -> ColumnElement[bool]:
    """Of `Award`: what a permission reaches."""
    if reach.everything:
        return true()
    mine = Award.learner_id.in_(reach.people) if reach.people else false()
    return or_(mine, Award.organisation_lineage.overlap(list(reach.places))) if reach.places else mine


def awards_of(learner_id: UUID) -> Select[Award]:
    """A person's own awards."""
    return awards_in(Reach(people=frozenset({learner_id})))


def matching(found: Select[Award], words: str) -> Select[Award]:
    """Of these, the ones whose number starts with `words`, or whose printed name holds it, accents folded."""
    name = func.fold(Award.snapshot["en"]["holder"].astext)
    pattern = f"%{_literal(folded(words))}%"
    return found.where(or_(Award.number.startswith(words.upper(), autoescape=True), name.like(pattern, escape="\\")))


def award_by_number(number: str) -> Award | None:
    return _one(Award.number == number)


def award_by_code(code: str) -> Award | None:
    return _one(Award.code == code)


def award_by_id(award_id: UUID) -> Award | None:
    return _one(Award.id == award_id)


def award_of_enrolment(enrolment_id: UUID) -> Award | None:
    """The newest: an earlier one fell with the signature that it stood on, or was replaced."""
    newest = select(func.max(Award.edition)).where(Award.enrolment_id == enrolment_id).scalar_subquery()
    return _one((Award.enrolment_id == enrolment_id) & (Award.edition == newest))


def award_of_licence(licence_id: UUID | None) -> Award | None:
    """The newest."""
    newest = select(func.max(Award.edition)).where(Award.licence_id == licence_id).scalar_subquery()
    return _one((Award.licence_id == licence_id) & (Award.edition == newest))


def last_that_ends(learner_id: UUID, achievement: str, source: UUID, on: date) -> Award | None:
    """What an award for this achievement would renew: the last of the person's that ends and that nothing ended early,
    begun before `on` and arisen from something else than `source` (an enrolment or a licence)."""
    renewal = aliased(Award)
    return db.session.scalars(
        select(Award)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_id)
        .where(
            Award.learner_id == learner_id, AchievementVersion.code == achievement, Award.valid_until.is_not(None),
            Award.completed_on < on, func.coalesce(Award.enrolment_id, Award.licence_id) != source,
            ~exists().where(AwardEvent.award_id == Award.id, AwardEvent.kind.in_(ENDS)),
            ~exists().where(renewal.renews_id == Award.id),
        )
        .order_by(Award.valid_until.desc(), Award.id.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip


def standing_awards_of(learner_id: UUID) -> Sequence[Award]:
    """Awards of a person that were neither revoked nor replaced, oldest first; at most 500."""
    ended = exists().where(AwardEvent.award_id == Award.id, AwardEvent.kind.in_(ENDS))
    of = awards_of(learner_id).where(~ended).order_by(Award.issued_on, Award.id)
    return db.session.scalars(of.limit(500)).all()


def printed_name_of(learner_id: UUID) -> str | None:
    """The name on the person's newest certificate."""
    return db.session.scalar(
        select(Award.snapshot["en"]["holder"].astext)
        .where(Award.learner_id == learner_id)
        .order_by(Award.issued_on.desc(), Award.id.desc())
        .limit(1)
    )


def awards_by_ids(ids: Sequence[UUID]) -> Sequence[Award]:
    """In no order."""
    return db.session.scalars(select(Award).options(selectinload(Award.events)).where(Award.id.in_(ids))).all()


def awards_by(column: Any, values: Sequence[str]) -> dict[str, Award]:
    """Awards by `Award.code` or `Award.number`."""
    found = db.session.scalars(select(Award).options(selectinload(Award.events)).where(column.in_(values))).all()
    return {getattr(each, column.key): each for each in found}


def shares_of(award_id: UUID, at: datetime) -> Sequence[AwardShare]:
    """Links of an award that still hold, newest first; at most 20."""
    return db.session.scalars(
        select(AwardShare)
        .where(AwardShare.award_id == award_id, AwardShare.expires_at > at, AwardShare.ended_at.is_(None))
        .order_by(AwardShare.made_at.desc())
        .limit(20)
    ).all()


def what_came_after(award_id: UUID) -> Sequence[Award]:
    """The awards that renew or replace this one."""
    return db.session.scalars(
        select(Award).where(or_(Award.replaces_id == award_id, Award.renews_id == award_id)).order_by(Award.id)
    ).all()


def after_all(ids: Sequence[UUID]) -> dict[UUID, list[Award]]:
    """What renews or replaces each of these."""
    known: set[UUID | None] = set(ids)
    found: dict[UUID, list[Award]] = {}
    for each in db.session.scalars(select(Award).where(or_(Award.replaces_id.in_(ids), Award.renews_id.in_(ids)))):
        for before in known & {each.replaces_id, each.renews_id}:
            if before is not None:
                found.setdefault(before, []).append(each)
    return found


def digests_of(award_id: UUID) -> list[str]:
    """SHA-256 of every file that was handed out for the award, in hexadecimal."""
    found = select(StoredFile.sha256).join(AwardFile, AwardFile.file_id == StoredFile.id)
    return [each.hex() for each in db.session.scalars(found.where(AwardFile.award_id == award_id))]


def revoked_among(ids: Iterable[UUID | None]) -> set[UUID]:
    """Of these awards, the ones that were revoked. One query, or none."""
    known = {each for each in ids if each is not None}
    if not known:
        return set()
    found = select(AwardEvent.award_id).where(AwardEvent.award_id.in_(known), AwardEvent.kind == AwardEventKind.REVOKED)
    return set(db.session.scalars(found))


def fell_with_its_ground() -> ColumnElement[bool]:
    """Of `Award`: revoked because the sign-off, or the attendance, does not stand, so that a new one may follow."""
    return exists().where(
        AwardEvent.award_id == Award.id,
        AwardEvent.kind == AwardEventKind.REVOKED,
        AwardEvent.reason.in_(FALLS),
    )


def standing_of(award: Award, on: date) -> Standing:
    """What the award is worth on that day, its record checked against the hash it was issued with."""
    happened = [Happening(event.kind, event.at, event.reason) for event in award.events]
    return standing(happened, award.valid_until, intact=is_intact(award), on=on)


def is_intact(award: Award) -> bool:
    """Is what was printed still what was issued, and does the log follow from it without a break?"""
    issued = Issued(
        award.id, award.number, award.code, award.learner_id, award.kind.value, award.snapshot_hash, award.design,
        award.issued_on, award.valid_until,
    )  # fmt: skip
    links = [
        Link(each.position, each.kind.value, each.at, each.by, each.reason.value if each.reason else None, each.note,
             each.hash)
        for each in award.events
    ]  # fmt: skip
    return fingerprint(award.snapshot) == award.snapshot_hash and holds(issued, links)


def in_force(at: date) -> ColumnElement[bool]:
    """Of `Award`, for reports: issued by that day and not revoked or replaced by then. Expired ones count."""
    ended = exists().where(
        AwardEvent.award_id == Award.id,
        AwardEvent.kind.in_(ENDS),
        func.date(func.timezone(str(clock.LONDON), AwardEvent.at)) <= at,
    )
    return (Award.issued_on <= at) & ~ended


def waiting_for_award(learner_id: UUID) -> Sequence[Enrolment]:
    """What a person has learnt and has no certificate of yet, newest first; at most 50."""
    done = or_(Enrolment.state == EnrolmentState.COMPLETED, Enrolment.learning_completed_at.is_not(None))
    return db.session.scalars(
        select(Enrolment)
        .join(Enrolment.version)
        .options(contains_eager(Enrolment.version).joinedload(CourseVersion.course).load_only(Course.code))
        .where(
            Enrolment.learner_id == learner_id,
            Enrolment.state != EnrolmentState.WITHDRAWN,
            done,
            CourseVersion.certificate_kind != CertificateKind.NONE,
            ~exists().where(Award.enrolment_id == Enrolment.id, ~fell_with_its_ground()),
        )
        .order_by(Enrolment.enrolled_on.desc(), Enrolment.id)
        .limit(50)
    ).all()


def sign_off_of(enrolment_id: UUID) -> SignOff | None:
    """The newest signature under the enrolment's portfolio that stands."""
    return db.session.scalars(
        select(SignOff)
        .join(SignOff.portfolio)
        .where(Portfolio.enrolment_id == enrolment_id, stands())
        .order_by(SignOff.version.desc())
        .limit(1)
    ).one_or_none()


def signatories_among(enrolment_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of these enrolments, the ones whose portfolio carries a signature that stands, and the name under the newest."""
    signed = db.session.execute(
        select(Portfolio.enrolment_id, SignOff.signatory_name)
        .ext(distinct_on(Portfolio.enrolment_id))
        .join(SignOff, SignOff.portfolio_id == Portfolio.id)
        .where(Portfolio.enrolment_id.in_(enrolment_ids), stands())
        .order_by(Portfolio.enrolment_id, SignOff.version.desc())
    )
    return {row[0]: row[1] for row in signed}


def is_shared(award_id: UUID, secret: str, at: datetime) -> bool:
    """Does a link that the holder gave out still hold?"""
    return db.session.scalar(
        select(exists().where(
            AwardShare.award_id == award_id, AwardShare.token_digest == digest(secret), AwardShare.expires_at > at,
            AwardShare.ended_at.is_(None),
        ))
    ) or False  # fmt: skip


def times_checked(award_id: UUID) -> int:
    total = select(func.coalesce(func.sum(AwardCheck.count), 0)).where(AwardCheck.award_id == award_id)
    return db.session.scalar(total) or 0


def drawn_file(award_id: UUID, language: str) -> AwardFile | None:
    """The newest that was handed out."""
    return db.session.scalars(
        select(AwardFile)
        .options(joinedload(AwardFile.file))
        .where(AwardFile.award_id == award_id, AwardFile.language == language)
        .order_by(AwardFile.id.desc())
        .limit(1)
    ).one_or_none()


def _one(which: ColumnElement[bool]) -> Award | None:
    return db.session.scalars(select(Award).options(selectinload(Award.events)).where(which)).one_or_none()


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
