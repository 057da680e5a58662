"""How statements are shown: `exact` as stored; `ids` and `canonical` by these functions (Part 3 §2.1.3)."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
Languages = tuple[str, ...]

FORMATS = ("exact", "ids", "canonical")

_IDENTIFIES = ("objectType", "mbox", "mbox_sha1sum", "openid", "account")
_IFIS = frozenset(_IDENTIFIES[1:])


def ids(statement: Json) -> Json:
    """Only what identifies agents, activities and verbs."""
    return _reshaped(statement, _Ids())


def canonical(statement: Json, definitions: Mapping[str, Json], languages: Languages) -> Json:
    """Activities with the store's own definition, every language map cut to the one best language."""
    return _reshaped(statement, _Canonical(definitions, languages))


def languages_of(header: str | None) -> Languages:
    """Accept-Language as tags, the most wanted first."""
    wanted = []
    for index, part in enumerate((header or "").split(",")):
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            weight = 0.0
        if tag and weight > 0:
            wanted.append((-weight, index, tag.strip().lower()))
    return tuple(tag for _, _, tag in sorted(wanted))


def one_language(texts: Mapping[str, str], languages: Languages) -> dict[str, str]:
    """The map cut to one entry: by exact tag, then by primary language, then the first that there is."""
    if len(texts) <= 1:
        return dict(texts)
    tags = list(texts)
    for wanted in languages:
        for match in (lambda tag, w=wanted: tag.lower() == w, lambda tag, w=wanted: _primary(tag) == _primary(w)):
            for tag in tags:
                if match(tag):
                    return {tag: texts[tag]}
    return {tags[0]: texts[tags[0]]}


def merged(known: Json, told: Json) -> Json:
    """What is known of an activity, and what a further statement tells: languages united, the newer text wins."""
    result = dict(known)
    for key, value in told.items():
        before = result.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and key in ("name", "description", "extensions"):
            result[key] = {**before, **value}
        else:
            result[key] = value
    return result


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]


class _Ids:
    def agent(self, given: Json) -> Json:
        shown = {key: given[key] for key in _IDENTIFIES if key in given}
        if not _IFIS & given.keys() and "member" in given:
            shown["member"] = [self.agent(each) for each in given["member"]]
        return shown

    def activity(self, given: Json) -> Json:
        return {"id": given["id"]}

    def verb(self, given: Json) -> Json:
        return {"id": given["id"]}

    def attachment(self, given: Json) -> Json:
        return given


class _Canonical:
    def __init__(self, definitions: Mapping[str, Json], languages: Languages) -> None:
        self._definitions, self._languages = definitions, languages

    def agent(self, given: Json) -> Json:
        return given

    def activity(self, given: Json) -> Json:
        definition = self._definitions.get(given["id"], given.get("definition"))
        return given if definition is None else {**given, "definition": self._cut(definition)}

    def verb(self, given: Json) -> Json:
        return self._cut(given)

    def attachment(self, given: Json) -> Json:
        return self._cut(given)

    def _cut(self, given: Json) -> Json:
        shown = dict(given)
        for key in ("name", "description", "display"):
            if isinstance(shown.get(key), dict):
                shown[key] = one_language(shown[key], self._languages)
        for key in ("choices", "scale", "source", "target", "steps"):
            if key in shown:
                shown[key] = [self._cut(each) for each in shown[key]]
        return shown


def _reshaped(part: Json, shape: _Ids | _Canonical) -> Json:
    shown = dict(part)
    shown["actor"], shown["verb"] = shape.agent(part["actor"]), shape.verb(part["verb"])
    thing, kind = part["object"], part["object"].get("objectType", "Activity")
    if kind == "Activity":
        shown["object"] = shape.activity(thing)
    elif kind in ("Agent", "Group"):
        shown["object"] = shape.agent(thing)
    elif kind == "SubStatement":
        shown["object"] = _reshaped(thing, shape)
    if "authority" in part:
        shown["authority"] = shape.agent(part["authority"])
    if "attachments" in part:
        shown["attachments"] = [shape.attachment(each) for each in part["attachments"]]
    if "context" in part:
        shown["context"] = _context(part["context"], shape)
    return shown


def _context(context: Json, shape: _Ids | _Canonical) -> Json:
    shown = dict(context)
    for key in ("instructor", "team"):
        if key in context:
            shown[key] = shape.agent(context[key])
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in context:
            shown[key] = [{**each, inner: shape.agent(each[inner])} for each in context[key]]
    if "contextActivities" in context:
        shown["contextActivities"] = {
            name: [shape.activity(each) for each in given] for name, given in context["contextActivities"].items()
        }
    return shown
