"""One learner's way through a course, from the statements of the registration. Pure.

Time is what content says when a session ends (cmi5 §9.5.4.1, abandoned §9.5.4.2; SCORM by the ADL profile), no longer than
the session was open as its own statements show. Content that ends no session (H5P, Tin Can) tells it on a result instead.
A question is what has an interaction's answer, right or wrong; its first answer is the one that counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from courses.launch.cmi5.rules import words
from courses.launch.cmi5.rules.durations import seconds

Json = Mapping[str, Any]
ADL = words.ADL
ENDS = frozenset({words.TERMINATED, f"{ADL}suspended", words.ABANDONED})
"""Verbs whose duration is that of a session."""
RESULTS = frozenset({words.COMPLETED, words.PASSED, words.FAILED, f"{ADL}answered"})
ANSWERS = frozenset({f"{ADL}answered", f"{ADL}responded"})
NOT_OPENED = frozenset({words.LAUNCHED, words.WAIVED, words.SATISFIED})
"""What the house itself says, with nobody at the content."""
LONGEST = 12 * 3600
"""Of a session that does not show when it began."""
OPINIONS = frozenset({"likert"})
LONGEST_TITLE = 300


@dataclass(frozen=True)
class Said:
    """A statement, and when it says that it happened."""

    at: datetime
    said: Json

    @property
    def verb(self) -> str:
        return str(self.said["verb"]["id"])

    @property
    def about(self) -> str:
        return str(self.said["object"].get("id") or "")

    @property
    def result(self) -> Json:
        found: Json = self.said.get("result") or {}
        return found

    @property
    def context(self) -> Json:
        found: Json = self.said.get("context") or {}
        return found

    @property
    def session(self) -> str | None:
        """The cmi5 session that it names."""
        found = (self.context.get("extensions") or {}).get(words.SESSION)
        return found if isinstance(found, str) else None


@dataclass(frozen=True)
class Unit:
    """What was done at a unit. `seconds` None: its content tells no time."""

    first_at: datetime
    last_at: datetime
    seconds: int | None


@dataclass(frozen=True)
class Answered:
    """A question's first answer, and how many were given. `title`: text by language tag."""

    unit: UUID
    iri: str
    title: Mapping[str, str] = field(hash=False)
    is_right: bool
    tries: int


def ways(statements: Iterable[Said], units: Mapping[str, UUID]) -> tuple[dict[UUID, Unit], list[Answered]]:
    """By unit, what was done there, and the questions answered. `units`: keys by activity. What is about none is left out."""
    told = sorted(statements, key=lambda each: each.at)
    at_units = _placed(told, units)
    by_unit: dict[UUID, list[Said]] = {}
    for unit, it in at_units:
        if it.verb not in NOT_OPENED:
            by_unit.setdefault(unit, []).append(it)
    began = _beginnings(told)
    found = {
        unit: Unit(its[0].at, its[-1].at, _time(its, began, {iri for iri, key in units.items() if key == unit}))
        for unit, its in by_unit.items()
    }
    return found, _answers(at_units)


def _placed(told: Sequence[Said], units: Mapping[str, UUID]) -> list[tuple[UUID, Said]]:
    """Each statement with the unit that it is about: itself, by its context, or by another of the same session."""
    sessions = {it.session: units[it.about] for it in told if it.session and it.about in units}
    found = []
    for it in told:
        unit = next((units[iri] for iri in _named(it) if iri in units), None)
        if unit is None and it.session:
            unit = sessions.get(it.session)
        if unit is not None:
            found.append((unit, it))
    return found


def _named(it: Said) -> Iterable[str]:
    yield it.about
    yield it.about.partition("?")[0]
    activities = it.context.get("contextActivities") or {}
    for group in ("parent", "grouping"):
        for each in activities.get(group) or ():
            yield str(each.get("id"))


def _beginnings(told: Sequence[Said]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for it in told:
        if it.session:
            found.setdefault(it.session, it.at)
    return found


def _time(its: Sequence[Said], began: Mapping[str, datetime], own: set[str]) -> int | None:
    ended = [it for it in its if it.verb in ENDS and _duration(it) is not None]
    if ended:
        return round(sum(_within(it, began) for it in ended))
    told = [_duration(it) for it in its if it.verb in RESULTS and it.about in own]
    known = [each for each in told if each is not None]
    return round(min(max(known), LONGEST)) if known else None


def _within(it: Said, began: Mapping[str, datetime]) -> float:
    """Content may say more than there was."""
    start = began.get(it.session) if it.session else None
    most = LONGEST if start is None else (it.at - start).total_seconds()
    return min(_duration(it) or 0, most)


def _duration(it: Said) -> float | None:
    told = it.result.get("duration")
    return seconds(told) if isinstance(told, str) else None


def _answers(at_units: Sequence[tuple[UUID, Said]]) -> list[Answered]:
    found: dict[str, Answered] = {}
    for unit, it in at_units:
        right = it.result.get("success")
        definition = it.said["object"].get("definition") or {}
        if it.verb not in ANSWERS or not isinstance(right, bool) or definition.get("interactionType") in OPINIONS:
            continue
        before = found.get(it.about)
        found[it.about] = (
            Answered(unit, it.about, _title(definition), right, 1)
            if before is None
            else Answered(
                before.unit, before.iri, before.title or _title(definition), before.is_right, before.tries + 1
            )
        )
    return list(found.values())


def _title(definition: Json) -> dict[str, str]:
    """What the question is called, or else what it asks; shortened."""
    for part in ("name", "description"):
        told = definition.get(part)
        if isinstance(told, Mapping) and told:
            return {str(tag): str(text)[:LONGEST_TITLE] for tag, text in list(told.items())[:4]}
    return {}
