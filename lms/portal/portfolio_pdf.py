"""A portfolio as a tagged PDF: A4, headings, paragraphs and lists that a screen reader can follow (PDF/UA-1).

It stands on the same pages, faces and tags as the certificates; `courses.portfolios.exporting` says what is in it.
"""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from certificates.pdf.fonts import DISPLAY, STRONG, TEXT, printable, unprintable, wrapped
from certificates.pdf.metadata import About
from certificates.pdf.tagging import TaggedCanvas
from courses.portfolios.pages import words
from lms.core.language import Bilingual

WIDTH, HEIGHT = 595.28, 841.89
LEFT, TOP, FOOT = 56.0, HEIGHT - 64, 64.0
ROOM = WIDTH - 2 * LEFT
TEAL, INK, QUIET = "#14505c", "#102a30", "#44565c"
INSTEAD = "\u25a1"
"""Stands for a character that no face of ours can draw, such as an emoji."""


class Paper:
    """Text that flows down A4 pages; each call is one element of the structure."""

    def __init__(self, about: About, running: str) -> None:
        self.page, self.running = TaggedCanvas((WIDTH, HEIGHT), about), running
        self.y, self.number = TOP, 1
        self._foot()

    def put(
        self, tag: str, text: str, face: str, size: float, colour: str, *, above: float = 0, under: float = 4
    ) -> None:
        """One heading or paragraph. A heading does not stand alone at the foot of a page."""
        lines = [line for part in _drawable(text).split("\n") for line in (wrapped(part, face, size, ROOM) or [""])]
        leading = size * 1.4
        self.y -= above
        wanted = leading * (len(lines) if len(lines) < 3 else 3) + (40 if tag.startswith("H") else 0)
        if self.y - wanted < FOOT:
            self._turn()
        while lines:
            if self.y - leading < FOOT:
                self._turn()
            fitting = max(1, int((self.y - FOOT) // leading))
            some, lines = lines[:fitting], lines[fitting:]
            with self.page.element(tag):  # what goes on overleaf is an element of its own: an element has one page
                for line in some:
                    self.y -= leading
                    self.page.text(LEFT, self.y, line, face, size, colour)
        self.y -= under

    def finish(self) -> bytes:
        return self.page.finish()

    def _turn(self) -> None:
        self.page.next_page()
        self.number += 1
        self.y = TOP
        self._foot()

    def _foot(self) -> None:
        with self.page.artifact():
            self.page.text(LEFT, 36, f"{self.running} · {self.number}", TEXT, 8.5, QUIET)


def draw(content: dict[str, Any], language: str) -> bytes:
    """The file, from what `exporting.content_of` gives. In a request or job whose locale is that language."""

    def both(text: dict[str, str]) -> str:
        return Bilingual(text["en"], text["cy"]).in_(language)

    course, learner = both(content["course"]["title"]), content["learner"]["name"]
    about = About(
        title=_drawable(f"{_('Evidence portfolio')} – {learner} – {course}"), subject=content["portfolio"],
        author=_drawable(learner), language="cy" if language == "cy" else "en-GB",
        at=datetime.fromisoformat(content["exported_at"]),
    )  # fmt: skip
    paper = Paper(about, _drawable(f"{learner} · {course}"))
    paper.put("P", course, TEXT, 12, QUIET)
    paper.put("H1", _("Evidence portfolio"), DISPLAY, 26, TEAL, under=8)
    paper.put("P", learner, STRONG, 13, INK)
    paper.put("P", _("Copy made on %(when)s", when=words.iso_moment(content["exported_at"])), TEXT, 10, QUIET)
    accepted = sum(item["state"] == "accepted" for item in content["items"])
    told = _("%(done)s of %(total)s items accepted", done=accepted, total=len(content["items"]))
    paper.put("P", told, TEXT, 10.5, INK, under=10)
    for each in content["signatures"]:
        _signature(paper, each, both)
    for each in content["items"]:
        _item(paper, each, both)
    return paper.finish()


def _signature(paper: Paper, signed: dict[str, Any], both: Any) -> None:
    paper.put("H2", _("Signed portfolio, version %(number)s", number=signed["version"]), DISPLAY, 16, TEAL, above=10)
    who = f"{signed['name']}, {both(signed['role'])}"
    paper.put("P", f"{who} · {_('Licence %(number)s', number=signed['licence'])}", STRONG, 10.5, INK)
    paper.put("P", words.iso_moment(signed["at"]), TEXT, 10, QUIET)
    paper.put("P", signed["statement"], TEXT, 10.5, INK)
    paper.put("P", f"SHA-256: {signed['content_hash']}", TEXT, 8, QUIET)


def _item(paper: Paper, item: dict[str, Any], both: Any) -> None:
    paper.put("H2", f"{item['position']}. {both(item['title'])}", DISPLAY, 16, TEAL, above=14)
    paper.put("P", f"{words.kind_name(item['kind'])} · {words.state_name(item['state'])}", TEXT, 10, QUIET)
    if item["observer"]:
        paper.put("P", f"{_('Observed by')}: {item['observer']}", TEXT, 10.5, INK)
    if item["observed_on"]:
        paper.put("P", f"{_('Observed on')}: {words.iso_day(item['observed_on'])}", TEXT, 10.5, INK)
    for paragraph in filter(str.strip, item["body"].split("\n\n")):
        paper.put("P", paragraph, TEXT, 10.5, INK, under=6)
    for link in item["links"]:
        paper.put("P", link, TEXT, 9.5, TEAL)
    if item["file"]:
        paper.put("P", f"{_('File')}: {item['file']['name']} · SHA-256 {item['file']['sha256']}", TEXT, 9, QUIET)
    for statement in item["statements"]:
        paper.put("P", f"{statement['code']} {both(statement['wording'])}", TEXT, 9.5, QUIET)
    if signed := item["observation"]:
        told = _(
            "Signed by %(name)s, %(role)s, on %(when)s", name=signed["name"], role=signed["role"],
            when=words.iso_moment(signed["at"]),
        )  # fmt: skip
        paper.put("P", told, STRONG, 10.5, INK)
        if signed["words"]:
            paper.put("P", signed["words"], TEXT, 10.5, INK)
    for each in item["decisions"]:
        outcome = _("Accepted") if each["outcome"] == "accepted" else _("Returned, with comments")
        paper.put("H3", f"{outcome} · {each['by']} · {words.iso_moment(each['at'])}", STRONG, 10.5, INK, above=4)
        if each["comment"]:
            paper.put("P", each["comment"], TEXT, 10.5, INK)


def _drawable(text: str) -> str:
    """The text line by line, with a box for what cannot be drawn."""
    lines = [printable(line) for line in text.split("\n")]
    unknown = unprintable(lines)
    table = {ord(each): INSTEAD if not unprintable([INSTEAD]) else "?" for each in unknown}
    return "\n".join(line.translate(table) for line in lines)
