"""Visits to the pages about what happens to certificates."""

from collections.abc import Callable

from sqlalchemy import select

from certificates import services as awards
from certificates.attendance.models import AwardDoubt
from certificates.attendance.queries import open_of as doubt_of
from certificates.integrity import services as integrity
from certificates.integrity.models import LedgerCheck
from certificates.models import AchievementVersion, Award, AwardEvent, NameChange
from certificates.organising import services as organising
from certificates.queries import standing_of
from certificates.rules import AwardEventKind, RevocationReason, State
from certificates.telling import runs
from certificates.telling import services as telling
from certificates.telling.models import Delivery, DeliveryState
from certificates.wallet import exporting
from certificates.wallet import services as wallet
from courses.catalogue.models import CourseStatement
from lms.accounts.models import Person, RoleGrant
from lms.core import clock
from lms.core.db import db, record, transaction
from lms.core.permissions import Actor
from tests.journeys.visiting import Visit, as_, demo, one


def acting(name: str) -> Actor:
    """With all that they may do."""
    person = db.session.get_one(Person, demo(name))
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id))
    roles = frozenset((each.role, each.organisation_id) for each in grants)
    return Actor(person=person.id, name=person.display_name, language=person.language, roles=roles)


def nurses_award() -> Award:
    return one(select(Award).where(Award.learner_id == demo("nurse2")).order_by(Award.id))


def managed(state: State = State.ACTIVE) -> Callable[[], Visit]:
    def visit() -> Visit:
        found = select(Award).where(Award.learner_id != demo("nurse2")).order_by(Award.id.desc())
        suspended = select(AwardEvent.award_id).where(AwardEvent.kind == AwardEventKind.SUSPENDED)
        among = (
            found.where(Award.id.in_(suspended)) if state is State.SUSPENDED else found.where(~Award.id.in_(suspended))
        )
        for award in db.session.scalars(among.limit(50)):
            if standing_of(award, clock.today()).state is state:
                return Visit({"number": award.number}, demo("organiser"))
        raise AssertionError(f"the demonstration has no certificate that is {state}")

    return visit


def nurses(award: bool = True) -> Callable[[], Visit]:
    return lambda: Visit({"number": nurses_award().number} if award else {}, demo("nurse2"))


def an_achievement() -> Visit:
    found = one(
        select(AchievementVersion)
        .join(CourseStatement, CourseStatement.version_id == AchievementVersion.course_version_id)
        .order_by(AchievementVersion.code)
    )
    return Visit({"code": found.code, "number": found.number})


def a_copy() -> Visit:
    with transaction():
        made = wallet.copy_all(acting("nurse2"), "both")
    exporting.make(export_id=str(made.id))
    with transaction():
        wallet.copy_all(acting("nurse2"), "cy")  # and one on its way
    return Visit({}, demo("nurse2"))


def a_request() -> Visit:
    found = one(select(NameChange).where(NameChange.learner_id == demo("nurse2")))
    return Visit({"change_id": found.id}, demo("organiser"))


def a_webhook(*, with_id: bool = True) -> Visit:
    """The nurse watches two certificates, one of which was suspended; nothing listens at the address."""
    award = nurses_award()
    with transaction():
        made, _secret = telling.add(
            acting("board"), "HR system / System AD", "http://127.0.0.1:9/changed", private=True
        )
        telling.watch(acting("board"), made.id, [award.code])
    with transaction():
        awards.suspend(Actor.system(), award.id, RevocationReason.UNDER_REVIEW, "looking")
    with transaction():
        awards.lift(Actor.system(), award.id, "fine")
    waiting = db.session.scalars(select(Delivery).where(Delivery.webhook_id == made.id).order_by(Delivery.id)).all()
    for each in waiting:
        runs.deliver(delivery_id=str(each.id))
    with transaction():
        first = db.session.get_one(Delivery, waiting[0].id)
        first.state, first.ended_at = DeliveryState.DEAD, clock.now()
    return Visit({"webhook_id": made.id} if with_id else {}, demo("board"))


def a_batch() -> Visit:
    with transaction():
        made = organising.issue_to(acting("organiser"), "PIMH-01", None, None, completes=True)
    return Visit({"batch_id": made.id}, demo("organiser"))


def a_ledger_check() -> Visit:
    """One that has ended and found something, and one that is under way."""
    with transaction():
        made = integrity.begin(Actor.system())
    while made.ended_at is None:
        with transaction():
            integrity.go_on(str(made.id))
    with transaction():
        made = db.session.get_one(LedgerCheck, made.id)
        made.found, made.faults = (
            2,
            [{"what": "award", "which": nurses_award().number}, {"what": "ledger", "which": "7"}],
        )
        integrity.begin(Actor.system())
    return Visit({}, demo("admin"))


def a_doubt() -> Visit:
    """A certificate of the nurse's that a corrected register contradicts."""
    award = db.session.scalars(
        select(Award)
        .where(Award.learner_id == demo("nurse2"), Award.enrolment_id.is_not(None))
        .order_by(Award.id.desc())
    ).first()
    assert award is not None
    found = doubt_of(award.id)
    if found is None:
        days = [["2026-09-03", 210], ["2026-09-10", 360]]
        with transaction():
            found = record(
                AwardDoubt(award_id=award.id, found_at=clock.now(), days=days, enough=True, edition=1,
                           reason="She left at one o'clock on the first day: the trainer's own list says so.")
            )  # fmt: skip
    return Visit({"doubt_id": found.id}, demo("organiser"))


VISITS: dict[str, Callable[[], Visit]] = {
    "awards.suspension": managed(),
    "awards.reissue": managed(),
    "wallet.share": nurses(),
    "wallet.copies": a_copy,
    "badges.badge": nurses(),
    "badges.achievement": an_achievement,
    "badges.recognise": lambda: Visit({}),
    "names.ask": nurses(award=False),
    "names.waiting": as_("organiser"),
    "names.decide": a_request,
    "organising.cohort": as_("organiser", course="PIMH-01"),
    "organising.batch": a_batch,
    "organising.ending": as_("organiser"),
    "checking.check_list": as_("board"),
    "telling.webhooks": lambda: a_webhook(with_id=False),
    "telling.webhook": a_webhook,
    "integrity.checks": a_ledger_check,
    "award_doubts.doubts": lambda: Visit({}, a_doubt().person),
    "award_doubts.doubt": a_doubt,
}
