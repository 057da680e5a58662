"""The statement as a JSON Schema: data, compiled once per version. The quick way to say yes (about 10 µs a statement).

What a schema cannot say (dates that exist, min below max, what may be voided) is in `rules/statements.py`.
"""

from typing import Any

import jsonschema_rs

from lms.xapi.rules import patterns
from lms.xapi.rules.versions import Version

Schema = dict[str, Any]

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
IFIS = ("mbox", "mbox_sha1sum", "openid", "account")
COMPONENTS = {
    "true-false": (), "choice": ("choices",), "fill-in": (), "long-fill-in": (), "matching": ("source", "target"),
    "performance": ("steps",), "sequencing": ("choices",), "likert": ("scale",), "numeric": (), "other": (),
}  # fmt: skip
"""Interaction types, and which lists of components each takes (Part 2 §2.4.4.1)."""
COMPONENT_LISTS = ("choices", "scale", "source", "target", "steps")


def _text(pattern: str | None = None) -> Schema:
    return {"type": "string"} if pattern is None else {"type": "string", "pattern": pattern}


def _object(*required: str, **properties: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _list(of: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": of, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _is(kind: str) -> Schema:
    """A condition: it says that it is of this kind."""
    return {"type": "object", "properties": {"objectType": {"const": kind}}, "required": ["objectType"]}


def _when(condition: Schema, then: Schema, otherwise: Schema) -> Schema:
    return {"if": condition, "then": then, "else": otherwise}


IRI, UUID = _text(patterns.IRI), _text(patterns.UUID)
TIMESTAMP, LANGUAGE = _text(patterns.TIMESTAMP), _text(patterns.LANGUAGE)
LANGUAGE_MAP: Schema = {"type": "object", "propertyNames": LANGUAGE, "additionalProperties": {"type": "string"}}
EXTENSIONS: Schema = {"type": "object", "propertyNames": IRI}
IDENTIFIERS = {
    "name": _text(),
    "mbox": _text(patterns.MBOX),
    "mbox_sha1sum": _text(patterns.SHA1),
    "openid": IRI,
    "account": _object("homePage", "name", homePage=IRI, name=_text()),
}
ONE_IFI = {"oneOf": [{"required": [each]} for each in IFIS]}
AGENT = _object(objectType={"const": "Agent"}, **IDENTIFIERS) | ONE_IFI
GROUP = _object("objectType", objectType={"const": "Group"}, member=_list(_ref("agent")), **IDENTIFIERS) | _when(
    {"anyOf": ONE_IFI["oneOf"]}, ONE_IFI, {"required": ["member"]}
)
COMPONENT_LIST = _list(_object("id", id=_text(), description=LANGUAGE_MAP))
INTERACTION = {
    "properties": {"interactionType": {"enum": list(COMPONENTS)}},
    "allOf": [
        {
            "if": {"properties": {"interactionType": {"const": kind}}},
            "then": {"properties": {each: False for each in COMPONENT_LISTS if each not in taken}},
        }
        for kind, taken in COMPONENTS.items()
    ],
}
DEFINITION = _object(
    name=LANGUAGE_MAP, description=LANGUAGE_MAP, type=IRI, moreInfo=IRI, extensions=EXTENSIONS, interactionType=_text(),
    correctResponsesPattern=_list(_text()), **dict.fromkeys(COMPONENT_LISTS, COMPONENT_LIST),
) | {
    "dependentRequired": {each: ["interactionType"] for each in ("correctResponsesPattern", *COMPONENT_LISTS)},
    "if": {"required": ["interactionType"]},
    "then": INTERACTION,
}  # fmt: skip
ACTIVITY = _object("id", objectType={"const": "Activity"}, id=IRI, definition=DEFINITION)
STATEMENT_REF = _object("objectType", "id", objectType={"const": "StatementRef"}, id=UUID)
VERB = _object("id", id=IRI, display=LANGUAGE_MAP)
SCORE = _object(
    scaled={"type": "number", "minimum": -1, "maximum": 1},
    raw={"type": "number"}, min={"type": "number"}, max={"type": "number"},
)  # fmt: skip
RESULT = _object(
    score=SCORE, success={"type": "boolean"}, completion={"type": "boolean"}, response=_text(),
    duration=_text(patterns.DURATION), extensions=EXTENSIONS,
)  # fmt: skip
ONE_OR_MORE = {"if": {"type": "array"}, "then": _list(_ref("activity")), "else": _ref("activity")}
CONTEXT = _object(
    registration=UUID, instructor=_ref("actor"), team=_ref("group"), revision=_text(), platform=_text(),
    contextActivities=_object(parent=ONE_OR_MORE, grouping=ONE_OR_MORE, category=ONE_OR_MORE, other=ONE_OR_MORE),
    language=LANGUAGE, statement=STATEMENT_REF, extensions=EXTENSIONS,
)  # fmt: skip
RELEVANT_TYPES = _list(IRI, minItems=1)
CONTEXT_OF_TWO = {
    "contextAgents": _list(_object(
        "objectType", "agent",
        objectType={"const": "contextAgent"}, agent=_ref("agent"), relevantTypes=RELEVANT_TYPES,
    )),
    "contextGroups": _list(_object(
        "objectType", "group",
        objectType={"const": "contextGroup"}, group=_ref("group"), relevantTypes=RELEVANT_TYPES,
    )),
}  # fmt: skip
"""What 2.0 added (IEEE 9274.1.1 §4.2.2.5)."""
ATTACHMENT = _object(
    "usageType", "display", "contentType", "length", "sha2",
    usageType=IRI, display=LANGUAGE_MAP, description=LANGUAGE_MAP, contentType=_text(patterns.MEDIA_TYPE),
    length={"type": "integer", "minimum": 0}, sha2=_text(patterns.SHA2), fileUrl=IRI,
)  # fmt: skip
PARTS = {
    "actor": _ref("actor"), "verb": VERB, "result": RESULT, "context": _ref("context"),
    "timestamp": TIMESTAMP, "attachments": _list(ATTACHMENT),
}  # fmt: skip
SUB_STATEMENT = _object(
    "objectType", "actor", "verb", "object", objectType={"const": "SubStatement"}, object=_ref("plain_object"), **PARTS
)
STATEMENT = _object(
    "actor", "verb", "object",
    id=UUID, object=_ref("object"), stored=TIMESTAMP, authority=_ref("actor"), version=_text(patterns.VERSION), **PARTS,
)  # fmt: skip


def schema(version: Version) -> Schema:
    """The whole schema of a statement in that version."""
    context = dict(CONTEXT)
    if version is Version.TWO:
        context["properties"] = CONTEXT["properties"] | CONTEXT_OF_TWO
    activity_unless_said = {"properties": {"objectType": {"const": "Activity"}}}
    plain = _when(_is("Agent"), _ref("agent"), _when(_is("Group"), _ref("group"), STATEMENT_REF))
    return STATEMENT | {
        "$defs": {
            "agent": AGENT,
            "group": GROUP,
            "actor": _when(_is("Group"), _ref("group"), _ref("agent")),
            "activity": ACTIVITY,
            "context": context,
            "plain_object": _when(activity_unless_said, _ref("activity"), plain),
            "object": _when(
                activity_unless_said, _ref("activity"), _when(_is("SubStatement"), _ref("sub_statement"), plain)
            ),
            "sub_statement": SUB_STATEMENT,
        }
    }


COMPILED = {version: jsonschema_rs.validator_for(schema(version)) for version in Version}
AGENT_ONLY = jsonschema_rs.validator_for(_ref("actor") | {"$defs": schema(Version.TWO)["$defs"]})
"""For the `agent` parameter: an Agent, or an Identified Group."""
