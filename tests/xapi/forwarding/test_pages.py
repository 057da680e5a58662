"""Those who look after the store see how each destination stands, and act. Nobody else does; no secret shows."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lms.core import clock, jobs
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi.forwarding import services
from lms.xapi.forwarding.models import Destination, LetterState
from tests.counting import queries_of
from tests.factories.accounts import post_form
from tests.factories.forwarding import (
    SECRET,
    OtherStore,
    filled_form,
    forward,
    make_destination,
    make_refused,
)  # fmt: skip
from tests.factories.xapi import Store, learner, make_statement

URL = "/en/manage/record-store/destinations"
API = "/api/v1/record_store/destinations"

Json = dict[str, Any]


class TestPages:
    def test_a_destination_is_added_and_sent_to(self, store: Store, other: OtherStore, keeper: Any) -> None:
        assert "Nothing is sent on yet" in keeper.get(URL).text
        ids = store.keep(make_statement("passed"), make_statement("failed"), make_statement("passed", actor=learner(2)))
        given = filled_form(other, verbs="http://adlnet.gov/expapi/verbs/passed\r\n\r\nurn:x",
                       actors="https://people.example learner-1\nmailto:a@b.example")  # fmt: skip
        answer = post_form(keeper, f"{URL}/new", given)
        assert answer.status_code == 303, answer.text
        made = db.session.scalars(select(Destination)).one()
        assert made.verbs == ["http://adlnet.gov/expapi/verbs/passed", "urn:x"]
        assert made.actors == ["account https://people.example learner-1", "mbox mailto:a@b.example"]
        jobs.run_pending()
        assert other.ids() == ids[:1]
        shown = keeper.get(answer.location).text
        for words in ("Up to date", "Nothing waits", "https://people.example learner-1", other.url):
            assert words in shown
        assert SECRET not in shown

    def test_the_day_from_which_on_is_the_first_that_counts(self, other: OtherStore, keeper: Any) -> None:
        days = {"since-day": "1", "since-month": "6", "since-year": "2026"}
        assert post_form(keeper, f"{URL}/new", filled_form(other) | days).status_code == 303
        made = db.session.scalars(select(Destination)).one()
        assert made.since is not None
        assert (made.since + timedelta(microseconds=1)).isoformat() == "2026-05-31T23:00:00+00:00"
        assert "1 June 2026" in keeper.get(f"{URL}/{made.id}").text
        shown = keeper.get(f"{URL}/{made.id}/edit").text
        assert 'value="6"' in shown
        before = made.since
        assert post_form(keeper, f"{URL}/{made.id}/edit", filled_form(other, secret="") | days).status_code == 303
        assert made.since == before

    def test_what_was_typed_is_shown_again_with_the_faults_but_for_the_secret(
        self, other: OtherStore, keeper: Any
    ) -> None:
        answer = post_form(
            keeper, f"{URL}/new",
            filled_form(other, name="", verbs="no iri", actors="who?", registrations="x", batch="0", endpoint="ftp://x"),
        )  # fmt: skip
        assert answer.status_code == 422
        for words in ("Enter a name for the destination", "full identifiers", "no iri", "who?", "whole number from 1",
                      "UUIDs", "ftp://x"):  # fmt: skip
            assert words in answer.text, words
        assert SECRET not in answer.text

    def test_another_address_needs_the_secret_again(self, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        url = f"{URL}/{made.id}/edit"
        sealed = made.secret
        elsewhere = filled_form(other, endpoint="https://elsewhere.example/xapi", secret="")
        answer = post_form(keeper, url, elsewhere)
        assert answer.status_code == 422
        assert "the address has changed" in answer.text
        assert post_form(keeper, url, filled_form(other, name="Other name", secret="")).status_code == 303
        assert (made.name, made.secret, made.endpoint) == ("Other name", sealed, other.url)
        assert post_form(keeper, url, elsewhere | {"secret": "new"}).status_code == 303
        assert (made.endpoint, made.secret == sealed) == ("https://elsewhere.example/xapi", False)

    def test_trouble_is_told_in_words_and_can_be_tried_at_once(
        self, store: Store, other: OtherStore, keeper: Any
    ) -> None:
        ids = store.keep(make_statement())
        other.script = [(503, {}, b"<b>closed</b> for the night")]
        made = forward(make_destination(other.url))
        shown = keeper.get(f"{URL}/{made.id}").text
        for words in ("Waiting to try again", "503", "&lt;b&gt;closed", "1 statement, the oldest from"):
            assert words in shown
        assert "next attempt" in keeper.get(URL).text
        assert post_form(keeper, f"{URL}/{made.id}/resume", {}, page=f"{URL}/{made.id}").status_code == 303
        jobs.run_pending()
        assert other.ids() == ids
        shown = keeper.get(f"{URL}/{made.id}").text
        assert "Up to date" in shown, shown[shown.index("<h1") : shown.index("</main>")]

    def test_pause_and_resume(self, store: Store, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        page = f"{URL}/{made.id}"
        assert post_form(keeper, f"{page}/pause", {}, page=page).status_code == 303
        ids = store.keep(make_statement())
        forward(made)
        assert other.got == []
        assert "Paused" in keeper.get(page).text
        post_form(keeper, f"{page}/resume", {}, page=page)
        jobs.run_pending()
        assert other.ids() == ids

    def test_a_test_tells_what_it_found(self, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        page = f"{URL}/{made.id}"
        assert post_form(keeper, f"{page}/test", {}, page=page).status_code == 303
        assert "is under way" in keeper.get(page).text
        jobs.run_pending()
        shown = keeper.get(page).text
        assert "It answers, and speaks the version of xAPI that is set here." in shown, shown[shown.index("<h1") :][
            :4000
        ]
        assert "It takes statements from us." in shown
        assert "1.0.3, 2.0.0" in shown
        assert other.asked == ["/xapi/about"]
        assert [got.statements for got in other.got] == [[]]
        with transaction():
            services.change(Actor.system(), made.id, private=True, secret="wrong")
        other.about = (200, b'{"version": "nonsense"}')
        post_form(keeper, f"{page}/test", {}, page=page)
        jobs.run_pending()
        shown = keeper.get(page).text
        assert "It does not know this key and secret." in shown
        assert "not as a record store does" in shown

    def test_a_dead_letter_is_read_sent_again_and_settled(self, store: Store, other: OtherStore, keeper: Any) -> None:
        made, letter = make_refused(store, other)
        assert str(letter.statement_id) in keeper.get(f"{URL}/{made.id}/letters").text
        page = f"{URL}/{made.id}/letters/{letter.id}"
        shown = keeper.get(page).text
        assert "one of these is not for us" in shown
        assert "learner-1" in shown
        post_form(keeper, f"{page}/again", {}, page=page)
        jobs.run_pending()
        db.session.expire_all()
        assert (letter.state, letter.attempts) == (LetterState.WAITING, 2), "refused once more"
        other.refuses = lambda each: False
        post_form(keeper, f"{page}/again", {}, page=page)
        jobs.run_pending()
        db.session.expire_all()
        assert letter.state is LetterState.SENT
        assert str(letter.statement_id) in other.kept
        assert "Delivered" in keeper.get(page).text
        assert "There are no such statements" in keeper.get(f"{URL}/{made.id}/letters").text
        assert str(letter.statement_id) in keeper.get(f"{URL}/{made.id}/letters?state=sent").text

    def test_a_dead_letter_is_set_aside_once(self, store: Store, other: OtherStore, keeper: Any) -> None:
        made, letter = make_refused(store, other)
        page = f"{URL}/{made.id}/letters/{letter.id}"
        assert post_form(keeper, f"{page}/aside", {}, page=page).status_code == 303
        assert letter.state is LetterState.SET_ASIDE
        assert letter.settled_by is not None
        assert post_form(keeper, f"{page}/again", {}, page=f"{URL}/{made.id}").status_code == 409
        told = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("forwarding.%"))).all()
        assert told.count("forwarding.set_aside") == 1

    def test_replay_sends_again_and_settles_what_is_taken_now(
        self, store: Store, other: OtherStore, keeper: Any
    ) -> None:
        made, letter = make_refused(store, other)
        other.refuses = lambda each: False
        page = f"{URL}/{made.id}/replay"
        today = clock.today()
        typed = {"since-day": today.day, "since-month": today.month, "since-year": today.year, "at": "0.00"}
        assert post_form(keeper, page, typed).status_code == 303
        jobs.run_pending()
        assert [len(got.statements) for got in other.got][-1] == 3
        db.session.expire_all()
        assert letter.state is LetterState.SENT
        assert len(other.order) == 3
        tomorrow = typed | {"since-year": today.year + 1}
        assert "Enter a time that has passed" in post_form(keeper, page, tomorrow).text
        assert "Enter a time such as" in post_form(keeper, page, typed | {"at": "25:00"}).text

    def test_an_ended_destination_is_gone_with_its_secret(self, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        assert post_form(keeper, f"{URL}/{made.id}/end", {}).status_code == 303
        assert (made.secret, made.ended_at is None) == (None, False)
        assert keeper.get(f"{URL}/{made.id}").status_code == 404
        assert "Nothing is sent on yet" in keeper.get(URL).text

    def test_the_list_costs_the_same_however_long_it_is(self, other: OtherStore, keeper: Any) -> None:
        costs = []
        for _ in range(2):
            for _ in range(3):
                make_destination(other.url)
            costs.append(queries_of(keeper, URL))
        assert costs[0] == costs[1]
