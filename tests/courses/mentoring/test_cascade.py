"""Champions: a certificate that held that day, minimal data, corrections that stay, names that go."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from certificates import services as certificates
from certificates.models import Award
from certificates.rules import RevocationReason
from courses.mentoring.cascade import jobs, queries, services
from courses.mentoring.cascade.errors import LinkUsed, NotAChampion, SessionCancelled
from courses.mentoring.cascade.models import CancelReason, CascadeAttendee, CascadeSession
from courses.mentoring.cascade.rules import Length, Named
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import make_membership, make_organisation, make_person
from tests.factories.mentoring import a_champion, a_day, make_cascade, told
from tests.factories.portfolios import actor_of

MAIR = Named("Mair Evans", "mair@elsewhere.example")


def do(act: Any, *given: Any, **more: Any) -> Any:
    with transaction():
        return act(*given, **more)


def refused(refusal: type[Refusal], act: Any, *given: Any, **more: Any) -> Refusal:
    with pytest.raises(refusal) as caught:
        do(act, *given, **more)
    return caught.value


def secret_in(address: str) -> str:
    body = db.session.scalars(
        select(MailMessage.body).where(MailMessage.to == address).order_by(MailMessage.id.desc()).limit(1)
    ).one()
    found = re.search(r"/cascade/claim/(\S+)", body)
    assert found is not None
    return found.group(1)


def attendees() -> list[CascadeAttendee]:
    return list(db.session.scalars(select(CascadeAttendee).order_by(CascadeAttendee.id)))


def test_a_session_of_twelve_is_attributed_as_it_was_that_day(app: Flask) -> None:
    champion, body = a_champion(), make_organisation()
    make_membership(champion, body)
    made = make_cascade(champion)
    assert (made.organisation_id, sum(each.people for each in made.accounts[-1].groups)) == (body.id, 12)
    assert made.accounts[-1].minutes == 180
    assert made.award_number == db.session.scalars(select(Award.number).where(Award.learner_id == champion.id)).one()
    assert queries.given_so_far(champion.id) == (1, 12)


def test_the_certificate_must_have_held_on_the_day_of_the_session(app: Flask) -> None:
    champion = a_champion()
    refused(NotAChampion, services.record_session, actor_of(make_person()), told())
    refused(NotAChampion, services.record_session, actor_of(champion), told(held_on=a_day(1)))
    award = db.session.scalars(select(Award).where(Award.learner_id == champion.id)).one()
    award_id = award.id
    with clock.frozen(clock.now() + timedelta(days=10)):
        do(certificates.revoke, Actor.system(), award_id, RevocationReason.HOLDER_ASKED, "")
    with clock.frozen(clock.now() + timedelta(days=11)):
        do(services.record_session, actor_of(champion), told(held_on=clock.today() - timedelta(days=5)))
        refused(NotAChampion, services.record_session, actor_of(champion), told())
    assert queries.given_so_far(champion.id) == (1, 12)


def test_what_a_session_says_is_checked(app: Flask) -> None:
    actor = actor_of(a_champion())
    for given, field in (
        ({"held_on": a_day(-1)}, "held_on"), ({"length": Length.OTHER}, "minutes"), ({"topic": "none"}, "topic"),
        ({"course": "NONE"}, "course"), ({"people": {("nhs", "clinical"): 501}}, "people"),
    ):  # fmt: skip
        assert field in refused(Invalid, services.record_session, actor, told(**given)).fields
    few = told({("nhs", "clinical"): 1})
    assert "named" in refused(Invalid, services.record_session, actor, few, [MAIR, Named("", "b@x.example")]).fields
    assert "named" in refused(Invalid, services.record_session, actor, told(), [MAIR, MAIR]).fields


def test_it_is_rewritten_for_fourteen_days_and_corrected_after(app: Flask) -> None:
    champion = a_champion()
    made, actor = make_cascade(champion), actor_of(champion)
    do(services.change, actor, made.id, told({("nhs", "clinical"): 11}))
    found = services.session(actor, made.id)
    assert [(each.number, each.groups[0].people) for each in found.accounts] == [(1, 11)]
    with clock.frozen(clock.now() + timedelta(days=15)):
        again = told({("nhs", "clinical"): 9}, held_on=a_day(15))
        assert "reason" in refused(Invalid, services.change, actor, made.id, again).fields
        do(services.change, actor, made.id, again, "Two left early")
    found = services.session(actor, made.id)
    assert [(each.number, each.groups[0].people, each.reason) for each in found.accounts] == [
        (1, 11, ""), (2, 9, "Two left early"),
    ]  # fmt: skip
    assert queries.given_so_far(champion.id) == (1, 9)


def test_a_cancelled_one_says_why_counts_for_nobody_and_forgets(app: Flask) -> None:
    champion = a_champion()
    made, actor = make_cascade(champion, (MAIR,)), actor_of(champion)
    secret = secret_in(MAIR.email)
    do(services.cancel, actor, made.id, CancelReason.NOBODY_CAME)
    assert queries.given_so_far(champion.id) == (0, 0)
    assert [(each.name, each.email, each.token_digest) for each in attendees()] == [(None, None, None)]
    refused(NotFound, services.by_secret, actor, secret)
    refused(SessionCancelled, services.cancel, actor, made.id, CancelReason.POSTPONED)
    refused(SessionCancelled, services.change, actor, made.id, told())
    refused(SessionCancelled, services.name_attendees, actor, made.id, [MAIR])


def test_an_attendee_keeps_it_once_and_the_name_goes(app: Flask) -> None:
    champion, mair = a_champion(), make_person()
    make_cascade(champion, (MAIR, Named("", "second@elsewhere.example")))
    secret, second = secret_in(MAIR.email), secret_in("second@elsewhere.example")
    refused(Unauthenticated, services.claim, Actor(), secret)
    refused(Forbidden, services.claim, actor_of(champion), secret)
    refused(NotFound, services.claim, actor_of(mair), "x" * 43)
    do(services.claim, actor_of(mair), secret)
    refused(LinkUsed, services.claim, actor_of(mair), secret)
    refused(LinkUsed, services.claim, actor_of(mair), second)
    first = attendees()[0]
    assert (first.name, first.email, first.person_id) == (None, None, mair.id)
    ((attendee, account),) = queries.attended_by(mair.id)
    assert (attendee.person_id, account.minutes) == (mair.id, 180)
    letter = db.session.scalars(select(MailMessage).where(MailMessage.to == MAIR.email)).one()
    assert letter.body.count("\n---\n") == 1  # in both languages: which of them Mair reads is not known
    assert secret not in str(db.session.scalars(select(CascadeAttendee.token_digest)).all())


def test_two_who_use_one_link_at_once_are_one(app: Flask) -> None:
    make_cascade(a_champion(), (MAIR,))
    secret, people = secret_in(MAIR.email), [actor_of(make_person()) for _ in range(3)]
    acts = [lambda a=a: services.claim(a, secret) for a in people]  # type: ignore[misc]
    assert sorted(at_once(app, *acts)) == ["cascade-link-used", "cascade-link-used", "done"]


def test_names_go_after_ninety_days(app: Flask) -> None:
    champion = a_champion()
    made = make_cascade(champion, (MAIR,))
    secret = secret_in(MAIR.email)
    with clock.frozen(clock.now() + timedelta(days=90)):
        do(jobs.forget_names)
        assert attendees()[0].email == MAIR.email
    with clock.frozen(clock.now() + timedelta(days=91)):
        refused(LinkUsed, services.by_secret, Actor(), secret)
        do(jobs.forget_names)
        db.session.expire_all()
        assert (attendees()[0].email, attendees()[0].name, attendees()[0].token_digest) == (None, None, None)
        refused(Invalid, services.name_attendees, actor_of(champion), made.id, [MAIR])
        refused(NotFound, services.by_secret, Actor(), secret)


def test_others_know_nothing_of_it(app: Flask) -> None:
    made, other = make_cascade(a_champion()), actor_of(a_champion())
    for act in (services.session, lambda a, i: services.change(a, i, told()),
                lambda a, i: services.cancel(a, i, CancelReason.POSTPONED)):  # fmt: skip
        refused(NotFound, act, other, made.id)
    assert db.session.get_one(CascadeSession, made.id).cancelled_at is None
    assert isinstance(db.session.get_one(Person, made.champion_id), Person)
