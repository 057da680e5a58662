"""Use cases of cascade: record a session, change or correct it, cancel it, and let attendees keep it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from courses.catalogue.models import Course, Topic
from courses.mentoring import letters
from courses.mentoring.cascade import queries, rules, upstairs
from courses.mentoring.cascade.errors import LinkUsed, NotAChampion, SessionCancelled
from courses.mentoring.cascade.events import CascadeAttended, CascadeCancelled
from courses.mentoring.cascade.models import (
    CancelReason,
    CascadeAccount,
    CascadeAttendee,
    CascadeGroup,
    CascadeSession,
)
from courses.mentoring.cascade.rules import Length, Named, RoleGroup, SessionLanguage
from lms.accounts.models import Person, Sector
from lms.accounts.queries import membership_on
from lms.core import audit, clock, events, secrets_, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

RECORD = Permission.CASCADE_RECORD
A_DAY = 24 * 3600
MOST_MAILS_A_DAY = 200
"""Links of one champion: each is a mail to somebody who may be a stranger."""
A_BATCH = 1000


@dataclass(frozen=True)
class Told:
    """What a champion says of a session. `groups`: people by sector and kind of role."""

    held_on: date
    length: Length
    minutes: int | None
    place: str
    area: str | None
    topic: str
    course: str | None
    language: SessionLanguage
    groups: Mapping[tuple[Sector, RoleGroup], int]

    @property
    def people(self) -> int:
        return sum(self.groups.values())


def record_session(actor: Actor, told: Told, named: Sequence[Named] = ()) -> CascadeSession:
    """A champion gave a session. Those named get a link by mail, in English and Welsh.

    Raises NotAChampion (no certificate held that day), Invalid by field, TooMany.
    """
    actor.require(RECORD, about=actor.person)
    person = get_or_refuse(Person, actor.person)
    minutes = _checked(told, len(named))
    certificate = _certificate(person.id, told.held_on)
    memberships = membership_on(person.id, told.held_on)
    place = next((each for each in memberships if each.organisation is not None), next(iter(memberships), None))
    made = record(
        CascadeSession(
            champion_id=person.id, award_number=certificate.number, made_at=clock.now(),
            organisation_id=place.organisation_id if place else None,
            organisation_lineage=place.organisation.lineage if place and place.organisation else [],
            sector=place.sector if place else Sector.PUBLIC,
        )
    )  # fmt: skip
    made.accounts.append(_account(told, minutes, 1, ""))
    db.session.flush()  # attendees refer to it
    audit.record(actor, "cascade.recorded", about=person.id, thing=made, people=told.people, award=certificate.number)
    _name(actor, made, told.held_on, named)
    return made


def change(actor: Actor, session_id: UUID, told: Told, reason: str = "") -> CascadeSession:
    """Within the first days it is rewritten; after that a correction is appended, which says why.

    Raises NotFound, SessionCancelled, NotAChampion for a day on which no certificate held, Invalid by field.
    """
    found = _own(actor, session_id, lock=True)
    if found.cancelled_at is not None:
        raise SessionCancelled()
    named = sum(
        (each.claimed_at is None and each.email is not None) or each.claimed_at is not None for each in found.attendees
    )
    minutes = _checked(told, named)
    _certificate(found.champion_id, told.held_on)
    newest = found.accounts[-1]
    if rules.is_editable(found.made_at, clock.now()):
        fresh = _account(told, minutes, newest.number, newest.reason)
        fresh.made_at = newest.made_at
        db.session.delete(newest)
        db.session.flush()  # one account has one number
        found.accounts[-1:] = [fresh]
        done = "cascade.changed"
    else:
        if not reason:
            raise Invalid(fields={"reason": N_("Say why it is corrected")})
        found.accounts.append(_account(told, minutes, newest.number + 1, reason))
        done = "cascade.corrected"
    audit.record(actor, done, about=found.champion_id, thing=found, reason=reason or None, people=told.people)
    return found


def cancel(actor: Actor, session_id: UUID, reason: CancelReason) -> CascadeSession:
    """It counts for nobody, and says why. Names and addresses go at once. Raises NotFound, SessionCancelled."""
    found = _own(actor, session_id, lock=True)
    if found.cancelled_at is not None:
        raise SessionCancelled()
    found.cancelled_at, found.cancelled_reason = clock.now(), reason
    for each in found.attendees:
        each.name = each.email = each.token_digest = None
    audit.record(actor, "cascade.cancelled", about=found.champion_id, thing=found, cancelled=reason.value)
    events.publish(CascadeCancelled(found.id))
    return found


def name_attendees(actor: Actor, session_id: UUID, named: Sequence[Named]) -> CascadeSession:
    """More of those who were there get a link. Raises NotFound, SessionCancelled, Invalid, TooMany."""
    found = _own(actor, session_id, lock=True)
    if found.cancelled_at is not None:
        raise SessionCancelled()
    account = found.accounts[-1]
    if account.held_on + rules.KEEP <= clock.today():
        raise Invalid(fields={"named": N_("Names are kept for 90 days after the session, and these are over")})
    if len(named) + len(found.attendees) > min(sum(each.people for each in account.groups), rules.MOST_NAMED):
        raise Invalid(fields={"named": N_("There are more names than people. Count everybody above, too")})
    _name(actor, found, account.held_on, named)
    return found


def session(actor: Actor, session_id: UUID) -> CascadeSession:
    """One, for the champion who gave it. Raises NotFound to everybody else."""
    return _own(actor, session_id)


def by_secret(actor: Actor, secret: str, *, lock: bool = False) -> CascadeAttendee:
    """What this link opens. Raises NotFound, LinkUsed, SessionCancelled."""
    actor.require(Permission.PUBLIC_READ)
    found = select(CascadeAttendee).where(CascadeAttendee.token_digest == secrets_.digest(secret))
    found = found.options(joinedload(CascadeAttendee.session))
    if lock:
        found = found.with_for_update(of=CascadeAttendee).execution_options(populate_existing=True)
    attendee = db.session.scalars(found).one_or_none()
    if attendee is None:
        raise NotFound()
    if attendee.claimed_at is not None or attendee.keep_until < clock.today():
        raise LinkUsed()
    if attendee.session.cancelled_at is not None:
        raise SessionCancelled()
    return attendee


def claim(actor: Actor, secret: str) -> CascadeAttendee:
    """Put it on one's own record. The link is used up, and name and address go. Raises as `by_secret`, Unauthenticated.

    The same person twice is once; the champion cannot attend their own session.
    """
    if actor.person is None:
        raise Unauthenticated()
    actor.require(Permission.CASCADE_CLAIM, about=actor.person)
    attendee = by_secret(actor, secret, lock=True)
    if attendee.session.champion_id == actor.person:
        raise Forbidden(N_("You gave this session yourself"))
    get_or_refuse(CascadeSession, attendee.session_id, lock=True)  # two links of one person take turns
    had = select(CascadeAttendee.id).where(
        CascadeAttendee.session_id == attendee.session_id, CascadeAttendee.person_id == actor.person
    )
    if db.session.scalar(had) is not None:
        raise LinkUsed()
    attendee.person_id, attendee.claimed_at = actor.person, clock.now()
    attendee.name = attendee.email = None
    db.session.flush()  # who hears of it may count
    account = attendee.session.accounts[-1]
    audit.record(actor, "cascade.claimed", about=actor.person, thing=attendee.session)
    events.publish(CascadeAttended(actor.person, attendee.session_id, account.held_on, account.minutes))
    return attendee


def forget_names(actor: Actor) -> int:
    """Names, addresses and links whose time is over go; that somebody was there stays counted. Returns how many."""
    over = (
        select(CascadeAttendee.id)
        .where(CascadeAttendee.keep_until < clock.today(), CascadeAttendee.email.is_not(None))
        .limit(A_BATCH)
        .with_for_update(skip_locked=True)
    )
    gone = db.session.execute(
        update(CascadeAttendee)
        .where(CascadeAttendee.id.in_(over))
        .values(name=None, email=None, token_digest=None)
        .returning(CascadeAttendee.id)
    ).all()
    if gone:
        audit.record(actor, "cascade.names-forgotten", people=len(gone))
    return len(gone)


def _own(actor: Actor, session_id: UUID, *, lock: bool = False) -> CascadeSession:
    actor.require(RECORD, about=actor.person)
    if lock:
        get_or_refuse(CascadeSession, session_id, lock=True)
    found = db.session.scalars(queries.sessions_for(actor).where(CascadeSession.id == session_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _certificate(person_id: UUID, day: date) -> rules.Certificate:
    found = rules.live(upstairs.certificates_of(person_id), day)
    if found is None:
        raise NotAChampion()
    return found


def _checked(told: Told, named: int) -> int:
    minutes = rules.check_session(told.held_on, told.length, told.minutes, told.people, named, clock.today())
    faults = {}
    if db.session.get(Topic, told.topic) is None:
        faults["topic"] = N_("Choose one of the answers")
    if told.course is not None and db.session.scalar(select(Course.id).where(Course.code == told.course)) is None:
        faults["course"] = N_("Choose one of the answers")
    if faults:
        raise Invalid(fields=faults)
    return minutes


def _account(told: Told, minutes: int, number: int, reason: str) -> CascadeAccount:
    return CascadeAccount(
        number=number, held_on=told.held_on, length=told.length, minutes=minutes, place=told.place, area=told.area,
        topic_code=told.topic, course_code=told.course, language=told.language, reason=reason, made_at=clock.now(),
        groups=[
            CascadeGroup(position=n, sector=sector, role_group=kind, people=people)
            for n, ((sector, kind), people) in enumerate(told.groups.items(), start=1)
        ],
    )  # fmt: skip


def _name(actor: Actor, session: CascadeSession, held_on: date, named: Sequence[Named]) -> None:
    if not named:
        return
    known = {each.email for each in session.attendees}
    if len({each.email for each in named}) != len(named) or known & {each.email for each in named}:
        raise Invalid(fields={"named": N_("An address is there twice")})
    if throttle.reserve(f"cascade:{actor.person}", len(named), limit=MOST_MAILS_A_DAY, per_seconds=A_DAY) < len(named):
        raise Invalid(fields={"named": N_("This is more mail than you can send in a day. Add the rest tomorrow")})
    for each in named:
        secret = secrets_.new_secret()
        session.attendees.append(
            CascadeAttendee(
                name=each.name or None,
                email=each.email,
                token_digest=secrets_.digest(secret),
                asked_at=clock.now(),
                keep_until=held_on + rules.KEEP,
            )
        )
        letters.attended(session.champion, held_on, each, secret)
    db.session.flush()  # constraint faults belong to the use case
    audit.record(actor, "cascade.named", about=session.champion_id, thing=session, people=len(named))
