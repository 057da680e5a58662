"""What all pages of mentoring share."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _

from courses.mentoring import queries
from courses.mentoring.models import MentorProgramme
from courses.mentoring.pages.words import REASONS, TOPICS
from courses.mentoring.rules import Reason, Topic
from lms.core.errors import NotFound
from lms.core.web.pages import Pages

pages = Pages("mentoring", "courses.mentoring", template_folder="templates")
manage_pages = Pages("mentor_programmes", "courses.mentoring", template_folder="templates")


def programme_at(code: str) -> MentorProgramme:
    found = queries.programme_at(code)
    if found is None:
        raise NotFound()
    return found


def language() -> str:
    return str(g.lang)


def choices(named: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(each.value, _(text)) for each, text in named.items()]


def in_words(why: Iterable[Reason], areas: dict[str, str]) -> list[str]:
    """Reasons as people read them."""
    return [_reason(each, areas) for each in why]


def _reason(it: Reason, areas: dict[str, str]) -> str:
    if it.kind == "topics":
        topics = ", ".join(_(TOPICS[Topic(each)]) for each in it.names)
        return str(_("You both named: %(topics)s", topics=topics))
    if it.kind == "area":
        return str(_("In the same area: %(area)s", area=areas.get(it.names[0], it.names[0])))
    return str(_(REASONS[it.kind]))


def area_names() -> dict[str, str]:
    return {code: name.in_(language()) for code, name in queries.areas()}
