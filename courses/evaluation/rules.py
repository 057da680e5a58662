"""When somebody is asked, what an answer adds up to, and what a reviewer may do to words. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from courses.evaluation.forms import Form, Kind, Which
from lms.core.errors import Invalid
from lms.core.language import N_

FRESH = timedelta(days=28)
"""Who completed longer ago is not asked any more how it was, and at three months not much later than that."""
OPEN = timedelta(days=28)
"""For so long an invitation can be answered, its first day included."""
REMINDED_AFTER = timedelta(days=10)
LAST_CALL = timedelta(days=3)
"""No reminder when so little is left."""
MONTHS_LATER = 3
ENOUGH = 10
"""So many answers to a questionnaire of a course, and its words are read by a reviewer, and shown once released."""
LONGEST = 1000
APART = frozenset({"answered", "recommend", "change", "used"})
"""What is told of each sector too. Of other questions it is not, and so it is not added up."""
TAKEN_OUT = "[…]"
BARRIERS_WITHOUT = "nothing"
"""The choice that says that there is none of the others."""

NOTHING_SAID = N_("Answer at least one question, or leave the page without sending anything")
NOT_OFFERED = N_("Choose one of the answers")
BOTH = N_("Choose what got in the way, or that nothing did")
Counter = tuple[str, str]
"""A question, and the answer to it."""


@dataclass(frozen=True)
class Said:
    """An answer, as long as it takes to count it: by question, numbers of a scale, choices, and words."""

    ratings: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def worth_asking(completed_on: date, today: date) -> bool:
    """Is the course fresh enough in mind?"""
    return today - FRESH <= completed_on <= today


def months_before(day: date, months: int = MONTHS_LATER) -> date:
    """The same day so many months earlier, or the last day of that month."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def closes_on(made_on: date) -> date:
    return made_on + OPEN


def counted(form: Form, said: Said) -> list[Counter]:
    """What is added to the counters: one for the answer itself, one for each question, one for the change of confidence.

    In a fixed order, so that answers which are counted at once never wait for each other in a ring.
    """
    found: list[Counter] = [("answered", "")]
    found += [(code, str(number)) for code, number in said.ratings.items()]
    found += [(code, each) for code, some in said.chosen.items() for each in some]
    before, after = said.ratings.get("before"), said.ratings.get("after")
    if form.which is Which.AFTER and before is not None and after is not None:
        found.append(("change", "more" if after > before else "less" if after < before else "same"))
    return sorted(found)


def check(form: Form, said: Said) -> None:
    """Raises Invalid, by question, for what was not asked or not offered, and when nothing was said at all."""
    faults = dict(_faults(form, said))
    if faults:
        raise Invalid(fields=faults)
    if not said.ratings and not any(said.chosen.values()) and not any(said.texts.values()):
        raise Invalid(NOTHING_SAID)


def _faults(form: Form, said: Said) -> Iterator[tuple[str, str]]:
    asked = {each.code: each for each in form.questions}
    given: dict[str, tuple[Kind, ...]] = {
        **dict.fromkeys(said.ratings, (Kind.AGREEMENT, Kind.CONFIDENCE)),
        **dict.fromkeys(said.chosen, (Kind.CHOICE, Kind.CHOICES)),
        **dict.fromkeys(said.texts, (Kind.TEXT,)),
    }
    for code, kinds in given.items():
        if code not in asked or asked[code].kind not in kinds:
            yield code, NOT_OFFERED
    for code, number in said.ratings.items():
        if not 1 <= number <= 5:
            yield code, NOT_OFFERED
    for code, some in said.chosen.items():
        if code not in asked:
            continue
        offered = {each.code for each in asked[code].choices}
        if set(some) - offered or len(set(some)) < len(some) or (asked[code].kind is Kind.CHOICE and len(some) > 1):
            yield code, NOT_OFFERED
        elif BARRIERS_WITHOUT in some and len(some) > 1:
            yield code, BOTH


def only_taken_out(written: str, left: str) -> bool:
    """Is `left` what was written, with nothing but words taken out, each time leaving the mark? Nobody's words are changed.

    >>> only_taken_out("Mrs Jones of Bangor was kind", "[…] was kind")
    True
    """
    first, *rest = [" ".join(each.split()) for each in left.split(TAKEN_OUT)]
    whole = " ".join(written.split())
    if not rest or not (first or any(rest)) or not whole.startswith(first):
        return False
    at = len(first)
    *middle, last = rest
    for part in middle:
        found = whole.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return whole.endswith(last) and len(whole) - len(last) >= at
