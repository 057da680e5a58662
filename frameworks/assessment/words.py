"""Self-assessment in the reader's language."""

from datetime import date
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from frameworks.assessment import scale
from frameworks.assessment.queries import WHOLE, Outline, Said
from frameworks.assessment.rules import ENOUGH, RatingState, Reach
from frameworks.assessment.views import Assessment, Line
from lms.core import clock
from lms.core.language import N_

STATES = {
    "self_assessed": (N_("Self-assessed"), "white"),
    "confirmation_asked": (N_("Waiting for your supervisor"), "yellow"),
    "confirmed": (N_("Confirmed"), "green"),
    "returned": (N_("Returned"), "orange"),
}
REACHES = {
    Reach.MEETS: (N_("Meets"), "green"),
    Reach.PARTLY: (N_("Partly"), "blue"),
    Reach.NOT_YET: (N_("Not yet"), "white"),
    Reach.NOT_SHARED: (N_("Not shared"), "grey"),
    Reach.NOT_NEEDED: (N_("Not asked of this role"), "grey"),
}
KINDS = {"knowledge": N_("Knowledge"), "skill": N_("Skill"), "behaviour": N_("Behaviour")}
ALL = "all"
"""Stands in an address for what is in no domain."""


def domain_in_address(code: str) -> str:
    return code or ALL


def domain_of_address(it: Outline, code: str) -> str:
    """The domain's code. Raises NotFound."""
    return it.domain(WHOLE if code == ALL and WHOLE in it.domain_codes else code).code


def value_of(code: str) -> str:
    return scale.point(code).title.in_(g.lang)


def options() -> list[tuple[str, str]]:
    return [(each.code, each.title.in_(g.lang)) for each in scale.scale()]


def state_of(line: Line) -> tuple[str, str]:
    """(what it is, a tag's colour) of a statement's rating."""
    if line.row is None:
        return _("Not rated"), "white"
    if line.again is not None:
        lapsed = line.again.rated.statement == str(line.statement.id)
        return (_("Lapsed"), "orange") if lapsed else (_("Rate again: the words changed"), "orange")
    text, colour = STATES[line.row.state.value]
    return _(text), colour


def reach(of: Reach) -> tuple[str, str]:
    text, colour = REACHES[of]
    return _(text), colour


def domain_status(it: Assessment, domain: str) -> tuple[str, str]:
    """(in words, a tag's colour) of a domain on one's own page."""
    lines = [each for each in it.of_domain(domain) if each.needed or not it.needed]
    if again := sum(each.again is not None for each in lines):
        return ngettext("%(num)d to rate again", "%(num)d to rate again", again), "orange"
    if back := sum(each.row is not None and each.row.state is RatingState.RETURNED for each in lines):
        return ngettext("%(num)d returned to you", "%(num)d returned to you", back), "orange"
    left = sum(each.held is None for each in lines)
    if lines and left == len(lines):
        return _("Not begun"), "white"
    if left:
        return ngettext("%(num)d left to rate", "%(num)d left to rate", left), "yellow"
    return reach(it.reaches[domain])


def who_sees(it: Assessment) -> str:
    """With whom it is shared, in a sentence."""
    if it.shared.to_supervisor and it.shared.to_manager:
        return _("Shared with your supervisor and your manager")
    if it.shared.to_supervisor:
        return _("Shared with your supervisor")
    if it.shared.to_manager:
        return _("Shared with your manager")
    return _("Private: only you can see it")


def trend(said: list[Said]) -> dict[Any, str]:
    """By the rating's id: how it moved since the rating of the same statement before it, in words."""
    before: dict[Any, str] = {}
    found = {}
    for each in reversed(said):
        was = before.get(each.rating.statement_id)
        now = each.rating.value
        found[each.rating.id] = _moved(was, now)
        before[each.rating.statement_id] = now
    return found


Month = tuple[int, int]
MONTHS = 4


def by_month(it: Outline, said: list[Said]) -> tuple[list[date], list[tuple[Any, list[tuple[int, int]]]]]:
    """(the last months in which something was said, by domain: how many statements were met of how many rated by then).

    A statement is known by its code, so that it goes on through versions. No month, or one: there is nothing to compare.
    """
    months = sorted({(day.year, day.month) for each in said if (day := clock.on_the_day(each.rating.made_at))})[
        -MONTHS:
    ]
    rows = []
    for domain in it.domains:
        ratings = [each.rating for each in reversed(said) if _domain_of(each) == domain.code]
        if ratings:
            rows.append((domain.title, [_met_by(ratings, month) for month in months]))
    return [date(*month, 1) for month in months], rows


def _domain_of(said: Said) -> str:
    domain = said.rating.statement.domain
    return domain.code if domain else WHOLE


def _met_by(ratings: list[Any], month: Month) -> tuple[int, int]:
    """Of those ratings, oldest first, the newest of each statement at the end of that month: (met, rated)."""
    last: dict[str, str] = {}
    for each in ratings:
        day = clock.on_the_day(each.made_at)
        if (day.year, day.month) <= month:
            last[each.statement.code] = each.value
    return sum((scale.point(value).value or 0) >= ENOUGH for value in last.values()), len(last)


def _moved(was: str | None, now: str) -> str:
    if was is None:
        return _("First time")
    one, other = scale.point(was).value, scale.point(now).value
    if was == now:
        return _("As before")
    if one is None or other is None:
        return _("Before: %(value)s", value=value_of(was))
    if other > one:
        return _("Further than before: %(value)s", value=value_of(was))
    return _("Less sure than before: %(value)s", value=value_of(was))
