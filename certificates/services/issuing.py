"""Issuing: once, whatever it arises from; a renewal goes on from what it renews, and a reissue stands in for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from certificates import achievements, address, designs, queries, rules, snapshots
from certificates.errors import AlreadyReplaced, NameNotPrintable
from certificates.events import AwardChanged, AwardIssued
from certificates.models import AchievementVersion, Award, award_number
from certificates.pdf.fonts import unprintable
from certificates.rules import AwardEventKind, NameVisibility, RevocationReason, State, Wait
from certificates.services.log import append
from courses.catalogue.models import CertificateKind, CourseVersion
from courses.delivery import attended
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import SignOff
from courses.supervision.models import SupervisorLicence
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse
from lms.core.ids import new_id
from lms.core.permissions import Actor, Permission


@dataclass(frozen=True)
class Due:
    """What is to be issued, and what it arises from: `source` holds the columns that say so."""

    achievement: AchievementVersion
    learner: Person
    lineage: list[UUID]
    completed_on: date
    valid_until: date | None
    source: dict[str, Any]
    edition: int
    signed_off: SignOff | None = None
    licence: str | None = None
    renews: Award | None = None
    attended: Sequence[tuple[date, int]] = ()


def award_if_due(actor: Actor, enrolment_id: UUID) -> Award | None:
    """Issue the certificate of an enrolment, once, however often and however concurrently it is asked for.

    None: nothing is due (see `reasons_to_wait`), or the course gives none. Locks the enrolment until the edge commits.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require(Permission.AWARD_CLAIM, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    issued = queries.award_of_enrolment(enrolment_id)
    if issued is not None and not _fell(issued):
        return issued
    version = get_or_refuse(CourseVersion, enrolment.course_version_id)
    sign_off = queries.sign_off_of(enrolment_id)
    learner = get_or_refuse(Person, enrolment.learner_id)
    if version.certificate_kind is CertificateKind.NONE or enrolment.completed_on is None:
        return None
    days_to_come = bool(waits_for_days([enrolment]))
    signatory = sign_off.signatory_name if sign_off else None
    if (found := wait(enrolment, version, signatory, learner, days_to_come)) is not Wait.READY:
        audit.record(actor, "award.held", about=learner.id, thing=enrolment, reason=found.value)
        return None
    achievement = achievements.of_course(version)
    renews = _renewed(learner.id, achievement, enrolment_id, enrolment.completed_on)
    due = Due(
        achievement, learner, list(enrolment.organisation_lineage), enrolment.completed_on,
        _until(enrolment.completed_on, achievement, renews),
        {"enrolment_id": enrolment.id, "course_version_id": version.id}, issued.edition + 1 if issued else 1,
        signed_off=sign_off, renews=renews,
        attended=attended.days_of(enrolment_id) if achievement.kind is CertificateKind.ATTENDANCE else (),
    )  # fmt: skip
    _issue(actor, due)
    return queries.award_of_enrolment(enrolment.id)


def award_licence(actor: Actor, licence_id: UUID) -> Award | None:
    """Issue the certificate of a supervisor's licence, once. None: its holder's name, or what it is for, cannot be printed."""
    licence = get_or_refuse(SupervisorLicence, licence_id, lock=True)
    lineage = list(lineages_of(licence.person_id))
    actor.require(Permission.AWARD_CLAIM, about=licence.person_id, at=lineage)
    learner = get_or_refuse(Person, licence.person_id)
    title = licence.programme.title
    if unprintable([learner.legal_name, title.en, title.cy]):
        audit.record(actor, "award.held", about=learner.id, thing=licence, reason=Wait.NAME.value)
        return None
    issued = queries.award_of_licence(licence_id)
    if issued is None:
        achievement = achievements.of_licence(licence.programme)
        renews = _renewed(learner.id, achievement, licence_id, licence.starts_on)
        due = Due(
            achievement, learner, lineage, licence.starts_on, licence.ends_on, {"licence_id": licence.id}, 1,
            licence=licence.number, renews=renews,
        )  # fmt: skip
        _issue(actor, due)
    return queries.award_of_licence(licence_id)


def reissue(
    actor: Actor, award_id: UUID, reason: RevocationReason, name: str, days: Sequence[tuple[date, int]] = ()
) -> Award:
    """A new certificate in place of one, for that name; the old one says that it is replaced, and by which.

    What it certifies, and until when, stays; `days`: those on which they were there, with minutes, where it named others.
    Raises NotFound, AlreadyReplaced (also when it was revoked), NameNotPrintable.
    """
    old = get_or_refuse(Award, award_id, lock=True)
    actor.require_or_hide(Permission.AWARD_REVOKE, about=old.learner_id, at=old.organisation_lineage)
    db.session.refresh(old, ["events"])
    if queries.standing_of(old, clock.today()).state in (State.SUPERSEDED, State.REVOKED, State.ALTERED):
        raise AlreadyReplaced()
    if unprintable([name]):
        raise NameNotPrintable()
    newest = (
        queries.award_of_enrolment(old.enrolment_id) if old.enrolment_id else queries.award_of_licence(old.licence_id)
    )
    number, code = _number_and_code()
    now, today = clock.now(), clock.today()
    snapshot = snapshots.reissued(
        old.snapshot, holder=name, number=number, address=address.of(code), issued_at=now, issued_on=today,
        attended=days,
    ).stored()  # fmt: skip
    row = {
        key: getattr(old, key)
        for key in ("learner_id", "enrolment_id", "licence_id", "course_code", "course_version_id", "kind", "completed_on",
                    "valid_until", "achievement_id", "organisation_lineage", "name_visibility")
    }  # fmt: skip
    made = _insert(actor, row | {"number": number, "code": code, "issued_on": today, "replaces_id": old.id,
                                 "edition": newest.edition + 1 if newest else 2}, snapshot)  # fmt: skip
    if made is None:
        raise AlreadyReplaced()
    append(actor, old.id, AwardEventKind.SUPERSEDED, reason)
    audit.record(actor, "award.reissued", about=old.learner_id, thing=old, reason=reason.value, number=number)
    events.publish(AwardChanged(old.id))
    db.session.flush()  # the answer shows both awards
    db.session.refresh(old, ["events"])
    found = queries.award_by_id(made)
    assert found is not None
    return found


def waits_for_days(enrolments: Sequence[Enrolment]) -> set[UUID]:
    """Of these, the ones whose certificate names days, of which some are to come: it is issued when the last is over."""
    asked = [each.id for each in enrolments if each.version.certificate_kind is CertificateKind.ATTENDANCE]
    return attended.to_come(asked) if asked else set()


def wait(
    enrolment: Enrolment, version: CourseVersion, signatory: str | None, learner: Person, days_to_come: bool = False
) -> Wait:
    """What stands between the learner and this certificate. `signatory`: who signed the portfolio, if anybody."""
    return rules.waits_for(
        asks_for_sign_off=version.certificate_kind is CertificateKind.COMPLETION_WITH_PORTFOLIO,
        completed=enrolment.state is EnrolmentState.COMPLETED,
        signed_off=signatory is not None,
        unprintable=unprintable([learner.legal_name]),
        unprintable_words=unprintable([version.title.en, version.title.cy, signatory or ""]),
        days_to_come=days_to_come,
    )


def _renewed(learner_id: UUID, achievement: AchievementVersion, source: UUID, on: date) -> Award | None:
    """What an award for this would renew. Of two that come at once, the second waits here and renews the first's."""
    key = f"{learner_id}:{achievement.code}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    return queries.last_that_ends(learner_id, achievement.code, source, on)


def _until(completed_on: date, achievement: AchievementVersion, renews: Award | None) -> date | None:
    months = achievement.validity_months
    if months is None or renews is None or renews.valid_until is None:
        return rules.last_valid_day(completed_on, months)
    return rules.renewed_until(completed_on, months, before=renews.valid_until, window=achievement.renewal_days)


def _issue(actor: Actor, it: Due) -> None:
    number, code = _number_and_code()
    now, today = clock.now(), clock.today()
    snapshot = snapshots.take(
        snapshots.Achievement(
            kind=it.achievement.kind, holder=it.learner.legal_name,
            course_code=it.achievement.programme_code or it.achievement.code, course_version=it.achievement.number,
            course_title=it.achievement.title, minutes=it.achievement.minutes, completed_on=it.completed_on,
            valid_until=it.valid_until,
            signed_off=it.signed_off
            and snapshots.SignedOff(
                clock.on_the_day(it.signed_off.signed_at), it.signed_off.signatory_name, it.signed_off.licence_number
            ),
            licence=it.licence, attended=it.attended,
            renews=(it.renews.number, it.renews.valid_until) if it.renews and it.renews.valid_until else None,
        ),
        number=number, address=address.of(code), issued_at=now, issued_on=today,
    ).stored()  # fmt: skip
    row = it.source | {
        "number": number, "code": code, "learner_id": it.learner.id, "edition": it.edition,
        "course_code": it.achievement.code, "kind": it.achievement.kind, "completed_on": it.completed_on,
        "issued_on": today, "valid_until": it.valid_until, "achievement_id": it.achievement.id,
        "organisation_lineage": it.lineage, "renews_id": it.renews.id if it.renews else None,
        "name_visibility": it.renews.name_visibility if it.renews else NameVisibility.PRINTED,
    }  # fmt: skip
    _insert(actor, row, snapshot)


def _insert(actor: Actor, row: dict[str, Any], snapshot: dict[str, Any]) -> UUID | None:
    """The new award's id. None: one was there already."""
    made = db.session.scalar(
        insert(Award)
        .values(
            id=new_id(),
            snapshot=snapshot,
            snapshot_hash=snapshots.fingerprint(snapshot),
            design=designs.design_for(row["kind"]),
            **row,
        )
        .on_conflict_do_nothing()
        .returning(Award.id)
    )
    if made is not None:
        append(actor, made, AwardEventKind.ISSUED)
        audit.record(actor, "award.issued", about=row["learner_id"], number=row["number"], award=str(made))
        events.publish(AwardIssued(made))
    return made


def _number_and_code() -> tuple[str, str]:
    return rules.serial(db.session.scalar(award_number.next_value()), clock.today()), rules.new_code()


def _fell(issued: Award) -> bool:
    """It was revoked with the signature, or the attendance, that it stood on."""
    return any(each.kind is AwardEventKind.REVOKED and each.reason in rules.FALLS for each in issued.events)
