"""Reads of awards."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from certificates.models import Award, AwardCheck, AwardEvent, AwardFile
from certificates.rules import AwardEventKind, Happening, RevocationReason, Standing, folded, standing
from certificates.snapshots import fingerprint
from courses.catalogue.models import CertificateKind, Course, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import Portfolio, SignOff
from courses.portfolios.moderation.queries import stands
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Reach

ENDS = (AwardEventKind.REVOKED, AwardEventKind.SUPERSEDED)


def awards_in(reach: Reach) -> Select[Award]:
    """Awards of these people and these places, with what happened to them."""
    found = (
        select(Award)
        .join(Award.enrolment)
        .options(contains_eager(Award.enrolment), selectinload(Award.events))
    )  # fmt: skip
    if reach.everything:
        return found
    return found.where(
        or_(Award.learner_id.in_(reach.people), Enrolment.organisation_lineage.overlap(list(reach.places)))
    )


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
    """The newest: an earlier one fell with the signature that it stood on."""
    newest = select(func.max(Award.edition)).where(Award.enrolment_id == enrolment_id).scalar_subquery()
    return _one((Award.enrolment_id == enrolment_id) & (Award.edition == newest))


def fell_with_its_signature() -> ColumnElement[bool]:
    """Of `Award`: revoked because the sign-off was withdrawn, so that a new one may follow."""
    return exists().where(
        AwardEvent.award_id == Award.id,
        AwardEvent.kind == AwardEventKind.REVOKED,
        AwardEvent.reason == RevocationReason.SIGN_OFF_WITHDRAWN,
    )


def standing_of(award: Award, on: date) -> Standing:
    """What the award is worth on that day, its record checked against the hash it was issued with."""
    happened = [Happening(event.kind, event.at, event.reason) for event in award.events]
    intact = fingerprint(award.snapshot) == award.snapshot_hash
    return standing(happened, award.valid_until, intact=intact, on=on)


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
            ~exists().where(Award.enrolment_id == Enrolment.id, ~fell_with_its_signature()),
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


def signed_off_among(enrolment_ids: Sequence[UUID]) -> set[UUID]:
    """Of these enrolments, the ones whose portfolio carries a signature."""
    signed = select(Portfolio.enrolment_id).where(
        Portfolio.enrolment_id.in_(enrolment_ids), exists().where(SignOff.portfolio_id == Portfolio.id, stands())
    )
    return set(db.session.scalars(signed))


def times_checked(award_id: UUID) -> int:
    total = select(func.coalesce(func.sum(AwardCheck.count), 0)).where(AwardCheck.award_id == award_id)
    return db.session.scalar(total) or 0


def drawn_file(award_id: UUID, language: str) -> AwardFile | None:
    return db.session.scalars(
        select(AwardFile)
        .options(joinedload(AwardFile.file))
        .where(AwardFile.award_id == award_id, AwardFile.language == language)
    ).one_or_none()


def _one(which: ColumnElement[bool]) -> Award | None:
    return db.session.scalars(
        select(Award).options(joinedload(Award.enrolment), selectinload(Award.events)).where(which)
    ).one_or_none()


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
