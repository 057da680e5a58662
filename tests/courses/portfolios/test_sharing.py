"""A manager reads an item when its learner shares it, as long as they do, and nothing else ever."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from courses.portfolios.models import Share
from courses.portfolios.services import evidence, sharing
from lms.accounts.models import EmailAddress, Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound
from tests.factories.accounts import make_membership, make_organisation, make_person, post_form
from tests.factories.portfolios import a_pair, actor_of, items_of, submit, write

TOLD = "What I thought, for few to read."


def a_manager(learner: Person) -> Person:
    manager = make_person(display_name="Nia Rheolwr")
    make_membership(learner, make_organisation(), line_manager_id=manager.id)
    return manager


def test_a_manager_reads_what_is_shared_and_only_while_it_is(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    manager = a_manager(pair.learner)
    submit(pair.items[0], TOLD)
    learner, browser = signed_in(pair.learner), signed_in(manager)
    theirs = f"/en/portfolio/{pair.portfolio.enrolment_id}"
    for page in ("", "/1", "/1/redact", "/1/share", "/export"):
        assert browser.get(theirs + page).status_code == 404, page
    assert TOLD not in browser.get("/en/shared").text
    answer = post_form(learner, f"{theirs}/1/share", {"who": str(manager.id)})
    assert answer.status_code == 303
    made = db.session.scalars(db.select(Share)).one()
    assert TOLD in browser.get(f"/en/shared/{made.id}").text
    assert browser.get(theirs).status_code == 404, "the item, not the portfolio"
    stranger = signed_in(make_person())
    assert stranger.get(f"/en/shared/{made.id}").status_code == 404
    assert "Nia Rheolwr" in learner.get(f"{theirs}/1").text, "the page says who can see it"
    post_form(learner, f"{theirs}/1/take-back", {}, page=f"{theirs}/1")
    assert browser.get(f"/en/shared/{made.id}").status_code == 404, "a draft is the learner's alone"
    submit(items_of(pair.portfolio)[0], TOLD)
    assert browser.get(f"/en/shared/{made.id}").status_code == 200
    stop = f"{theirs}/1/share/{made.id}/stop"
    assert post_form(learner, stop, {}, page=f"{theirs}/1/share").status_code == 303
    assert browser.get(f"/en/shared/{made.id}").status_code == 404


def test_it_is_shared_with_people_who_are_here_and_by_the_learner_alone(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0], TOLD)
    learner, other = actor_of(pair.learner), make_person(email="other@here.example")
    with pytest.raises(Invalid), transaction():
        sharing.share(learner, item.id, email="nobody@here.example")
    with pytest.raises(NotFound), transaction():
        sharing.share(learner, item.id, reader_id=other.id)
    with transaction():
        db.session.execute(
            update(EmailAddress).where(EmailAddress.person_id == other.id).values(verified_at=clock.now())
        )
    with transaction():
        first = sharing.share(learner, item.id, email="Other@here.example")
        assert sharing.share(learner, item.id, email="other@here.example").id == first.id, "once is enough"
    for who in (pair.supervisor, other):
        with pytest.raises((NotFound, Forbidden)), transaction():
            sharing.share(actor_of(who), item.id, email="other@here.example")
    with transaction():
        evidence.take_back(learner, item.id)
    write(items_of(pair.portfolio)[0], "changed")
    assert list(db.session.scalars(sharing.shared_with(actor_of(other)))) == []
