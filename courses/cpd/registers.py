"""What registers ask of a CPD record, read from `data/registers.yaml` and `data/fields.yaml`: pure look-ups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lms.core.language import Bilingual

DATA = Path(__file__).parent / "data"
GENERAL = "GENERAL"
"""The shape of a record for no register in particular."""
FACTS = {
    "date": Bilingual("Date", "Dyddiad"),
    "title": Bilingual("Activity", "Gweithgaredd"),
    "method": Bilingual("How it was learnt", "Sut y'i dysgwyd"),
    "hours": Bilingual("Hours", "Oriau"),
    "participatory_hours": Bilingual("Participatory hours", "Oriau cyfranogol"),
    "standards": Bilingual("Standards", "Safonau"),
    "evidence": Bilingual("Evidence", "Tystiolaeth"),
}
"""Columns that are not texts, and what they are called where the register has no name of its own for them."""


@dataclass(frozen=True)
class Field:
    """A text that an entry can hold."""

    code: str
    title: Bilingual
    hint: Bilingual


@dataclass(frozen=True)
class Method:
    """How something is learnt; `participatory` is what is usual for it, and the person decides."""

    code: str
    title: Bilingual
    participatory: bool


@dataclass(frozen=True)
class Column:
    """A column of the register's shape, under its own title. `needed`: an entry lacks something without it."""

    code: str
    title: Bilingual
    needed: bool


@dataclass(frozen=True)
class Target:
    """Hours that the register asks for in a cycle; `participatory`: of that kind only."""

    title: Bilingual
    hours: int
    participatory: bool


@dataclass(frozen=True)
class Standard:
    """A part of the register's code; known in entries as "<register>:<code>"."""

    code: str
    title: Bilingual


@dataclass(frozen=True)
class Rule:
    """One edition of what a register asks for, valid on both its days. `valid_until` None: still.

    `cycle_years` None: no cycle is known. No `targets`: no hours are asked for. `mix`: several kinds of learning are.
    """

    register: str
    valid_from: date
    valid_until: date | None
    cycle_years: int | None
    targets: tuple[Target, ...]
    mix: bool
    summary: Bilingual
    asks: tuple[Bilingual, ...]
    columns: tuple[Column, ...]
    standards: tuple[Standard, ...]
    source: str | None
    illustrative: bool

    @property
    def edition(self) -> str:
        """How an export names it, such as "NMC 2016-04-01"."""
        return f"{self.register} {self.valid_from.isoformat()}"

    @property
    def texts(self) -> tuple[Column, ...]:
        """The columns that somebody writes."""
        return tuple(each for each in self.columns if each.code in fields())

    def asks_for(self, code: str) -> bool:
        return any(each.code == code and each.needed for each in self.columns)


@cache
def fields() -> Mapping[str, Field]:
    """Every text, by code, in the order of forms."""
    return {
        row["code"]: Field(row["code"], Bilingual(**row["title"]), Bilingual(**row["hint"]))
        for row in _read("fields")["texts"]
    }


@cache
def methods() -> Mapping[str, Method]:
    return {
        row["code"]: Method(row["code"], Bilingual(**row["title"]), row["participatory"])
        for row in _read("fields")["methods"]
    }


@cache
def origins() -> Mapping[str, Bilingual]:
    """Where entries come from by themselves, by code."""
    return {row["code"]: Bilingual(**row["title"]) for row in _read("fields")["origins"]}


def method_of_format(format_code: str) -> str:
    """How a course of that format is learnt."""
    found: str = _read("fields")["formats"].get(format_code, "course")
    return found


@cache
def editions() -> Mapping[str, tuple[Rule, ...]]:
    """Every edition of every register's rule, the oldest first."""
    given = {row["code"]: row for row in _read("registers")["registers"]}
    return {
        code: tuple(_rules(code, given[row["like"]]["editions"] if "like" in row else row["editions"]))
        for code, row in given.items()
    }


@cache
def names() -> Mapping[str, Bilingual]:
    """What registers are called, where they have a name in both languages."""
    return {row["code"]: Bilingual(**row["name"]) for row in _read("registers")["registers"] if "name" in row}


def rule_on(register: str, day: date) -> Rule:
    """What the register asks for on that day: the newest edition that is valid, or the first if none is yet.

    A register that we know no rule of asks for a plain record.
    """
    known = editions().get(register) or editions()[GENERAL]
    valid = [each for each in known if each.valid_from <= day]
    return valid[-1] if valid else known[0]


def standards_of(registers: tuple[str, ...], day: date) -> dict[str, Bilingual]:
    """What an entry can be linked to, by "<register>:<code>", on that day."""
    return {
        f"{each}:{one.code}": one.title for each in registers for one in rule_on(each, day).standards
    }  # fmt: skip


@cache
def known_standards() -> Mapping[str, Bilingual]:
    """Everything that an entry was ever linked to."""
    return {
        f"{code}:{one.code}": one.title
        for code, rules in editions().items()
        for rule in rules
        for one in rule.standards
    }


def _rules(register: str, given: list[dict[str, Any]]) -> list[Rule]:
    ordered = sorted(given, key=lambda row: row["from"])
    nexts: list[date | None] = [row["from"] - timedelta(days=1) for row in ordered[1:]]
    return [
        Rule(
            register=register, valid_from=row["from"], valid_until=row.get("until") or before,
            cycle_years=row.get("cycle_years"),
            targets=tuple(
                Target(Bilingual(**each["title"]), each["hours"], each["of"] == "participatory")
                for each in row.get("targets", ())
            ),
            mix=row.get("mix", False), summary=Bilingual(**row["summary"]),
            asks=tuple(Bilingual(**each) for each in row.get("asks", ())),
            columns=tuple(_column(each) for each in row["columns"]),
            standards=tuple(Standard(each["code"], Bilingual(**each["title"])) for each in row.get("standards", ())),
            source=row.get("source"), illustrative=row.get("illustrative", False),
        )
        for row, before in zip(ordered, [*nexts, None], strict=True)
    ]  # fmt: skip


def _column(given: dict[str, Any]) -> Column:
    code = given["code"]
    usual = FACTS[code] if code in FACTS else fields()[code].title
    title = Bilingual(**given["title"]) if "title" in given else usual
    return Column(code, title, given.get("needed", False))


@cache
def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded
