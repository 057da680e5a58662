"""Which part of a new package is which part of those before it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.launch.formats.structure import Block, Content, Finding, Unit

COURSE, BLOCK, UNIT = "course", "block", "unit"


@dataclass(frozen=True)
class Part:
    """A node in the package's order. `parent` is its block's place in that order."""

    kind: str
    parent: int | None
    node: Block | Unit


Named = tuple[str, str]
"""A part as packages name it: its kind and the publisher's id."""


def parts(content: Content) -> list[Part]:
    """The course first, then everything in it, blocks before what lies in them."""
    found = [Part(COURSE, None, content.root)]
    _add(found, content.root, 0)
    return found


def _add(found: list[Part], block: Block, place: int) -> None:
    for child in block.children:
        found.append(Part(UNIT if isinstance(child, Unit) else BLOCK, place, child))
        if isinstance(child, Block):
            _add(found, child, len(found) - 1)


def keys(
    named: Sequence[Named], known: Mapping[Named, UUID], twin: Sequence[tuple[str, UUID]], fresh: Iterator[UUID]
) -> list[UUID]:
    """A key for each part: that of the same name before, or of its like in the `twin`, or a `fresh` one.

    `twin`: (kind, key) of the parts of the course's package in the other language. It counts only if all its kinds are the
    same in the same order: then the two are one course, whatever their publishers called the parts.
    """
    alike = [kind for kind, _ in twin] == [kind for kind, _ in named]
    found: list[UUID] = []
    for place, name in enumerate(named):
        key = known.get(name)
        if key is None or key in found:
            key = twin[place][1] if alike else None
        if key is None or key in found:
            key = next(fresh)
        found.append(key)
    return found


def told(finding: Finding) -> dict[str, object]:
    """A finding as it is kept."""
    return {
        "rule": finding.rule, "message": finding.message, "place": finding.place, "params": dict(finding.params),
    }  # fmt: skip
