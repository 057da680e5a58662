"""Hypothesis strategies: valid statements of few agents, verbs, activities and registrations, so that filters meet."""

from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.factories.xapi import VERBS, learner, new_uuid
from tests.xapi.conformance.model import VOIDED

Json = dict[str, Any]

GROUP = {"objectType": "Group", "account": {"homePage": "https://people.example", "name": "team"}}
AGENTS = [learner(number) for number in range(3)]
VERB_IDS = [f"{VERBS}{name}" for name in ("completed", "passed", "commented")]
ACTIVITIES = [f"https://a.example/{number}" for number in range(3)]
REGISTRATIONS = [str(UUID(int=number, version=4)) for number in (1, 2)]
_numbers = count(1)

agents = st.sampled_from(AGENTS)
actors = st.one_of(
    agents,
    agents,
    st.lists(agents, min_size=1, max_size=2, unique_by=str).map(
        lambda member: {"objectType": "Group", "member": member}
    ),
    st.lists(agents, max_size=1).map(lambda member: GROUP | ({"member": member} if member else {})),
)
verbs = st.sampled_from(VERB_IDS).map(lambda id: {"id": id})
activities = st.sampled_from(ACTIVITIES).map(lambda id: {"objectType": "Activity", "id": id})
contexts = st.fixed_dictionaries(
    {},
    optional={
        "registration": st.sampled_from(REGISTRATIONS),
        "instructor": agents,
        "team": st.just(GROUP),
        "contextActivities": st.fixed_dictionaries(
            {},
            optional={
                name: st.lists(activities, min_size=1, max_size=2, unique_by=str)
                for name in ("parent", "grouping", "other")
            },
        ).filter(bool),
    },
)
_inner = st.builds(
    lambda actor, verb, thing, context: {
        "objectType": "SubStatement", "actor": actor, "verb": verb, "object": thing, "context": context,
    },
    actors, verbs, st.one_of(activities, agents), contexts,
)  # fmt: skip
_objects = st.one_of(activities, activities, activities, actors, _inner)


def statements(ids: list[str]) -> st.SearchStrategy[Json]:
    """With a new id each; now and then about one of `ids`, which may be known or not, or about one that never comes."""
    references = st.sampled_from([*ids, new_uuid()]).map(lambda id: {"objectType": "StatementRef", "id": id})
    plain = st.builds(_statement, actors, verbs, _objects, contexts)
    referring = st.builds(_statement, actors, st.one_of(verbs, st.just({"id": VOIDED})), references, st.just({}))
    return st.one_of(plain, plain, referring)


def _statement(actor: Json, verb: Json, thing: Json, context: Json) -> Json:
    made = {"id": new_uuid(), "actor": actor, "verb": verb, "object": thing}
    return made | ({"context": context} if context else {})


def voiding(target: str) -> Json:
    return _statement(AGENTS[0], {"id": VOIDED}, {"objectType": "StatementRef", "id": target}, {})


def filters(moments: list[str]) -> st.SearchStrategy[Json]:
    """The query of a GET: any of the filters together. `moments` are when something was stored."""
    found: dict[str, st.SearchStrategy[Any]] = {
        "agent": st.sampled_from([*AGENTS, GROUP]), "verb": st.sampled_from([*VERB_IDS, VOIDED]),
        "activity": st.sampled_from(ACTIVITIES), "registration": st.sampled_from(REGISTRATIONS),
        "related_agents": st.just("true"), "related_activities": st.just("true"),
        "limit": st.sampled_from(["1", "2", "3"]), "ascending": st.sampled_from(["true", "false"]),
    }  # fmt: skip
    if moments:
        found |= {"since": st.sampled_from(moments), "until": st.sampled_from(moments)}
    return st.fixed_dictionaries({}, optional=found)
