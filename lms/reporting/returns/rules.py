"""Periods of returns, their numbers, their standing, and what moved between two: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from lms.reporting.rules import periods
from lms.reporting.rules.periods import month_after


class Span(StrEnum):
    QUARTER = "quarter"
    YEAR = "year"


class Standing(StrEnum):
    """draft: made, not signed; superseded: there is a later edition, and nobody signed this one."""

    MAKING = "making"
    FAILED = "failed"
    DRAFT = "draft"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


MONTHS = {Span.QUARTER: 3, Span.YEAR: 12}


@dataclass(frozen=True)
class Term:
    """A quarter or year of the financial year, which runs from April to March."""

    span: Span
    starts_on: date

    @property
    def ends_on(self) -> date:
        return month_after(self.starts_on, MONTHS[self.span]) - timedelta(days=1)

    @property
    def before(self) -> "Term":
        return Term(self.span, month_after(self.starts_on, -MONTHS[self.span]))

    @property
    def financial_year(self) -> int:
        """The calendar year in which it began."""
        return self.starts_on.year - (self.starts_on.month < 4)

    @property
    def quarter(self) -> int:
        return (self.starts_on.month - 4) % 12 // 3 + 1

    @property
    def code(self) -> str:
        """2026-27-Q2, 2026-27-YEAR."""
        year = f"{self.financial_year}-{(self.financial_year + 1) % 100:02d}"
        return f"{year}-{'YEAR' if self.span is Span.YEAR else f'Q{self.quarter}'}"


def offered(today: date) -> list[Term]:
    """The terms that may be asked for, newest first: those that are over, and that reports still reach."""
    months = periods.offered_months(today)
    found = []
    for first in months:
        for span in Span:
            term = Term(span, first)
            if first.month in ((4, 7, 10, 1) if span is Span.QUARTER else (4,)) and term.ends_on < today:
                found.append(term)
    return found


def term_called(code: str, today: date) -> Term | None:
    return next((term for term in offered(today) if term.code == code), None)


def number(body: str, term: Term, edition: int) -> str:
    """What people call it: whose, when, and which edition."""
    return f"{body}-{term.code}-{edition}"


def standing(*, made: bool, failed: bool, events: Mapping[str, Any], newest: bool) -> Standing:
    """What it is now. Withdrawn counts over signed; only what nobody signed is superseded by the next edition."""
    if "withdrawn" in events:
        return Standing.WITHDRAWN
    if "signed" in events:
        return Standing.SIGNED
    if failed:
        return Standing.FAILED
    if not made:
        return Standing.MAKING
    return Standing.DRAFT if newest else Standing.SUPERSEDED


@dataclass(frozen=True)
class Moved:
    """One figure that is not what it was. None: hidden then or now; absent rows are told as ABSENT."""

    report: dict[str, str]
    sheet: dict[str, str]
    row: dict[str, str]
    column: dict[str, str]
    unit: str
    before: Any
    now: Any


ABSENT = {"en": "not listed", "cy": "heb ei restru"}


def moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Moved]:
    """Every figure of the newer content that differs from the same one of the older, in the newer one's order."""
    old = {key: value for key, value, _ in _figures(before)}
    seen = set()
    for key, value, (report, sheet, row, column, unit) in _figures(now):
        seen.add(key)
        if (was := old.get(key, ABSENT)) != value:
            yield Moved(report, sheet, row, column, unit, was, value)
    for key, value, (report, sheet, row, column, unit) in _figures(before):
        if key not in seen:
            yield Moved(report, sheet, row, column, unit, value, ABSENT)


def _figures(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any, tuple[Any, ...]]]:
    """(key, value, (report, sheet, row, column, unit)) of every figure."""
    for report in content["reports"]:
        for sheet in report["sheets"]:
            for row in [*sheet["rows"], *([sheet["total"]] if sheet["total"] else [])]:
                for column, value in zip(sheet["columns"], row["values"], strict=True):
                    key = (report["slug"], sheet["key"], row["code"], column["key"])
                    yield key, value, (report["title"], sheet["title"], row["name"], column["title"], column["unit"])


def same_figures(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Do both say the same of everything, whatever it is called?"""
    return {key: value for key, value, _ in _figures(one)} == {key: value for key, value, _ in _figures(other)}
