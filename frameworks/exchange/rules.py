"""What a spreadsheet would do to a draft, row by row, before anything changes. Pure.

One row is one level, domain, statement or requirement; the first column says which. The order of rows is the order of
the parts. Rows are known by their code, requirements by whom they are about.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from frameworks.rules.content import Content
from frameworks.rules.differing import longest_rising

COLUMNS = (
    "kind", "code", "domain", "level", "type", "order", "english", "welsh", "audience_english", "audience_welsh", "courses",
    "role", "settings", "sectors", "clinical", "enhanced_role",
)  # fmt: skip
KINDS = ("level", "domain", "statement", "requirement")
TYPES = ("knowledge", "skill", "behaviour")
USED = {
    "level": ("code", "order", "english", "welsh", "audience_english", "audience_welsh"),
    "domain": ("code", "english", "welsh", "courses"),
    "statement": ("code", "domain", "level", "type", "english", "welsh"),
    "requirement": ("domain", "level", "role", "settings", "sectors", "clinical", "enhanced_role"),
}  # fmt: skip
PLACED = {"level": ("order",), "domain": (), "statement": ("domain", "level"), "requirement": ()}
"""What of a row says where it stands: changing it is a move."""
LONGEST = {"level": 120, "domain": 200, "statement": 2000, "requirement": 0}
MOST_ROWS = 5000

CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")
Row = Mapping[str, str]


class Action(StrEnum):
    ADD = "add"
    EDIT = "edit"
    MOVE = "move"
    REMOVE = "remove"
    NOTHING = "nothing"
    FAULT = "fault"


@dataclass(frozen=True)
class Step:
    """What happens to one row. `line` is the row's number in the file, the head being 1; 0: it is not in the file.

    `actions` may be an edit and a move at once. `fault` names what is wrong; `detail` the value that is.
    """

    line: int
    kind: str
    code: str
    actions: frozenset[Action]
    row: Row
    before: Row | None = None
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Plan:
    steps: list[Step] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        return any(Action.FAULT in step.actions for step in self.steps)

    def count(self, action: Action) -> int:
        return sum(action in step.actions for step in self.steps)


@dataclass(frozen=True)
class Known:
    """The codes of roles, settings and sectors that there are."""

    roles: Collection[str]
    settings: Collection[str]
    sectors: Collection[str]


def rows_of(content: Content) -> list[dict[str, str]]:
    """A draft as rows, for the file that goes out and to compare with the one that comes in."""
    blank = dict.fromkeys(COLUMNS, "")
    found = [
        blank | {"kind": "level", "code": each.code, "order": str(each.rank), "english": each.title.en,
                 "welsh": each.title.cy, "audience_english": each.audience.en, "audience_welsh": each.audience.cy}
        for each in content.levels
    ]  # fmt: skip
    found += [
        blank | {"kind": "domain", "code": each.code, "english": each.title.en, "welsh": each.title.cy,
                 "courses": " ".join(each.course_codes)}
        for each in content.domains
    ]  # fmt: skip
    found += [
        blank | {"kind": "statement", "code": each.code, "domain": each.domain or "", "level": each.level or "",
                 "type": each.kind or "", "english": each.wording.en, "welsh": each.wording.cy}
        for each in content.statements
    ]  # fmt: skip
    found += [
        blank | {"kind": "requirement", "domain": each.domain or "", "level": each.level} | _said(each.condition)
        for each in content.requirements
    ]
    return found


def _said(condition: Mapping[str, Any]) -> dict[str, str]:
    return {
        "role": condition.get("role", ""),
        "settings": " ".join(condition.get("setting_in", [])),
        "sectors": " ".join(condition.get("sector_in", [])),
        "clinical": _yes_no(condition.get("clinical")),
        "enhanced_role": _yes_no(condition.get("enhanced_role")),
    }


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def condition_of(row: Row) -> dict[str, Any]:
    """The condition that a requirement's row states."""
    found: dict[str, Any] = {"role": row["role"]} if row["role"] else {}
    for column, name in (("settings", "setting_in"), ("sectors", "sector_in")):
        if row[column].split():
            found[name] = row[column].split()
    return found | {name: row[name] == "yes" for name in ("clinical", "enhanced_role") if row[name]}


def key_of(row: Row) -> str:
    """What a row is known by, among those of its kind."""
    if row["kind"] == "requirement":
        return json.dumps([condition_of(row), row["domain"]], sort_keys=True)
    return row["code"]


def plan(now: Sequence[Row], given: Sequence[tuple[int, Row]], known: Known, removes_missing: bool) -> Plan:
    """Every row with what it would do. With a fault anywhere, nothing is to be brought in."""
    before = {(row["kind"], key_of(row)): row for row in now}
    levels, domains = _there(now, given, "level"), _there(now, given, "domain")
    steps: list[Step] = []
    seen: set[tuple[str, str]] = set()
    for line, row in given:
        fault, detail = _fault(row, levels, domains, known)
        place = (row["kind"], key_of(row)) if not fault else ("", "")
        if not fault and place in seen:
            fault, detail = "twice", row["code"]
        seen.add(place)
        if fault:
            steps.append(Step(line, row["kind"], row["code"], frozenset({Action.FAULT}), row, None, fault, detail))
        else:
            steps.append(_step(line, row, before.get(place)))
    steps = _with_moves(steps, now)
    if removes_missing:
        gone = [row for place, row in before.items() if place not in seen]
        steps += [Step(0, row["kind"], row["code"], frozenset({Action.REMOVE}), row, row) for row in gone]
        steps = _without_what_is_needed(steps, seen)
    return Plan(steps + _ranks_twice(steps, now, removes_missing))


def _there(now: Iterable[Row], given: Iterable[tuple[int, Row]], kind: str) -> set[str]:
    return {row["code"] for row in (*now, *(row for _line, row in given)) if row["kind"] == kind}


def _fault(row: Row, levels: Collection[str], domains: Collection[str], known: Known) -> tuple[str, str]:
    """(name of the fault, the value) or two empty texts."""
    kind = row["kind"]
    if kind not in KINDS:
        return "kind", kind
    if kind != "requirement" and not CODE.match(row["code"]):
        return "code", row["code"]
    if kind == "level" and not (row["order"].isascii() and row["order"].isdigit() and 0 < int(row["order"]) < 100):
        return "order", row["order"]
    if row["domain"] and "domain" in USED[kind] and row["domain"] not in domains:
        return "domain", row["domain"]
    if "level" in USED[kind] and (row["level"] or kind == "requirement") and row["level"] not in levels:
        return "level", row["level"]
    if kind == "statement" and row["type"] and row["type"] not in TYPES:
        return "type", row["type"]
    if kind == "requirement":
        return _condition_fault(row, known)
    if long := [name for name in ("english", "welsh") if len(row[name]) > LONGEST[kind]]:
        return "long", long[0]
    if bad := [code for code in row["courses"].split() if not CODE.match(code)]:
        return "course", bad[0]
    return "", ""


def _condition_fault(row: Row, known: Known) -> tuple[str, str]:
    if not condition_of(row):
        return "nobody", ""
    if row["role"] and row["role"] not in known.roles:
        return "role", row["role"]
    for column, codes in (("settings", known.settings), ("sectors", known.sectors)):
        if unknown := [code for code in row[column].split() if code not in codes]:
            return column, unknown[0]
    for name in ("clinical", "enhanced_role"):
        if row[name] not in ("", "yes", "no"):
            return name, row[name]
    return "", ""


def _step(line: int, row: Row, before: Row | None) -> Step:
    if before is None:
        return Step(line, row["kind"], row["code"], frozenset({Action.ADD}), row)
    changed = {name for name in USED[row["kind"]] if row[name] != before[name]}
    placed = set(PLACED[row["kind"]])
    actions = ({Action.MOVE} if changed & placed else set()) | ({Action.EDIT} if changed - placed else set())
    return Step(line, row["kind"], row["code"], frozenset(actions or {Action.NOTHING}), row, before)


def _with_moves(steps: list[Step], now: Sequence[Row]) -> list[Step]:
    """Those that stand elsewhere among those of their kind, as few as explain the new order."""
    place = {(row["kind"], key_of(row)): number for number, row in enumerate(now)}
    found = list(steps)
    for kind in ("domain", "statement", "requirement"):
        held = [
            (index, place[kind, key_of(step.row)])
            for index, step in enumerate(steps)
            if step.kind == kind and step.before is not None
        ]
        staying = longest_rising([number for _index, number in held])
        for spot, (index, _number) in enumerate(held):
            if spot not in staying:
                step = steps[index]
                actions = (step.actions - {Action.NOTHING}) | {Action.MOVE}
                found[index] = Step(step.line, step.kind, step.code, actions, step.row, step.before)
    return found


def _without_what_is_needed(steps: list[Step], seen: set[tuple[str, str]]) -> list[Step]:
    """A level or domain that a row of the file still names cannot go."""
    named = {(name, step.row[name]) for step in steps for name in ("level", "domain") if step.line and step.row[name]}
    return [
        Step(step.line, step.kind, step.code, frozenset({Action.FAULT}), step.row, step.before, "needed", step.code)
        if Action.REMOVE in step.actions and (step.kind, step.code) in named
        else step
        for step in steps
    ]


def _ranks_twice(steps: list[Step], now: Sequence[Row], removes_missing: bool) -> list[Step]:
    """Two levels of one order: nobody could say which asks for more."""
    ranks = {} if removes_missing else {row["code"]: row["order"] for row in now if row["kind"] == "level"}
    lines = {step.code: step.line for step in steps if step.kind == "level"}
    ranks |= {step.code: step.row["order"] for step in steps if step.kind == "level" and step.line and not step.fault}
    values = list(ranks.values())
    return [
        Step(lines.get(code, 0), "level", code, frozenset({Action.FAULT}), {}, None, "order_twice", order)
        for code, order in ranks.items()
        if values.count(order) > 1
    ]
