"""What a holder is told when a certificate is worth something else than before; and the days on a certificate of attendance."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select

from certificates import services, wording
from certificates.models import Award
from certificates.names import services as names
from certificates.rules import RevocationReason
from courses.catalogue.models import CertificateKind
from courses.delivery.models import Presence
from courses.delivery.services import register
from courses.delivery.services.register import Marked
from lms.accounts.models import EmailAddress
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.factories.accounts import make_membership, make_organisation, make_person
from tests.factories.certificates import NAME, make_award, make_completed
from tests.factories.delivery import make_booking, make_series, make_taught
from tests.factories.portfolios import actor_of

SYSTEM = Actor.system()
SAID = {
    "en": ("is suspended", "counts again", "has been replaced", "has been revoked"),
    "cy": ("wedi'i hatal", "yn cyfrif eto", "wedi'i disodli", "wedi'i dirymu"),
}


def letters() -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def done(work: Callable[[], Award]) -> Award:
    with transaction():
        return work()


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_holder_is_told_of_each_change_in_their_language(app: Flask, language: str) -> None:
    award = make_award(
        make_completed(learner=make_person(legal_name=NAME, language=language, email="sian@example.org"))
    )
    done(lambda: services.suspend(SYSTEM, award.id, RevocationReason.UNDER_REVIEW, "A colleague told us."))
    done(lambda: services.lift(SYSTEM, award.id, "Nothing was wrong."))
    new = done(lambda: services.reissue(SYSTEM, award.id, RevocationReason.WRONG_DETAILS, "Siân Wyn"))
    done(lambda: services.revoke(SYSTEM, new.id, RevocationReason.ISSUED_IN_ERROR, "Somebody else's."))
    told = letters()
    assert [(each.to, each.language) for each in told] == [("sian@example.org", language)] * 4
    for each, said in zip(told, SAID[language], strict=True):
        assert said in each.subject
        assert (award.number if each is not told[3] else new.number) in each.subject
        assert award.snapshot[language]["course"] in each.body
        assert "%(" not in each.subject + each.body
        for note in ("colleague", "Nothing was wrong", "Somebody else"):
            assert note not in each.body
    reasons = (RevocationReason.UNDER_REVIEW, None, RevocationReason.WRONG_DETAILS, RevocationReason.ISSUED_IN_ERROR)
    for each, reason in zip(told, reasons, strict=True):
        assert reason is None or wording.REASONS[reason].in_(language) in each.body
    assert f"http://localhost/{language}/record/{award.number}\n" in told[0].body
    assert f"http://localhost/{language}/record/{new.number}\n" in told[2].body


def test_what_another_letter_tells_is_not_told_twice(app: Flask) -> None:
    board, learner = make_organisation(), make_person(legal_name=NAME)
    place = make_membership(learner, board)
    awards = [make_award(make_completed(learner=learner, membership=place)) for _ in range(3)]
    decider = Actor(make_person().id, "Decider", roles=frozenset({(Role.ORGANISER, board.id)}))
    with transaction():
        asked = names.ask(Actor(learner.id, "Learner"), "Siân Evans", "I have married.")
    with transaction():
        names.decide(decider, asked.id, approve=True, note="")
    assert [each.subject for each in letters()] == ["Your certificates carry your new name"]
    new = db.session.scalars(select(Award).where(Award.replaces_id.is_not(None)).order_by(Award.number)).all()
    assert len(new) == len(awards)
    done(lambda: services.revoke(SYSTEM, new[0].id, RevocationReason.SIGN_OFF_WITHDRAWN, ""))
    assert len(letters()) == 1
    done(
        lambda: services.revoke(decider, new[1].id, RevocationReason.SIGN_OFF_WITHDRAWN, "The supervisor has said so.")
    )
    assert "has been revoked" in letters()[-1].subject  # here nobody else has told it


def test_a_holder_without_an_address_stops_nothing(app: Flask) -> None:
    award = make_award()
    with transaction():
        db.session.execute(delete(EmailAddress).where(EmailAddress.person_id == award.learner_id))
    done(lambda: services.revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "x"))
    assert letters() == []


@pytest.mark.parametrize(
    ("days", "english", "welsh"),
    [
        ([date(2026, 3, 3)], "3 March 2026", "3 Mawrth 2026"),
        ([date(2026, 3, day) for day in (3, 10, 17)], "3, 10 and 17 March 2026", "3, 10, 17 Mawrth 2026"),
        (
            [date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 7)],
            "31 December 2025, 28 February and 7 March 2026", "31 Rhagfyr 2025, 28 Chwefror, 7 Mawrth 2026",
        ),
    ],
)  # fmt: skip
def test_days_are_said_as_people_say_them(days: list[date], english: str, welsh: str) -> None:
    found = wording.days(days)
    assert (found.en, found.cy) == (english, welsh)


def test_a_certificate_of_attendance_says_when_somebody_was_there(app: Flask) -> None:
    """Two of three days, one of them only for a part; the mark that counts is the newest."""
    trainer = make_person()
    series = make_series(make_taught(), trainer=trainer, days=(30, 31, 32), share=50, capacity=30)
    here, away = (make_booking(series, make_person(legal_name=NAME)) for _ in range(2))
    marks = (
        [(here, Presence.DID_NOT_ATTEND, None), (here, Presence.ATTENDED, None), (away, Presence.ATTENDED, None)],
        [(here, Presence.DID_NOT_ATTEND, None), (away, Presence.DID_NOT_ATTEND, None)],
        [(here, Presence.PARTLY, 240), (away, Presence.DID_NOT_ATTEND, None)],
    )  # fmt: skip
    for meeting, given in zip(series.meetings, marks, strict=True):
        with clock.frozen(meeting.starts_at + timedelta(minutes=30)):
            seen: dict[UUID, UUID] = {}
            for booking, presence, minutes in given:
                with transaction():
                    (made,) = register.mark(
                        actor_of(trainer), meeting.id,
                        [Marked(booking.id, presence, minutes, seen=seen.get(booking.id))],
                    )  # fmt: skip
                seen[booking.id] = made.id
            with transaction():
                register.close(actor_of(trainer), meeting.id)
    award = db.session.scalars(select(Award)).one()
    assert award.learner_id == here.learner_id
    there = wording.days([clock.on_the_day(series.meetings[place].starts_at) for place in (0, 2)])
    assert award.snapshot["en"]["notes"] == [f"Attended on {there.en}: 11 hours."]
    assert award.snapshot["cy"]["notes"] == [f"Mynychwyd ar {there.cy}: 11 awr."]
    with transaction():
        again = services.reissue(SYSTEM, award.id, RevocationReason.WRONG_DETAILS, "Siân Wyn")
    assert again.snapshot["en"]["notes"][0] == award.snapshot["en"]["notes"][0]


def test_without_a_register_nothing_is_said_of_days(app: Flask) -> None:
    assert make_award(certificate_kind=CertificateKind.ATTENDANCE).snapshot["en"]["notes"] == []
