"""What SCORM 2004 says of an item: completion, sequencing and the score to pass (CAM §3.4, SN §3). Pure.

A course of one SCO, and a flat menu of several, are played fully. Rules between SCOs are not, and the author is told which.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from courses.launch.formats import manifest
from courses.launch.formats.findings import Findings
from courses.launch.formats.manifest import ADLCP, DESCRIPTION, Item, Manifest
from courses.launch.formats.xml import Element
from lms.core.language import N_

IMSSS = "http://www.imsglobal.org/xsd/imsss"
NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?\Z", re.ASCII)
TIMESPAN = re.compile(r"P(?=[\dT])(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?\Z", re.ASCII)
ACTIONS = frozenset({"exit,message", "exit,no message", "continue,message", "continue,no message"})
EDITIONS = (("4th", 4), ("3rd", 3), ("2nd", 2), ("CAM 1.3", 2), ("1.3", 2))
DEFAULT_MODES = {"choice": "true", "choiceExit": "true", "flow": "false", "forwardOnly": "false"}
RULES = ("sequencingRules", "rollupRules", "randomizationControls", "constrainedChoiceConsiderations")

MOST = 100
"""Objectives of a unit, or conditions: no course has as many, and thousands shared by thousands of units are an attack."""

LARGE = N_("A sequencing has more than %(most)s parts (line %(line)s). Divide it.")
MEASURE = N_("“%(found)s” is not a %(name)s (line %(line)s). Write a number from %(least)s to 1.")
NO_SEQUENCING = N_("An item refers to the sequencing “%(found)s”, which does not exist (line %(line)s). It is ignored.")
IGNORED = N_("The package has rules between its parts (%(found)s). They are ignored: learners choose the order freely.")
ATTEMPTS = N_("“%(found)s” may be tried a limited number of times. The limit is not enforced here.")
SHARED = N_("The package's parts share data with each other (adlcp:data). That is ignored.")
TIME = N_("“%(found)s” is not a time allowed (line %(line)s), such as PT1H30M. It is ignored.")


def details(item: Item, packed: Manifest, found: Findings) -> tuple[Decimal | None, dict[str, Any]]:
    """The score to pass where it is 0 to 1, and the rest of what the run-time data model begins with.

    `scaled_passing_score` is kept as sent, for it may be below 0. `objectives` are ids for cmi.objectives.
    """
    more: dict[str, Any] = {}
    if data := _own(item.element, "dataFromLMS"):
        more["data_from_lms"] = data.text
    if (action := _own(item.element, "timeLimitAction")) and action.text.strip().lower() in ACTIONS:
        more["time_limit_action"] = action.text.strip().lower()
    if (threshold := _completion(item.element, found)) is not None:
        more["completion_threshold"] = str(threshold)
    score = None
    for sequencing in _sequencing(item.element, packed, found):
        if any(len(each.children) > MOST for each in (sequencing, *sequencing.of(IMSSS, "objectives"))):
            found.refuse("scorm-sequencing-large", LARGE, DESCRIPTION, line=sequencing.line, most=MOST)
            continue
        _limits(item, sequencing, more, found)
        if ids := list(_objectives(sequencing)):
            more.setdefault("objectives", ids)
        passing = _passing(sequencing, found)
        if passing is not None and "scaled_passing_score" not in more:
            more["scaled_passing_score"] = str(passing)
            score = passing if passing >= 0 else None
    if edition := _edition(packed.root):
        more["edition"] = edition
    return score, more


def check(packed: Manifest, found: Findings) -> None:
    """Says which rules between SCOs are not followed; for one SCO there is nothing to follow."""
    shared = [each for each in packed.organization.below() if each.name == "data" and each.namespace.startswith(ADLCP)]
    if shared:
        found.warn("scorm-shared-data", SHARED, DESCRIPTION)
    if sum(len(manifest.units(each)) for each in packed.items) < 2:
        return
    ignored: dict[str, None] = {}
    seen: set[int] = set()
    elements = [packed.organization, *(each for each in packed.organization.below() if each.name == "item")]
    for element in elements:
        for sequencing in _sequencing(element, packed, Findings()):
            if id(sequencing) in seen:
                continue
            seen.add(id(sequencing))
            ignored.update((each.name, None) for each in sequencing.children if each.name in RULES)
            for mode in sequencing.of(IMSSS, "controlMode"):
                kept = {name: mode.get(name) or default for name, default in DEFAULT_MODES.items()}
                if kept["choice"] != "true" or kept["choiceExit"] != "true" or kept["forwardOnly"] == "true":
                    ignored["controlMode"] = None
            if any(True for each in sequencing.below() if each.namespace == IMSSS and each.name == "mapInfo"):
                ignored["mapInfo"] = None
    if ignored:
        found.warn("scorm-sequencing", IGNORED, DESCRIPTION, found=", ".join(ignored))


def _sequencing(element: Element, packed: Manifest, found: Findings) -> Iterator[Element]:
    """The item's own, then what it takes from the collection (SN §3.2.1: its own counts before)."""
    for own in element.of(IMSSS, "sequencing")[:1]:
        yield own
        reference = own.get("IDRef")
        if not reference:
            continue
        if (shared := packed.shared.get(reference)) is not None:
            yield shared
        else:
            found.warn("scorm-no-sequencing", NO_SEQUENCING, DESCRIPTION, found=reference, line=own.line)


def _passing(sequencing: Element, found: Findings) -> Decimal | None:
    """The primary objective's measure; it counts only where it is satisfied by measure, and is 1 unless said."""
    for objectives in sequencing.of(IMSSS, "objectives"):
        for primary in objectives.of(IMSSS, "primaryObjective"):
            if primary.get("satisfiedByMeasure") not in ("true", "1"):
                continue
            said = primary.first("minNormalizedMeasure", IMSSS)
            if said is None:
                return Decimal(1)
            return _number(said.text.strip(), "minNormalizedMeasure", -1, said.line, found)
    return None


def _objectives(sequencing: Element) -> Iterator[str]:
    for objectives in sequencing.of(IMSSS, "objectives"):
        for each in objectives.children:
            if each.namespace == IMSSS and each.name in ("primaryObjective", "objective") and each.get("objectiveID"):
                yield each.get("objectiveID") or ""


def _limits(item: Item, sequencing: Element, more: dict[str, Any], found: Findings) -> None:
    for each in sequencing.of(IMSSS, "limitConditions"):
        if time := each.get("attemptAbsoluteDurationLimit"):
            if TIMESPAN.match(time):
                more.setdefault("max_time_allowed", time)
            else:
                found.warn("scorm-time-allowed", TIME, DESCRIPTION, found=time, line=each.line)
        if each.get("attemptLimit"):
            found.warn("scorm-attempts", ATTEMPTS, DESCRIPTION, found=item.title)


def _completion(element: Element, found: Findings) -> Decimal | None:
    """Third edition: the element's text. Fourth: `minProgressMeasure` where `completedByMeasure`, 1 unless said."""
    said = _own(element, "completionThreshold")
    if said is None:
        return None
    by_measure, least = said.get("completedByMeasure"), said.get("minProgressMeasure")
    if by_measure is not None or least is not None:
        if by_measure not in ("true", "1"):
            return None
        return _number(least or "1", "minProgressMeasure", 0, said.line, found)
    return _number(said.text.strip(), "completionThreshold", 0, said.line, found) if said.text.strip() else None


def _number(text: str, name: str, least: int, line: int, found: Findings) -> Decimal | None:
    if NUMBER.match(text) and least <= Decimal(text) <= 1:
        return Decimal(text)
    found.refuse("scorm-measure", MEASURE, DESCRIPTION, found=text, name=name, line=line, least=least)
    return None


def _own(element: Element, name: str) -> Element | None:
    return next((each for each in element.children if each.namespace.startswith(ADLCP) and each.name == name), None)


def _edition(root: Element) -> int | None:
    """As its metadata say; for the author's eyes, nothing hangs on it."""
    metadata = root.first("metadata")
    said = metadata.first("schemaversion") if metadata else None
    return next((number for text, number in EDITIONS if said and text in said.text), None)
