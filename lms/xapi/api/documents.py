"""State, agent profile and activity profile (Part 3 §2.2 to §2.7)."""

from collections.abc import Callable

import orjson

from lms.core import events
from lms.xapi import queries
from lms.xapi.api.answers import NOTHING, Answer, last_modified
from lms.xapi.api.edge import in_transaction, resource
from lms.xapi.errors import Missing, NotAllowed
from lms.xapi.events import DocumentAsked
from lms.xapi.keeping import documents
from lms.xapi.keeping.documents import Seen
from lms.xapi.places import Place
from lms.xapi.rules import parameters, scopes
from lms.xapi.rules.calls import Call
from lms.xapi.rules.documents import Kind
from lms.xapi.rules.scopes import Bearer, Use
from lms.xapi.rules.versions import Version

Locate = Callable[[Bearer, Call, bool], Place]

_UNTYPED = "application/octet-stream"


def state(bearer: Bearer, call: Call, many: bool) -> Place:
    """`many`: no stateId means all of them."""
    parameters.allow(call.arguments, {"activityId", "agent", "registration", "stateId", *_since(call, many)})
    bearer.require(Use.READ_STATE if _reads(call) else Use.WRITE_STATE)
    activity = parameters.iri_in(call.arguments, "activityId")
    agent = parameters.agent_in(call.arguments) or {}
    registration = parameters.registration_in(call.arguments)
    scopes.check_activity(bearer.bounds, activity)
    scopes.check_agent(bearer.bounds, agent)
    scopes.check_registration(bearer.bounds, registration)
    return Place(bearer.tenant, Kind.STATE, _name(call, "stateId", many), activity, agent, registration)


def agent_profile(bearer: Bearer, call: Call, many: bool) -> Place:
    parameters.allow(call.arguments, {"agent", "profileId", *_since(call, many)})
    bearer.require(Use.READ_PROFILE if _reads(call) else Use.WRITE_PROFILE)
    agent = parameters.agent_in(call.arguments) or {}
    scopes.check_agent(bearer.bounds, agent)
    many = many and _reads(call)
    return Place(bearer.tenant, Kind.AGENT_PROFILE, _name(call, "profileId", many), agent=agent)


def activity_profile(bearer: Bearer, call: Call, many: bool) -> Place:
    """Shared by all learners, so content that was launched for one may only read it."""
    parameters.allow(call.arguments, {"activityId", "profileId", *_since(call, many)})
    bearer.require(Use.READ_PROFILE if _reads(call) else Use.WRITE_PROFILE)
    activity = parameters.iri_in(call.arguments, "activityId")
    scopes.check_activity(bearer.bounds, activity)
    if bearer.bounds is not None and not _reads(call):
        raise NotAllowed("Launched content may not change what all its learners share", "activityId")
    many = many and _reads(call)
    return Place(bearer.tenant, Kind.ACTIVITY_PROFILE, _name(call, "profileId", many), activity=activity)


def _declare(path: str, name: str, locate: Locate) -> None:
    def located(bearer: Bearer, call: Call, many: bool) -> Place:
        place = locate(bearer, call, many)
        if bearer.bounds is not None and bearer.credential is not None:
            body = b"" if _reads(call) else call.body
            events.publish(
                DocumentAsked(bearer.credential, name, place.name, call.method, call.content_type or _UNTYPED, body)
            )
        return place

    def get(bearer: Bearer, version: Version, call: Call) -> Answer:
        place = located(bearer, call, True)
        if place.name is None:
            since = parameters.moment_in(call.arguments, "since")
            return Answer(body=orjson.dumps(queries.document_names(place, since)))
        found = queries.document(place)
        if found is None:
            raise Missing("There is no such document")
        headers = {"ETag": found.etag, **last_modified(found.updated_at)}
        return Answer(body=bytes(found.body), content_type=found.content_type, headers=headers)

    def put(bearer: Bearer, version: Version, call: Call) -> Answer:
        documents.put(located(bearer, call, False), call.body, call.content_type or _UNTYPED, _seen(version, call))
        return NOTHING

    def post(bearer: Bearer, version: Version, call: Call) -> Answer:
        documents.post(located(bearer, call, False), call.body, call.content_type or _UNTYPED, _seen(version, call))
        return NOTHING

    def delete(bearer: Bearer, version: Version, call: Call) -> Answer:
        documents.remove(located(bearer, call, True), _seen(version, call))
        return NOTHING

    methods = {"GET": get, "PUT": put, "POST": post, "DELETE": delete}
    resource(path, name, {method: in_transaction(handler) for method, handler in methods.items()})


def _seen(version: Version, call: Call) -> Seen:
    return Seen(call.headers.get("if-match"), call.headers.get("if-none-match"), version)


def _reads(call: Call) -> bool:
    return call.method in ("GET", "HEAD")


def _since(call: Call, many: bool) -> tuple[str, ...]:
    return ("since",) if many and _reads(call) else ()


def _name(call: Call, parameter: str, many: bool) -> str | None:
    if many and parameter not in call.arguments:
        return None
    return parameters.need(call.arguments, parameter)


_declare("/activities/state", "state", state)
_declare("/agents/profile", "agent_profile", agent_profile)
_declare("/activities/profile", "activity_profile", activity_profile)
