"""A hill on a map, and a path to its top: `llwybr` is Welsh for path. A4 landscape, light in ink, good in grey."""

import math
from functools import cache

from certificates.pdf.fonts import DISPLAY, STRONG, TEXT, fitted, wrapped
from certificates.pdf.metadata import About
from certificates.pdf.qr import modules, qr_operators
from certificates.pdf.streams import RawStream
from certificates.pdf.tagging import Element, TaggedCanvas, form
from certificates.snapshots import Printed, Snapshot

WIDTH, HEIGHT = 841.89, 595.28
PANEL = 214.0
LEFT, RIGHT = 258.0, WIDTH - 46.0
QR = 92.0
TEAL, INK, QUIET, LINK = "#14505c", "#102a30", "#44565c", "#0b5a6b"
NEAR, FAR = (0.18, 0.45, 0.50), (0.84, 0.91, 0.91)
RINGS = 16
WELSH_AND_ENGLISH = ("cy", "en")


def draw(snapshot: Snapshot, language: str) -> bytes:
    """The certificate as a file: `en`, `cy`, or `both` (two pages, Welsh first). Same snapshot, same bytes."""
    languages = WELSH_AND_ENGLISH if language == "both" else (language,)
    first = snapshot.printed(languages[0])
    about = About(
        title=f"{first.title} – {first.holder} – {first.course}",
        subject=snapshot.number,
        author=first.issuer,
        language=_tag(languages[0]),
        at=snapshot.issued_at,
    )
    page = TaggedCanvas((WIDTH, HEIGHT), about)
    for place, each in enumerate(languages):
        if place:
            page.next_page()
        _draw_page(page, snapshot, snapshot.printed(each), each)
    return page.finish()


def _tag(language: str) -> str:
    return "cy" if language == "cy" else "en-GB"


def _draw_page(page: TaggedCanvas, snapshot: Snapshot, words: Printed, language: str) -> None:
    part = page.group("Part", language=_tag(language))
    page.place_artwork(_artwork())
    _panel(page, part, words)
    _statement(page, part, words)
    _foot(page, part, snapshot, words)


def _panel(page: TaggedCanvas, part: Element, words: Printed) -> None:
    with page.element("P", part):
        page.text(36, HEIGHT - 76, words.mark, DISPLAY, 32, TEAL)
    with page.element("P", part):
        for row, line in enumerate(wrapped(words.issuer_line, TEXT, 10.5, PANEL - 66)):
            page.text(36, HEIGHT - 98 - row * 14, line, TEXT, 10.5, TEAL)


def _statement(page: TaggedCanvas, part: Element, words: Printed) -> None:
    room = RIGHT - LEFT
    name_size = fitted(words.holder, DISPLAY, 36, room, 22)
    course_size = 24 if len(wrapped(words.course, DISPLAY, 24, room)) <= 2 else 18
    used = len(wrapped(words.holder, DISPLAY, name_size, room)) + len(wrapped(words.course, DISPLAY, course_size, room))
    air = max(0, 5 - used - len(words.notes)) * 5.0
    y = HEIGHT - 82
    with page.element("H1", part):
        page.text(LEFT, y, words.title, DISPLAY, fitted(words.title, DISPLAY, 30, room, 20), TEAL)
    y -= 52 + air
    with page.element("P", part):
        page.text(LEFT, y, words.opening, TEXT, 13, QUIET)
    y -= 8
    with page.element("P", part):
        y = _lines(page, words.holder, y, DISPLAY, name_size, INK, room, 1.2)
    y -= 30 + air
    with page.element("P", part):
        page.text(LEFT, y, words.statement, TEXT, 13, QUIET)
    y -= 6
    with page.element("H2", part):
        y = _lines(page, words.course, y, DISPLAY, course_size, TEAL, room, 1.24)
    y -= 9 + air / 2
    for paragraph in words.notes:
        with page.element("P", part):
            y = _lines(page, paragraph, y, TEXT, 10.5, QUIET, room, 1.4)
        y -= 3


def _lines(
    page: TaggedCanvas, text: str, y: float, face: str, size: float, colour: str, room: float, leading: float
) -> float:
    """Draw `text` below `y`, broken at `room`. Return the last line's foot."""
    for line in wrapped(text, face, size, room):
        y -= size * leading
        page.text(LEFT, y, line, face, size, colour)
    return y


def _foot(page: TaggedCanvas, part: Element, snapshot: Snapshot, words: Printed) -> None:
    """Facts on the left, the way to check them on the right."""
    qr_left, qr_foot = RIGHT - QR, 46.0
    room = (qr_left - LEFT - 28) / 2
    with page.artifact():
        page.setStrokeColorRGB(0.79, 0.54, 0.11)
        page.setLineWidth(1.4)
        page.line(LEFT, 172, LEFT + 44, 172)
    facts = page.group("L", part, attributes="<</O /List /ListNumbering /None>>")
    for place, (label, value) in enumerate(words.facts):
        x, y = LEFT + (place % 2) * room, 150 - (place // 2) * 33
        fact = page.group("LI", facts)
        with page.element("Lbl", fact):
            page.text(x, y, label, TEXT, 9, QUIET)
        with page.element("LBody", fact):
            page.text(x, y - 14, value, STRONG, fitted(value, STRONG, 11.5, room - 10, 7), INK)
    box = f"<</O /Layout /Placement /Block /BBox [{qr_left:.0f} {qr_foot:.0f} {RIGHT:.0f} {qr_foot + QR:.0f}]>>"
    with page.element("Figure", part, alternative=words.qr_description, attributes=box):
        quiet = 4 * QR / modules(snapshot.address)
        page._code.append(qr_operators(snapshot.address, qr_left + quiet, qr_foot, QR - quiet))
    _check_line(page, part, snapshot, words)


def _check_line(page: TaggedCanvas, part: Element, snapshot: Snapshot, words: Printed) -> None:
    """Where to check, in words and as a link: a look-alike host must be seen by the reader."""
    paragraph = page.group("P", part)
    with page.element("Span", paragraph):
        end = page.text(LEFT, 50, f"{words.check} ", TEXT, 9, QUIET)
    link = page.group("Link", paragraph)
    size = fitted(snapshot.address, STRONG, 9, RIGHT - QR - end - 6, 6)
    with page.marked(link):
        right = page.text(end, 50, snapshot.address, STRONG, size, LINK)
    page.link(link, snapshot.address, (end, 46, right, 60), f"{words.check} {snapshot.address}")


@cache
def _artwork() -> RawStream:
    """The map: a tinted panel, two hills in contour lines, and the path."""
    parts = [
        f"q 0 0 {PANEL:.1f} {HEIGHT:.2f} re W n 0.914 0.953 0.953 rg 0 0 {PANEL:.1f} {HEIGHT:.2f} re f",
        "0.55 w 1 J 1 j",
    ]
    for ring in range(RINGS):
        far = ring / RINGS
        colour = " ".join(f"{near + (out - near) * far:.3f}" for near, out in zip(NEAR, FAR, strict=True))
        parts.append(f"{colour} RG {_contour(118, 200, 14 + ring * 14.5, 0.4)} S")
    parts.append("Q")
    parts.append(f"q 0 0 {PANEL:.1f} {HEIGHT:.2f} re W n {_path()} Q")
    parts.append(f"q 0.078 0.314 0.361 rg {PANEL:.1f} 0 3 {HEIGHT:.2f} re f Q")
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


def _path() -> str:
    """From the foot of the panel to the summit, and a cairn."""
    return (
        "0.79 0.54 0.11 RG 2 w 1 J [0.1 5.2] 0 d "
        "58 -4 m 66 40 130 44 138 84 c 146 122 70 118 66 158 c 63 182 100 180 118 200 c S "
        "[] 0 d 0.79 0.54 0.11 rg 1 1 1 RG 1.6 w "
        "112.6 200 m 112.6 203 115 205.4 118 205.4 c 121 205.4 123.4 203 123.4 200 c "
        "123.4 197 121 194.6 118 194.6 c 115 194.6 112.6 197 112.6 200 c b"
    )
