"""The shape of a course structure, as the CourseStructure.xsd of cmi5 gives it, told in sentences (cmi5 §13.2). Pure.

Own rules rather than the schema's file: a validator answers in English and stops at an element's first fault. White space
around what is sent is dropped before (13.1.0.0-1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from courses.launch.formats.findings import Findings
from courses.launch.formats.structure import LaunchMethod, MoveOn
from courses.launch.formats.xml import Element
from lms.core.language import N_

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "13.2.0.0-1"
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\Z")

ROOT = N_("The first element is <%(found)s> of “%(namespace)s”. It must be <courseStructure> of “%(expected)s”.")
UNEXPECTED = N_("<%(found)s> must not be here (line %(line)s). Expected: %(expected)s.")
MISSING = N_("<%(parent)s> ends too early (line %(line)s). Still expected: %(expected)s.")
STRAY_TEXT = N_("<%(parent)s> has text of its own, which must stand in an element (line %(line)s).")
NO_CHILDREN = N_("<%(parent)s> must hold text only (line %(line)s).")
ATTRIBUTE = N_("<%(parent)s> has no attribute “%(found)s” (line %(line)s). Take it out.")
NO_ATTRIBUTE = N_("<%(parent)s> needs the attribute “%(missing)s” (line %(line)s).")
VALUE = N_("“%(found)s” is not a value of %(name)s (line %(line)s). It may be: %(expected)s.")
MASTERY = N_("“%(found)s” is not a masteryScore (line %(line)s). Write a number from 0 to 1, such as 0.8.")
TAG = N_("“%(found)s” is not a language tag (line %(line)s). Write one such as cy or en-GB.")
NO_URL = N_("<url> is empty (line %(line)s). Say where the unit begins.")


@dataclass(frozen=True)
class Step:
    """One place in a sequence: elements of these names, so many times."""

    names: tuple[str, ...]
    least: int = 1
    most: int | None = 1


@dataclass(frozen=True)
class Kind:
    """What an element may hold. `others`: elements of other namespaces, last; attributes of them. `free`: anything."""

    steps: tuple[Step, ...] = ()
    attributes: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    children: Mapping[str, str] = field(default_factory=dict)
    others: bool = True
    text: bool = False
    in_any_order: bool = False
    free: bool = False


_ID = frozenset({"id"})
_WORDS = (Step(("title",)), Step(("description",)))
_WORD_KINDS = {"title": "text", "description": "text"}
_CONTENT = Step(("au", "block"), 1, None)
_REFERENCES = Step(("objectives",), 0)
KINDS = {
    "courseStructure": Kind(
        (Step(("course",)), _REFERENCES, _CONTENT),
        children={"course": "course", "objectives": "objectives", "au": "au", "block": "block"},
    ),
    "course": Kind(_WORDS, _ID, _ID, _WORD_KINDS),
    "block": Kind(
        (*_WORDS, _REFERENCES, _CONTENT), _ID, _ID,
        {**_WORD_KINDS, "objectives": "references", "au": "au", "block": "block"},
    ),
    "au": Kind(
        (*_WORDS, _REFERENCES, Step(("url",)), Step(("launchParameters",), 0), Step(("entitlementKey",), 0)),
        frozenset({"id", "moveOn", "masteryScore", "launchMethod", "activityType"}), _ID,
        {**_WORD_KINDS, "objectives": "references", "url": "url", "launchParameters": "any", "entitlementKey": "any"},
    ),
    "objectives": Kind((Step(("objective",), 1, None),), children={"objective": "objective"}),
    "objective": Kind(_WORDS, _ID, _ID, _WORD_KINDS, others=False, in_any_order=True),
    "references": Kind((Step(("objective",), 1, None),), children={"objective": "reference"}),
    "reference": Kind(attributes=frozenset({"idref"}), others=False),
    "text": Kind((Step(("langstring",), 1, None),), children={"langstring": "langstring"}),
    "langstring": Kind(attributes=frozenset({"lang"}), text=True),
    "url": Kind(text=True, others=False),
    "any": Kind(free=True),
}  # fmt: skip


def check(root: Element, found: Findings, place: str) -> None:
    """Every departure from the schema, as a refusal under 13.2.0.0-1."""
    if (root.namespace, root.name) != (NAMESPACE, "courseStructure"):
        found.refuse(XSD, ROOT, place, found=root.name, namespace=root.namespace, expected=NAMESPACE)
        return
    waiting = [(root, "courseStructure")]
    while waiting:
        element, kind_name = waiting.pop()
        kind = KINDS[kind_name]
        if kind.free:
            continue
        _attributes(element, kind, found, place)
        _sequence(element, kind, found, place)
        waiting += [
            (each, kind.children[each.name])
            for each in reversed(element.children)
            if each.namespace == NAMESPACE and each.name in kind.children
        ]
        _values(element, kind_name, found, place)


def _attributes(element: Element, kind: Kind, found: Findings, place: str) -> None:
    for name in element.attributes:
        if name.startswith("{"):
            namespace = name[1:].rpartition("}")[0]
            if namespace != SCHEMA_INSTANCE and (not kind.others or namespace == NAMESPACE):
                found.refuse(
                    XSD, ATTRIBUTE, place, parent=element.name, found=name.rpartition("}")[2], line=element.line
                )
        elif name not in kind.attributes:
            found.refuse(XSD, ATTRIBUTE, place, parent=element.name, found=name, line=element.line)
    for name in sorted(kind.required - element.attributes.keys()):
        found.refuse(XSD, NO_ATTRIBUTE, place, parent=element.name, missing=name, line=element.line)


def _sequence(element: Element, kind: Kind, found: Findings, place: str) -> None:
    if kind.text:
        if element.children:
            found.refuse(XSD, NO_CHILDREN, place, parent=element.name, line=element.line)
        return
    if element.text.strip():
        found.refuse(XSD, STRAY_TEXT, place, parent=element.name, line=element.line)
    counts: dict[int, int] = dict.fromkeys(range(len(kind.steps)), 0)
    at, others = 0, False
    for each in element.children:
        if each.namespace != NAMESPACE:
            if not kind.others or not each.namespace or _expected(kind, counts, at):
                _unexpected(each, kind, counts, at, found, place)
            else:
                others = True
            continue
        step = next(
            (n for n in range(0 if kind.in_any_order else at, len(kind.steps)) if each.name in kind.steps[n].names),
            None,
        )
        skipped = (
            [] if step is None or kind.in_any_order else [n for n in range(at, step) if counts[n] < kind.steps[n].least]
        )
        if step is None or others or skipped or counts[step] == kind.steps[step].most:
            _unexpected(each, kind, counts, len(kind.steps) if others else at, found, place)
        if step is not None:  # go on from there, so that one fault is told once
            counts[step] += 1
            at = max(at, step)
            counts.update((n, max(counts[n], kind.steps[n].least)) for n in skipped)
    if missing := _expected(kind, counts, 0):
        found.refuse(XSD, MISSING, place, parent=element.name, line=element.line, expected=missing)


def _expected(kind: Kind, counts: Mapping[int, int], at: int) -> str:
    """What still has to come, in words."""
    wanting = (step for n, step in enumerate(kind.steps) if n >= at and counts[n] < step.least)
    return ", ".join("|".join(f"<{name}>" for name in step.names) for step in wanting)


def _unexpected(element: Element, kind: Kind, counts: Mapping[int, int], at: int, found: Findings, place: str) -> None:
    open_now = []
    for n in range(0 if kind.in_any_order else at, len(kind.steps)):
        step = kind.steps[n]
        if step.most is None or counts[n] < step.most:
            open_now.append("|".join(f"<{name}>" for name in step.names))
        if counts[n] < step.least and not kind.in_any_order:
            break
    found.refuse(XSD, UNEXPECTED, place, found=element.name, line=element.line, expected=", ".join(open_now) or "–")


def _values(element: Element, kind_name: str, found: Findings, place: str) -> None:
    if kind_name == "url" and not element.text.strip():
        found.refuse(XSD, NO_URL, place, line=element.line)
    if kind_name == "langstring" and (tag := element.get("lang")) is not None and not LANGUAGE.match(tag):
        found.refuse(XSD, TAG, place, found=tag, line=element.line)
    if kind_name != "au":
        return
    for name, values in (("moveOn", MoveOn), ("launchMethod", LaunchMethod)):
        value = element.get(name)
        allowed = [each.value for each in values]
        if value is not None and value not in allowed:
            found.refuse(
                XSD, VALUE, place, found=value, name=name, line=element.line, expected=", ".join(allowed)
            )  # fmt: skip
    score = element.get("masteryScore")
    if score is not None and (not DECIMAL.match(score) or len(score) > 100 or not 0 <= float(score) <= 1):
        found.refuse(XSD, MASTERY, place, found=score, line=element.line)
