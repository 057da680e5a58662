"""What a destination's filter lets through, and what goes along with it."""

import random
from typing import Any

import pytest

from lms.core import clock
from lms.xapi.forwarding import following, services
from tests.factories.forwarding import OtherStore, fill, forward, make_destination
from tests.factories.xapi import Store, make_statement, new_uuid, some_statement, voiding

Json = dict[str, Any]


class TestFilters:
    def test_verbs_activities_actors_and_registrations(self, store: Store, other: OtherStore) -> None:
        chance = random.Random(11)
        every = [some_statement(chance) for _ in range(150)]
        store.keep(*every)
        registration = next(
            each["context"]["registration"] for each in every if "registration" in each.get("context", {})
        )
        verb, activity, actor = every[0]["verb"]["id"], "https://a.example/1", "https://people.example learner-1"

        def names(each: Json) -> set[str]:
            inner = each["object"]["object"]["id"] if each["object"].get("objectType") == "SubStatement" else None
            parents = each.get("context", {}).get("contextActivities", {}).get("parent", [])
            return {inner, each["object"].get("id"), *(parent["id"] for parent in parents)}  # type: ignore[arg-type]

        cases: list[tuple[Json, Any]] = [
            ({"verbs": [verb]}, lambda each: each["verb"]["id"] == verb),
            ({"activities": [activity]}, lambda each: each["object"].get("id") == activity),
            ({"activities": [activity], "related": True}, lambda each: activity in names(each)),
            ({"actors": [f"account {actor}"]}, lambda each: each["actor"]["account"]["name"] == "learner-1"),
            ({"registrations": [services.UUID(registration)]},
             lambda each: each.get("context", {}).get("registration") == registration),
            ({"verbs": [verb], "activities": [activity]},
             lambda each: each["verb"]["id"] == verb and each["object"].get("id") == activity),
        ]  # fmt: skip
        for given, matches in cases:
            other.kept, other.order = {}, []
            forward(make_destination(other.url, **given))
            expected = [each["id"] for each in every if matches(each)]
            assert 0 < len(expected) < 150
            assert other.ids() == expected, given

    def test_only_what_is_stored_later(self, store: Store, other: OtherStore) -> None:
        fill(store, 3)
        since = clock.now()
        ids = fill(store, 2)
        forward(make_destination(other.url, since=since))
        assert other.ids() == ids

    def test_rare_ones_are_found_beyond_many_windows(self, store: Store, other: OtherStore, monkeypatch: Any) -> None:
        monkeypatch.setattr(following, "WINDOW", 4)
        fill(store, 30)
        wanted = store.keep(make_statement("passed"))
        fill(store, 9)
        done = forward(make_destination(other.url, verbs=["http://adlnet.gov/expapi/verbs/passed"]))
        assert other.ids() == wanted
        assert done.sent_through >= max(following.patterns.microseconds(following.patterns.instant(each["stored"]))
                                        for each in store.found())  # fmt: skip

    def test_too_many_bytes_go_in_two_requests(self, store: Store, other: OtherStore, monkeypatch: Any) -> None:
        ids = fill(store, 6)
        monkeypatch.setattr(following, "MOST_BYTES", 1200)
        forward(make_destination(other.url))
        assert len(other.got) > 1
        assert other.ids() == ids


class TestVoiding:
    """The other store ends in the same state as ours."""

    @pytest.fixture
    def theirs(self, other: OtherStore) -> Any:
        return lambda: [
            each["id"] for each in other.order
            if each["id"] not in {v["object"]["id"] for v in other.order if v["verb"]["id"].endswith("/voided")}
            and not each["verb"]["id"].endswith("/voided")
        ]  # fmt: skip

    def test_a_statement_voided_before_it_is_sent_goes_first_and_then_what_voids_it(
        self, store: Store, other: OtherStore, theirs: Any
    ) -> None:
        first, second = fill(store, 2)
        (voids,) = store.keep(voiding(first))
        forward(make_destination(other.url))
        assert other.ids() == [first, second, voids]
        assert theirs() == [second]

    def test_what_voids_goes_wherever_the_voided_one_goes(self, store: Store, other: OtherStore, theirs: Any) -> None:
        ids = store.keep(make_statement("passed"), make_statement("failed"))
        voids = store.keep(voiding(ids[0]), voiding(ids[1]))
        forward(make_destination(other.url, verbs=["http://adlnet.gov/expapi/verbs/passed"]))
        assert other.ids() == [ids[0], voids[0]]
        assert theirs() == []

    def test_also_when_it_came_before_what_it_voids(self, store: Store, other: OtherStore, theirs: Any) -> None:
        target = new_uuid()
        (voids,) = store.keep(voiding(target))
        destination = make_destination(other.url, verbs=["http://adlnet.gov/expapi/verbs/passed"])
        destination = forward(destination)
        assert other.ids() == []
        passed = destination.sent_through
        store.keep(make_statement("passed", id=target))
        destination = forward(destination)
        assert other.ids() == [voids, target]
        assert destination.sent_through > passed
