"""When units, blocks and the course are done (cmi5 §10.2.4 and §9.3.8). Pure, and monotone: more facts, never less done."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from courses.launch.formats.structure import MoveOn

COMPLETED, PASSED, WAIVED = "completed", "passed", "waived"


@dataclass(frozen=True)
class Node:
    """A node of the tree: `parent` is the key of the block it lies in, None for the course. `move_on` None: no unit."""

    key: UUID
    parent: UUID | None
    move_on: MoveOn | None


def is_met(move_on: MoveOn, facts: Set[str]) -> bool:
    """Is that unit done? A waiver stands for whatever it asks for."""
    if WAIVED in facts:
        return True
    match move_on:
        case MoveOn.NOT_APPLICABLE:
            return True
        case MoveOn.PASSED:
            return PASSED in facts
        case MoveOn.COMPLETED:
            return COMPLETED in facts
        case MoveOn.COMPLETED_AND_PASSED:
            return {COMPLETED, PASSED} <= facts
        case MoveOn.COMPLETED_OR_PASSED:
            return bool({COMPLETED, PASSED} & facts)


def missing(move_on: MoveOn, facts: Set[str]) -> tuple[str, ...]:
    """What is still asked for; of CompletedOrPassed, both, of which either would do. Empty: nothing."""
    if is_met(move_on, facts):
        return ()
    asked = {
        MoveOn.PASSED: (PASSED,), MoveOn.COMPLETED: (COMPLETED,), MoveOn.NOT_APPLICABLE: (),
    }.get(move_on, (COMPLETED, PASSED))  # fmt: skip
    return tuple(each for each in asked if each not in facts)


def newly_satisfied(nodes: Sequence[Node], facts: Mapping[UUID, Set[str]], already: Set[UUID]) -> list[UUID]:
    """Keys that are satisfied now and were not, the inner before the outer. `nodes`: in the package's order.

    What was satisfied stays so, whatever a newer package asks for.
    """
    within: dict[UUID | None, list[Node]] = {}
    for node in nodes:
        within.setdefault(node.parent, []).append(node)
    done = set(already)
    found: list[UUID] = []
    for node in reversed(nodes):  # children come after their block, so this meets them first
        if node.key in done:
            continue
        if node.move_on is not None:
            met = is_met(node.move_on, facts.get(node.key, frozenset()))
        else:
            met = all(child.key in done for child in within.get(node.key, ()))
        if met:
            done.add(node.key)
            found.append(node.key)
    return found


def progress(units: Sequence[UUID], satisfied: Set[UUID], reported: Mapping[UUID, int]) -> int:
    """Of the whole, 0 to 100: each unit counts alike, one that is satisfied fully. 100 only when all of them are."""
    if not units:
        return 0
    total = sum(100 if key in satisfied else min(99, reported.get(key, 0)) for key in units)
    whole = total // len(units)
    return whole if all(key in satisfied for key in units) else min(99, whole)
