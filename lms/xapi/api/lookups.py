"""Agents, activities and about (Part 3 §2.4, §2.5, §2.8)."""

from typing import Any

from lms.xapi import queries
from lms.xapi.api.answers import Answer, json
from lms.xapi.api.edge import in_transaction, open_resource, resource
from lms.xapi.rules import parameters, scopes
from lms.xapi.rules.calls import Call
from lms.xapi.rules.scopes import Bearer, Use
from lms.xapi.rules.versions import SPOKEN, Version

Json = dict[str, Any]


def agent(bearer: Bearer, version: Version, call: Call) -> Answer:
    """The Person: what was asked, every property a list, and the names by which statements called it."""
    parameters.allow(call.arguments, {"agent"})
    bearer.require(Use.READ_MINE)
    asked = parameters.agent_in(call.arguments) or {}
    scopes.check_agent(bearer.bounds, asked)
    person: Json = {"objectType": "Person"}
    names = queries.names_of(bearer.tenant, asked) if bearer.may(Use.READ_STATEMENTS) else []
    if "name" in asked and asked["name"] not in names:
        names.append(asked["name"])
    if names:
        person["name"] = names
    for key in ("mbox", "mbox_sha1sum", "openid", "account"):
        if key in asked:
            person[key] = [asked[key]]
    return json(person)


def activity(bearer: Bearer, version: Version, call: Call) -> Answer:
    """The activity with everything that is known of it; with its id alone when nothing is."""
    parameters.allow(call.arguments, {"activityId"})
    bearer.require(Use.READ_MINE)
    iri = parameters.iri_in(call.arguments, "activityId")
    scopes.check_activity(bearer.bounds, iri)
    found: Json = {"objectType": "Activity", "id": iri}
    if definition := queries.definitions(bearer.tenant, [iri]).get(iri):
        found["definition"] = definition
    return json(found)


def about(call: Call) -> Answer:
    """Which versions this store speaks."""
    parameters.allow(call.arguments, ())
    return json({"version": list(SPOKEN)})


resource("/agents", "agents", {"GET": in_transaction(agent)})
resource("/activities", "activities", {"GET": in_transaction(activity)})
open_resource("/about", "about", about)
