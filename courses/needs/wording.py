"""Rounds in the reader's words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g
from flask_babel import gettext as _

from courses.catalogue.models import Course
from courses.enrolments import wording as enrolment_wording
from courses.enrolments.errors import EnrolmentRefused
from courses.needs.models import AllocationKind, RoundCourse, StepKind, Via
from courses.needs.queries.chronicle import Deed, Told
from courses.needs.rules.allocating import Method
from courses.needs.rules.lines import Became
from courses.needs.rules.timetable import RoundState
from frameworks.queries import LevelName
from lms.core.errors import Refusal
from lms.core.language import N_, Bilingual
from lms.core.web.site import day

P = ParamSpec("P")
R = TypeVar("R")

STATES = {
    RoundState.OPEN: (N_("Need is being entered"), "blue"),
    RoundState.REVIEWED: (N_("Reviewed, waits for places"), "purple"),
    RoundState.ALLOCATED: (N_("Places are offered"), "orange"),
    RoundState.ACCEPTED: (N_("People are named and learn"), "green"),
    RoundState.CLOSED: (N_("Closed"), "grey"),
}
METHODS = {
    Method.EQUAL: N_("Equal share"),
    Method.HEADCOUNT: N_("By headcount"),
    Method.GAP: N_("By gap"),
}
METHOD_WORDS = {
    Method.EQUAL: N_("Every body that asks for a course weighs the same."),
    Method.HEADCOUNT: N_(
        "Bodies weigh as many people as they have. Without a headcount nothing is guessed: the body is named."
    ),
    Method.GAP: N_("Bodies weigh as many people as they need to train, after review."),
}
DATES = {
    "opens_on": N_("Opens on"),
    "need_by": N_("Needs are entered until"),
    "review_by": N_("Reviewed by"),
    "allocate_by": N_("Places are offered by"),
    "accept_by": N_("Places are accepted until"),
    "nominate_by": N_("People are named until"),
    "ends_on": N_("The round ends on"),
}
STEPS = {
    StepKind.OPENED: N_("Round opened"),
    StepKind.DATES_MOVED: N_("Dates moved"),
    StepKind.RULE_CHANGED: N_("Another rule was published"),
    StepKind.REVIEWED: N_("Review finished"),
    StepKind.ALLOCATED: N_("Places shared out"),
    StepKind.REALLOCATED: N_("Places shared out anew"),
    StepKind.REOFFERED: N_("Returned places offered again"),
    StepKind.ACCEPTED: N_("Acceptance ended"),
    StepKind.CLOSED: N_("Round closed"),
    StepKind.REMINDED: N_("Bodies reminded of a last day"),
}
DEEDS = {
    Deed.NEED: N_("Need entered"),
    Deed.NO_NEED: N_("Need entered: nothing"),
    Deed.LINK: N_("Link mailed to the body"),
    Deed.REVIEW: N_("The body’s need looked at"),
    Deed.ADJUSTMENT: N_("Another figure in the review"),
    Deed.HEADCOUNT: N_("Headcount given"),
    Deed.CAPACITY: N_("Capacity and budget set"),
    Deed.ACCEPTANCE: N_("Places accepted"),
    Deed.NAMED: N_("Somebody named"),
    Deed.TAKEN: N_("Place taken"),
    Deed.TAKEN_OFF: N_("A name taken off"),
}
KINDS = {
    AllocationKind.FIRST: N_("First allocation"),
    AllocationKind.AGAIN: N_("Shared out anew"),
    AllocationKind.REOFFER: N_("Returned places offered again"),
}
VIA = {
    Via.PAGE: N_("typed on the page"),
    Via.SHEET: N_("by spreadsheet"),
    Via.LINK: N_("by a mailed link"),
    Via.API: N_("by another system"),
}
BECAME = {
    Became.NEW: (N_("New"), "green"),
    Became.CHANGED: (N_("Changed"), "blue"),
    Became.SAME: (N_("As before"), "grey"),
    Became.EMPTY: (N_("Left empty"), "grey"),
    Became.FAULT: (N_("Fault"), "red"),
}


def deed(it: Told) -> str:
    """What happened."""
    return _(STEPS[it.what] if isinstance(it.what, StepKind) else DEEDS[it.what])


def because(it: Told) -> str:
    """Why, how it came, and what was paid."""
    if it.more:
        pence, budget = it.more
        return _("£%(price)s a place, budget £%(budget)s", price=f"{pence / 100:.2f}", budget=f"{budget / 100:.2f}")
    return " · ".join(filter(None, (it.reason, _(VIA[it.via]) if it.via else "")))


def workings(it: Mapping[str, Any]) -> list[str]:
    """How a number of places came about, sentence by sentence."""
    bound, method, rounded = (it[name] for name in ("bound", "method", "rounded"))
    said = [_(_PLACES[bound], places=it["places"])]
    if it["group"] == "reserved":
        said.append(_("By the weights alone the third sector would have had less than its reserved share, so %(places)s places "
                      "were shared out among its bodies.", places=it["reserved"]))  # fmt: skip
    if it["group"] == "others":
        said.append(_("The reserved share of the third sector, %(places)s places, was given first; the others share the rest.",
                      places=it["reserved"]))  # fmt: skip
    if it["kept"]:
        said.append(_("%(kept)s places are kept from before; only what came back was shared out.", kept=it["kept"]))
    if not it["weight"]:
        return [*said, _("Nothing more was asked for.")]
    said.append(_(_WEIGHED[method], **{key: it[key] for key in ("weight", "weights", "quota", "pool")}))
    if it["full"]:
        said.append(_("That is everything that was asked for, and nobody gets more."))
    elif float(it["quota"]) - it["pool"] * it["weight"] / it["weights"] > 0.01:
        said.append(_("What bodies with a small need left over was shared out again, and is in it."))
    if rounded:
        said.append(_(_ROUNDED[rounded], seats=it["seats"]))
    return said


_PLACES = {
    "seats": N_("There are %(places)s places: as many as there are seats."),
    "budget": N_("There are %(places)s places: as many as the budget pays for."),
}
_WEIGHED = {
    "gap": N_("By gap: %(weight)s of the %(weights)s people who are still to be trained are here, which comes to %(quota)s of "
              "%(pool)s places."),
    "headcount": N_("By headcount: %(weight)s of the %(weights)s people of all bodies that ask are here, which comes to "
                    "%(quota)s of %(pool)s places."),
    "equal": N_("Equal share: %(weight)s of %(weights)s bodies that ask, which comes to %(quota)s of %(pool)s places."),
}  # fmt: skip
_ROUNDED = {
    "up": N_("Rounded up to %(seats)s: its fraction was among the largest, or the lot fell on it."),
    "down": N_("Rounded down to %(seats)s: the places that were left went to larger fractions, or by lot."),
}


def level_name(level: str, known: Mapping[tuple[str, str], LevelName]) -> Bilingual:
    """Of "PIMH:enhanced"; a level that is no longer published keeps its code."""
    framework, _colon, code = level.partition(":")
    found = known.get((framework, code))
    return found.full if found else Bilingual(level, level)


def title_of(course: RoundCourse) -> Bilingual:
    """As it is on offer now."""
    return of_course(course.course)


def of_course(course: Course) -> Bilingual:
    return course.published.title if course.published else Bilingual(course.code, course.code)


def pounds(pence: int) -> str:
    whole, rest = divmod(pence, 100)
    return f"£{whole:,}" if not rest else f"£{whole:,}.{rest:02d}"


@contextmanager
def in_words() -> Iterator[None]:
    """Days and names in a refusal become the reader's words."""
    try:
        yield
    except EnrolmentRefused as refusal:
        raise enrolment_wording.translated(refusal) from None
    except Refusal as refusal:
        refusal.params = {name: _said(value) for name, value in refusal.params.items()}
        raise


def _said(value: object) -> object:
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Bilingual):
        return value.in_(g.lang)
    return ", ".join(str(_said(each)) for each in value) if isinstance(value, list) else value


def spoken(view: Callable[P, R]) -> Callable[P, R]:
    """A view whose refusals are in the reader's words."""

    @wraps(view)
    def run(*given: P.args, **named: P.kwargs) -> R:
        with in_words():
            return view(*given, **named)

    return run
