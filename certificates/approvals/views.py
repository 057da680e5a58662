"""An approval as pages and the API tell it, as of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certificates.approvals import functions, queries, rules
from certificates.approvals.functions import Function
from certificates.approvals.models import Approval, ApprovalEvidence
from certificates.approvals.rules import Happened, Item, Lack, Missing, State, Verdict, Year
from lms.core import clock


@dataclass(frozen=True)
class View:
    """`current`: the year in which the day lies. `gives`: functions that follow from this one. `after`: what follows it."""

    approval: Approval
    function: Function
    state: State
    years: list[Year]
    current: int | None
    missing: list[Missing]
    gives: tuple[Function, ...]
    after: UUID | None
    day: date

    @property
    def standing(self) -> bool:
        return self.state in (State.IN_FORCE, State.SUSPENDED)

    @property
    def overdue(self) -> bool:
        return self.standing and any(each.what is Lack.OVERDUE for each in self.missing)

    @property
    def since(self) -> date | None:
        """From which day it is suspended or ended early."""
        kind = {State.SUSPENDED: rules.StepKind.SUSPENDED, State.ENDED_EARLY: rules.StepKind.ENDED}.get(self.state)
        found = [each.on for each in self.approval.steps if each.kind is kind and each.on <= self.day]
        return found[-1] if found else None

    @property
    def followed(self) -> bool:
        return self.after is not None


def happened(it: Approval) -> list[Happened]:
    return [Happened(each.kind, each.on, each.ground) for each in it.steps]


def state_on(it: Approval, day: date) -> State:
    return rules.state(it.starts_on, it.ends_on, happened(it), day)


def views(approvals: Sequence[Approval], day: date) -> list[View]:
    """All of them, with three queries however many they are."""
    ids = [each.id for each in approvals]
    if not ids:
        return []
    after, needed, refreshed = queries.followers(ids), queries.needed(approvals, day), queries.refreshed(approvals, day)
    return [_view(each, day, after.get(each.id), needed, refreshed) for each in approvals]


def view(it: Approval, day: date) -> View:
    return views([it], day)[0]


def verdict_on(it: ApprovalEvidence, day: date) -> Verdict | None:
    """What had become of an item by the end of that day."""
    return it.decision.verdict if it.decision is not None and clock.on_the_day(it.decision.at) <= day else None


def _view(
    it: Approval, day: date, after: UUID | None, needed: dict[tuple[UUID, str], int], refreshed: set[UUID]
) -> View:
    function = functions.function(it.function, day)
    state = state_on(it, day)
    found: list[Year] = []
    if function.yearly and it.ends_on is not None and state is not State.IN_ERROR:
        items = [
            Item(each.year, each.minutes or 0, verdict_on(each, day))
            for each in it.evidence
            if clock.on_the_day(each.at) <= day
        ]
        found = rules.years(it.starts_on, it.ends_on, items, needed.get((it.body_id, it.function), 0), day)
    lacks: list[Missing] = []
    if state in (State.IN_FORCE, State.SUSPENDED):
        needs_refresher = (
            bool(function.again.within_years) and it.ends_on is not None and it.id not in refreshed and after is None
        )
        lacks = rules.missing(
            found, it.ends_on, day, apply_days=function.apply_days if after is None else None,
            refresher_from=queries.refresher_from(it, day) if needs_refresher else None,
        )  # fmt: skip
    gives = tuple(functions.function(code, day) for code in functions.gives(function, it.profession))
    return View(
        it, function, state, found, rules.year_of(it.starts_on, it.ends_on, day), lacks,
        gives if state is not State.IN_ERROR else (), after, day,
    )  # fmt: skip
