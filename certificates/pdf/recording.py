"""A certificate as it is drawn: the operators of each page, and what of the structure tree changes from one to the next.

Drawing on a recorder and splicing the result into a file that ReportLab wrote once for that shape (`skeletons`) takes a
quarter of the time of drawing on ReportLab's canvas: everything but a few objects is the same on every certificate.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from certificates.pdf.fonts import TEXT, face_for, faces, width
from certificates.pdf.streams import RawStream

Rectangle = tuple[float, float, float, float]


class Node:
    """A structure element. `kids`: elements, numbers of marked content on page `page`, or what `Recorder.owned` holds."""

    __slots__ = ("alternative", "attributes", "index", "language", "page", "parent", "tag")

    def __init__(self, index: int, tag: str, parent: int, language: str, alternative: str, attributes: str) -> None:
        self.index, self.tag, self.parent = index, tag, parent
        self.language, self.alternative, self.attributes = language, alternative, attributes
        self.page = -1


class Recorder:
    """What a design draws on. Everything drawn is inside `element(…)` or `marked(…)`, or inside `artifact()`."""

    def __init__(self, size: tuple[float, float]) -> None:
        self.size = size
        self.nodes: list[Node] = []
        self.pages: list[list[str]] = [[]]
        self.steps: list[tuple[object, ...]] = []  # in order, for the skeleton: what is marked, linked and sealed where
        self.links: list[tuple[str, Rectangle, str]] = []
        self.figures: list[str] = []
        self.artwork: RawStream | None = None
        self.fonts: dict[str, int] = {TEXT: 1}
        self.subsets: dict[tuple[str, int], None] = {(TEXT, 0): None}
        self._count = 0

    @property
    def shape(self) -> tuple[object, ...]:
        """What two certificates have in common that differ in their words only."""
        nodes = tuple(
            (each.tag, each.parent, each.language, each.attributes, bool(each.alternative)) for each in self.nodes
        )
        return (self.size, len(self.pages), nodes, tuple(self.steps), tuple(self.subsets), id(self.artwork))

    def group(
        self, tag: str, parent: Node | None = None, *, language: str = "", alternative: str = "", attributes: str = ""
    ) -> Node:
        """An element that holds other elements and draws nothing itself."""
        made = Node(len(self.nodes), tag, parent.index if parent else -1, language, alternative, attributes)
        self.nodes.append(made)
        if alternative:
            self.figures.append(alternative)
        return made

    @contextmanager
    def element(
        self, tag: str, parent: Node | None = None, *, language: str = "", alternative: str = "", attributes: str = ""
    ) -> Iterator[Node]:
        """Mark what is drawn inside as the content of a new element."""
        made = self.group(tag, parent, language=language, alternative=alternative, attributes=attributes)
        with self.marked(made):
            yield made

    @contextmanager
    def marked(self, node: Node) -> Iterator[None]:
        node.page = len(self.pages) - 1
        self.steps.append(("mark", node.index))
        self.pages[-1].append(f"/{node.tag} <</MCID {self._count}>> BDC")
        self._count += 1
        yield
        self.pages[-1].append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Mark what is drawn inside as decoration."""
        self.pages[-1].append("/Artifact BMC")
        yield
        self.pages[-1].append("EMC")

    def operators(self, drawn: str) -> None:
        self.pages[-1].append(drawn)

    def text(self, x: float, y: float, text: str, face: str, size: float, colour: str) -> float:
        """Draw a line from (x, y), and return where it ends. A face that lacks a glyph gives way to the wider one."""
        self.operators(f"BT {_colour(colour)} rg 1 0 0 1 {x:.2f} {y:.2f} Tm {self.shown(text, face, size)} ET")
        return x + width(text, face, size)

    def shown(self, text: str, face: str, size: float) -> str:
        """Operators that choose the font and show the text."""
        chosen = face_for(text, face)
        number = self.fonts.setdefault(chosen, len(self.fonts) + 1)
        parts = []
        for subset, shown in _encoded(chosen, text):
            self.subsets[chosen, subset] = None
            parts.append(f"/F{number}+{subset} {size:.4g} Tf ({shown}) Tj")
        return " ".join(parts)

    def link(self, node: Node, address: str, area: Rectangle, description: str) -> None:
        """Make `area` of this page open `address`."""
        self.steps.append(("link", node.index))
        self.links.append((address, area, description))

    def seal_field(self, name: str, description: str) -> None:
        """An empty, invisible signature field that is in the structure tree: what seals the file fills it."""
        self.steps.append(("seal", name, description))

    def place_artwork(self, picture: RawStream) -> None:
        """Draw a prepared picture (`tagging.form`) under everything else on this page."""
        self.artwork = picture
        with self.artifact():
            self.operators("/Artwork Do")

    def next_page(self) -> None:
        self.pages.append([])
        self.steps.append(("page",))
        self._count = 0


@lru_cache(maxsize=64)
def _colour(code: str) -> str:
    return " ".join(f"{int(code[start : start + 2], 16) / 255:.3g}" for start in (1, 3, 5))


@lru_cache(maxsize=2048)
def _encoded(face: str, text: str) -> tuple[tuple[int, str], ...]:
    """(subset, the literal string's content) in turn. Raises ValueError for a character that the face cannot draw."""
    known = faces()[face].plan.assignments
    found: list[tuple[int, list[str]]] = []
    for character in text:
        code = 32 if character == "\u00a0" else ord(character)
        if code not in known:
            raise ValueError(f"{face} has no glyph for {character!r}")
        subset, byte = known[code] >> 8, known[code] & 0xFF
        if not found or (subset != found[-1][0] and code != 32):
            found.append((subset, []))
        found[-1][1].append(f"\\{byte:03o}" if byte in (40, 41, 92) or byte < 32 or byte > 126 else chr(byte))
    return tuple((subset, "".join(shown)) for subset, shown in found)
