"""Renewed, replaced, suspended, taken up again; and a log that shows when somebody was at it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from certificates import chain, handlers, ledger, queries, rules, services
from certificates.errors import AlreadyReplaced, AlreadySuspended, AwardNotActive, NotSuspended
from certificates.models import AchievementVersion, Award, AwardEvent, LedgerLine
from certificates.rules import AwardEventKind, Happening, NameVisibility, RevocationReason, State
from courses.catalogue.models import CertificateKind
from courses.enrolments.events import EnrolmentCompleted
from courses.enrolments.models import EnrolmentState
from courses.supervision.services import issue_licence, withdraw_licence
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden
from lms.core.permissions import Actor, Role
from tests.factories.accounts import make_membership, make_organisation, make_person
from tests.factories.catalogue import make_programme
from tests.factories.certificates import NAME, make_award, make_completed
from tests.factories.enrolments import make_enrolment

SYSTEM = Actor.system()
AT = datetime(2026, 5, 1, tzinfo=UTC)


def state_of(award: Award) -> State:
    db.session.expire_all()
    found = queries.award_by_id(award.id)
    assert found is not None
    return queries.standing_of(found, clock.today()).state


def at_once(app: Flask, times: int, work: Callable[[], Any]) -> list[Exception]:
    """Do it in that many threads, each in a transaction; what each was refused with."""
    start, refused = Barrier(times), []

    def run() -> None:
        with app.app_context():
            try:
                start.wait()
                with transaction():
                    work()
            except Exception as fault:
                refused.append(fault)
            finally:
                db.session.remove()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def completed_again(award: Award, on: date) -> Award:
    """The same person completes the same course on that day."""
    assert award.enrolment is not None
    course = award.enrolment.course
    enrolment = make_enrolment(award.learner, course, state=EnrolmentState.COMPLETED, completed_on=on)
    with transaction():
        handlers.award_on_completion(EnrolmentCompleted(enrolment.id))
    found = queries.award_of_enrolment(enrolment.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("done", "until"),
    [
        (date(2026, 10, 1), date(2027, 12, 31)),  # inside the window: nothing is lost
        (date(2026, 12, 31), date(2027, 12, 31)),
        (date(2026, 6, 1), date(2027, 6, 1)),  # much too early: from the completion
        (date(2027, 2, 1), date(2028, 2, 1)),  # after it had ended
    ],
)
def test_how_long_a_renewal_lasts(done: date, until: date) -> None:
    assert rules.renewed_until(done, 12, before=date(2026, 12, 31), window=92) == until


def test_a_renewal_never_ends_sooner_than_what_it_renews() -> None:
    assert rules.renewed_until(date(2026, 1, 1), 6, before=date(2028, 1, 1)) == date(2028, 1, 1)


def test_renewing_early_is_a_new_award_that_goes_on_from_the_old_one(app: Flask) -> None:
    with clock.frozen(datetime(2026, 1, 31, 12, tzinfo=UTC)):
        first = make_award(validity_months=12, certificate_kind=CertificateKind.STATUTORY)
        with transaction():
            services.choose_visibility(Actor(first.learner_id, "Holder"), first, NameVisibility.PRIVATE)
    assert first.valid_until == date(first.completed_on.year + 1, first.completed_on.month, first.completed_on.day)
    with clock.frozen(datetime.combine(first.valid_until - timedelta(days=30), datetime.min.time(), UTC)):
        second = completed_again(first, clock.today())
        assert second.renews_id == first.id
        assert second.valid_until == rules.last_valid_day(first.valid_until, 12)
        assert second.achievement_id == first.achievement_id
        assert first.number in " ".join(second.snapshot["cy"]["notes"])
        assert second.name_visibility is NameVisibility.PRIVATE
        assert state_of(first) is State.ACTIVE
        with transaction():
            seen = services.check(Actor(), first.code, "a")
    assert seen.renewed_by is not None
    assert seen.renewed_by.number == second.number
    assert db.session.scalar(select(func.count()).select_from(AchievementVersion)) == 1


def test_two_renewals_at_once_renew_one_after_the_other(app: Flask) -> None:
    with clock.frozen(datetime(2026, 1, 31, 12, tzinfo=UTC)):
        first = make_award(validity_months=12)
    assert first.enrolment is not None
    course, learner = first.enrolment.course, first.learner
    done = [
        make_enrolment(
            learner, course, state=EnrolmentState.COMPLETED, completed_on=first.valid_until - timedelta(days=n)
        )
        for n in (3, 2)
    ]  # type: ignore[operator]
    ids = iter([each.id for each in done])
    assert at_once(app, 2, lambda: services.award_if_due(SYSTEM, next(ids))) == []
    renewals = db.session.scalars(select(Award).where(Award.renews_id.is_not(None))).all()
    assert len({each.renews_id for each in renewals}) == len(renewals)
    assert sum(each.renews_id == first.id for each in renewals) == 1


def test_a_reissue_stands_in_for_the_old_one_and_says_the_same(app: Flask) -> None:
    old = make_award(validity_months=36)
    with transaction():
        new = services.reissue(SYSTEM, old.id, RevocationReason.NAME_CHANGED, "Siân Newydd")
    assert (new.replaces_id, new.valid_until, new.completed_on) == (old.id, old.valid_until, old.completed_on)
    assert (new.edition, new.code == old.code, new.number == old.number) == (2, False, False)
    printed = new.snapshot["en"]
    assert printed["holder"] == "Siân Newydd"
    assert printed["course"] == old.snapshot["en"]["course"]
    assert [new.number in value for _, value in printed["facts"]].count(True) == 1
    assert old.number not in str(printed["facts"])
    assert old.number in printed["notes"][-1]
    assert (state_of(old), state_of(new)) == (State.SUPERSEDED, State.ACTIVE)
    with transaction():
        seen = services.check(Actor(), old.code, "a")
    assert seen.replaced_by is not None
    assert seen.replaced_by.number == new.number
    assert seen.name == NAME
    with pytest.raises(AlreadyReplaced), transaction():
        services.reissue(SYSTEM, old.id, RevocationReason.NAME_CHANGED, "Siân Arall")


def test_ten_reissues_at_once_leave_one(app: Flask) -> None:
    old = make_award()
    refused = at_once(app, 10, lambda: services.reissue(SYSTEM, old.id, RevocationReason.WRONG_DETAILS, NAME))
    assert [type(each) for each in refused] == [AlreadyReplaced] * 9
    assert db.session.scalar(select(func.count()).where(Award.replaces_id == old.id)) == 1


def test_a_suspension_is_lifted_by_an_organiser_and_leaves_its_trace(app: Flask) -> None:
    board, learner = make_organisation(), make_person(legal_name=NAME)
    award = make_award(make_completed(learner=learner, membership=make_membership(learner, board)))
    organiser = Actor(make_person().id, "Organiser", roles=frozenset({(Role.ORGANISER, board.id)}))
    with pytest.raises(Forbidden), transaction():
        services.suspend(Actor(learner.id, "Holder"), award.id, RevocationReason.UNDER_REVIEW, "mine")
    with transaction():
        services.suspend(organiser, award.id, RevocationReason.UNDER_REVIEW, "asked the provider")
    assert state_of(award) is State.SUSPENDED
    with pytest.raises(AlreadySuspended), transaction():
        services.suspend(organiser, award.id, RevocationReason.UNDER_REVIEW, "again")
    with pytest.raises(AwardNotActive):
        services.certificate(Actor(learner.id, "Holder"), award, "en")
    with transaction():
        services.lift(organiser, award.id, "it was right")
    assert state_of(award) is State.ACTIVE
    with pytest.raises(NotSuspended), transaction():
        services.lift(organiser, award.id, "twice")
    kinds = db.session.scalars(
        select(AwardEvent.kind).where(AwardEvent.award_id == award.id).order_by(AwardEvent.position)
    )
    assert list(kinds) == [AwardEventKind.ISSUED, AwardEventKind.SUSPENDED, AwardEventKind.LIFTED]


def test_what_outweighs_what() -> None:
    issued, held, lifted = (
        Happening(kind, AT) for kind in (AwardEventKind.ISSUED, AwardEventKind.SUSPENDED, AwardEventKind.LIFTED)
    )
    ended = date(2020, 1, 1)
    for events, state in (
        ((issued, held), State.SUSPENDED), ((issued, held, lifted), State.EXPIRED),
        ((issued, held, lifted, held), State.SUSPENDED),
        ((issued, held, Happening(AwardEventKind.REVOKED, AT)), State.REVOKED),
    ):  # fmt: skip
        assert rules.standing(events, ended, intact=True, on=date(2026, 1, 1)).state is state


def test_a_licence_has_a_certificate_that_ends_and_falls_with_it(app: Flask) -> None:
    programme, person = make_programme("ECAMHS"), make_person(legal_name=NAME)
    with transaction():
        licence = issue_licence(SYSTEM, person.id, programme.code)
        handlers.award_on_licence(handlers.LicenceIssued(licence.id))
    award = queries.award_of_licence(licence.id)
    assert award is not None
    assert (award.kind, award.valid_until, award.enrolment_id) == (
        CertificateKind.SUPERVISOR_LICENCE, licence.ends_on, None,
    )  # fmt: skip
    assert licence.number in dict(map(tuple, award.snapshot["en"]["facts"])).values()
    assert award.design == "contour-licence-1"
    with transaction():
        services.reissue(SYSTEM, award.id, RevocationReason.NAME_CHANGED, "Siân Newydd")
    with transaction():
        withdraw_licence(SYSTEM, licence.id, "left")
    last = queries.award_of_licence(licence.id)
    assert last is not None
    assert last.replaces_id == award.id
    assert queries.standing_of(last, clock.today()).reason is RevocationReason.LICENCE_WITHDRAWN


def tamper(statement: str) -> None:
    with transaction():
        for table in ("award", "award_event", "award_ledger"):
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        db.session.execute(text(statement))
        for table in ("award", "award_event", "award_ledger"):
            db.session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    db.session.expire_all()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE award SET valid_until = '2099-01-01'",
        "UPDATE award SET snapshot = jsonb_set(snapshot, '{en,holder}', '\"Someone Else\"')",
        "UPDATE award_event SET reason = 'holder_asked' WHERE kind = 'revoked'",
        "UPDATE award_event SET at = at + interval '1 microsecond' WHERE position = 1",
        "DELETE FROM award_event WHERE position = 1",
        "UPDATE award_event SET position = 9, kind = 'lifted' WHERE position = 2",
    ],
)
def test_whatever_is_changed_behind_our_back_shows(app: Flask, statement: str) -> None:
    award, other = make_award(validity_months=12), make_award()
    with transaction():
        services.revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "note")
    with transaction():
        assert ledger.enter_batch() == 3
    assert list(ledger.faults()) == []
    where = "award_id" if "award_event" in statement else "id"
    tamper(statement + (" AND " if "WHERE" in statement else " WHERE ") + f"{where} = '{award.id}'")
    assert state_of(award) is State.ALTERED
    assert state_of(other) is State.ACTIVE
    assert ("award", award.number) in {(each.what, each.which) for each in ledger.faults()}


def test_a_removed_end_of_the_log_is_missed_by_the_ledger(app: Flask) -> None:
    award = make_award()
    with transaction():
        services.revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "note")
    with transaction():
        ledger.enter_batch()
    tamper("DELETE FROM award_event WHERE kind = 'revoked'")
    assert state_of(award) is State.ACTIVE  # its own chain cannot tell
    assert [each.what for each in ledger.faults()] == ["ledger"]
    runner = app.test_cli_runner().invoke(args=["verify-awards"])
    assert (runner.exit_code, "1 faults" in runner.output) == (1, True)


def test_the_ledger_takes_each_event_once_and_refuses_to_be_rewritten(app: Flask) -> None:
    make_award(), make_award()
    assert at_once(app, 4, ledger.enter_batch) == []
    assert db.session.scalar(select(func.count()).select_from(LedgerLine)) == 2
    assert list(ledger.faults()) == []
    with pytest.raises(DBAPIError, match="appended to"), transaction():
        db.session.execute(text("UPDATE award_ledger SET hash = ''"))
    done = app.test_cli_runner().invoke(args=["verify-awards"])
    assert (done.exit_code, done.output) == (0, "2 awards and 2 lines of the ledger checked; 0 faults.\n")


def test_the_database_and_the_house_hash_alike(app: Flask) -> None:
    award = make_award()
    with transaction():
        services.revoke(SYSTEM, award.id, RevocationReason.WRONG_DETAILS, "Ŵyn: “note”")
    found = queries.award_by_id(award.id)
    assert found is not None
    assert queries.is_intact(found)
    assert [event.position for event in found.events] == [1, 2]
    assert not chain.holds(
        chain.Issued(found.id, found.number, found.code, found.learner_id, "x", "", "", AT, None), []
    )
