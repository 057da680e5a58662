"""A hill on a map, and a path to its top: `llwybr` is Welsh for path. A4 landscape, light in ink, good in grey."""

import math
from dataclasses import dataclass
from functools import cache

from certificates.pdf.fonts import DISPLAY, STRONG, TEXT, fitted, width, wrapped
from certificates.pdf.qr import modules, qr_operators
from certificates.pdf.recording import Node, Recorder
from certificates.pdf.streams import RawStream
from certificates.pdf.tagging import form
from certificates.snapshots import Printed, Snapshot

WIDTH, HEIGHT = 841.89, 595.28
PANEL = 214.0
LEFT, RIGHT = 258.0, WIDTH - 46.0
QR = 92.0


@dataclass(frozen=True)
class Look:
    """Colours as #rrggbb: headings, words, quiet words, links; the panel's tint, its lines near and far, the path."""

    heading: str
    ink: str
    quiet: str
    link: str
    tint: str
    near: str
    far: str
    path: str
    rings: int


def draw_page(page: Recorder, part: Node, snapshot: Snapshot, words: Printed, look: Look) -> None:
    page.place_artwork(_artwork(look))
    _panel(page, part, words, look)
    _statement(page, part, words, look)
    _foot(page, part, snapshot, words, look)


def mark(page: Recorder, part: Node, word: str, note: str) -> None:
    """Across the page, under all else, and in words for who does not see it: this is a specimen."""
    size = 104.0
    with page.artifact():
        x, y = WIDTH / 2 + 96, HEIGHT / 2
        half = width(word, DISPLAY, size) / 2
        page.operators(
            f"q 0.86 0.86 0.86 rg 0.9397 0.3420 -0.3420 0.9397 {x - half * 0.9397:.2f} {y - half * 0.3420 - 30:.2f} cm "
            f"BT 1 0 0 1 0 0 Tm {page.shown(word, DISPLAY, size)} ET Q"
        )
    with page.element("P", part):
        page.text(LEFT, HEIGHT - 40, note, STRONG, 10.5, "#8a1f11")


def _panel(page: Recorder, part: Node, words: Printed, look: Look) -> None:
    with page.element("P", part):
        page.text(36, HEIGHT - 76, words.mark, DISPLAY, 32, look.heading)
    with page.element("P", part):
        for row, line in enumerate(_read_on(wrapped(words.issuer_line, TEXT, 10.5, PANEL - 66))):
            page.text(36, HEIGHT - 98 - row * 14, line, TEXT, 10.5, look.heading)


def _statement(page: Recorder, part: Node, words: Printed, look: Look) -> None:
    room = RIGHT - LEFT
    name_size = fitted(words.holder, DISPLAY, 36, room, 22)
    course_size = 24 if len(wrapped(words.course, DISPLAY, 24, room)) <= 2 else 18
    used = len(wrapped(words.holder, DISPLAY, name_size, room)) + len(wrapped(words.course, DISPLAY, course_size, room))
    air = max(0, 5 - used - len(words.notes)) * 5.0
    y = HEIGHT - 82
    with page.element("H1", part):
        page.text(LEFT, y, words.title, DISPLAY, fitted(words.title, DISPLAY, 30, room, 20), look.heading)
    y -= 52 + air
    with page.element("P", part):
        page.text(LEFT, y, words.opening, TEXT, 13, look.quiet)
    y -= 8
    with page.element("P", part):
        y = _lines(page, words.holder, y, DISPLAY, name_size, look.ink, room, 1.2)
    y -= 30 + air
    with page.element("P", part):
        page.text(LEFT, y, words.statement, TEXT, 13, look.quiet)
    y -= 6
    with page.element("H2", part):
        y = _lines(page, words.course, y, DISPLAY, course_size, look.heading, room, 1.24)
    y -= 9 + air / 2
    for paragraph in words.notes:
        with page.element("P", part):
            y = _lines(page, paragraph, y, TEXT, 10.5, look.quiet, room, 1.4)
        y -= 3


def _lines(
    page: Recorder, text: str, y: float, face: str, size: float, colour: str, room: float, leading: float
) -> float:
    """Draw `text` below `y`, broken at `room`. Return the last line's foot."""
    for line in _read_on(wrapped(text, face, size, room)):
        y -= size * leading
        page.text(LEFT, y, line, face, size, colour)
    return y


def _read_on(lines: list[str]) -> list[str]:
    """A space at the end of every line but the last, or a screen reader runs two words into one."""
    return [f"{line} " for line in lines[:-1]] + lines[-1:]


def _foot(page: Recorder, part: Node, snapshot: Snapshot, words: Printed, look: Look) -> None:
    """Facts on the left, the way to check them on the right."""
    qr_left, qr_foot = RIGHT - QR, 46.0
    room = (qr_left - LEFT - 28) / 2
    with page.artifact():
        page.operators(f"{_rgb(look.path)} RG 1.4 w {LEFT:.2f} 172 m {LEFT + 44:.2f} 172 l S")
    facts = page.group("L", part, attributes="<</O /List /ListNumbering /None>>")
    for place, (label, value) in enumerate(words.facts):
        x, y = LEFT + (place % 2) * room, 150 - (place // 2) * 33
        fact = page.group("LI", facts)
        with page.element("Lbl", fact):
            page.text(x, y, label, TEXT, 9, look.quiet)
        with page.element("LBody", fact):
            page.text(x, y - 14, value, STRONG, fitted(value, STRONG, 11.5, room - 10, 7), look.ink)
    box = f"<</O /Layout /Placement /Block /BBox [{qr_left:.0f} {qr_foot:.0f} {RIGHT:.0f} {qr_foot + QR:.0f}]>>"
    with page.element("Figure", part, alternative=words.qr_description, attributes=box):
        quiet = 4 * QR / modules(snapshot.address)
        page.operators(qr_operators(snapshot.address, qr_left + quiet, qr_foot, QR - quiet))
    _check_line(page, part, snapshot, words, look)


def _check_line(page: Recorder, part: Node, snapshot: Snapshot, words: Printed, look: Look) -> None:
    """Where to check, in words and as a link: a look-alike host must be seen by the reader."""
    paragraph = page.group("P", part)
    with page.element("Span", paragraph):
        end = page.text(LEFT, 50, f"{words.check} ", TEXT, 9, look.quiet)
    link = page.group("Link", paragraph)
    size = fitted(snapshot.address, STRONG, 9, RIGHT - QR - end - 6, 6)
    with page.marked(link):
        right = page.text(end, 50, snapshot.address, STRONG, size, look.link)
    page.link(link, snapshot.address, (end, 46, right, 60), f"{words.check} {snapshot.address}")


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))


def _rgb(colour: str) -> str:
    return " ".join(f"{each:.3f}" for each in _channels(colour))


@cache
def _artwork(look: Look) -> RawStream:
    """The map: a tinted panel, two hills in contour lines, and the path."""
    parts = [
        f"q 0 0 {PANEL:.1f} {HEIGHT:.2f} re W n {_rgb(look.tint)} rg 0 0 {PANEL:.1f} {HEIGHT:.2f} re f",
        "0.55 w 1 J 1 j",
    ]
    near, far = _channels(look.near), _channels(look.far)
    for ring in range(look.rings):
        out = ring / look.rings
        colour = " ".join(f"{one + (other - one) * out:.3f}" for one, other in zip(near, far, strict=True))
        parts.append(f"{colour} RG {_contour(118, 200, 14 + ring * 14.5, 0.4)} S")
    parts.append("Q")
    parts.append(f"q 0 0 {PANEL:.1f} {HEIGHT:.2f} re W n {_path(_rgb(look.path))} Q")
    parts.append(f"q {_rgb(look.heading)} rg {PANEL:.1f} 0 3 {HEIGHT:.2f} re f Q")
    return form("\n".join(parts), (WIDTH, HEIGHT))


def _contour(x: float, y: float, radius: float, phase: float) -> str:
    """A closed line around a summit; the further out, the more the land has its own will."""
    restless = min(radius / 190, 1.0)
    points = []
    for step in range(73):
        turn = step * math.tau / 72
        reach = radius * (
            1
            + 0.16 * math.sin(2 * turn + phase)
            + restless * (0.10 * math.sin(3 * turn + 1.7) + 0.05 * math.sin(5 * turn + phase * 3 + radius / 70))
        )
        points.append((x + reach * math.cos(turn), y + reach * 1.12 * math.sin(turn)))
    first, *rest = points
    return f"{first[0]:.2f} {first[1]:.2f} m " + " ".join(f"{a:.2f} {b:.2f} l" for a, b in rest)


def _path(colour: str) -> str:
    """From the foot of the panel to the summit, and a cairn."""
    return (
        f"{colour} RG 2 w 1 J [0.1 5.2] 0 d "
        "58 -4 m 66 40 130 44 138 84 c 146 122 70 118 66 158 c 63 182 100 180 118 200 c S "
        f"[] 0 d {colour} rg 1 1 1 RG 1.6 w "
        "112.6 200 m 112.6 203 115 205.4 118 205.4 c 121 205.4 123.4 203 123.4 200 c "
        "123.4 197 121 194.6 118 194.6 c 115 194.6 112.6 197 112.6 200 c b"
    )
