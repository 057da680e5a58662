"""Functions under statute, read from `data/functions.yaml`: pure look-ups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from certificates.approvals.rules import Check, Ground
from lms.core.language import Bilingual

DATA = Path(__file__).parent / "data" / "functions.yaml"


@dataclass(frozen=True)
class Profession:
    """What somebody is by profession. `doctor`: on the register of doctors. `holds`: a function that must be in force."""

    code: str
    title: Bilingual
    registers: tuple[str, ...]
    doctor: bool
    holds: str | None


@dataclass(frozen=True)
class CourseRule:
    """What an approval rests on. `within_years` None: no age is laid down, and no course is asked for."""

    within_years: int | None
    courses: tuple[str, ...]
    title: Bilingual


@dataclass(frozen=True)
class Function:
    """One edition of a function, in force on both its days. See the head of the file for what the parts mean."""

    code: str
    valid_from: date
    valid_until: date | None
    title: Bilingual
    short: Bilingual
    approver: Bilingual
    approver_kinds: tuple[str, ...]
    approver_body: str | None
    longest_years: int | None
    who: tuple[str, ...]
    first: CourseRule
    again: CourseRule
    earlier_years: int | None
    criteria_first: tuple[str, ...]
    criteria_again: tuple[str, ...]
    yearly: bool
    apply_days: int | None
    grounds: tuple[Ground, ...]
    ends_former: bool
    gives_doctors: tuple[str, ...]
    per_case: tuple[Check, ...]
    source: str
    illustrative: tuple[str, ...]

    def approved_by(self, code: str, kind: str) -> bool:
        """May the body with that code, of that kind, approve somebody for it?"""
        return code == self.approver_body or kind in self.approver_kinds


@dataclass(frozen=True)
class EvidenceSort:
    """What an item of evidence may be."""

    code: str
    title: Bilingual
    hint: Bilingual


@cache
def professions() -> Mapping[str, Profession]:
    return {
        row["code"]: Profession(
            row["code"],
            Bilingual(**row["title"]),
            tuple(row.get("register", ())),
            bool(row.get("doctor")),
            row.get("holds"),
        )
        for row in _read()["professions"]
    }


@cache
def evidence_sorts() -> Mapping[str, EvidenceSort]:
    return {
        row["code"]: EvidenceSort(row["code"], Bilingual(**row["title"]), Bilingual(**row["hint"]))
        for row in _read()["evidence"]
    }


@cache
def editions() -> tuple[Function, ...]:
    """Every edition of every function, in the order of the file."""
    return tuple(_function(row) for row in _read()["functions"])


def functions(day: date) -> Mapping[str, Function]:
    """Those of that day, by code."""
    live = sorted((each for each in editions() if _holds(each, day)), key=lambda each: each.valid_from)
    found = {each.code: each for each in live}
    return {code: found[code] for code in codes() if code in found}


def function(code: str, day: date) -> Function:
    """The edition of that day, or else the newest there is: an approval outlives the law that it was given under."""
    found = functions(day).get(code)
    return found or max((each for each in editions() if each.code == code), key=lambda each: each.valid_from)


def codes() -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.code for each in editions()))


def yearly_codes() -> tuple[str, ...]:
    """Functions that ask for evidence every year."""
    return tuple(dict.fromkeys(each.code for each in editions() if each.yearly))


def gives(it: Function, profession: str) -> tuple[str, ...]:
    """Functions that follow from this one for somebody of that profession."""
    return it.gives_doctors if professions()[profession].doctor else ()


def _holds(it: Function, day: date) -> bool:
    return it.valid_from <= day and (it.valid_until is None or day <= it.valid_until)


def _function(row: dict[str, Any]) -> Function:
    approver, criteria = row["approver"], row.get("criteria", {})
    return Function(
        code=row["code"], valid_from=row["from"], valid_until=row.get("until"), title=Bilingual(**row["title"]),
        short=Bilingual(**row["short"]), approver=Bilingual(**approver["title"]),
        approver_kinds=tuple(approver.get("kinds", ())), approver_body=approver.get("body"),
        longest_years=row["longest_years"], who=tuple(row["who"]), first=_course(row["first"]), again=_course(row["again"]),
        earlier_years=row.get("earlier_years"), criteria_first=tuple(criteria.get("first", ())),
        criteria_again=tuple(criteria.get("again", ())), yearly=row["yearly"], apply_days=row.get("apply_days"),
        grounds=tuple(Ground(each) for each in row["grounds"]), ends_former=bool(row.get("ends_former")),
        gives_doctors=tuple(each["function"] for each in row.get("gives", ()) if each["doctors"]),
        per_case=tuple(Check(each) for each in row.get("per_case", ())), source=row["src"],
        illustrative=tuple(row.get("illustrative", ())),
    )  # fmt: skip


def _course(row: dict[str, Any]) -> CourseRule:
    title = row.get("title")
    return CourseRule(
        row.get("within_years"), tuple(row["courses"]), Bilingual(**title) if title else Bilingual("Course", "Cwrs")
    )


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found
