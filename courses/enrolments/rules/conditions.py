"""The conditions that a course may set (`courses.catalogue.rules.conditions.KINDS`), held against what we know.

A fact that the system holds is checked. A fact that nobody holds here is asked: it is met when the learner confirms it. Some
are held by rooms above (an approval, a mentoring) as far as they were made here: then nobody is asked.
To add a kind, write a function and a row of CHECKED; a kind without a row is asked, never passed in silence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.catalogue.rules.conditions import KINDS, KNOWN, Words, in_words
from courses.enrolments.errors import EnrolmentRefused, NotDeclared, NotForYourSector, NotForYourWork
from courses.enrolments.rules.facts import Application, listed
from lms.core.language import N_, Bilingual

CORRECT_IT = N_("If this is out of date, correct it in your profile, or ask whoever organises training where you work.")
REGISTER_IT = N_("If you are, add your registration to your profile.")
CONFIRM_IT = N_("You can confirm it when you enrol, if it is so.")

NOTHING = Bilingual("nothing recorded", "dim byd wedi'i gofnodi")

IMPLIED_BY_ROLE = {"amhp": "AMHP"}
"""Statutory functions that a job role carries. Source: roles.yaml, `statutory`."""


@dataclass(frozen=True)
class Declaration:
    """A fact that we ask the learner to confirm. `key` is stored; nobody is refused for an `optional` one."""

    key: str
    words: Words
    optional: bool = False


Outcome = EnrolmentRefused | Declaration | None
"""Refused, to be asked, or met."""


def outcomes(it: Application, eligibility: Mapping[str, Any]) -> Iterator[EnrolmentRefused | Declaration]:
    """Every condition that what we know does not meet. `{"any": …}` is met by one of its branches."""
    for kind, value in eligibility.items():
        if kind == "all":
            for each in value:
                yield from outcomes(it, each)
        elif kind == "any":
            yield from _any(it, value)
        elif (outcome := _outcome(it, kind, value)) is not None:
            yield outcome


def flat(eligibility: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions that all have to hold, by kind."""
    return {kind: value for each in eligibility.get("all", []) for kind, value in each.items()}


def declaration(kind: str, value: Any, it: Application) -> Declaration:
    suffix = "" if value is True else f":{','.join(value) if isinstance(value, list) else value}"
    return Declaration(f"{kind}{suffix}", _words(it, kind, value), optional=value == "self_declared_optional")


def not_declared(asked: Declaration) -> NotDeclared:
    return NotDeclared(asked.words, who=CONFIRM_IT)


def _outcome(it: Application, kind: str, value: Any) -> Outcome:
    check = CHECKED.get(kind)
    if check:
        return check(it, value)
    asked = declaration(kind, value, it)
    return None if asked.key in it.vouched else asked


def _any(it: Application, branches: Sequence[Mapping[str, Any]]) -> Iterator[EnrolmentRefused | Declaration]:
    if branches and all(set(branch) == {"role"} for branch in branches):
        branches = [{"role_in": [branch["role"] for branch in branches]}]
    unmet = [list(outcomes(it, branch)) for branch in branches]
    if unmet and all(unmet):
        asked = [each for each in unmet if all(isinstance(outcome, Declaration) for outcome in each)]
        yield from (asked or unmet)[0]


def _sector(it: Application, code: str) -> Outcome:
    return None if it.place.sector == code else for_sectors(it, [code])


def for_sectors(it: Application, codes: Sequence[str]) -> NotForYourSector:
    return NotForYourSector(
        N_("It is offered to: %(wanted)s. We have you under: %(have)s."), who=CORRECT_IT,
        params={"wanted": _named(it, "sector", codes), "have": _named(it, "sector", [it.place.sector])},
    )  # fmt: skip


def _setting(it: Application, wanted: str | Sequence[str]) -> Outcome:
    codes = [wanted] if isinstance(wanted, str) else wanted
    if it.place.setting in codes:
        return None
    return NotForYourWork(
        N_("It is for people who work in: %(wanted)s. We have you in: %(have)s."), who=CORRECT_IT,
        params={"wanted": _named(it, "setting", codes), "have": _have(it, "setting", it.place.setting)},
    )  # fmt: skip


def _clinical_role(it: Application, _value: bool) -> Outcome:
    if it.place.clinical:
        return None
    return NotForYourWork(
        N_("It is for people in a clinical role. We have you as: %(have)s."), who=CORRECT_IT,
        params={"have": _have(it, "role", it.place.role)},
    )  # fmt: skip


def _role(it: Application, wanted: str | Sequence[str]) -> Outcome:
    codes = [wanted] if isinstance(wanted, str) else list(wanted)
    if it.place.role in codes:
        return None
    if asked := [code for code in codes if ("role", code) in KNOWN]:  # roles that no list of ours holds
        return declaration("role_in", asked, it)
    return NotForYourWork(
        N_("It is for people in these roles: %(wanted)s. We have you as: %(have)s."), who=CORRECT_IT,
        params={"wanted": _named(it, "role", codes), "have": _have(it, "role", it.place.role)},
    )  # fmt: skip


def _staff_group(it: Application, code: str) -> Outcome:
    if it.place.staff_group == code:
        return None
    return NotForYourWork(
        N_("It is for this staff group: %(wanted)s. We have you as: %(have)s."), who=CORRECT_IT,
        params={"wanted": _named(it, "staff_group", [code]), "have": _have(it, "role", it.place.role)},
    )  # fmt: skip


def _register(it: Application, code: str) -> Outcome:
    if code in it.registers:
        return None
    return NotForYourWork(
        N_("You need to be registered with, or accredited by: %(wanted)s."), who=REGISTER_IT,
        params={"wanted": _named(it, "register", [code])},
    )  # fmt: skip


def _statutory(it: Application, wanted: str | Sequence[str]) -> Outcome:
    codes = [wanted] if isinstance(wanted, str) else list(wanted)
    if it.place.role is not None and IMPLIED_BY_ROLE.get(it.place.role) in codes:
        return None
    if any(f"statutory_function:{code}" in it.vouched for code in codes):
        return None
    kind = "statutory_function" if isinstance(wanted, str) else "statutory_function_any"
    return declaration(kind, wanted, it)  # not every approving body keeps its approvals here


def _framework_level(it: Application, wanted: Mapping[str, str]) -> Outcome:
    for framework, level in wanted.items():
        needed = it.ranks.get((framework, level))
        if needed is None or it.place.levels.get(framework, 0) < needed:
            return NotForYourWork(
                N_("It is for people whose work needs this level or a higher one: %(wanted)s."), who=CORRECT_IT,
                params={"wanted": _named(it, "level", [f"{framework}:{level}"])},
            )  # fmt: skip
    return None


def _supervisor(_it: Application, _value: bool) -> Outcome:
    return None  # a rule of its own, which comes after the prerequisites: `supervision_is_attested`


CHECKED: dict[str, Callable[[Application, Any], Outcome]] = {
    "sector": _sector,
    "setting": _setting,
    "setting_in": _setting,
    "clinical_role": _clinical_role,
    "role": _role,
    "role_in": _role,
    "staff_group": _staff_group,
    "register": _register,
    "statutory_function": _statutory,
    "statutory_function_any": _statutory,
    "framework_level_min": _framework_level,
    "active_learning_supervisor": _supervisor,
}


def _words(it: Application, kind: str, value: Any) -> Words:
    if kind not in KINDS:
        plain = kind.replace("_", " ")
        return Words(N_("You meet this condition"), (Bilingual(plain, plain),))
    return in_words({"all": [{kind: value}]}, it.names)[1][0]


def _named(it: Application, kind: str, codes: Sequence[str]) -> Bilingual:
    plain = {code: code.replace("_", " ") for code in codes}
    return listed([
        it.names.get((kind, code)) or KNOWN.get((kind, code)) or Bilingual(text, text) for code, text in plain.items()
    ])  # fmt: skip


def _have(it: Application, kind: str, code: str | None) -> Bilingual:
    return NOTHING if code is None else _named(it, kind, [code])
