"""A person's record as they asked to see it: for which register, in which days, and what an entry still lacks there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from courses.cpd import queries, rules
from courses.cpd.models import CpdEntry
from courses.cpd.queries import Registered
from courses.cpd.registers import Column, Rule, fields, rule_on
from courses.cpd.rules import Period, Said
from lms.core import clock
from lms.core.errors import Invalid
from lms.core.language import N_, Bilingual

CYCLE, YEAR, DATES = "cycle", "year", "dates"


@dataclass(frozen=True)
class Asked:
    """`rule` is the edition that holds on the period's last day; `cycle` the person's own, where it is known."""

    registered: Registered
    all: list[Registered]
    rule: Rule
    kind: str
    period: Period
    cycle: Period | None


def asked(
    person_id: UUID, register: str | None = None, kind: str | None = None, starts_on: date | None = None,
    ends_on: date | None = None,
) -> Asked:  # fmt: skip
    """What is to be shown. Without a word: the first register, and its cycle or else the last year.

    Raises Invalid on a register that the person is not on, or on dates that are none.
    """
    known, today = queries.registered(person_id), clock.today()
    chosen = next((each for each in known if each.code == register), None) if register else known[0]
    if chosen is None:
        raise Invalid(fields={"register": N_("Choose one of your registers")})
    own = rules.cycle(rule_on(chosen.code, today), chosen.renews_on, today)
    if kind == DATES:
        period = rules.between(starts_on, ends_on, today)
    elif own is not None and kind in (CYCLE, None):
        kind, period = CYCLE, own
    else:
        kind, period = YEAR, rules.last_year(today)
    return Asked(chosen, known, rule_on(chosen.code, period.ends_on), kind, period, own)


def said(entry: CpdEntry) -> Said:
    """The entry as the rules see it."""
    return Said(entry.method, entry.minutes, entry.participatory_minutes, entry.texts, entry.standards)


def missing(entry: CpdEntry, rule: Rule) -> list[Column]:
    """What the register asks for and the entry does not say yet; nothing of what does not count, or counts elsewhere."""
    if entry.left_out_at is not None or entry.withdrawn_at is not None or entry.told_minutes == 0:
        return []
    lacking = set(rules.missing(said(entry), rule))
    return [each for each in rule.columns if each.code in lacking]


@dataclass(frozen=True)
class Wanted:
    """A text in the form of an entry: what it is called, and which of the person's registers need it."""

    code: str
    title: Bilingual
    hint: Bilingual
    by: tuple[str, ...]


def wanted(registered: list[Registered], day: date) -> list[Wanted]:
    """The texts that the person's registers ask for on that day, and those of a plain record; each once."""
    columns: dict[str, list[tuple[str, Column]]] = {}
    for each in registered:
        for column in rule_on(each.code, day).texts:
            columns.setdefault(column.code, []).append((each.code, column))
    return [_wanted(code, columns[code]) for code in fields() if code in columns]


def _wanted(code: str, asking: list[tuple[str, Column]]) -> Wanted:
    """One register's own name for it, where it is the only one that has one."""
    usual = fields()[code]
    names = {column.title for _register, column in asking if column.title != usual.title}
    title = names.pop() if len(names) == 1 else usual.title
    return Wanted(code, title, usual.hint, tuple(register for register, column in asking if column.needed))


def asks_for(registered: list[Registered], day: date, code: str) -> bool:
    """Has any of the registers such a column?"""
    return any(each.code == code for it in registered for each in rule_on(it.code, day).columns)


def texts_in(given: Mapping[str, str | None]) -> dict[str, str]:
    """The texts among what was sent; what was sent empty is emptied, what was not sent is not there."""
    return {code: given[code] or "" for code in fields() if code in given}
