"""Use cases of certificates: issue once, hand out, show, revoke, check."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from certificates import address, designs, drawing, queries, rules, snapshots
from certificates.errors import AlreadyRevoked, AwardNotActive, NoSuchCertificate
from certificates.events import AwardEnded, AwardIssued
from certificates.models import Award, AwardCheck, AwardEvent, award_number
from certificates.pdf.fonts import unprintable
from certificates.rules import AwardEventKind, NameVisibility, RevocationReason, Standing, State, Wait
from courses.catalogue.models import CertificateKind, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import SignOff
from lms.accounts.models import Person
from lms.core import audit, clock, events, jobs, throttle
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.ids import new_id
from lms.core.permissions import Actor, Permission

CHECKS, CHECKS_PER = 60, 60
GUESSES, GUESSES_PER = 10, 600
"""Attempts per address, and seconds: generous for an office that checks a pile, useless for guessing."""


@dataclass(frozen=True)
class Checked:
    """An award as anyone may see it: `name` None where the holder shows none. `at` is when we looked."""

    award: Award
    snapshot: snapshots.Snapshot
    standing: Standing
    name: str | None
    at: datetime


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
    if (wait := _wait(enrolment, version, sign_off is not None, learner)) is not Wait.READY:
        audit.record(actor, "award.held", about=learner.id, thing=enrolment, reason=wait.value)
        return None
    return _issue(actor, enrolment, version, learner, sign_off, issued.edition + 1 if issued else 1)


def _issue(
    actor: Actor, enrolment: Enrolment, version: CourseVersion, learner: Person, sign_off: SignOff | None, edition: int
) -> Award | None:
    assert enrolment.completed_on is not None
    now, today = clock.now(), clock.today()
    valid_until = rules.last_valid_day(enrolment.completed_on, version.validity_months)
    number, code = rules.serial(db.session.scalar(award_number.next_value()), today), rules.new_code()
    snapshot = snapshots.take(
        snapshots.Achievement(
            kind=version.certificate_kind,
            holder=learner.legal_name,
            course_code=version.course.code,
            course_version=version.number,
            course_title=version.title,
            minutes=version.minutes,
            completed_on=enrolment.completed_on,
            valid_until=valid_until,
            signed_off=sign_off
            and snapshots.SignedOff(
                clock.on_the_day(sign_off.signed_at), sign_off.signatory_name, sign_off.licence_number
            ),
        ),
        number=number,
        address=address.of(code),
        issued_at=now,
        issued_on=today,
    ).stored()
    made = db.session.scalar(
        insert(Award)
        .values(
            id=new_id(), number=number, code=code, learner_id=learner.id, enrolment_id=enrolment.id, edition=edition,
            course_code=version.course.code, course_version_id=version.id, kind=version.certificate_kind,
            completed_on=enrolment.completed_on, issued_on=today, valid_until=valid_until, snapshot=snapshot,
            snapshot_hash=snapshots.fingerprint(snapshot), design=designs.CURRENT,
            name_visibility=NameVisibility.PRINTED,
        )
        .on_conflict_do_nothing(index_elements=["enrolment_id", "edition"])
        .returning(Award.id)
    )  # fmt: skip
    if made is not None:
        _append(actor, made, AwardEventKind.ISSUED)
        audit.record(actor, "award.issued", about=learner.id, thing=enrolment, number=number)
        jobs.enqueue(drawing.draw, award_id=str(made))
        events.publish(AwardIssued(award_id=made, enrolment_id=enrolment.id))
    return queries.award_of_enrolment(enrolment.id)


def _fell(issued: Award) -> bool:
    """It was revoked because the signature that it stood on was withdrawn."""
    return any(
        each.kind is AwardEventKind.REVOKED and each.reason is RevocationReason.SIGN_OFF_WITHDRAWN
        for each in issued.events
    )


def revoke_without_sign_off(actor: Actor, enrolment_id: UUID) -> Award | None:
    """Revoke the certificate of an enrolment whose portfolio carries no signature that stands. Again changes nothing.

    None: there is none, it needs no signature, or another one stands.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require(Permission.AWARD_REVOKE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    issued = queries.award_of_enrolment(enrolment_id)
    if issued is None or issued.kind is not CertificateKind.COMPLETION_WITH_PORTFOLIO:
        return None
    if queries.sign_off_of(enrolment_id) is not None:
        return None
    if any(each.kind is AwardEventKind.REVOKED for each in issued.events):
        return None
    return revoke(actor, issued.id, RevocationReason.SIGN_OFF_WITHDRAWN, "")


def reasons_to_wait(actor: Actor, learner_id: UUID) -> list[tuple[Enrolment, Wait]]:
    """What a person has learnt without a certificate yet, and why. At most 50."""
    actor.require(Permission.AWARD_READ, about=learner_id)
    learner = get_or_refuse(Person, learner_id)
    waiting = queries.waiting_for_award(learner_id)
    signed = queries.signed_off_among([enrolment.id for enrolment in waiting])
    return [(each, _wait(each, each.version, each.id in signed, learner)) for each in waiting]


def _wait(enrolment: Enrolment, version: CourseVersion, signed_off: bool, learner: Person) -> Wait:
    return rules.waits_for(
        asks_for_sign_off=version.certificate_kind is CertificateKind.COMPLETION_WITH_PORTFOLIO,
        completed=enrolment.state is EnrolmentState.COMPLETED,
        signed_off=signed_off,
        unprintable=unprintable([learner.legal_name]),
    )


def award(actor: Actor, number: str) -> Award:
    """The award of that number. Raises NotFound, also for one that this actor may not know of."""
    return _shown(actor, queries.award_by_number(rules.read_number(number)))


def award_by_id(actor: Actor, award_id: UUID) -> Award:
    """The award. Raises NotFound, also for one that this actor may not know of."""
    return _shown(actor, queries.award_by_id(award_id))


def _shown(actor: Actor, found: Award | None) -> Award:
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.AWARD_READ, about=found.learner_id, at=found.enrolment.organisation_lineage)
    return found


def certificate(actor: Actor, found: Award, edition: str) -> bytes:
    """The PDF in `en`, `cy` or `both`, also of an expired award. Raises AwardNotActive when revoked or replaced."""
    _shown(actor, found)
    if queries.standing_of(found, clock.today()).state not in (State.ACTIVE, State.EXPIRED):
        raise AwardNotActive()
    return drawing.certificate_file(found, edition)


def choose_visibility(actor: Actor, found: Award, visibility: NameVisibility) -> None:
    """The holder says what the public page shows of their name."""
    actor.require(Permission.AWARD_SHARE, about=found.learner_id)
    if found.name_visibility is visibility:
        return
    found.name_visibility = visibility
    _append(actor, found.id, AwardEventKind.VISIBILITY_CHOSEN)
    audit.record(actor, "award.visibility-chosen", about=found.learner_id, thing=found, visibility=visibility.value)


def revoke(actor: Actor, award_id: UUID, reason: RevocationReason, note: str) -> Award:
    """Take an award back, for good. Its public page says so from now on. Raises AlreadyRevoked."""
    locked = get_or_refuse(Award, award_id, lock=True)
    found = _shown(actor, queries.award_by_id(award_id))
    actor.require(Permission.AWARD_REVOKE, about=locked.learner_id, at=found.enrolment.organisation_lineage)
    db.session.refresh(found, ["events"])  # another organiser may have come first, while we waited for the lock
    if any(event.kind is AwardEventKind.REVOKED for event in found.events):
        raise AlreadyRevoked()
    _append(actor, award_id, AwardEventKind.REVOKED, reason, note)
    audit.record(actor, "award.revoked", about=found.learner_id, thing=found, reason=reason.value)
    db.session.flush()  # the answer shows the new standing
    db.session.refresh(found, ["events"])
    events.publish(AwardEnded(award_id=found.id, enrolment_id=found.enrolment_id))
    return found


def check(actor: Actor, typed: str, origin: str) -> Checked:
    """What was printed and what it is worth now, for anyone who has the code. Counted, without who asked.

    Raises NoSuchCertificate, or TooMany from one address (`origin`).
    """
    actor.require(Permission.CERTIFICATE_VERIFY)
    throttle.take(f"check:{origin}", limit=CHECKS, per_seconds=CHECKS_PER)
    code = rules.read_code(typed)
    found = queries.award_by_code(code) if code else None
    if found is None:
        throttle.take(f"check-miss:{origin}", limit=GUESSES, per_seconds=GUESSES_PER)
        raise NoSuchCertificate()
    if actor.person != found.learner_id:
        _count(found.id)
    snapshot = snapshots.read(found.snapshot)
    name = rules.shown_name(snapshot.en.holder, found.name_visibility)
    return Checked(found, snapshot, queries.standing_of(found, clock.today()), name, clock.now())


def find(actor: Actor, number: str, surname: str, issued_on: date, origin: str) -> str:
    """The code of a certificate, for whoever holds it on paper. Number, surname and date must all be right.

    Raises NoSuchCertificate without saying what was wrong, or TooMany per address and per number.
    """
    actor.require(Permission.CERTIFICATE_VERIFY)
    number = rules.read_number(number)
    throttle.take(f"find:{origin}", limit=GUESSES, per_seconds=GUESSES_PER)
    throttle.take(f"find-number:{number}", limit=GUESSES, per_seconds=GUESSES_PER)
    found = queries.award_by_number(number)
    holder = snapshots.read(found.snapshot).en.holder if found else ""
    if found is None or found.issued_on != issued_on or not rules.is_surname_of(surname, holder):
        raise NoSuchCertificate()
    return found.code


def _count(award_id: UUID) -> None:
    counted = insert(AwardCheck).values(award_id=award_id, on=clock.today(), count=1)
    db.session.execute(
        counted.on_conflict_do_update(index_elements=["award_id", "on"], set_={"count": AwardCheck.count + 1})
    )


def _append(
    actor: Actor, award_id: UUID, kind: AwardEventKind, reason: RevocationReason | None = None, note: str | None = None
) -> None:
    db.session.add(
        AwardEvent(award_id=award_id, kind=kind, at=clock.now(), by=actor.person, reason=reason, note=note or None)
    )
