"""Which stage a round is at, and what is open on which day. Days are Europe/London; the last day counts whole. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from itertools import pairwise

from courses.needs import errors
from lms.core.language import N_


class RoundState(StrEnum):
    """open → reviewed → allocated → accepted → closed (product.md, States)."""

    OPEN = "open"
    REVIEWED = "reviewed"
    ALLOCATED = "allocated"
    ACCEPTED = "accepted"
    CLOSED = "closed"


@dataclass(frozen=True)
class Dates:
    """`opens_on` is the first day on which needs are entered; all others are last days."""

    opens_on: date
    need_by: date
    review_by: date
    allocate_by: date
    accept_by: date
    nominate_by: date
    ends_on: date

    def named(self) -> Mapping[str, date]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


BINDING = ("need_by", "accept_by", "nominate_by")
"""After these nothing is taken any more. The others say when something is due."""


def check_order(dates: Dates) -> None:
    """Raises DatesOutOfOrder, naming the first date that comes before its stage."""
    named = list(dates.named().items())
    for (_, before), (name, after) in pairwise(named):
        if after < before:
            raise errors.DatesOutOfOrder(fields={name: N_("This date comes before that of the stage before it")})


def check_moved(before: Dates, after: Dates, today: date) -> None:
    """A day that has passed stays; one that is to come may move, to today at the earliest. Raises DatePassed."""
    check_order(after)
    for name, was in before.named().items():
        now = after.named()[name]
        if now != was and (was < today or now < today):
            raise errors.DatePassed(
                fields={name: N_("A day that has passed is not changed, and none is moved to the past")}
            )


def may_enter_need(state: RoundState, dates: Dates, today: date) -> None:
    """Raises NotOpenYet, NeedClosed."""
    if today < dates.opens_on:
        raise errors.NotOpenYet(N_("It opens on %(day)s."), params={"day": dates.opens_on})
    if state is not RoundState.OPEN or today > dates.need_by:
        raise errors.NeedClosed(N_("The last day was %(day)s."), params={"day": dates.need_by})


def may_review(state: RoundState) -> None:
    if state is not RoundState.OPEN:
        raise errors.AtAnotherStage()


def may_finish_review(state: RoundState, dates: Dates, today: date) -> None:
    """Nobody's last day is taken from them. Raises AtAnotherStage, TooEarly."""
    may_review(state)
    _past(dates.need_by, today)


def may_set_capacity(state: RoundState) -> None:
    if state not in (RoundState.OPEN, RoundState.REVIEWED, RoundState.ALLOCATED):
        raise errors.AtAnotherStage()


def may_allocate(state: RoundState, *, answered: bool) -> None:
    """First, or anew as long as nobody has answered. Raises AtAnotherStage, OffersAnswered."""
    if state not in (RoundState.REVIEWED, RoundState.ALLOCATED):
        raise errors.AtAnotherStage()
    if answered:
        raise errors.OffersAnswered()


def may_accept(state: RoundState, accept_by: date, today: date) -> None:
    """Raises AtAnotherStage, AcceptanceClosed."""
    if state not in (RoundState.ALLOCATED, RoundState.ACCEPTED):
        raise errors.AtAnotherStage()
    if today > accept_by:
        raise errors.AcceptanceClosed(N_("The last day was %(day)s."), params={"day": accept_by})


def may_end_acceptance(state: RoundState, accept_by: date, today: date, *, all_answered: bool) -> None:
    """After its last day, or once everybody has answered. Raises AtAnotherStage, TooEarly."""
    if state is not RoundState.ALLOCATED:
        raise errors.AtAnotherStage()
    if not all_answered:
        _past(accept_by, today)


def may_reoffer(state: RoundState, returned: int) -> None:
    """Raises AtAnotherStage, NothingReturned."""
    if state is not RoundState.ACCEPTED:
        raise errors.AtAnotherStage()
    if returned <= 0:
        raise errors.NothingReturned()


def may_nominate(state: RoundState, nominate_by: date, today: date) -> None:
    """Raises AtAnotherStage, NominationClosed."""
    if state not in (RoundState.ALLOCATED, RoundState.ACCEPTED):
        raise errors.AtAnotherStage()
    if today > nominate_by:
        raise errors.NominationClosed(N_("The last day was %(day)s."), params={"day": nominate_by})


def may_close(state: RoundState, nominate_by: date, today: date) -> None:
    """Raises AtAnotherStage, TooEarly."""
    if state is not RoundState.ACCEPTED:
        raise errors.AtAnotherStage()
    _past(nominate_by, today)


def _past(last: date, today: date) -> None:
    if today <= last:
        raise errors.TooEarly(N_("The last day is %(day)s."), params={"day": last})
