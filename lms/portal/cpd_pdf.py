"""A CPD record as a tagged PDF (PDF/UA-1), on the same paper as portfolios; `courses.cpd.exporting` says what is in it."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from certificates.pdf.fonts import DISPLAY, STRONG, TEXT
from certificates.pdf.metadata import About
from courses.cpd import exporting
from courses.portfolios.pages import words
from lms.core.web.site import day
from lms.portal.portfolio_pdf import INK, QUIET, TEAL, Paper, _drawable

LONG = 60
"""Letters: a longer value stands under its name, a shorter one beside it."""


def draw(content: dict[str, Any], language: str) -> bytes:
    """The file, from what `exporting.content_of` gives. In a job whose locale is that language."""
    name, register = content["person"]["name"], exporting.in_(content["register"]["name"], language)
    days = f"{_day(content['period']['from'])} – {_day(content['period']['to'])}"
    about = About(
        title=_drawable(f"{_('CPD record')} – {name} – {register}"), subject=days, author=_drawable(name),
        language="cy" if language == "cy" else "en-GB", at=datetime.fromisoformat(content["made_at"]),
    )  # fmt: skip
    paper = Paper(about, _drawable(f"{name} · {_('CPD record')}"))
    number = content["register"]["number"]
    paper.put("P", f"{register}{f' · {number}' if number else ''}", TEXT, 12, QUIET)
    paper.put("H1", _("CPD record"), DISPLAY, 26, TEAL, under=8)
    paper.put("P", name, STRONG, 13, INK)
    paper.put("P", days, TEXT, 11, INK)
    paper.put("P", _("Copy made on %(when)s", when=words.iso_moment(content["made_at"])), TEXT, 10, QUIET, under=8)
    _so_far(paper, content, language)
    for entry in content["entries"]:
        _entry(paper, content, entry, language)
    return paper.finish()


def _so_far(paper: Paper, content: dict[str, Any], language: str) -> None:
    rule, totals = content["rule"], content["totals"]
    counted = ngettext("%(num)d entry", "%(num)d entries", totals["entries"])
    paper.put("P", f"{counted}, {_('%(hours)s hours', hours=totals['hours'])}", STRONG, 10.5, INK)
    for each in rule["targets"]:
        told = f"{exporting.in_(each['title'], language)}: {exporting.told_target(each)}"
        paper.put("P", told, TEXT, 10.5, INK)
    edition = f"{_('Rule of the register, edition')}: {rule['edition']}. {exporting.in_(rule['summary'], language)}"
    paper.put("P", edition, TEXT, 9.5, QUIET)
    if rule["illustrative"]:
        paper.put("P", _("Illustrative: we have not confirmed this edition with the register."), TEXT, 9.5, QUIET)
    paper.put("P", f"{_('Left out')}: {exporting.told_left_out(content)}", TEXT, 9.5, QUIET, under=8)


def _entry(paper: Paper, content: dict[str, Any], entry: dict[str, Any], language: str) -> None:
    """The title as its heading, then the register's columns with something in them."""
    paper.put("H2", exporting.in_(entry["title"], language), DISPLAY, 14, TEAL, above=12)
    for column in content["columns"]:
        if column["code"] == "title":
            continue
        value = exporting.cell(entry[column["code"]], language)
        if column["code"] == "date":
            value = _day(value)
        if not value:
            continue
        title = exporting.in_(column["title"], language)
        if len(value) <= LONG and "\n" not in value:
            paper.put("P", f"{title}: {value}", TEXT, 10.5, INK, under=2)
            continue
        paper.put("H3", title, STRONG, 10.5, INK, above=3, under=2)
        for paragraph in filter(str.strip, value.split("\n\n")):
            paper.put("P", paragraph, TEXT, 10.5, INK, under=5)


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso))
