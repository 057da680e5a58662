"""The player as its pages show it: plain values, in the reader's language."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from courses.enrolments.models import Enrolment
from courses.launch.formats.structure import Format, MoveOn, title_in
from courses.launch.packages import queries as packages
from courses.launch.packages.models import NodeKind, Package, PackageNode
from courses.launch.player import queries, rules
from courses.launch.player.rules import UnitState
from courses.launch.sessions import queries as sessions
from courses.launch.sessions.models import Fact, Registration, Session
from courses.launch.sessions.queries import Standing
from courses.launch.sessions.rules import COMPLETED, PASSED, missing
from lms.core.language import N_

STATES: dict[UnitState, tuple[str, str]] = {
    UnitState.NEW: (N_("Not started"), "grey"),
    UnitState.BEGUN: (N_("In progress"), "blue"),
    UnitState.FAILED: (N_("Not passed yet"), "orange"),
    UnitState.WAIVED: (N_("Granted"), "green"),
    UnitState.DONE: (N_("Done"), "green"),
}
ANEW = frozenset({Format.SCORM_12, Format.SCORM_2004, Format.H5P})
"""Formats that can be begun from nothing again."""


@dataclass(frozen=True)
class Row:
    """A unit as listed. `title_lang`: what its title is in, where that is not the page's. `heading`: blocks above it."""

    id: UUID
    title: str
    title_lang: str | None
    heading: str
    state: tuple[str, str]
    score: int | None
    wants: str
    action: str
    done: bool
    anew: bool
    own_window: bool
    is_open: bool


def content_of(it: Enrolment) -> tuple[Package | None, Registration | None]:
    """What the learner is on, or would get; None: this course has no package."""
    registration = sessions.of_enrolment(it.id)
    if registration is not None:
        return registration.package, registration
    return packages.package_for(it.course_id, it.language), None


def listed(it: Enrolment, package: Package, registration: Registration | None, language: str) -> dict[str, Any]:
    """All that the list of units shows. At most eight queries, however many units there are."""
    standing = (
        sessions.standing(registration)
        if registration
        else Standing(packages.nodes(package.id), {}, {}, {}, package.completion)
    )
    begun = queries.keys_begun(registration.id) if registration else set()
    running = sessions.open_session(registration.id) if registration else None
    content_language = registration.language if registration else it.language
    rows = [_row(each, package, standing, begun, running, language) for each in standing.units]
    rows = _with_headings(rows, standing, language)
    next_up = next((row for row in rows if not row.done), None)
    return {
        "it": it,
        "rows": rows,
        "next": next_up,
        "running": next((row for row in rows if row.is_open), None),
        "done": sum(row.done for row in rows),
        "total": len(rows),
        "languages": _languages(it, registration, content_language),
        "content_language": content_language,
        "version": _version(rows, running),
        "state_url": url_for("player.state", enrolment_id=it.id),
    }


def _row(
    node: PackageNode, package: Package, standing: Standing, begun: Any, running: Session | None, language: str
) -> Row:
    facts = standing.facts.get(node.key, frozenset())
    attained = standing.attained.get(node.key)
    done = node.key in standing.satisfied
    state = rules.state_of(
        done=done, waived=Fact.WAIVED in facts, failed=bool(attained and attained.failed_at),
        begun=node.key in begun or bool(facts),
    )  # fmt: skip
    text, colour = STATES[state]
    title, title_lang = title_in(node.title, language)
    is_open = running is not None and running.node_id == node.id
    score = rules.score_in(attained.scaled if attained else None)
    return Row(
        node.id, title or _("Untitled part"), title_lang, "", (_(text), colour), score,
        "" if done else _wants(node, standing, facts), _action(state, is_open=is_open), done,
        package.format in ANEW and state is not UnitState.NEW, rules.has_own_window(package.format, node.launch_method),
        is_open,
    )  # fmt: skip


def _wants(node: PackageNode, standing: Standing, facts: frozenset[str]) -> str:
    completion = rules.completion_in(node.more)
    if completion is not None:
        return {
            "watched": _("Counts when you have seen %(part)s per cent of it.", part=completion.per_cent),
            "read": _("Counts when you say that you have read it."),
            "confirmed": _("Counts when you say that you have worked through it."),
            "opened": _("Counts when you have opened it."),
        }[completion.rule]
    asked = standing.move_on(node)
    wanted = set(missing(asked, facts))
    if wanted == {COMPLETED, PASSED}:
        return _("Counts when it is completed and passed.") if asked is MoveOn.COMPLETED_AND_PASSED else _(
            "Counts when it is completed or passed."
        )  # fmt: skip
    if wanted == {PASSED}:
        return _("Counts when it is passed.")
    return _("Counts when it is completed.") if wanted else ""


def _action(state: UnitState, *, is_open: bool) -> str:
    if is_open:
        return _("Continue here")
    if state in (UnitState.DONE, UnitState.WAIVED):
        return _("Look at it again")
    return _("Start") if state is UnitState.NEW else _("Continue")


def _with_headings(rows: list[Row], standing: Standing, language: str) -> list[Row]:
    """Each unit that is the first of its block carries the block's title."""
    by_id = {each.id: each for each in standing.nodes}
    titled, last = [], None
    for row in rows:
        parent = by_id.get(parent_id) if (parent_id := by_id[row.id].parent_id) else None
        shown = parent if parent is not None and parent.kind is NodeKind.BLOCK else None
        heading = title_in(shown.title, language)[0] if shown is not None and shown.id != last else ""
        last = shown.id if shown is not None else None
        titled.append(Row(**{**row.__dict__, "heading": heading}))
    return titled


def _languages(it: Enrolment, registration: Registration | None, current: str) -> list[tuple[str, str]]:
    """Those that the learner may switch to. Nothing to switch before it has begun: enrolling asked for it."""
    if registration is None:
        return []
    offered = packages.offered(it.course_id)
    return [(each, _("Welsh") if each == "cy" else _("English")) for each in sorted(offered) if each != current]


def _version(rows: list[Row], running: Session | None) -> str:
    """Changes when anything of the list does."""
    said = "".join(f"{row.state[1]}{row.score}{int(row.done)}" for row in rows)
    return sha256(f"{running.id if running else ''} {said}".encode()).hexdigest()[:16]
