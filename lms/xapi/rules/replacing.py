"""A statement with other agents in it: everywhere that one may stand, groups' members and SubStatements included."""

import re
from collections.abc import Callable, Collection
from typing import Any

from lms.xapi.rules import multipart
from lms.xapi.rules.attached import declared_in
from lms.xapi.rules.keys import agent_key

Json = dict[str, Any]
Decide = Callable[[Json], Json | None]
"""The agent to stand there instead; None: it stays."""

CHOSEN = frozenset({"choice", "likert", "matching", "numeric", "performance", "sequencing", "true-false"})
"""Interactions whose response is a choice among what the activity offered, so not a text of one's own."""
REMOVED = {"en": "Removed", "cy": "Wedi'i ddileu"}
SHORTEST = 6
"""Characters of an identifier that is looked for within other text; a shorter one would be found by accident."""
_VERBATIM = frozenset({"id", "registration", "sha2", "verb", "timestamp", "stored", "version", "objectType"})


def replaced(part: Json, decide: Decide) -> Json:
    """The statement, or SubStatement, as `decide` has its agents."""
    shown = dict(part)
    for name in ("actor", "authority"):
        if name in part:
            shown[name] = _agent(part[name], decide)
    kind = part["object"].get("objectType")
    if kind in ("Agent", "Group"):
        shown["object"] = _agent(part["object"], decide)
    elif kind == "SubStatement":
        shown["object"] = replaced(part["object"], decide)
    if "context" in part:
        context = dict(part["context"])
        for name in ("instructor", "team"):
            if name in context:
                context[name] = _agent(context[name], decide)
        for name, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
            if name in context:
                context[name] = [each | {inner: _agent(each[inner], decide)} for each in context[name]]
        shown["context"] = context
    return shown


def without_others(statement: Json, own: Collection[int], other: Callable[[int], Json]) -> Json:
    """For somebody who is only mentioned: the others as `other` (of their key) has them, and nothing they achieved,
    wrote or attached."""

    def decide(agent: Json) -> Json | None:
        key = agent_key(agent)
        if key in own:
            return None
        if key is None:
            return {name: value for name, value in agent.items() if name != "name"}
        return other(key) | {"objectType": agent.get("objectType", "Agent")}

    return _bare(replaced(statement, decide) | {"authority": statement["authority"]})


def erased(
    statement: Json,
    own: Collection[int],
    pseudonym: Json,
    identifiers: Collection[str],
    registration: Callable[[str], str],
) -> Json:
    """The statement with the pseudonym wherever one of `own` (keys) stands, and none of the identifiers in its texts.

    Where they act, their own words and files go too, and the registration becomes another one. A signature is taken
    out: it is of a statement that is not this one any more. Ids, verbs, activities, results and times stay.
    """

    def decide(agent: Json) -> Json | None:
        if agent_key(agent) not in own:
            return None
        kept = {name: agent[name] for name in ("objectType", "member") if name in agent}
        return kept | {"account": pseudonym["account"]}

    found = _forgotten(replaced(statement, decide), statement, own, registration)
    if (words := _pattern(identifiers)) is not None:
        found = _cleared(found, words, pseudonym["account"]["name"])
    return found


def signatures_in(statement: Json) -> set[str]:
    """Hashes of the signatures that it declares."""
    return {each["sha2"].lower() for each in declared_in(statement) if each["usageType"] == multipart.SIGNATURE}


def files_of(statement: Json, own: Collection[int]) -> set[str]:
    """Hashes of the files that a statement declares in which one of `own` acts."""
    parts = [statement, *([statement["object"]] if statement["object"].get("objectType") == "SubStatement" else [])]
    return {
        each["sha2"].lower() for part in parts if acts(part, own)
        for each in part.get("attachments", ()) if each["usageType"] != multipart.SIGNATURE
    }  # fmt: skip


def acts(part: Json, own: Collection[int]) -> bool:
    """Is the actor one of them? A group of several is not."""
    return agent_key(part["actor"]) in own


def mentions(text: str, identifiers: Collection[str]) -> bool:
    """Does a text hold one of the identifiers as a word of its own?"""
    words = _pattern(identifiers)
    return words is not None and words.search(text) is not None


def _agent(agent: Json, decide: Decide) -> Json:
    found = decide(agent)
    chosen = agent if found is None else found
    if "member" in chosen:
        chosen = {**chosen, "member": [_agent(each, decide) for each in chosen["member"]]}
    return chosen


def _bare(part: Json) -> Json:
    found = {key: value for key, value in part.items() if key not in ("result", "attachments")}
    if "context" in found:
        found["context"] = {key: value for key, value in found["context"].items() if key != "extensions"}
    if found["object"].get("objectType") == "SubStatement":
        found["object"] = _bare(found["object"])
    return found


def _forgotten(part: Json, before: Json, own: Collection[int], registration: Callable[[str], str]) -> Json:
    """What somebody wrote, attached, and was enrolled as; and every signature."""
    theirs, found = acts(before, own), dict(part)
    if "attachments" in found:
        files = [each for each in found["attachments"] if each["usageType"] != multipart.SIGNATURE]
        found["attachments"] = [_unnamed(each) for each in files] if theirs else files
        if not files:
            del found["attachments"]
    if theirs and "response" in found.get("result", {}) and not _is_choice(part["object"]):
        found["result"] = {key: value for key, value in found["result"].items() if key != "response"}
    if theirs and "registration" in found.get("context", {}):
        found["context"] = found["context"] | {"registration": registration(found["context"]["registration"].lower())}
    if part["object"].get("objectType") == "SubStatement":
        found["object"] = _forgotten(part["object"], before["object"], own, registration)
    return found


def _unnamed(declared: Json) -> Json:
    kept = {key: value for key, value in declared.items() if key not in ("fileUrl", "description")}
    return kept | {"display": REMOVED}


def _is_choice(thing: Json) -> bool:
    return (thing.get("definition") or {}).get("interactionType") in CHOSEN


def _pattern(identifiers: Collection[str]) -> re.Pattern[str] | None:
    found = sorted((re.escape(each) for each in identifiers if len(each) >= SHORTEST), key=len, reverse=True)
    return re.compile(rf"(?<![\w.+-])(?:{'|'.join(found)})(?![\w-])", re.IGNORECASE) if found else None


def _cleared(value: Any, words: re.Pattern[str], instead: str, key: str = "") -> Any:
    """Texts without the identifiers. Ids, addresses of activities and what the store sets stay as they are."""
    if isinstance(value, dict):
        return {each: _cleared(inner, words, instead, each) for each, inner in value.items()}
    if isinstance(value, list):
        return [_cleared(inner, words, instead, key) for inner in value]
    if isinstance(value, str) and key not in _VERBATIM:
        return words.sub(instead, value)
    return value
