"""Whom and what a statement names, found in one walk over all its parts."""

from typing import Any, NamedTuple

Json = dict[str, Any]


class Named(NamedTuple):
    """`agents`: the actor first, members after their group; the authority is the store's own matter and not among them.

    `activities`: every Activity, that of the object first if it is one. Those of a SubStatement count in both.
    """

    agents: list[Json]
    activities: list[Json]


def named_in(statement: Json) -> Named:
    """Of a checked statement, whether its context activities are lists already or not."""
    found = Named([], [])
    _walk(statement, found)
    return found


def everybody_in(statement: Json) -> list[Json]:
    """The agents of a stored statement, its authority among them."""
    agents = named_in(statement).agents
    if "authority" in statement:
        _add(statement["authority"], agents)
    return agents


def _walk(part: Json, found: Named) -> None:
    agents, activities = found
    _add(part["actor"], agents)
    thing = part["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        activities.append(thing)
    elif kind == "SubStatement":
        _walk(thing, found)
    elif kind != "StatementRef":
        _add(thing, agents)
    context = part.get("context")
    if not context:
        return
    for name in ("instructor", "team"):
        if name in context:
            _add(context[name], agents)
    for each in context.get("contextAgents", ()):
        _add(each["agent"], agents)
    for each in context.get("contextGroups", ()):
        _add(each["group"], agents)
    if above := context.get("contextActivities"):
        for given in above.values():
            activities.extend(given if isinstance(given, list) else (given,))


def _add(agent: Json, agents: list[Json]) -> None:
    agents.append(agent)
    if members := agent.get("member"):
        agents.extend(members)
