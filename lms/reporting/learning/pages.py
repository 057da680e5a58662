"""The page for authors: how their course is learnt."""

from datetime import datetime
from typing import Any

from flask import g
from flask_babel import format_date
from flask_babel import gettext as _

from lms.core import clock
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages
from lms.reporting.learning import services
from lms.reporting.learning.services import Insight
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.rules.disclosure import RULE

pages = Pages("learnt", __name__, template_folder="../templates")

DEFINED = ("LEARN-OPENED", "LEARN-FINISHED", "LEARN-STOPPED", "LEARN-TIME", "LEARN-QUESTION")
HARD = 50
"""Fewer than so many in a hundred were right at first."""


@pages.page("GET", "/manage/courses/<code>/learning", needs=Permission.COURSE_EDIT, template="learning/course.html")
def course(actor: Actor, code: str) -> dict[str, Any]:
    """Where learners stop, how long it takes them, and which questions are hard."""
    found = services.insight(actor, code)
    return {
        "it": found, "course": found.course, "headline": headline(found), "rule": RULE, "hard": HARD,
        "units": {key: title for key, title, _shown in found.units}, "definitions": [BY_ID[id] for id in DEFINED],
        "fresh": fresh(found.counted_until),
    }  # fmt: skip


def headline(it: Insight) -> str:
    """What the shown figures say."""
    known = [(title.in_(g.lang), shown) for _key, title, shown in it.units if shown.stopped is not None]
    if known:
        name, shown = max(known, key=lambda pair: pair[1].stopped or 0)
        if sum(each.stopped == shown.stopped for _name, each in known) > 1:
            return str(_("As many people stop at one unit as at another (%(number)s at each)", number=shown.stopped))
        return str(_("%(unit)s: where the most people stop (%(number)s)", unit=name, number=shown.stopped))
    opened = [(title.in_(g.lang), shown.opened) for _key, title, shown in it.units if shown.opened is not None]
    if len(opened) > 1:
        (first, many), (last, few) = opened[0], opened[-1]
        return str(
            _(
                "%(many)s people opened %(first)s, and %(few)s opened %(last)s",
                many=many,
                first=first,
                few=few,
                last=last,
            )
        )
    return str(_("Too few people to say where they stop"))


def fresh(at: datetime | None) -> str:
    """Until when everything is counted."""
    if at is None:
        return str(_("Nothing has been counted yet. New statements are counted every five minutes."))
    when = at.astimezone(clock.LONDON).strftime("%H:%M")
    day = format_date(clock.on_the_day(at), "d MMMM y")
    return str(_("Everything that content reported up to %(time)s on %(day)s is counted.", time=when, day=day))
