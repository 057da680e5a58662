"""A development plan as a tagged PDF (PDF/UA-1), on the same paper as portfolios; `courses.plans.exporting` says what is in it."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from certificates.pdf.fonts import DISPLAY, STRONG, TEXT
from certificates.pdf.metadata import About
from courses.plans import words as plan_words
from courses.portfolios.pages import words
from lms.core.web.site import day
from lms.portal.portfolio_pdf import INK, QUIET, TEAL, Paper, _drawable


def draw(content: dict[str, Any], language: str) -> bytes:
    """The file, from what `exporting.content_of` gives. In a job whose locale is that language."""
    name = content["name"]
    about = About(
        title=_drawable(f"{_('Development plan')} – {name}"), subject=_("Development plan"), author=_drawable(name),
        language="cy" if language == "cy" else "en-GB", at=datetime.fromisoformat(content["made_at"]),
    )  # fmt: skip
    paper = Paper(about, _drawable(f"{name} · {_('Development plan')}"))
    paper.put("H1", _("Development plan"), DISPLAY, 26, TEAL, under=8)
    paper.put("P", name, STRONG, 13, INK)
    told = _("Copy made on %(when)s", when=words.iso_moment(content["made_at"]))
    paper.put("P", told, TEXT, 10, QUIET, under=8)
    if not content["goals"]:
        paper.put("P", _("There are no goals in it yet."), TEXT, 10.5, INK)
    for goal in content["goals"]:
        _goal(paper, goal)
    return paper.finish()


def _goal(paper: Paper, goal: dict[str, Any]) -> None:
    paper.put("H2", goal["what"], DISPLAY, 15, TEAL, above=14)
    facts = [plan_words.state_name(goal["state"]), _("By %(day)s", day=_day(goal["by_when"]))]
    if goal["partner"]:
        facts.append(_("With %(who)s", who=goal["partner"]))
    if goal["agreed_on"]:
        facts.append(_("Agreed on %(day)s", day=_day(goal["agreed_on"])))
    if goal["outcome"]:
        facts.append(plan_words.outcome_name(goal["outcome"]))
    paper.put("P", " · ".join(facts), TEXT, 10, QUIET)
    for title, text in ((_("Why"), goal["why"]), (_("How I will know"), goal["how_known"])):
        if text:
            paper.put("H3", title, STRONG, 10.5, INK, above=3, under=2)
            for paragraph in filter(str.strip, text.split("\n\n")):
                paper.put("P", paragraph, TEXT, 10.5, INK, under=5)
    if goal["actions"]:
        paper.put("H3", _("What I will do"), STRONG, 10.5, INK, above=3, under=2)
    for each in goal["actions"]:
        when = _("done on %(day)s", day=_day(each["done_on"])) if each["done_on"] else ""
        when = when or (_("By %(day)s", day=_day(each["by_when"])) if each["by_when"] else "")
        paper.put("P", f"{each['title']}{f' ({when})' if when else ''}", TEXT, 10.5, INK, under=2)


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso))
