"""What SCORM 1.2 says of an item: adlcp:masteryscore and its neighbours (CAM 1.2 §2.3.2.5.1.4). Pure."""

import re
from decimal import Decimal
from typing import Any

from courses.launch.formats.findings import Findings
from courses.launch.formats.manifest import ADLCP, DESCRIPTION, Item, Manifest
from courses.launch.formats.xml import Element
from lms.core.language import N_

NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?\Z", re.ASCII)
TIMESPAN = re.compile(r"\d{2,4}:\d{2}:\d{2}(\.\d{1,2})?\Z", re.ASCII)
ACTIONS = frozenset({"exit,message", "exit,no message", "continue,message", "continue,no message"})

MASTERY = N_("“%(found)s” is not a masteryscore (line %(line)s). Write a number from 0 to 100.")
PREREQUISITES = N_("“%(found)s” should open only after other parts. That is not enforced here.")
TIME = N_("“%(found)s” is not a time allowed (line %(line)s), such as 0001:30:00. It is ignored.")
ACTION = N_("“%(found)s” is not an action for the end of the time (line %(line)s). It is ignored.")


def details(item: Item, _manifest: Manifest, found: Findings) -> tuple[Decimal | None, dict[str, Any]]:
    """The mastery score, scaled, and `data_from_lms`, `max_time_allowed`, `time_limit_action`, `prerequisites`."""
    more: dict[str, Any] = {}
    if data := _own(item.element, "datafromlms"):
        more["data_from_lms"] = data.text
    if time := _said(item.element, "maxtimeallowed"):
        if TIMESPAN.match(time[0]):
            more["max_time_allowed"] = time[0]
        else:
            found.warn("scorm-time-allowed", TIME, DESCRIPTION, found=time[0], line=time[1])
    if action := _said(item.element, "timelimitaction"):
        if action[0].lower() in ACTIONS:
            more["time_limit_action"] = action[0].lower()
        else:
            found.warn("scorm-time-action", ACTION, DESCRIPTION, found=action[0], line=action[1])
    if prerequisites := _said(item.element, "prerequisites"):
        more["prerequisites"] = prerequisites[0]
        found.warn("scorm-prerequisites", PREREQUISITES, DESCRIPTION, found=item.title)
    return _mastery(item.element, found), more


def check(_manifest: Manifest, _found: Findings) -> None:
    """1.2 has no rules between items but prerequisites."""


def _mastery(element: Element, found: Findings) -> Decimal | None:
    said = _said(element, "masteryscore")
    if said is None:
        return None
    if not NUMBER.match(said[0]) or not 0 <= Decimal(said[0]) <= 100:
        found.refuse("scorm-mastery-score", MASTERY, DESCRIPTION, found=said[0], line=said[1])
        return None
    return Decimal(said[0]) / 100


def _own(element: Element, name: str) -> Element | None:
    """A child of ADL's namespace, in whatever edition and capitals."""
    return next(
        (each for each in element.children if each.namespace.startswith(ADLCP) and each.name.lower() == name), None
    )


def _said(element: Element, name: str) -> tuple[str, int] | None:
    """Its text and line; None where it is absent or empty, as tools leave it."""
    found = _own(element, name)
    return (found.text.strip(), found.line) if found and found.text.strip() else None
