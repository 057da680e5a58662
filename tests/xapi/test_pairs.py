"""A related agent and an activity have a list together, whoever wrote the statement and when."""

import importlib
from typing import Any

from flask import Flask
from sqlalchemy import text

from lms.core import jobs
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import erasing, people
from lms.xapi.models import ECHO
from lms.xapi.rules import keys
from lms.xapi.rules.keys import MOST_PAIRS, Kind
from tests.factories.xapi import Store, learner, make_statement, new_uuid, voiding

Json = dict[str, Any]
COURSE = "https://a.example/course"


def teaching(number: int, unit: str = "https://a.example/unit", **given: Any) -> Json:
    """A statement with that instructor, of a unit in the course."""
    context = {"instructor": learner(number), "contextActivities": {"grouping": [{"id": COURSE}]}}
    return make_statement(activity=unit, id=new_uuid(), context=context, **given)


def crowded(members: int) -> Json:
    """The same of a team. Its object and the course make two pairs for each member."""
    made = teaching(9)
    made["context"] |= {"team": {"objectType": "Group", "member": [learner(100 + number) for number in range(members)]}}
    return made


def rows() -> set[tuple[Any, ...]]:
    db.session.rollback()
    return {tuple(each) for each in db.session.execute(text("SELECT kind, key, verb, seq FROM statement_ref"))}


def some(store: Store) -> list[str]:
    """Of an instructor; of a crowd, and one that is not quite; of another that is voided; and one about the crowd's."""
    crowd, voided = crowded(MOST_PAIRS // 2), teaching(2)
    about = make_statement("commented", id=new_uuid(), object={"objectType": "StatementRef", "id": crowd["id"]})
    return store.keep(teaching(1), crowd, crowded(MOST_PAIRS // 2 - 1), voided, about, voiding(voided["id"]))


def test_a_crowd_is_found_like_any_other(store: Store) -> None:
    _, crowd, nearly, _, about, _ = some(store)
    kinds = [kind for kind, *_ in rows()]
    assert kinds.count(Kind.CROWD) == 1
    assert kinds.count(Kind.CROWD | ECHO) == 1
    for activity, related in (
        ("https://a.example/unit", "false"),
        ("https://a.example/unit", "true"),
        (COURSE, "true"),
    ):
        asked = {"related_agents": "true", "activity": activity, "related_activities": related}
        assert store.ids(agent=learner(100), **asked) == [about, nearly, crowd]
        assert store.ids(agent=learner(100), verb="http://adlnet.gov/expapi/verbs/completed", **asked) == [
            about, nearly, crowd,
        ]  # fmt: skip
        assert store.ids(agent=learner(99), **asked) == []
    assert store.ids(agent=learner(100), related_agents="true", activity=COURSE) == []


def test_they_never_meet_but_in_one_statement_and_in_one_that_refers_to_it(store: Store) -> None:
    """Both are common, each with others."""
    store.keep(*(teaching(1, f"https://a.example/{number}") for number in range(30)))
    elsewhere = [make_statement(activity="https://b.example/unit", id=new_uuid(), context={"instructor": learner(3)})]
    store.keep(*(each | {"id": new_uuid()} for each in elsewhere * 30))
    asked = {"agent": learner(3), "related_agents": "true", "activity": COURSE, "related_activities": "true"}
    assert store.ids(**asked) == []
    met = teaching(3)
    comment = make_statement("commented", object={"objectType": "StatementRef", "id": met["id"]})
    ids = [store.keep(each)[0] for each in (comment, met)]
    assert store.ids(**asked, ascending="true") == ids
    store.keep(voiding(met["id"]))
    assert store.ids(**asked, ascending="true")[:-1] == ids[:1]


def test_who_is_erased_is_found_with_an_activity_by_the_pseudonym_alone(store: Store) -> None:
    """And what refers to a statement of theirs is, too."""
    target = teaching(1, actor=learner(3))
    comment = make_statement("commented", object={"objectType": "StatementRef", "id": target["id"]})
    ids = [store.keep(each)[0] for each in (comment, target)]
    asked = {"activity": COURSE, "related_agents": "true", "related_activities": "true", "ascending": "true"}
    assert store.ids(agent=learner(1), **asked) == ids
    with transaction():
        erasing.begin(Actor.system(), people.of_agent(learner(1)), "Asked for in writing")
    jobs.run_pending()
    assert store.ids(agent=learner(1), **asked) == []
    said = store.get(statementId=target["id"]).get_json()
    assert store.ids(agent=said["context"]["instructor"], **asked) == ids


def test_an_actor_who_is_erased_is_found_with_an_activity_by_the_pseudonym_alone(store: Store) -> None:
    """Its own activity or a related one; and what refers to a statement of theirs is, too."""
    target = teaching(1, actor=learner(3))
    comment = make_statement("commented", object={"objectType": "StatementRef", "id": target["id"]})
    ids = [store.keep(each)[0] for each in (comment, target)]
    asked: list[Json] = [
        {"activity": "https://a.example/unit", "ascending": "true"},
        {"activity": COURSE, "related_activities": "true", "ascending": "true"},
    ]
    for each in asked:
        assert store.ids(agent=learner(3), **each) == ids
    with transaction():
        erasing.begin(Actor.system(), people.of_agent(learner(3)), "Asked for in writing")
    jobs.run_pending()
    said = store.get(statementId=target["id"]).get_json()
    for each in asked:
        assert store.ids(agent=learner(3), **each) == []
        assert store.ids(agent=said["actor"], **each) == ids
    assert not {key for _, key, *_ in rows()} & {keys.pair_key(keys.agent_key(learner(3)) or 0, keys.key_of(COURSE))}


def test_what_was_stored_before_is_listed_as_what_is_stored_now(app: Flask, store: Store) -> None:
    """By the migration's SQL as by `keys.keys_of`."""
    some(store)
    store.keep(make_statement(object=learner(5), context=teaching(5)["context"]), make_statement(actor=learner(1)))
    expected = rows()
    new = [kind | echo for kind in (Kind.PAIR, Kind.CROWD, Kind.ACTOR_PAIR) for echo in (0, ECHO)]
    assert {kind for kind, *_ in expected} >= set(new)
    db.session.execute(text("DELETE FROM statement_ref WHERE kind = ANY(:new)"), {"new": new})
    for name in ("0103_pairs", "0105_actor_pairs"):
        backfill = importlib.import_module(f"migrations.versions.{name}")
        for statement in (backfill.PAIRS, backfill.ECHOES):
            db.session.execute(text(statement))
    db.session.commit()
    assert rows() == expected
