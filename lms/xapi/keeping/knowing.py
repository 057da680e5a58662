"""What statements tell in passing: definitions of activities, and names of agents. Written only when it is news."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from lms.core.db import db
from lms.xapi.models import ActivityDefinition, AgentName
from lms.xapi.rules import keys, parsing
from lms.xapi.rules.formats import merged

Json = dict[str, Any]

REMEMBERED = 50_000
_known: set[tuple[object, ...]] = set()
"""What was found in the database as told; so it was committed, and need not be looked up again by this process."""


def forget() -> None:
    """The database is another one now."""
    _known.clear()


def knows(tenant: int, defining: Iterable[list[Json]], naming: Iterable[list[Json]]) -> bool:
    """Is there nothing to note in these activities and agents, as far as this process can tell?"""
    return not any(_untold(tenant, defining)) and not _unheard(tenant, naming)


def note_definitions(tenant: int, told: Iterable[list[Json]]) -> None:
    """Unite what statements say of their activities with what is known. Rows are locked in the order of their keys."""
    news: dict[int, tuple[str, Json]] = {}
    marks: dict[int, list[tuple[object, ...]]] = {}
    for activity, mark in _untold(tenant, told):
        key = keys.key_of(activity["id"])
        before = news[key][1] if key in news else {}
        news[key] = (activity["id"], merged(before, activity["definition"]))
        marks.setdefault(key, []).append(mark)
    if not news:
        return
    ordered = sorted(news)
    rows = [
        {"tenant": tenant, "key": key, "iri": news[key][0], "definition": parsing.dump(news[key][1])} for key in ordered
    ]
    added = set(
        db.session.scalars(insert(ActivityDefinition).on_conflict_do_nothing().returning(ActivityDefinition.key), rows)
    )
    for row in db.session.scalars(
        select(ActivityDefinition)
        .where(
            ActivityDefinition.tenant == tenant,
            ActivityDefinition.key.in_([key for key in ordered if key not in added]),
        )
        .order_by(ActivityDefinition.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        before = parsing.load(row.definition)
        after = merged(before, news[row.key][1])
        if after == before:
            _remember(marks[row.key])
        else:
            row.definition = parsing.dump(after)


def note_names(tenant: int, told: Iterable[list[Json]]) -> None:
    """Names by which agents were called, for the Person that /agents answers."""
    news = _unheard(tenant, told)
    if not news:
        return
    found = db.session.execute(
        select(AgentName.tenant, AgentName.agent, AgentName.name).where(
            AgentName.tenant == tenant, AgentName.agent.in_([agent for _, agent, _ in news])
        )
    )
    there: set[tuple[object, ...]] = {tuple(row) for row in found}
    _remember(there & news)
    if missing := sorted(news - there):
        db.session.execute(
            insert(AgentName).on_conflict_do_nothing(),
            [{"tenant": tenant, "agent": agent, "name": name} for tenant, agent, name in missing],
        )


def _untold(tenant: int, told: Iterable[list[Json]]) -> Iterator[tuple[Json, tuple[object, ...]]]:
    """Activities with a definition that is not known as told, and the mark by which it will be."""
    for activities in told:
        for activity in activities:
            if definition := activity.get("definition"):
                mark = (tenant, activity["id"], parsing.dump(definition))
                if mark not in _known:
                    yield activity, mark


def _unheard(tenant: int, told: Iterable[list[Json]]) -> set[tuple[int, int, str]]:
    """(tenant, agent, name) that are not known."""
    found = {
        (tenant, key, agent["name"])
        for agents in told
        for agent in agents
        if agent.get("name")
        and "\x00" not in agent["name"]
        and agent.get("objectType") != "Group"
        and (key := keys.agent_key(agent)) is not None
    }
    return {each for each in found if each not in _known}


def _remember(marks: Iterable[tuple[object, ...]]) -> None:
    if len(_known) > REMEMBERED:
        _known.clear()
    _known.update(marks)
