"""Somebody's gaps, and learning that fits them with the reason in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from courses.catalogue.offered import Offered, on_offer
from courses.enrolments import hooks as enrolments
from courses.plans import queries, rules
from courses.plans.rules import Gap, Learning, Suggestion
from frameworks.assessment import services as assessment
from frameworks.assessment.views import Assessment
from lms.core.permissions import Actor


@dataclass(frozen=True)
class Suggested:
    """A course on offer, why it is suggested, and what of it is missing from what somebody said they can."""

    course: Offered
    why: Suggestion
    words: str


@dataclass(frozen=True)
class Gaps:
    it: Assessment
    suggestions: Sequence[Suggested]


def gaps(actor: Actor, code: str, language: str) -> Gaps:
    """One's own gaps in a framework. Raises NotFound. Fourteen queries at most."""
    it = assessment.mine(actor, code)
    found = [Gap(line.statement.code, line.statement.domain, line.statement.level) for line in it.gaps]
    if not found:
        return Gaps(it, ())
    offered = on_offer()
    named = {each.code: each.course_codes for each in it.outline.domains}
    covered = queries.statements_covered(code)
    possible = _possible(offered, named, covered)
    standing = queries.standing_on(it.person_id, list(possible))
    suggestions = rules.suggest(
        found,
        [
            Learning(
                each.course.code, each.languages, covered.get(each.course.code, frozenset()),
                frozenset(level.partition(":")[2] for level in each.serves if level.startswith(f"{code}:")),
            )
            for each in possible.values()
            if standing.get(each.course.code) is None or standing[each.course.code].value != "completed"
        ],
        named, enrolments.open_to(actor, possible.values()),
        {each for each, state in standing.items() if queries.is_open(state)}, language,
    )  # fmt: skip
    return Gaps(it, [Suggested(offered[each.code], each, why(each, it, language)) for each in suggestions])


def _possible(
    offered: Mapping[str, Offered], named: Mapping[str, Sequence[str]], covered: Mapping[str, frozenset[str]]
) -> dict[str, Offered]:
    codes = set(covered) | {each for some in named.values() for each in some}
    return {code: each for code, each in offered.items() if code in codes}


def why(it: Suggestion, assessment: Assessment, language: str) -> str:
    """The reason for a suggestion, such as "Covers 3 of your 5 gaps at Skilled; open to you now, in Welsh"."""
    level = assessment.outline.level(it.level)
    number, of = len(it.covers), it.of
    if level is None:
        first = ngettext("Covers %(num)d of your gaps", "Covers %(num)d of your gaps", number)
    elif it.named:
        first = ngettext(
            "The framework names it for %(num)d of your gaps at %(level)s (%(of)s in all)",
            "The framework names it for %(num)d of your gaps at %(level)s (%(of)s in all)", number,
            level=level.title.in_(language), of=of,
        )  # fmt: skip
    else:
        first = ngettext(
            "Covers %(num)d of your %(of)s gaps at %(level)s", "Covers %(num)d of your %(of)s gaps at %(level)s", number,
            of=of, level=level.title.in_(language),
        )  # fmt: skip
    return f"{first}; {_open(it)}, {_languages(it)}"


def _open(it: Suggestion) -> str:
    if it.begun:
        return _("you have begun it")
    return _("open to you now") if it.is_open else _("not open to you at the moment")


def _languages(it: Suggestion) -> str:
    if {"en", "cy"} <= set(it.languages):
        return _("in Welsh and in English")
    return _("in Welsh") if "cy" in it.languages else _("in English")
